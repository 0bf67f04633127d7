import {
  A_VALUE,
  ANOMALY_DATA_AFTER_FIN,
  C_FLAGS,
  C_FLOW_BUFFER,
  C_HOLE_TIMEOUT,
  C_SIDE_BUFFER,
  C_STREAM_FLAGS,
  CONFIG_ANOMALIES,
  CONFIG_PACKET_EVENTS,
  D_PAYLOAD,
  D_PAYLOAD_CAPTURED,
  D_PAYLOAD_LENGTH,
  E_COLD,
  E_DETAIL,
  E_LENGTH,
  E_SIDE,
  E_STREAMS,
  ENDED_SIZE,
  EVENT_ANOMALY,
  EVENT_DATAGRAM,
  EVENT_ENDED,
  EVENT_ESTABLISHED,
  EVENT_PACKET,
  EVENT_STARTED,
  EVENT_STATE_CHANGE,
  EVENT_STREAM_DATA,
  EVENT_STREAM_END,
  EVENT_STREAM_GAP,
  K_NUMBER,
  LISTEN_TCP,
  LISTEN_UDP,
  PROTOCOL_UDP,
  STREAM_SIZE,
  T_DATA_AFTER_FIN,
  T_STREAMS_REFUSED,
  X_DELIVERED,
  X_EVENT_GAP,
  X_EVENT_LENGTH,
  X_EVENT_OFFSET,
  X_EVENT_POINTER,
  X_GAP_BYTES,
  X_NUMBER,
} from '../../layout'
import { takePages } from '../../memory/__tests__/pages'
import { clearRing, ringEnd, ringStart } from '../../output/ring'
import { readStreamConfig } from '../../stream/config'
import { blocksTaken, placePool, poolBytes, reclaimDelivered } from '../../stream/pool'
import { placeStreams, tcpPorts } from '../../stream/streams'
import { finish, sweep } from '../ends'
import {
  ACK,
  CLIENT,
  counter,
  describe as describePacket,
  describeTcp,
  eventKind,
  FIN,
  getNow,
  nextEvent,
  PSH,
  RST,
  restart,
  SECOND,
  SERVER,
  SYN,
  trackDescribed,
  wait,
} from './harness'

const BLOCKS: usize = 64
const config: usize = memory.data(512, 8)
const POOL: usize = takePages(4)
const RECORDS: usize = takePages(1)
const PAYLOAD: usize = takePages(2)

let streams: usize = 8

function begin(flags: u32 = LISTEN_TCP | LISTEN_UDP, trackerFlags: u32 = 0): void {
  restart(100, trackerFlags)
  store<u32>(config, flags, C_STREAM_FLAGS)
  store<u32>(config, 65536, C_SIDE_BUFFER)
  store<u32>(config, 131072, C_FLOW_BUFFER)
  store<u64>(config, 30 * SECOND, C_HOLE_TIMEOUT)
  readStreamConfig(config)
  placePool(POOL, BLOCKS)
  placeStreams(RECORDS, streams)
  memory.fill(tcpPorts, 0, 8192)
  clearRing()
}

/** Tracks a segment with these bytes; answers with what came out. */
function say(connection: u32, which: u32, flags: u32, sequence: u32, acknowledgement: u32, text: string = ''): string {
  const length = <u32>String.UTF8.byteLength(text)
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, PAYLOAD)
  const d = describeTcp(0, connection, which, flags, sequence, acknowledgement, length)
  store<u32>(d, <u32>PAYLOAD, D_PAYLOAD)
  store<u32>(d, length, D_PAYLOAD_CAPTURED)
  trackDescribed(1)
  return drain()
}

/** Stream records of the flow whose end was told last. */
const ENDED_STREAMS: usize = memory.data(384, 8)
let endedNumber: u64 = 0

function drain(): string {
  let text = ''
  for (let event = ringStart(); event < ringEnd(); event = nextEvent(event)) {
    text += (text.length == 0 ? '' : ' ') + tell(event)
  }
  clearRing()
  reclaimDelivered()
  return text
}

