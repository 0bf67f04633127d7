import {
  CONFIG_ACCEPT_ANY_RST,
  CONFIG_CRATE_HISTORY,
  CONFIG_PACKET_EVENTS,
  D_ICMP_CODE,
  D_ICMP_TYPE,
  E_COLD,
  E_HOT,
  E_SIDE,
  F_FLAGS,
  F_SIDES,
  FLOW_INITIATOR_CORRECTED,
  FLOW_INITIATOR_REVERSE,
  FLOW_MIDSTREAM,
  K_ICMP_CODE,
  K_ICMP_TYPE,
  PROTOCOL_ICMP,
  S_BYTES,
  S_PACKETS,
  S_PAYLOAD_BYTES,
  S_RETRANSMITS,
  SIDE_SIZE,
  T_RST_IGNORED,
} from '../../layout'
import { ringStart } from '../../output/ring'
import { hotRecord } from '../records'
import {
  ACK,
  CLIENT,
  counter,
  datagram,
  describe as describePacket,
  drain,
  ENDED,
  endedHistory,
  FIN,
  flowOf,
  handshake,
  liveHistory,
  PSH,
  RST,
  restart,
  SERVER,
  SYN,
  tcp,
  trackDescribed,
} from './harness'

/** A counter of one side of the flow whose end was drained last. */
function ended(side: usize, field: usize): u64 {
  return load<u64>(ENDED + E_HOT + F_SIDES + side * SIDE_SIZE + field)
}

function flags(connection: u32): u32 {
  return <u32>load<u8>(hotRecord(<usize>flowOf(connection)), F_FLAGS)
}

