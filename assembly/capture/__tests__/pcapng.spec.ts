import {
  DAMAGE_BLOCK_LENGTH,
  DAMAGE_BLOCK_TRAILER,
  DAMAGE_BYTE_ORDER_MAGIC,
  DAMAGE_CAPTURED_LENGTH,
  DAMAGE_INTERFACE,
  DAMAGE_INTERFACE_LIMIT,
  DAMAGE_OPTION_LENGTH,
  DAMAGE_TRUNCATED,
  DAMAGE_UNKNOWN_MAGIC,
  DAMAGE_VERSION,
  FORMAT_PCAPNG,
  FORMAT_UNKNOWN,
  MAX_FRAME,
  MAX_INTERFACES,
  MAX_UNFINISHED,
} from '../../layout'
import {
  begin,
  capturedOf,
  clean,
  cut,
  damageCode,
  damageExpected,
  damageFound,
  damageOffset,
  length,
  linkTypeOf,
  longestTail,
  patch32,
  put16,
  put32,
  put64,
  putBytes,
  read,
  readsAlikeInPieces,
  records,
  setByteOrder,
  timeOf,
  wireOf,
} from './capture'

const WHOLE: usize = 1048576
const TICKS: u64 = 1700000000123456
const PRECISE: u64 = 1700000000 * 1000000000 + 123456789

let blockStart: usize = 0

function beginBlock(type: u32): void {
  blockStart = length
  put32(type)
  put32(0)
}

/** Pads the block, and writes its length at both ends. */
function endBlock(): void {
  putBytes(0, (4 - (length & 3)) & 3)
  const total = <u32>(length + 4 - blockStart)
  patch32(blockStart + 4, total)
  put32(total)
}

function section(): void {
  beginBlock(0x0a0d0d0a)
  put32(0x1a2b3c4d)
  put16(1)
  put16(0)
  put64(u64.MAX_VALUE)
  endBlock()
}

function beginInterface(linkType: u32, snapLength: u32): void {
  beginBlock(1)
  put16(linkType)
  put16(0)
  put32(snapLength)
}

function anInterface(linkType: u32, snapLength: u32): void {
  beginInterface(linkType, snapLength)
  endBlock()
}

function option(code: u32, size: usize, value: u32): void {
  put16(code)
  put16(<u32>size)
  putBytes(value, size)
  putBytes(0, (4 - (size & 3)) & 3)
}

function beginPacket(id: u32, ticks: u64, captured: u32, wire: u32): void {
  beginBlock(6)
  put32(id)
  put32(<u32>(ticks >> 32))
  put32(<u32>ticks)
  put32(captured)
  put32(wire)
}

function packet(id: u32, ticks: u64, captured: u32, wire: u32): void {
  beginPacket(id, ticks, captured, wire)
  putBytes(captured, <usize>captured)
  endBlock()
}

function simplePacket(wire: u32, captured: usize): void {
  beginBlock(3)
  put32(wire)
  putBytes(0x33, captured)
  endBlock()
}

function oldPacket(id: u32, ticks: u64, captured: u32, wire: u32): void {
  beginBlock(2)
  put16(id)
  put16(0xffff) // drops
  put32(<u32>(ticks >> 32))
  put32(<u32>ticks)
  put32(captured)
  put32(wire)
  putBytes(captured, <usize>captured)
  endBlock()
}

