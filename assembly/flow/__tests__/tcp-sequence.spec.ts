import {
  C_FLAGS,
  CONFIG_ACCEPT_ANY_RST,
  D_ACKNOWLEDGEMENT,
  D_PAYLOAD_LENGTH,
  D_SEQUENCE,
  D_TCP_FLAGS,
  D_WINDOW,
  D_WINDOW_SCALE,
  NO_WINDOW_SCALE,
  S_ACKNOWLEDGED,
  S_NEXT_SEQUENCE,
  S_OUT_OF_ORDER,
  S_RETRANSMITS,
  S_WINDOW,
  STATE_ESTABLISHED,
  STATE_SYN_SENT,
} from '../../layout'
import { readConfig } from '../config'
import {
  AHEAD,
  acceptsRst,
  advance,
  arrival,
  finSides,
  finsAcknowledged,
  IN_ORDER,
  isBareSyn,
  isBefore,
  RETRANSMITTED,
  sideOf,
} from '../tcp-sequence'
import { ACK, FIN, PSH, RST, SYN } from './harness'

const CONFIG: usize = memory.data(376, 8)
const D: usize = memory.data(576, 8)
const HOT: usize = memory.data(128, 8)
const CLIENT: usize = sideOf(HOT, 0)
const SERVER: usize = sideOf(HOT, 1)

function write(flags: u32, sequence: u32, acknowledgement: u32, length: u32, window: u32, scale: u32): void {
  store<u8>(D, <u8>flags, D_TCP_FLAGS)
  store<u32>(D, sequence, D_SEQUENCE)
  store<u32>(D, acknowledgement, D_ACKNOWLEDGEMENT)
  store<u32>(D, length, D_PAYLOAD_LENGTH)
  store<u16>(D, <u16>window, D_WINDOW)
  store<u8>(D, <u8>scale, D_WINDOW_SCALE)
}

function client(
  flags: u32,
  sequence: u32,
  acknowledgement: u32 = 0,
  length: u32 = 0,
  window: u32 = 1000,
  scale: u32 = NO_WINDOW_SCALE,
): void {
  write(flags, sequence, acknowledgement, length, window, scale)
  advance(D, CLIENT, SERVER)
}

function server(
  flags: u32,
  sequence: u32,
  acknowledgement: u32 = 0,
  length: u32 = 0,
  window: u32 = 1000,
  scale: u32 = NO_WINDOW_SCALE,
): void {
  write(flags, sequence, acknowledgement, length, window, scale)
  advance(D, SERVER, CLIENT)
}

function clientResets(state: u32, sequence: u32): bool {
  write(RST, sequence, 0, 0, 0, NO_WINDOW_SCALE)
  return acceptsRst(D, state, CLIENT, SERVER)
}

function serverResets(state: u32, sequence: u32, acknowledgement: u32 = 0, flags: u32 = RST): bool {
  write(flags, sequence, acknowledgement, 0, 0, NO_WINDOW_SCALE)
  return acceptsRst(D, state, SERVER, CLIENT)
}

function next(side: usize): u32 {
  return load<u32>(side, S_NEXT_SEQUENCE)
}

function retransmits(side: usize): u32 {
  return load<u32>(side, S_RETRANSMITS)
}

function outOfOrder(side: usize): u32 {
  return load<u32>(side, S_OUT_OF_ORDER)
}

function window(side: usize): u32 {
  return load<u32>(side, S_WINDOW)
}

function begin(): void {
  memory.fill(HOT, 0, 128)
  memory.fill(D, 0, 576)
  store<u32>(CONFIG, 0, C_FLAGS)
  readConfig(CONFIG)
}

/** Handshake from these initial sequence numbers, both windows 1000 and unscaled. */
function open(clientInitial: u32, serverInitial: u32): void {
  begin()
  client(SYN, clientInitial)
  server(SYN | ACK, serverInitial, clientInitial + 1)
  client(ACK, clientInitial + 1, serverInitial + 1)
}