function tell(event: usize): string {
  const kind = eventKind(event)
  const which = load<u8>(event, E_SIDE) == 0 ? 'i' : 'r'
  const offset = (<u64>load<f64>(event, X_EVENT_OFFSET)).toString()
  if (kind == EVENT_STARTED) return 'started'
  if (kind == EVENT_ESTABLISHED) return 'established'
  if (kind == EVENT_STATE_CHANGE) return 'state'
  if (kind == EVENT_PACKET) return 'packet'
  if (kind == EVENT_ANOMALY)
    return 'anomaly' + load<u32>(event, E_DETAIL).toString() + '=' + load<f64>(event, A_VALUE).toString()
  if (kind == EVENT_STREAM_END) return which + offset + ' fin'
  if (kind == EVENT_STREAM_GAP) return which + offset + '+' + (<u64>load<f64>(event, X_EVENT_GAP)).toString()
  const bytes = String.UTF8.decodeUnsafe(load<u32>(event, X_EVENT_POINTER), load<u32>(event, X_EVENT_LENGTH))
  if (kind == EVENT_STREAM_DATA) return which + offset + ':' + bytes
  if (kind == EVENT_DATAGRAM) return which + '[' + bytes + ']' + load<u32>(event, E_DETAIL).toString()
  if (kind != EVENT_ENDED) return '?'
  endedNumber = load<u64>(event, E_COLD + K_NUMBER)
  if (<usize>load<u16>(event, E_LENGTH) == ENDED_SIZE) return 'ended'
  memory.copy(ENDED_STREAMS, event + E_STREAMS, 2 * STREAM_SIZE)
  return 'ended with streams'
}

function shake(connection: u32): void {
  say(connection, CLIENT, SYN, 1000, 0)
  say(connection, SERVER, SYN | ACK, 5000, 1001)
  say(connection, CLIENT, ACK, 1001, 5001)
}

describe('what is told of a flow that somebody listens to', () => {
  beforeEach(() => {
    streams = 8
    begin()
  })

  it('comes in order: the start, the state, the bytes, the packet, the end', () => {
    begin(LISTEN_TCP, CONFIG_PACKET_EVENTS)
    expect<string>(say(1, CLIENT, SYN, 1000, 0, 'hi')).toBe('started state i0:hi packet')
    expect<string>(say(1, SERVER, SYN | ACK, 5000, 1003)).toBe('state packet')
    expect<string>(say(1, CLIENT, ACK, 1003, 5001, 'x')).toBe('established i2:x packet')
    expect<string>(say(1, SERVER, ACK | FIN, 5001, 1004, 'bye')).toBe('state r0:bye r3 fin packet')
    expect<string>(say(1, CLIENT, ACK | FIN, 1004, 5005)).toBe('state i3 fin packet')
    expect<string>(say(1, SERVER, ACK, 5005, 1005)).toBe('state packet ended with streams')
    expect<u64>(load<u64>(ENDED_STREAMS, X_DELIVERED)).toBe(3)
    expect<u64>(load<u64>(ENDED_STREAMS + STREAM_SIZE, X_DELIVERED)).toBe(3)
    expect<u64>(load<u64>(ENDED_STREAMS, X_NUMBER)).toBe(endedNumber)
    expect<usize>(blocksTaken()).toBe(0)
  })

  it('has no bytes of a RST, and all before it', () => {
    shake(2)
    say(2, CLIENT, ACK, 1005, 5001, 'ef')
    expect<string>(say(2, CLIENT, RST | ACK, 1007, 5001, 'no data')).toBe('state i0+4 i4:ef ended with streams')
    expect<u64>(load<u64>(ENDED_STREAMS, X_GAP_BYTES)).toBe(4)
    expect<usize>(blocksTaken()).toBe(0)
  })

  it('goes on after a RST that is none', () => {
    shake(3)
    expect<string>(say(3, CLIENT, RST, 900_000_000, 0, 'x')).toBe('')
    expect<string>(say(3, CLIENT, ACK, 1001, 5001, 'ab')).toBe('i0:ab')
    finishAll()
  })

  it('ends where the ports are used again, and begins at 0 again', () => {
    shake(4)
    say(4, CLIENT, ACK, 1001, 5001, 'ab')
    say(4, CLIENT, ACK, 1005, 5001, 'ef')
    say(4, CLIENT, ACK | FIN, 1007, 5001)
    expect<string>(say(4, CLIENT, SYN, 77_000, 0)).toBe('i2+2 i4:ef i6 fin ended with streams started state')
    expect<string>(say(4, SERVER, SYN | ACK, 900, 77_001)).toBe('state')
    expect<string>(say(4, CLIENT, ACK, 77_001, 901, 'new')).toBe('established i0:new')
    expect<string>(say(4, SERVER, ACK, 901, 77_004, 'too')).toBe('r0:too')
    finishAll()
  })

  it('is given up past what the other side acknowledges, in the packet that does', () => {
    shake(5)
    expect<string>(say(5, CLIENT, ACK, 1004, 5001, 'de')).toBe('')
    expect<string>(say(5, SERVER, ACK, 5001, 1006, 'ok')).toBe('r0:ok i0+3 i3:de')
    finishAll()
  })

  it('counts what comes behind a FIN, and tells it where anomalies are wanted', () => {
    begin(LISTEN_TCP, CONFIG_ANOMALIES)
    shake(6)
    const before = counter(T_DATA_AFTER_FIN)
    say(6, CLIENT, ACK | FIN, 1001, 5001, 'ab')
    const told = say(6, CLIENT, ACK | PSH, 1003, 5001, 'more')
    expect<bool>(told.includes('anomaly' + ANOMALY_DATA_AFTER_FIN.toString() + '=4')).toBe(true, told)
    expect<u64>(counter(T_DATA_AFTER_FIN)).toBe(before + 1)
    finishAll()
  })

  it('is flushed when the flow is idle', () => {
    shake(7)
    say(7, SERVER, ACK, 5003, 1001, 'cd')
    wait(400 * SECOND)
    sweep(getNow())
    expect<string>(drain()).toBe('r0+2 r2:cd ended with streams')
    expect<usize>(blocksTaken()).toBe(0)
  })

  it('is flushed by time while other flows go on', () => {
    shake(8)
    say(8, SERVER, ACK, 5003, 1001, 'cd')
    wait(29 * SECOND)
    expect<string>(say(9, CLIENT, SYN, 1, 0)).toBe('started state')
    wait(SECOND)
    expect<string>(say(9, CLIENT, SYN, 1, 0)).toBe('r0+2 r2:cd')
    finishAll()
  })

  it('are whole datagrams of UDP, with their length by the header', () => {
    const d = describePacket(0, 20, PROTOCOL_UDP, CLIENT)
    store<u32>(d, <u32>PAYLOAD, D_PAYLOAD)
    store<u32>(d, 9, D_PAYLOAD_LENGTH)
    store<u32>(d, 2, D_PAYLOAD_CAPTURED)
    store<u16>(PAYLOAD, 0x6261)
    trackDescribed(1)
    expect<string>(drain()).toBe('started i[ab]9')
    finishAll()
  })
})