describe('pcapng', () => {
  it('reads all kinds of packets in both byte orders', () => {
    for (let order = 0; order < 2; order++) {
      begin(order == 1)
      section()
      anInterface(1, 64)
      anInterface(101, 0)
      packet(1, TICKS, 61, 61)
      beginBlock(0xbad) // custom: skipped
      putBytes(6, 61)
      endBlock()
      oldPacket(1, TICKS + 1, 7, 9)
      simplePacket(1500, 64)
      simplePacket(3, 3)
      simplePacket(0, 0)
      beginBlock(0x80000001)
      endBlock()
      packet(0, TICKS + 2, 0, 0)
      expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
      expect(clean).toBe(true)
      expect(records).toBe(6)
      expect(timeOf(0)).toBe(TICKS * 1000)
      expect(linkTypeOf(0)).toBe(101)
      expect(capturedOf(0)).toBe(61)
      expect(timeOf(1)).toBe(TICKS * 1000 + 1000)
      expect(linkTypeOf(1)).toBe(101)
      expect(capturedOf(1)).toBe(7)
      expect(wireOf(1)).toBe(9)
      expect(timeOf(2)).toBe(0)
      expect(linkTypeOf(2)).toBe(1)
      expect(capturedOf(2)).toBe(64)
      expect(wireOf(2)).toBe(1500)
      expect(capturedOf(3)).toBe(3)
      expect(capturedOf(4)).toBe(0)
      expect(timeOf(5)).toBe(TICKS * 1000 + 2000)
    }
  })

  it('reads sections of different byte orders, each with its own interfaces', () => {
    begin(false)
    section()
    anInterface(1, 0)
    anInterface(113, 0)
    packet(1, TICKS, 5, 5)
    setByteOrder(true)
    section()
    anInterface(276, 0)
    packet(0, TICKS, 6, 6)
    setByteOrder(false)
    section()
    anInterface(12, 0)
    packet(0, TICKS, 7, 7)
    expect(readsAlikeInPieces(FORMAT_PCAPNG)).toBe(true)
    expect(clean).toBe(true)
    expect(records).toBe(3)
    expect(linkTypeOf(0)).toBe(113)
    expect(linkTypeOf(1)).toBe(276)
    expect(linkTypeOf(2)).toBe(12)
    expect(timeOf(1)).toBe(TICKS * 1000)
  })

  it('reads the clocks of its interfaces', () => {
    for (let order = 0; order < 2; order++) {
      begin(order == 1)
      section()
      beginInterface(1, 0)
      option(2, 5, 0x61) // if_name
      option(9, 1, 9) // if_tsresol
      option(0, 0, 0)
      option(9, 1, 3) // behind the end of options
      endBlock()
      beginInterface(1, 0)
      put16(14) // if_tsoffset
      put16(8)
      put64(1700000000)
      option(9, 1, 3)
      endBlock()
      beginInterface(1, 0)
      option(9, 1, 0x80 | 10)
      put16(14)
      put16(8)
      put64(<u64>-5)
      endBlock()
      packet(0, PRECISE, 1, 1)
      packet(1, 1500, 1, 1)
      packet(2, (6 << 10) | 256, 1, 1)
      packet(2, (4 << 10) | 256, 1, 1)
      expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
      expect(clean).toBe(true)
      expect(timeOf(0)).toBe(PRECISE)
      expect(timeOf(1)).toBe(1700000001500000000)
      expect(timeOf(2)).toBe(1250000000)
      expect(timeOf(3)).toBe(0)
    }
  })

  it('hands a packet out before its block is whole', () => {
    begin(false)
    section()
    anInterface(1, 0)
    beginPacket(0, TICKS, 5, 5)
    putBytes(1, 5)
    cut(length)
    read(FORMAT_UNKNOWN, WHOLE)
    expect(damageCode()).toBe(DAMAGE_BLOCK_LENGTH) // still 0
    patch32(blockStart + 4, 400000)
    expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
    expect(records).toBe(1)
    expect(clean).toBe(false)
    expect(damageCode()).toBe(DAMAGE_TRUNCATED)
    expect(damageOffset()).toBe(<u64>blockStart)
    expect(damageFound()).toBe(33)
    expect(damageExpected()).toBe(400000)
  })

  it('skips blocks and options of any length', () => {
    begin(false)
    section()
    beginInterface(1, 0)
    option(1, 65535, 0x20)
    option(9, 1, 0)
    endBlock()
    beginBlock(4)
    putBytes(0xff, 300000)
    endBlock()
    beginPacket(0, 1700000000, 4, 4)
    putBytes(1, 4)
    for (let i = 0; i < 6; i++) option(1, 60000, 0x20)
    endBlock()
    packet(0, 1700000001, 1, 1)
    for (let piece: usize = 1; piece < 5000000; piece *= 7) {
      read(FORMAT_UNKNOWN, piece)
      expect(clean).toBe(true)
      expect(records).toBe(2)
      expect(timeOf(1)).toBe(1700000001000000000)
      expect(longestTail).toBeLessThan(65540)
    }
  })

  it('reads the longest frame, and holds no more back', () => {
    begin(false)
    section()
    anInterface(1, 0)
    packet(0, TICKS, <u32>MAX_FRAME, <u32>MAX_FRAME)
    packet(0, TICKS, <u32>MAX_FRAME - 1, <u32>MAX_FRAME)
    simplePacket(<u32>MAX_FRAME, MAX_FRAME)
    read(FORMAT_UNKNOWN, 1009)
    expect(clean).toBe(true)
    expect(records).toBe(3)
    expect(longestTail).toBeLessThan(MAX_UNFINISHED)
  })

  it('keeps as many interfaces as it says', () => {
    begin(true)
    section()
    for (let i: usize = 0; i < MAX_INTERFACES; i++) anInterface(<u32>i, 0)
    packet(<u32>MAX_INTERFACES - 1, TICKS, 1, 1)
    read(FORMAT_UNKNOWN, 100)
    expect(clean).toBe(true)
    expect(linkTypeOf(0)).toBe(<u32>MAX_INTERFACES - 1)
    const last = length
    anInterface(1, 0)
    read(FORMAT_UNKNOWN, 100)
    expect(records).toBe(1)
    expect(damageCode()).toBe(DAMAGE_INTERFACE_LIMIT)
    expect(damageOffset()).toBe(<u64>last)
    expect(damageExpected()).toBe(<u32>MAX_INTERFACES)
  })
})