describe('sequence numbers', () => {
  it('are compared modulo 2^32', () => {
    expect<bool>(isBefore(1, 2)).toBe(true)
    expect<bool>(isBefore(2, 1)).toBe(false)
    expect<bool>(isBefore(2, 2)).toBe(false)
    expect<bool>(isBefore(0xffffffff, 0)).toBe(true)
    expect<bool>(isBefore(0, 0xffffffff)).toBe(false)
    expect<bool>(isBefore(0x80000001, 1)).toBe(true)
  })

  it('move on by payload, and by one for SYN and FIN each', () => {
    open(1000, 5000)
    expect<u32>(next(CLIENT)).toBe(1001)
    expect<u32>(next(SERVER)).toBe(5001)
    client(PSH | ACK, 1001, 5001, 100)
    expect<u32>(next(CLIENT)).toBe(1101)
    client(FIN | ACK, 1101, 5001, 10)
    expect<u32>(next(CLIENT)).toBe(1112)
    expect<u32>(retransmits(CLIENT) + retransmits(SERVER) + outOfOrder(CLIENT) + outOfOrder(SERVER)).toBe(0)
  })

  it('begin anywhere when the connection is seen mid-stream', () => {
    begin()
    client(PSH | ACK, 0x80000000, 7, 10)
    expect<u32>(next(CLIENT)).toBe(0x8000000a)
    expect<u32>(retransmits(CLIENT)).toBe(0)
    client(PSH | ACK, 0x8000000a, 7, 10)
    expect<u32>(next(CLIENT)).toBe(0x80000014)
    expect<u32>(outOfOrder(CLIENT)).toBe(0)
  })

  it('count what was sent before as retransmission, once a segment', () => {
    open(1000, 5000)
    client(PSH | ACK, 1001, 5001, 100)
    expect<u32>(arrival).toBe(IN_ORDER)
    client(PSH | ACK, 1001, 5001, 100)
    expect<u32>(arrival).toBe(RETRANSMITTED)
    expect<u32>(retransmits(CLIENT)).toBe(1)
    expect<u32>(next(CLIENT)).toBe(1101)
    // One that repeats and adds.
    client(PSH | ACK, 1051, 5001, 100)
    expect<u32>(retransmits(CLIENT)).toBe(2)
    expect<u32>(next(CLIENT)).toBe(1151)
    server(ACK, 5001, 1151)
    expect<u32>(arrival).toBe(IN_ORDER)
    expect<u32>(retransmits(SERVER)).toBe(0)
  })

  it('count a SYN, a SYN+ACK and a FIN sent again', () => {
    begin()
    client(SYN, 1000)
    client(SYN, 1000)
    expect<u32>(retransmits(CLIENT)).toBe(1)
    expect<u32>(next(CLIENT)).toBe(1001)
    server(SYN | ACK, 5000, 1001)
    server(SYN | ACK, 5000, 1001)
    expect<u32>(retransmits(SERVER)).toBe(1)
    client(FIN | ACK, 1001, 5001)
    client(FIN | ACK, 1001, 5001)
    expect<u32>(retransmits(CLIENT)).toBe(2)
    expect<u32>(next(CLIENT)).toBe(1002)
    expect<u32>(finSides(CLIENT, SERVER)).toBe(1)
  })

  it('begin anew with a SYN of another initial number that nobody had answered', () => {
    begin()
    client(SYN, 0x90000000)
    client(SYN, 1000)
    expect<u32>(next(CLIENT)).toBe(1001)
    expect<u32>(retransmits(CLIENT)).toBe(0)
    server(SYN | ACK, 5000, 1001)
    client(PSH | ACK, 1001, 5001, 10)
    expect<u32>(next(CLIENT)).toBe(1011)
    expect<u32>(retransmits(CLIENT) + outOfOrder(CLIENT)).toBe(0)
  })

  it('are not moved by a SYN within the connection, wherever it comes from', () => {
    open(1000, 5000)
    client(SYN, 0x70000000)
    expect<u32>(next(CLIENT)).toBe(1001)
    server(ACK, 5001, 1001)
    client(SYN, 10)
    expect<u32>(next(CLIENT)).toBe(1001)
    server(SYN | ACK, 0x60000000, 11)
    expect<u32>(next(SERVER)).toBe(5001)
  })

  it('take no keep-alive for a retransmission (RFC 9293, section 3.8.4)', () => {
    open(1000, 5000)
    client(PSH | ACK, 1001, 5001, 100)
    server(ACK, 5001, 1101)
    client(ACK, 1100, 5001, 1)
    client(ACK, 1100, 5001, 0)
    expect<u32>(retransmits(CLIENT)).toBe(0)
    expect<u32>(next(CLIENT)).toBe(1101)
  })

  it('take no ACK without payload for anything, be it behind or ahead', () => {
    open(1000, 5000)
    client(ACK, 500, 5001)
    client(ACK, 9000, 5001)
    expect<u32>(next(CLIENT)).toBe(1001)
    expect<u32>(retransmits(CLIENT) + outOfOrder(CLIENT)).toBe(0)
  })

  it('count a gap, and then what fills it', () => {
    open(1000, 5000)
    client(PSH | ACK, 1101, 5001, 100)
    expect<u32>(outOfOrder(CLIENT)).toBe(1)
    expect<u32>(arrival).toBe(AHEAD)
    expect<u32>(next(CLIENT)).toBe(1201)
    client(PSH | ACK, 1001, 5001, 100)
    expect<u32>(retransmits(CLIENT)).toBe(1)
    expect<u32>(next(CLIENT)).toBe(1201)
  })

  it('go round the end', () => {
    open(0xfffffffe, 0xffffffff)
    expect<u32>(next(CLIENT)).toBe(0xffffffff)
    expect<u32>(next(SERVER)).toBe(0)
    client(PSH | ACK, 0xffffffff, 0, 10)
    expect<u32>(next(CLIENT)).toBe(9)
    client(PSH | ACK, 0xffffffff, 0, 10)
    expect<u32>(retransmits(CLIENT)).toBe(1)
    client(PSH | ACK, 9, 0, 10)
    expect<u32>(next(CLIENT)).toBe(19)
    expect<u32>(outOfOrder(CLIENT)).toBe(0)
    server(ACK, 0, 19)
    expect<u32>(load<u32>(SERVER, S_ACKNOWLEDGED)).toBe(19)
    server(ACK, 0, 0xffffffff)
    expect<u32>(load<u32>(SERVER, S_ACKNOWLEDGED)).toBe(19)
  })

  it('stop counting retransmissions at the end of 32 bits', () => {
    open(1000, 5000)
    store<u32>(CLIENT, 0xfffffffe, S_RETRANSMITS)
    for (let i = 0; i < 3; i++) client(SYN, 1000)
    expect<u32>(retransmits(CLIENT)).toBe(0xffffffff)
  })
})

