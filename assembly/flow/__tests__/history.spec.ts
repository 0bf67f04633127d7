import { C_FLAGS, CONFIG_CRATE_HISTORY, MAX_HISTORY, S_RETRANSMITS } from '../../layout'
import { readConfig } from '../config'
import { noteFlipped, notePacket, noteRetransmission, noteZeroWindow } from '../history'
import { sideOf } from '../tcp-sequence'
import { ACK, CLIENT, FIN, historyAt, PSH, RST, SERVER, SYN } from './harness'

const CONFIG: usize = memory.data(376, 8)
const HOT: usize = memory.data(128, 8)
const COLD: usize = memory.data(128, 8)

function begin(flags: u32): void {
  memory.fill(HOT, 0, 128)
  memory.fill(COLD, 0, 128)
  store<u32>(CONFIG, flags, C_FLAGS)
  readConfig(CONFIG)
}

function note(side: u32, flags: u32, hasPayload: bool = false): void {
  notePacket(HOT, COLD, side, flags, hasPayload)
}

function written(): string {
  return historyAt(HOT, COLD)
}

/** The letter that one packet of the initiator leaves in an empty history. */
function letter(flags: u32, hasPayload: bool = false): string {
  begin(0)
  note(CLIENT, flags, hasPayload)
  return written()
}

describe('history', () => {
  beforeEach(() => {
    begin(0)
  })

  it('has a letter for each kind of packet', () => {
    expect<string>(letter(SYN)).toBe('S')
    expect<string>(letter(SYN | ACK)).toBe('H')
    expect<string>(letter(ACK)).toBe('A')
    expect<string>(letter(ACK | PSH, true)).toBe('D')
    expect<string>(letter(FIN | ACK)).toBe('F')
    expect<string>(letter(FIN | ACK, true)).toBe('F')
    expect<string>(letter(RST)).toBe('R')
    expect<string>(letter(RST | ACK)).toBe('R')
    expect<string>(letter(SYN | FIN)).toBe('Q')
    expect<string>(letter(RST | FIN)).toBe('I')
    expect<string>(letter(RST | SYN)).toBe('Q')
    expect<string>(letter(0)).toBe('')
  })

  it('writes D for datagrams with payload, in both directions', () => {
    note(CLIENT, 0, true)
    note(SERVER, 0, true)
    note(SERVER, 0, false)
    note(CLIENT, 0, true)
    expect<string>(written()).toBe('Dd')
  })

  it('is that of a typical connection', () => {
    note(CLIENT, SYN)
    note(SERVER, SYN | ACK)
    note(CLIENT, ACK)
    note(CLIENT, ACK | PSH, true)
    note(SERVER, ACK)
    note(SERVER, ACK | PSH, true)
    note(CLIENT, ACK)
    note(SERVER, FIN | ACK)
    note(CLIENT, FIN | ACK)
    note(SERVER, ACK)
    expect<string>(written()).toBe('ShADadfF')
  })

  it('writes each letter once a side', () => {
    for (let i = 0; i < 3; i++) {
      for (let side: u32 = 0; side < 2; side++) {
        note(side, SYN)
        note(side, SYN | ACK)
        note(side, ACK)
        note(side, ACK, true)
        note(side, FIN)
        note(side, RST)
        noteZeroWindow(HOT, COLD, side)
      }
    }
    expect<string>(written()).toBe('SHADFRWshadfrw')
  })

  it('writes T for the 1st, 10th and 100th retransmission, each side for itself', () => {
    let text = ''
    for (let n: u32 = 1; n <= 1000; n++) {
      store<u32>(sideOf(HOT, SERVER), n, S_RETRANSMITS)
      const before = written().length
      noteRetransmission(HOT, COLD, SERVER)
      if (written().length > before) text += n.toString() + ' '
    }
    expect<string>(text).toBe('1 10 100 1000 ')
    store<u32>(sideOf(HOT, CLIENT), 1, S_RETRANSMITS)
    noteRetransmission(HOT, COLD, CLIENT)
    expect<string>(written()).toBe('ttttT')
  })

  it('marks that the initiator was put right', () => {
    noteFlipped(HOT, COLD)
    note(SERVER, SYN | ACK)
    note(CLIENT, ACK)
    expect<string>(written()).toBe('^hA')
  })

  it('ends after 16 letters', () => {
    for (let n: u32 = 0; n < 20; n++) {
      store<u32>(sideOf(HOT, CLIENT), 10, S_RETRANSMITS)
      noteRetransmission(HOT, COLD, CLIENT)
    }
    note(SERVER, FIN)
    expect<i32>(written().length).toBe(<i32>MAX_HISTORY)
    expect<string>(written()).toBe('TTTTTTTTTTTTTTTT')
    for (let i: usize = 80; i < 128; i++) expect<u8>(load<u8>(COLD + i)).toBe(0)
  })
})

describe('history in the form of the Rust crate', () => {
  beforeEach(() => {
    begin(CONFIG_CRATE_HISTORY)
  })

  it('is that of a typical connection', () => {
    note(CLIENT, SYN)
    note(SERVER, SYN | ACK)
    note(CLIENT, ACK)
    note(CLIENT, ACK | PSH, true)
    note(SERVER, ACK | PSH, true)
    note(CLIENT, ACK)
    note(CLIENT, FIN | ACK)
    note(SERVER, FIN | ACK)
    expect<string>(written()).toBe('SsDdFf')
  })

  it('repeats letters, and writes several a packet in the order S F R D', () => {
    note(CLIENT, SYN | FIN | RST, true)
    note(SERVER, ACK, true)
    note(SERVER, ACK, true)
    note(SERVER, FIN | ACK, true)
    expect<string>(written()).toBe('SFRDddfd')
  })

  it('has no other letters', () => {
    note(CLIENT, ACK)
    noteZeroWindow(HOT, COLD, CLIENT)
    noteFlipped(HOT, COLD)
    store<u32>(sideOf(HOT, CLIENT), 1, S_RETRANSMITS)
    noteRetransmission(HOT, COLD, CLIENT)
    expect<string>(written()).toBe('')
  })

  it('ends after 16 letters', () => {
    for (let i = 0; i < 30; i++) note(CLIENT, ACK, true)
    expect<string>(written()).toBe('DDDDDDDDDDDDDDDD')
  })
})
