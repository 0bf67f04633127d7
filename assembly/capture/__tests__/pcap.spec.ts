import {
  DAMAGE_CAPTURED_LENGTH,
  DAMAGE_LINK_TYPE,
  DAMAGE_NONE,
  DAMAGE_TRUNCATED,
  DAMAGE_UNKNOWN_MAGIC,
  DAMAGE_VERSION,
  FORMAT_PCAP,
  FORMAT_UNKNOWN,
  MAX_FRAME,
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
  putBytes,
  read,
  readsAlikeInPieces,
  records,
  timeOf,
  wireOf,
} from './capture'

const MICROSECONDS: u32 = 0xa1b2c3d4
const NANOSECONDS: u32 = 0xa1b23c4d
const KUZNETZOV: u32 = 0xa1b2cd34
const WHOLE: usize = 1048576
const PRECISE: u64 = 1700000000 * 1000000000 + 123456789

function fileHeader(magic: u32, major: u32, minor: u32, linkType: u32): void {
  put32(magic)
  put16(major)
  put16(minor)
  put32(0xffffffff) // reserved: to be ignored
  put32(0xffffffff)
  put32(100) // snap length
  put32(linkType)
}

function recordHeader(seconds: u32, fraction: u32, third: u32, fourth: u32): void {
  put32(seconds)
  put32(fraction)
  put32(third)
  put32(fourth)
}

/** A record whose frame is `captured` bytes of the same value. */
function record(seconds: u32, fraction: u32, captured: u32, wire: u32): void {
  recordHeader(seconds, fraction, captured, wire)
  putBytes(captured, <usize>captured)
}

describe('pcap', () => {
  it('reads both byte orders', () => {
    for (let order = 0; order < 2; order++) {
      begin(order == 1)
      fileHeader(MICROSECONDS, 2, 4, 101)
      record(1700000000, 123456, 60, 60)
      record(1700000001, 999999, 0, 1500)
      record(1700000000, 0, 33, 4000000000)
      expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
      expect(records).toBe(3)
      expect(clean).toBe(true)
      expect(damageCode()).toBe(DAMAGE_NONE)
      expect(timeOf(0)).toBe(1700000000123456000)
      expect(timeOf(1)).toBe(1700000001999999000)
      expect(capturedOf(0)).toBe(60)
      expect(capturedOf(1)).toBe(0)
      expect(wireOf(1)).toBe(1500)
      expect(wireOf(2)).toBe(4000000000)
      expect(linkTypeOf(2)).toBe(101)
    }
  })

  it('reads nanoseconds', () => {
    begin(false)
    fileHeader(NANOSECONDS, 2, 4, 1)
    record(1700000000, 123456789, 20, 20)
    read(FORMAT_UNKNOWN, WHOLE)
    expect(timeOf(0)).toBe(PRECISE)
  })

  it('counts seconds without a sign', () => {
    begin(true)
    fileHeader(MICROSECONDS, 2, 4, 1)
    record(0xffffffff, 0, 1, 1)
    record(1, 0xffffffff, 1, 1) // more microseconds than a second has
    read(FORMAT_UNKNOWN, WHOLE)
    expect(timeOf(0)).toBe(4294967295000000000)
    expect(timeOf(1)).toBe(4295967295000)
  })

  it("reads Kuznetzov's longer record headers", () => {
    for (let order = 0; order < 2; order++) {
      begin(order == 1)
      fileHeader(KUZNETZOV, 2, 4, 1)
      for (let i: u32 = 0; i < 3; i++) {
        recordHeader(7, i, 5, 9)
        putBytes(0xff, 8)
        putBytes(i, 5)
      }
      expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
      expect(clean).toBe(true)
      expect(records).toBe(3)
      expect(timeOf(2)).toBe(7000002000)
      expect(wireOf(2)).toBe(9)
    }
  })

  it("reads Ixia's longer file headers", () => {
    begin(false)
    fileHeader(0x1c0001ac, 2, 4, 1)
    put32(18)
    record(7, 1, 2, 2)
    expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
    expect(clean).toBe(true)
    expect(timeOf(0)).toBe(7000000001)

    begin(true)
    fileHeader(0x1c0001ab, 2, 4, 1)
    put32(18)
    record(7, 1, 2, 2)
    read(FORMAT_UNKNOWN, 1)
    expect(clean).toBe(true)
    expect(timeOf(0)).toBe(7000001000)

    cut(27)
    read(FORMAT_UNKNOWN, 1)
    expect(damageCode()).toBe(DAMAGE_TRUNCATED)
    expect(damageExpected()).toBe(28)
  })

  it('takes the lengths of old versions in their order', () => {
    begin(false)
    fileHeader(MICROSECONDS, 2, 2, 1)
    recordHeader(1, 0, 60, 4)
    putBytes(0, 4)
    read(FORMAT_UNKNOWN, 1)
    expect(clean).toBe(true)
    expect(capturedOf(0)).toBe(4)
    expect(wireOf(0)).toBe(60)

    begin(false)
    fileHeader(MICROSECONDS, 543, 0, 1)
    recordHeader(1, 0, 60, 4)
    putBytes(0, 4)
    read(FORMAT_UNKNOWN, 1)
    expect(clean).toBe(true)
    expect(capturedOf(0)).toBe(4)

    begin(false)
    fileHeader(MICROSECONDS, 2, 3, 1)
    recordHeader(1, 0, 60, 4)
    putBytes(0, 4)
    recordHeader(1, 0, 4, 60)
    putBytes(0, 4)
    expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
    expect(clean).toBe(true)
    expect(capturedOf(0)).toBe(4)
    expect(capturedOf(1)).toBe(4)
    expect(wireOf(1)).toBe(60)

    cut(length - 1)
    read(FORMAT_UNKNOWN, WHOLE)
    expect(damageCode()).toBe(DAMAGE_TRUNCATED)
    expect(damageFound()).toBe(19)
    expect(damageExpected()).toBe(20)
  })

  it('reads what AIX writes', () => {
    begin(true)
    fileHeader(MICROSECONDS, 2, 2, 6)
    recordHeader(1, 123456789, 60, 4)
    putBytes(0, 4)
    read(FORMAT_UNKNOWN, WHOLE)
    expect(clean).toBe(true)
    expect(timeOf(0)).toBe(1123456789)
    expect(linkTypeOf(0)).toBe(1)
  })

  it('takes the FCS length off the link type', () => {
    begin(false)
    fileHeader(MICROSECONDS, 2, 4, 0x24000001)
    record(1, 0, 4, 4)
    read(FORMAT_UNKNOWN, WHOLE)
    expect(linkTypeOf(0)).toBe(1)
  })

  it('accepts frames longer than the snap length or than they were on the wire', () => {
    begin(false)
    fileHeader(MICROSECONDS, 2, 4, 1)
    record(1, 0, 200, 150)
    read(FORMAT_UNKNOWN, WHOLE)
    expect(clean).toBe(true)
    expect(capturedOf(0)).toBe(200)
    expect(wireOf(0)).toBe(150)
  })

  it('accepts a capture without records', () => {
    begin(false)
    fileHeader(MICROSECONDS, 2, 4, 1)
    expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
    expect(clean).toBe(true)
    expect(records).toBe(0)
  })

  it('fills many batches', () => {
    begin(false)
    fileHeader(MICROSECONDS, 2, 4, 1)
    for (let i: u32 = 0; i < 1000; i++) record(i, 0, i & 15, 60)
    expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
    expect(clean).toBe(true)
    expect(records).toBe(1000)
    expect(timeOf(999)).toBe(999000000000)
  })

  it('reads the longest frame, and holds no more back', () => {
    begin(false)
    fileHeader(MICROSECONDS, 2, 4, 1)
    record(1, 0, <u32>MAX_FRAME, <u32>MAX_FRAME)
    record(2, 0, 1, 1)
    read(FORMAT_UNKNOWN, 999)
    expect(clean).toBe(true)
    expect(records).toBe(2)
    expect(longestTail).toBeLessThan(MAX_FRAME + 16)
  })
})