describe('window', () => {
  it('of a SYN is never scaled, others are when both sides offered it (RFC 7323, section 2.2)', () => {
    begin()
    client(SYN, 1000, 0, 0, 100, 7)
    server(SYN | ACK, 5000, 1001, 0, 200, 3)
    expect<u32>(window(SERVER)).toBe(200)
    client(ACK, 1001, 5001, 0, 100)
    expect<u32>(window(CLIENT)).toBe(100 << 7)
    server(ACK, 5001, 1001, 0, 200)
    expect<u32>(window(SERVER)).toBe(200 << 3)
  })

  it('is not scaled when one side did not offer it', () => {
    begin()
    client(SYN, 1000, 0, 0, 100, 7)
    server(SYN | ACK, 5000, 1001, 0, 200, NO_WINDOW_SCALE)
    client(ACK, 1001, 5001, 0, 100)
    server(ACK, 5001, 1001, 0, 200)
    expect<u32>(window(CLIENT)).toBe(100)
    expect<u32>(window(SERVER)).toBe(200)
    begin()
    client(SYN, 1000, 0, 0, 100, NO_WINDOW_SCALE)
    server(SYN | ACK, 5000, 1001, 0, 200, 3)
    client(ACK, 1001, 5001, 0, 100)
    server(ACK, 5001, 1001, 0, 200)
    expect<u32>(window(CLIENT)).toBe(100)
    expect<u32>(window(SERVER)).toBe(200)
  })

  it('is shifted by 14 at most (RFC 7323, section 2.3)', () => {
    begin()
    client(SYN, 1000, 0, 0, 65535, 200)
    server(SYN | ACK, 5000, 1001, 0, 200, 3)
    client(ACK, 1001, 5001, 0, 65535)
    expect<u32>(window(CLIENT)).toBe(65535 << 14)
  })

  it('may be as large as it can be when the SYN was not seen', () => {
    begin()
    client(ACK, 1001, 5001, 0, 65535)
    expect<u32>(window(CLIENT)).toBe(65535 << 14)
  })

  it('is not taken from an old acknowledgement', () => {
    open(1000, 5000)
    server(PSH | ACK, 5001, 1001, 100)
    client(ACK, 1001, 5101, 0, 900)
    client(ACK, 1001, 5051, 0, 5)
    expect<u32>(load<u32>(CLIENT, S_ACKNOWLEDGED)).toBe(5101)
    expect<u32>(window(CLIENT)).toBe(900)
    client(ACK, 1001, 5101, 0, 0)
    expect<u32>(window(CLIENT)).toBe(0)
  })
})