/** A capture of one section, one interface and one packet, and a block of which the caller makes damage. */
function soundBeginning(): usize {
  begin(true)
  section()
  anInterface(1, 0)
  packet(0, TICKS, 10, 10)
  return length
}

function expectDamage(code: u32, offset: usize, found: u32, expected: u32): void {
  expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
  expect(clean).toBe(false)
  expect(damageCode()).toBe(code, 'code')
  expect(damageOffset()).toBe(<u64>offset, 'offset')
  expect(damageFound()).toBe(found, 'found')
  expect(damageExpected()).toBe(expected, 'expected')
}

describe('damaged pcapng', () => {
  it('has blocks of impossible length', () => {
    const at = soundBeginning()
    put32(4)
    put32(8)
    expectDamage(DAMAGE_BLOCK_LENGTH, at, 8, 12)
    expect(records).toBe(1)
    patch32(at + 4, 0xffffffff)
    expectDamage(DAMAGE_BLOCK_LENGTH, at, 0xffffffff, 0xfffffffc)
    patch32(at, 6)
    patch32(at + 4, 28)
    expectDamage(DAMAGE_BLOCK_LENGTH, at, 28, 32)
    patch32(at, 3)
    patch32(at + 4, 12)
    expectDamage(DAMAGE_BLOCK_LENGTH, at, 12, 16)
    patch32(at, 1)
    patch32(at + 4, 16)
    expectDamage(DAMAGE_BLOCK_LENGTH, at, 16, 20)
  })

  it('has packets longer than their blocks', () => {
    let at = soundBeginning()
    packet(0, TICKS, 10, 10)
    patch32(at + 20, 13)
    expectDamage(DAMAGE_BLOCK_LENGTH, at, 44, 48)
    at = soundBeginning()
    simplePacket(9, 8)
    expectDamage(DAMAGE_BLOCK_LENGTH, at, 24, 28)
  })

  it('has packets that are too long', () => {
    let at = soundBeginning()
    packet(0, TICKS, 10, 10)
    patch32(at + 20, 0xfffffffd)
    expectDamage(DAMAGE_CAPTURED_LENGTH, at, 0xfffffffd, <u32>MAX_FRAME)
    at = soundBeginning()
    simplePacket(<u32>MAX_FRAME + 1, 8)
    expectDamage(DAMAGE_CAPTURED_LENGTH, at, <u32>MAX_FRAME + 1, <u32>MAX_FRAME)
  })

  it('has a trailer that differs; the packet before it still comes out', () => {
    const at = soundBeginning()
    packet(0, TICKS, 10, 10)
    patch32(length - 4, 40)
    packet(0, TICKS, 10, 10)
    expectDamage(DAMAGE_BLOCK_TRAILER, at, 40, 44)
    expect(records).toBe(2)
  })

  it('names interfaces that it does not describe', () => {
    let at = soundBeginning()
    packet(1, TICKS, 10, 10)
    expectDamage(DAMAGE_INTERFACE, at, 1, 1)
    at = soundBeginning()
    oldPacket(0xffff, TICKS, 10, 10)
    expectDamage(DAMAGE_INTERFACE, at, 0xffff, 1)
    begin(false)
    section()
    simplePacket(4, 4)
    expectDamage(DAMAGE_INTERFACE, 28, 0, 0)
    at = soundBeginning()
    section()
    at = length
    packet(0, TICKS, 10, 10)
    expectDamage(DAMAGE_INTERFACE, at, 0, 0)
  })

  it('has options of impossible length', () => {
    let at = soundBeginning()
    beginInterface(1, 0)
    option(9, 2, 6)
    endBlock()
    expectDamage(DAMAGE_OPTION_LENGTH, at, 2, 1)
    at = soundBeginning()
    beginInterface(1, 0)
    option(14, 4, 6)
    endBlock()
    expectDamage(DAMAGE_OPTION_LENGTH, at, 4, 8)
    at = soundBeginning()
    beginInterface(1, 0)
    option(1, 4, 6)
    put16(1)
    put16(65535)
    endBlock()
    expectDamage(DAMAGE_OPTION_LENGTH, at, 65535, 0)
  })

  it('has a section without byte order, or of another version', () => {
    let at = soundBeginning()
    section()
    patch32(at + 8, 0x1a2b3c4e)
    expectDamage(DAMAGE_BYTE_ORDER_MAGIC, at, 0x1a2b3c4e, 0x1a2b3c4d)
    at = soundBeginning()
    section()
    patch32(at + 12, 0x00020000)
    expectDamage(DAMAGE_VERSION, at, 2, 1)
    at = soundBeginning()
    section()
    patch32(at + 4, 24)
    expectDamage(DAMAGE_BLOCK_LENGTH, at, 24, 28)
  })

  it('ends inside a block', () => {
    const at = soundBeginning()
    packet(0, TICKS, 10, 10)
    const whole = length
    for (let end = at + 1; end < whole; end++) {
      cut(end)
      expectDamage(DAMAGE_TRUNCATED, at, <u32>(end - at), end - at < 8 ? 12 : 44)
      expect(records).toBe(end - at < 38 ? 1 : 2)
    }
    soundBeginning()
    section()
    cut(at + 15)
    expectDamage(DAMAGE_TRUNCATED, at, 15, 28)
    cut(at + 17)
    expectDamage(DAMAGE_TRUNCATED, at, 17, 28)
    cut(9)
    expectDamage(DAMAGE_TRUNCATED, 0, 9, 28)
  })

  it('is none where pcapng is asked for', () => {
    begin(false)
    put32(0xa1b2c3d4)
    putBytes(0, 100)
    read(FORMAT_PCAPNG, 1)
    expect(damageCode()).toBe(DAMAGE_UNKNOWN_MAGIC)
    expect(damageFound()).toBe(0xd4c3b2a1)
  })
})