describe('a TCP connection', () => {
  beforeEach(() => {
    restart()
  })

  it('opens with its handshake', () => {
    tcp(1, CLIENT, SYN, 1000)
    expect<string>(drain()).toBe('1 started, 1 active>syn-sent')
    tcp(1, SERVER, SYN | ACK, 5000, 1001)
    expect<string>(drain()).toBe('1 syn-sent>syn-received')
    tcp(1, CLIENT, ACK, 1001, 5001)
    expect<string>(drain()).toBe('1 established')
  })

  it('tells nothing of data and acknowledgements', () => {
    handshake(1)
    drain()
    tcp(1, CLIENT, PSH | ACK, 1001, 5001, 100)
    tcp(1, SERVER, ACK, 5001, 1101)
    tcp(1, CLIENT, PSH | ACK, 1001, 5001, 100)
    tcp(1, CLIENT, SYN, 1000)
    tcp(1, SERVER, SYN | ACK, 5000, 1001)
    expect<string>(drain()).toBe('')
  })

  it('is established once', () => {
    tcp(1, CLIENT, SYN, 1000)
    tcp(1, CLIENT, ACK, 1001, 5001)
    tcp(1, SERVER, SYN | ACK, 5000, 1001)
    tcp(1, CLIENT, ACK, 1001, 5001)
    expect<string>(drain()).toBe('1 started, 1 active>syn-sent, 1 established')
  })

  it('ends with the acknowledgement of the second FIN', () => {
    handshake(1)
    drain()
    tcp(1, CLIENT, FIN | ACK, 1001, 5001)
    tcp(1, SERVER, ACK, 5001, 1002)
    tcp(1, SERVER, PSH | ACK, 5001, 1002, 50)
    tcp(1, CLIENT, ACK, 1002, 5051)
    expect<string>(drain()).toBe('1 established>fin-wait')
    tcp(1, SERVER, FIN | ACK, 5051, 1002)
    expect<string>(drain()).toBe('1 fin-wait>closing')
    tcp(1, CLIENT, ACK, 1002, 5052)
    expect<string>(drain()).toBe('1 closing>closed, 1 ended fin')
    expect<i32>(flowOf(1)).toBe(-1)
    expect<string>(endedHistory()).toBe('ShAFadf')
  })

  it('may be closed by the responder', () => {
    handshake(1)
    drain()
    tcp(1, SERVER, FIN | ACK, 5001, 1001)
    tcp(1, CLIENT, FIN | ACK, 1001, 5002)
    tcp(1, SERVER, ACK, 5002, 1002)
    expect<string>(drain()).toBe('1 established>fin-wait, 1 fin-wait>closing, 1 closing>closed, 1 ended fin')
  })

  it('may be closed by both at a time', () => {
    handshake(1)
    drain()
    tcp(1, CLIENT, FIN | ACK, 1001, 5001)
    tcp(1, SERVER, FIN | ACK, 5001, 1001)
    expect<string>(drain()).toBe('1 established>fin-wait, 1 fin-wait>closing')
    tcp(1, CLIENT, ACK, 1002, 5002)
    expect<string>(drain()).toBe('')
    tcp(1, SERVER, ACK, 5002, 1002)
    expect<string>(drain()).toBe('1 closing>closed, 1 ended fin')
  })

  it('is not closed by a FIN that one side sends again', () => {
    handshake(1)
    tcp(1, CLIENT, FIN | ACK, 1001, 5001)
    drain()
    tcp(1, CLIENT, FIN | ACK, 1001, 5001)
    tcp(1, CLIENT, FIN | ACK, 1001, 5001)
    tcp(1, SERVER, ACK, 5001, 1002)
    expect<string>(drain()).toBe('')
  })

  it('is not closed by data or an ACK that does not cover the FIN', () => {
    handshake(1)
    tcp(1, CLIENT, FIN | ACK, 1001, 5001)
    tcp(1, SERVER, FIN | PSH | ACK, 5001, 1002, 10)
    drain()
    tcp(1, CLIENT, ACK, 1002, 5001)
    tcp(1, CLIENT, ACK, 1002, 5011)
    tcp(1, SERVER, PSH | ACK, 5001, 1002, 10)
    expect<string>(drain()).toBe('')
    tcp(1, CLIENT, ACK, 1002, 5012)
    expect<string>(drain()).toBe('1 closing>closed, 1 ended fin')
  })

  it('keeps a FIN that comes with the last packet of the handshake', () => {
    tcp(1, CLIENT, SYN, 1000)
    tcp(1, SERVER, SYN | ACK, 5000, 1001)
    drain()
    tcp(1, CLIENT, FIN | ACK, 1001, 5001)
    expect<string>(drain()).toBe('1 established, 1 established>fin-wait')
  })

  it('first seen mid-stream is active, and closes with its FINs', () => {
    tcp(1, CLIENT, PSH | ACK, 1001, 5001, 10)
    tcp(1, SERVER, ACK, 5001, 1011)
    expect<string>(drain()).toBe('1 started')
    expect<u32>(flags(1) & FLOW_MIDSTREAM).toBe(FLOW_MIDSTREAM)
    tcp(1, CLIENT, FIN | ACK, 1011, 5001)
    tcp(1, SERVER, FIN | ACK, 5001, 1012)
    tcp(1, CLIENT, ACK, 1012, 5002)
    expect<string>(drain()).toBe('1 active>fin-wait, 1 fin-wait>closing, 1 closing>closed, 1 ended fin')
  })

  it('gets its initiator put right when the SYN+ACK was captured first', () => {
    tcp(1, SERVER, SYN | ACK, 5000, 1001)
    expect<u8>(load<u8>(ringStart(), E_SIDE)).toBe(1)
    expect<string>(drain()).toBe('1 started, 1 active>syn-received')
    expect<u32>(flags(1) & FLOW_INITIATOR_CORRECTED).toBe(FLOW_INITIATOR_CORRECTED)
    expect<u32>(flags(1) & (FLOW_INITIATOR_REVERSE | FLOW_MIDSTREAM)).toBe(0)
    tcp(1, CLIENT, SYN, 1000)
    expect<string>(drain()).toBe('')
    tcp(1, CLIENT, ACK, 1001, 5001)
    expect<string>(drain()).toBe('1 established')
    expect<string>(liveHistory(1)).toBe('^hSA')
  })

  it('has as initiator whoever sent the first packet, be it endpoint a or b', () => {
    tcp(1, SERVER, SYN, 1000)
    tcp(1, CLIENT, SYN | ACK, 5000, 1001)
    tcp(1, SERVER, ACK, 1001, 5001)
    expect<u32>(flags(1) & FLOW_INITIATOR_REVERSE).toBe(FLOW_INITIATOR_REVERSE)
    expect<string>(liveHistory(1)).toBe('ShA')
    tcp(1, SERVER, RST, 1001)
    drain()
    tcp(1, CLIENT, SYN | ACK, 5000, 1001)
    expect<u32>(flags(1) & FLOW_INITIATOR_REVERSE).toBe(FLOW_INITIATOR_REVERSE)
  })

  it('ends by a RST in the window', () => {
    handshake(1)
    drain()
    tcp(1, SERVER, RST | ACK, 5001, 1001)
    expect<string>(drain()).toBe('1 established>reset, 1 ended rst')
    expect<string>(endedHistory()).toBe('ShAr')
  })

  it('ends by a RST that refuses it', () => {
    tcp(1, CLIENT, SYN, 1000)
    drain()
    tcp(1, SERVER, RST | ACK, 0, 1001)
    expect<string>(drain()).toBe('1 syn-sent>reset, 1 ended rst')
  })

  it('that was tried again with another initial number ends by a RST that refuses the second attempt', () => {
    tcp(1, CLIENT, SYN, 0x90000000)
    tcp(1, CLIENT, SYN, 1000)
    drain()
    tcp(1, SERVER, RST | ACK, 0, 1001)
    expect<string>(drain()).toBe('1 syn-sent>reset, 1 ended rst')
  })

  it('that was tried again with another initial number ends by its FINs', () => {
    tcp(1, CLIENT, SYN, 0x90000000)
    handshake(1)
    tcp(1, CLIENT, FIN | ACK, 1001, 5001)
    tcp(1, SERVER, FIN | ACK, 5001, 1002)
    drain()
    tcp(1, CLIENT, ACK, 1002, 5002)
    expect<string>(drain()).toBe('1 closing>closed, 1 ended fin')
  })

  it('goes on after a RST outside the window, which is counted', () => {
    handshake(1)
    drain()
    const ignored = counter(T_RST_IGNORED)
    tcp(1, SERVER, RST, 0x70000000)
    tcp(1, CLIENT, RST, 900)
    expect<string>(drain()).toBe('')
    expect<u64>(counter(T_RST_IGNORED) - ignored).toBe(2)
    tcp(1, CLIENT, FIN | ACK, 1001, 5001)
    expect<string>(drain()).toBe('1 established>fin-wait')
  })

  it('ends by a RST outside the window with the option', () => {
    restart(1000, CONFIG_ACCEPT_ANY_RST)
    handshake(1)
    drain()
    const ignored = counter(T_RST_IGNORED)
    tcp(1, SERVER, RST, 0x70000000)
    expect<string>(drain()).toBe('1 established>reset, 1 ended rst')
    expect<u64>(counter(T_RST_IGNORED)).toBe(ignored)
  })

  it('may be a RST alone', () => {
    restart(1000, CONFIG_PACKET_EVENTS)
    tcp(1, CLIENT, RST, 1000)
    expect<string>(drain()).toBe('1 started, 1 active>reset, packet i, 1 ended rst')
  })

  it('gives way to a new one when a SYN comes after a FIN', () => {
    handshake(1)
    tcp(1, CLIENT, FIN | ACK, 1001, 5001)
    drain()
    tcp(1, CLIENT, SYN, 900_000)
    expect<string>(drain()).toBe('1 ended port reuse, 1 started, 1 active>syn-sent')
    expect<string>(liveHistory(1)).toBe('S')
  })

  it('gives way to a new one after both FINs, with other roles', () => {
    handshake(1)
    tcp(1, CLIENT, FIN | ACK, 1001, 5001)
    tcp(1, SERVER, FIN | ACK, 5001, 1001)
    drain()
    tcp(1, SERVER, SYN, 900_000)
    expect<string>(drain()).toBe('1 ended port reuse, 1 started, 1 active>syn-sent')
    expect<u32>(flags(1) & FLOW_INITIATOR_REVERSE).toBe(FLOW_INITIATOR_REVERSE)
  })

  it('gives way to a SYN when it is only what an earlier connection left behind', () => {
    tcp(1, CLIENT, ACK, 1001, 5001)
    drain()
    tcp(1, CLIENT, SYN, 900_000)
    expect<string>(drain()).toBe('1 ended port reuse, 1 started, 1 active>syn-sent')
    tcp(2, SERVER, ACK, 5001, 1001)
    drain()
    tcp(2, CLIENT, SYN, 900_000)
    expect<string>(drain()).toBe('2 ended port reuse, 2 started, 2 active>syn-sent')
  })

  it('stays one when its own SYN was captured late', () => {
    tcp(1, CLIENT, ACK, 1001, 5001)
    drain()
    tcp(1, CLIENT, SYN, 1000)
    expect<string>(drain()).toBe('')
    tcp(2, SERVER, ACK, 5001, 1001)
    drain()
    tcp(2, CLIENT, SYN, 1000)
    expect<string>(drain()).toBe('')
  })

  it('does not give way to a SYN+ACK, nor to a SYN while it is open', () => {
    handshake(1)
    tcp(1, CLIENT, SYN, 900_000)
    tcp(1, CLIENT, FIN | ACK, 1001, 5001)
    drain()
    tcp(1, SERVER, SYN | ACK, 5000, 1001)
    expect<string>(drain()).toBe('')
  })

  it('is a new one when it comes after the end of another', () => {
    handshake(1)
    tcp(1, CLIENT, RST, 1001)
    drain()
    handshake(1)
    expect<string>(drain()).toBe('1 started, 1 active>syn-sent, 1 syn-sent>syn-received, 1 established')
  })

  it('counts packets, bytes and payload of each side', () => {
    handshake(1)
    tcp(1, CLIENT, PSH | ACK, 1001, 5001, 100)
    tcp(1, CLIENT, PSH | ACK, 1001, 5001, 100)
    tcp(1, SERVER, PSH | ACK, 5001, 1101, 1000)
    tcp(1, SERVER, RST, 6001)
    drain()
    expect<u64>(ended(0, S_PACKETS)).toBe(4)
    expect<u64>(ended(1, S_PACKETS)).toBe(3)
    expect<u64>(ended(0, S_BYTES)).toBe(4 * 54 + 200)
    expect<u64>(ended(1, S_BYTES)).toBe(3 * 54 + 1000)
    expect<u64>(ended(0, S_PAYLOAD_BYTES)).toBe(200)
    expect<u64>(ended(1, S_PAYLOAD_BYTES)).toBe(1000)
    expect<u64>(ended(0, S_RETRANSMITS) & 0xffffffff).toBe(1)
    expect<string>(endedHistory()).toBe('ShADTdr')
  })

  it('has the history of the Rust crate with the option', () => {
    restart(1000, CONFIG_CRATE_HISTORY)
    handshake(1)
    tcp(1, CLIENT, PSH | ACK, 1001, 5001, 100)
    tcp(1, SERVER, PSH | ACK, 5001, 1101, 100)
    tcp(1, CLIENT, FIN | ACK, 1101, 5101)
    tcp(1, SERVER, FIN | ACK, 5101, 1102)
    tcp(1, CLIENT, ACK, 1102, 5102)
    drain()
    expect<string>(endedHistory()).toBe('SsDdFf')
  })

  it('tells each packet with the option, after changes of state and before the end', () => {
    restart(1000, CONFIG_PACKET_EVENTS)
    handshake(1)
    expect<string>(drain()).toBe(
      '1 started, 1 active>syn-sent, packet i, 1 syn-sent>syn-received, packet r, 1 established, packet i',
    )
    tcp(1, SERVER, RST, 5001)
    expect<string>(drain()).toBe('1 established>reset, packet r, 1 ended rst')
  })
})