describe('RST', () => {
  it('counts within the window of the peer, both ends included, and not outside', () => {
    open(1000, 5000)
    expect<bool>(clientResets(STATE_ESTABLISHED, 1001)).toBe(true)
    expect<bool>(clientResets(STATE_ESTABLISHED, 1001 + 999)).toBe(true)
    expect<bool>(clientResets(STATE_ESTABLISHED, 1000)).toBe(false)
    expect<bool>(clientResets(STATE_ESTABLISHED, 1001 + 1002)).toBe(false)
    expect<bool>(clientResets(STATE_ESTABLISHED, 0x80000000)).toBe(false)
    expect<bool>(serverResets(STATE_ESTABLISHED, 5001)).toBe(true)
    expect<bool>(serverResets(STATE_ESTABLISHED, 5000)).toBe(false)
    expect<bool>(serverResets(STATE_ESTABLISHED, 1001)).toBe(false)
  })

  it('counts up to the last byte sent, where the acknowledgement lags behind a small window', () => {
    open(1000, 5000)
    client(PSH | ACK, 1001, 5001, 3000)
    expect<bool>(clientResets(STATE_ESTABLISHED, 4001)).toBe(true)
    expect<bool>(clientResets(STATE_ESTABLISHED, 3500)).toBe(true)
    expect<bool>(clientResets(STATE_ESTABLISHED, 4002)).toBe(false)
    server(ACK, 5001, 4001)
    expect<bool>(clientResets(STATE_ESTABLISHED, 3500)).toBe(false)
  })

  it('counts at a closed window with exactly the next number', () => {
    open(1000, 5000)
    client(PSH | ACK, 1001, 5001, 1000)
    server(ACK, 5001, 2001, 0, 0)
    expect<bool>(clientResets(STATE_ESTABLISHED, 2001)).toBe(true)
    expect<bool>(clientResets(STATE_ESTABLISHED, 2002)).toBe(false)
  })

  it('counts within a window that goes round the end', () => {
    open(0xfffffff0, 0xffffffff)
    expect<bool>(clientResets(STATE_ESTABLISHED, 0xfffffff1)).toBe(true)
    expect<bool>(clientResets(STATE_ESTABLISHED, 5)).toBe(true)
    expect<bool>(clientResets(STATE_ESTABLISHED, 1100)).toBe(false)
    expect<bool>(clientResets(STATE_ESTABLISHED, 0xfffffff0)).toBe(false)
    expect<bool>(serverResets(STATE_ESTABLISHED, 0)).toBe(true)
    expect<bool>(serverResets(STATE_ESTABLISHED, 0xffffffff)).toBe(false)
  })

  it('that answers a SYN must acknowledge it (RFC 9293, section 3.10.7.3)', () => {
    begin()
    client(SYN, 1000)
    expect<bool>(serverResets(STATE_SYN_SENT, 0, 1001, RST | ACK)).toBe(true)
    expect<bool>(serverResets(STATE_SYN_SENT, 77, 1001, RST | ACK)).toBe(true)
    expect<bool>(serverResets(STATE_SYN_SENT, 0, 1000, RST | ACK)).toBe(false)
    expect<bool>(serverResets(STATE_SYN_SENT, 0, 1002, RST | ACK)).toBe(false)
    expect<bool>(serverResets(STATE_SYN_SENT, 0, 1001, RST)).toBe(false)
  })

  it('of the one that sent the SYN counts near it', () => {
    begin()
    client(SYN, 1000)
    expect<bool>(clientResets(STATE_SYN_SENT, 1001)).toBe(true)
    expect<bool>(clientResets(STATE_SYN_SENT, 1000)).toBe(true)
    expect<bool>(clientResets(STATE_SYN_SENT, 0x40000000)).toBe(false)
  })

  it('counts within 64 KiB of the last byte seen when the peer was not, and anywhere when nothing is known', () => {
    begin()
    client(PSH, 100_000, 0, 10)
    expect<bool>(clientResets(0, 100_010)).toBe(true)
    expect<bool>(clientResets(0, 100_010 + 65535)).toBe(true)
    expect<bool>(clientResets(0, 100_010 - 65535)).toBe(true)
    expect<bool>(clientResets(0, 100_010 + 65536)).toBe(false)
    expect<bool>(clientResets(0, 100_010 - 65536)).toBe(false)
    expect<bool>(serverResets(0, 0x12345678)).toBe(true)
  })

  it('counts within the window of a peer that alone was seen', () => {
    begin()
    client(ACK, 1001, 5001, 0, 1)
    expect<bool>(serverResets(0, 5001)).toBe(true)
    expect<bool>(serverResets(0, 5001 + 16384)).toBe(true)
    expect<bool>(serverResets(0, 5001 + 16385)).toBe(false)
    expect<bool>(serverResets(0, 5000)).toBe(false)
  })

  it('counts anywhere with the option', () => {
    open(1000, 5000)
    store<u32>(CONFIG, CONFIG_ACCEPT_ANY_RST, C_FLAGS)
    readConfig(CONFIG)
    expect<bool>(clientResets(STATE_ESTABLISHED, 0x80000000)).toBe(true)
    begin()
  })
})