describe('damaged pcap', () => {
  it('has a record that is too long', () => {
    begin(false)
    fileHeader(MICROSECONDS, 2, 4, 1)
    record(1, 0, 10, 10)
    recordHeader(1, 0, <u32>MAX_FRAME + 1, 10)
    expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
    expect(records).toBe(1)
    expect(damageCode()).toBe(DAMAGE_CAPTURED_LENGTH)
    expect(damageOffset()).toBe(50)
    expect(damageFound()).toBe(<u32>MAX_FRAME + 1)
    expect(damageExpected()).toBe(<u32>MAX_FRAME)

    patch32(58, 0xffffffff)
    read(FORMAT_UNKNOWN, 3)
    expect(damageFound()).toBe(0xffffffff)
  })

  it('ends inside a record', () => {
    begin(true)
    fileHeader(MICROSECONDS, 2, 4, 1)
    record(1, 0, 10, 10)
    record(1, 0, 10, 10)
    cut(length - 1)
    expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
    expect(records).toBe(1)
    expect(damageCode()).toBe(DAMAGE_TRUNCATED)
    expect(damageOffset()).toBe(50)
    expect(damageFound()).toBe(25)
    expect(damageExpected()).toBe(26)
  })

  it('ends inside a record header', () => {
    begin(false)
    fileHeader(MICROSECONDS, 2, 4, 1)
    putBytes(0, 15)
    expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
    expect(damageCode()).toBe(DAMAGE_TRUNCATED)
    expect(damageOffset()).toBe(24)
    expect(damageFound()).toBe(15)
    expect(damageExpected()).toBe(16)
  })

  it('ends inside the file header', () => {
    begin(false)
    fileHeader(MICROSECONDS, 2, 4, 1)
    cut(23)
    expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
    expect(damageCode()).toBe(DAMAGE_TRUNCATED)
    expect(damageOffset()).toBe(0)
    expect(damageFound()).toBe(23)
    expect(damageExpected()).toBe(24)
  })

  it('has another major version', () => {
    begin(true)
    fileHeader(MICROSECONDS, 3, 4, 1)
    expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
    expect(damageCode()).toBe(DAMAGE_VERSION)
    expect(damageFound()).toBe(3)
    expect(damageExpected()).toBe(2)
  })

  it('has reserved bits in the link type', () => {
    begin(true)
    fileHeader(MICROSECONDS, 2, 4, 0x02240002)
    read(FORMAT_UNKNOWN, WHOLE)
    expect(damageCode()).toBe(DAMAGE_LINK_TYPE)
    expect(damageFound()).toBe(0x02240002)
  })

  it('is none where pcap is asked for', () => {
    begin(true)
    put32(0x0a0d0d0a)
    putBytes(0, 100)
    read(FORMAT_PCAP, 1)
    expect(damageCode()).toBe(DAMAGE_UNKNOWN_MAGIC)
    expect(damageFound()).toBe(0x0a0d0d0a)
  })
})
