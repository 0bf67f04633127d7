import {
  DAMAGE_CAPTURED_LENGTH,
  DAMAGE_RECORD_LENGTH,
  DAMAGE_TRUNCATED,
  DAMAGE_UNKNOWN_MAGIC,
  DAMAGE_VERSION,
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
  put32,
  put64,
  putBytes,
  read,
  readsAlikeInPieces,
  records,
  timeOf,
  wireOf,
} from './capture'

const WHOLE: usize = 1048576

function fileHeader(version: u32, datalink: u32): void {
  begin(true)
  put64(0x736e6f6f70000000)
  put32(version)
  put32(datalink)
}

function record(captured: u32, wire: u32, padding: u32): void {
  put32(wire)
  put32(captured)
  put32(24 + captured + padding)
  put32(0xffffffff) // drops
  put32(4000000000)
  put32(123456)
  putBytes(captured, <usize>captured)
  putBytes(0xff, <usize>padding)
}

function linkTypeFor(datalink: u32): u32 {
  fileHeader(2, datalink)
  record(1, 1, 3)
  read(FORMAT_UNKNOWN, WHOLE)
  return linkTypeOf(0)
}

describe('snoop', () => {
  it('reads records with padding of any length', () => {
    fileHeader(2, 4)
    record(61, 1500, 3)
    record(0, 0, 0)
    record(5, 5, 100)
    record(5, 5, 3)
    expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
    expect(clean).toBe(true)
    expect(records).toBe(4)
    expect(timeOf(0)).toBe(4000000000123456000)
    expect(capturedOf(0)).toBe(61)
    expect(wireOf(0)).toBe(1500)
    expect(linkTypeOf(0)).toBe(1)
  })

  it('skips long padding without holding it back', () => {
    fileHeader(2, 4)
    record(5, 5, 600000)
    record(6, 6, 2)
    read(FORMAT_UNKNOWN, 4099)
    expect(clean).toBe(true)
    expect(records).toBe(2)
    expect(longestTail).toBeLessThan(64)
  })

  it('fills many batches', () => {
    fileHeader(2, 4)
    for (let i: u32 = 0; i < 200; i++) record(i, i, i & 7)
    expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
    expect(clean).toBe(true)
    expect(records).toBe(200)
  })

  it('maps datalink types', () => {
    expect(linkTypeFor(0)).toBe(1)
    expect(linkTypeFor(2)).toBe(6)
    expect(linkTypeFor(8)).toBe(10)
    expect(linkTypeFor(9)).toBe(0)
    expect(linkTypeFor(12)).toBe(1)
    expect(linkTypeFor(18)).toBe(123)
    expect(linkTypeFor(0x80000005)).toBe(226)
    expect(linkTypeFor(3)).toBe(0x10003)
  })
})

describe('damaged snoop', () => {
  it('has records of impossible length', () => {
    fileHeader(2, 4)
    record(4, 4, 0)
    record(4, 4, 0)
    patch32(52, 27)
    expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
    expect(records).toBe(1)
    expect(damageCode()).toBe(DAMAGE_RECORD_LENGTH)
    expect(damageOffset()).toBe(44)
    expect(damageFound()).toBe(27)
    expect(damageExpected()).toBe(28)
    patch32(48, 0xffffffff)
    read(FORMAT_UNKNOWN, 1)
    expect(damageCode()).toBe(DAMAGE_CAPTURED_LENGTH)
    expect(damageFound()).toBe(0xffffffff)
    expect(damageExpected()).toBe(<u32>MAX_FRAME)
  })

  it('ends inside a record', () => {
    fileHeader(2, 4)
    record(4, 4, 8)
    const whole = length
    for (let end: usize = 17; end < whole; end++) {
      cut(end)
      expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
      expect(records).toBe(end < 44 ? 0 : 1)
      expect(damageCode()).toBe(DAMAGE_TRUNCATED)
      expect(damageOffset()).toBe(16)
      expect(damageFound()).toBe(<u32>end - 16)
      expect(damageExpected()).toBe(end < 40 ? 24 : 36)
    }
    cut(15)
    read(FORMAT_UNKNOWN, 1)
    expect(damageOffset()).toBe(0)
    expect(damageExpected()).toBe(16)
  })

  it('has another version or magic number', () => {
    fileHeader(1, 4)
    read(FORMAT_UNKNOWN, 1)
    expect(damageCode()).toBe(DAMAGE_VERSION)
    expect(damageFound()).toBe(1)
    fileHeader(2, 4)
    patch32(4, 0x70000001)
    read(FORMAT_UNKNOWN, 1)
    expect(damageCode()).toBe(DAMAGE_UNKNOWN_MAGIC)
    expect(damageFound()).toBe(0x736e6f6f)
  })
})