describe('a flow that nobody listens to', () => {
  it('has no streams', () => {
    streams = 8
    begin(0)
    shake(1)
    expect<string>(say(1, CLIENT, ACK, 1001, 5001, 'ab')).toBe('')
    finish(6)
    expect<string>(drain()).toBe('ended')
  })

  it('is one without a port of the set', () => {
    begin(0)
    // The connections of the harness have port 443.
    store<u8>(tcpPorts, 0x08, 443 >> 3)
    shake(1)
    expect<string>(say(1, CLIENT, ACK, 1001, 5001, 'ab')).toBe('i0:ab')
    finishAll()
    begin(0)
    store<u8>(tcpPorts, 0x10, 444 >> 3)
    shake(1)
    expect<string>(say(1, CLIENT, ACK, 1001, 5001, 'ab')).toBe('')
    finish(6)
    drain()
  })

  it('is one for which there is no record, which is counted', () => {
    // Records that are freed are used again, so as many must be in use.
    begin()
    const before = counter(T_STREAMS_REFUSED)
    for (let i: u32 = 0; i < 9; i++) say(100 + i, CLIENT, SYN, 1000, 0)
    expect<u64>(counter(T_STREAMS_REFUSED)).toBe(before + 1)
    expect<string>(say(108, CLIENT, ACK, 1001, 5001, 'ab')).toBe('established')
    expect<string>(say(107, CLIENT, ACK, 1001, 5001, 'ab')).toBe('established i0:ab')
    finishAll()
    expect<string>(say(108, CLIENT, ACK, 1001, 5001, 'ab')).toBe('started i0:ab')
    finishAll()
  })
})

function finishAll(): void {
  finish(6)
  drain()
  expect<usize>(blocksTaken()).toBe(0)
  expect<u64>(poolBytes(BLOCKS)).toBeLessThan(4 * 65536)
  store<u32>(config, 0, C_FLAGS)
}