describe('FIN', () => {
  it('is acknowledged by an ACK of all that was sent, and not by less', () => {
    open(1000, 5000)
    client(FIN | PSH | ACK, 1001, 5001, 100)
    expect<u32>(finSides(CLIENT, SERVER)).toBe(1)
    server(ACK, 5001, 1101)
    expect<u32>(finsAcknowledged(CLIENT, SERVER)).toBe(0)
    server(ACK, 5001, 1102)
    expect<u32>(finsAcknowledged(CLIENT, SERVER)).toBe(1)
    server(FIN | ACK, 5001, 1102)
    expect<u32>(finSides(CLIENT, SERVER)).toBe(2)
    expect<u32>(finsAcknowledged(CLIENT, SERVER)).toBe(1)
    client(ACK, 1102, 5001)
    expect<u32>(finsAcknowledged(CLIENT, SERVER)).toBe(1)
    client(ACK, 1102, 5002)
    expect<u32>(finsAcknowledged(CLIENT, SERVER)).toBe(2)
  })

  it('is acknowledged by the ACK that comes with the other FIN', () => {
    open(1000, 5000)
    client(FIN | ACK, 1001, 5001)
    server(FIN | ACK, 5001, 1002)
    expect<u32>(finsAcknowledged(CLIENT, SERVER)).toBe(1)
  })

  it('is acknowledged round the end of the numbers', () => {
    open(0xfffffffe, 0xfffffffe)
    client(FIN | ACK, 0xffffffff, 0xffffffff)
    server(ACK, 0xffffffff, 0xffffffff)
    expect<u32>(finsAcknowledged(CLIENT, SERVER)).toBe(0)
    server(ACK, 0xffffffff, 0)
    expect<u32>(finsAcknowledged(CLIENT, SERVER)).toBe(1)
  })

  it('is acknowledged though its ACK was captured before it', () => {
    open(1000, 5000)
    server(ACK, 5001, 1002)
    client(FIN | ACK, 1001, 5001)
    expect<u32>(finsAcknowledged(CLIENT, SERVER)).toBe(1)
  })

  it('is not acknowledged by an ACK of less that was captured before it', () => {
    open(1000, 5000)
    server(ACK, 5001, 1001)
    client(FIN | ACK, 1001, 5001)
    expect<u32>(finsAcknowledged(CLIENT, SERVER)).toBe(0)
  })

  it('counts with sides first seen by it', () => {
    begin()
    client(FIN | ACK, 700, 900)
    server(FIN | ACK, 900, 701)
    client(ACK, 701, 901)
    expect<u32>(finSides(CLIENT, SERVER)).toBe(2)
    expect<u32>(finsAcknowledged(CLIENT, SERVER)).toBe(2)
  })
})

describe('bare SYN', () => {
  it('has neither ACK nor RST', () => {
    write(SYN, 0, 0, 0, 0, 0)
    expect<bool>(isBareSyn(D)).toBe(true)
    write(SYN | FIN | PSH | 0xc0, 0, 0, 0, 0, 0)
    expect<bool>(isBareSyn(D)).toBe(true)
    write(SYN | ACK, 0, 0, 0, 0, 0)
    expect<bool>(isBareSyn(D)).toBe(false)
    write(SYN | RST, 0, 0, 0, 0, 0)
    expect<bool>(isBareSyn(D)).toBe(false)
    write(0, 0, 0, 0, 0, 0)
    expect<bool>(isBareSyn(D)).toBe(false)
  })
})