describe('a flow of another protocol', () => {
  beforeEach(() => {
    restart(1000, CONFIG_PACKET_EVENTS)
  })

  it('starts with its first packet and has sides', () => {
    datagram(1, SERVER, 17, 10)
    datagram(1, CLIENT, 17, 10)
    expect<string>(drain()).toBe('1 started, packet i, packet r')
    expect<string>(liveHistory(1, 17)).toBe('Dd')
  })

  it('keeps the ICMP type and code of its first packet', () => {
    restart(1)
    const d = describePacket(0, 1, PROTOCOL_ICMP, CLIENT)
    store<u8>(d, 8, D_ICMP_TYPE)
    store<u8>(d, 3, D_ICMP_CODE)
    trackDescribed(1)
    datagram(1, SERVER, PROTOCOL_ICMP)
    datagram(2)
    expect<string>(drain()).toBe('1 started, 1 ended evicted, 2 started')
    expect<u8>(load<u8>(ENDED, E_COLD + K_ICMP_TYPE)).toBe(8)
    expect<u8>(load<u8>(ENDED, E_COLD + K_ICMP_CODE)).toBe(3)
  })

  it('tells no packets without the option', () => {
    restart()
    datagram(1)
    datagram(1)
    expect<string>(drain()).toBe('1 started')
  })
})
