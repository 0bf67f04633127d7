import { toNanoseconds } from '../timestamps'

const SECOND: u64 = 1000000000
const PRECISE: u64 = 1700000000 * SECOND + 123456789
const BINARY: u32 = 0x80

describe('pcapng time stamps', () => {
  it('count powers of ten', () => {
    expect(toNanoseconds(1700000000, 0, 0)).toBe(1700000000 * SECOND)
    expect(toNanoseconds(1700000000123, 3, 0)).toBe(1700000000123000000)
    expect(toNanoseconds(1700000000123456, 6, 0)).toBe(1700000000123456000)
    expect(toNanoseconds(PRECISE, 9, 0)).toBe(PRECISE)
    expect(toNanoseconds(PRECISE, 12, 0)).toBe(1700000000123456)
  })

  it('round down what is finer than a nanosecond', () => {
    expect(toNanoseconds(u64.MAX_VALUE, 19, 0)).toBe(1844674407)
    expect(toNanoseconds(u64.MAX_VALUE, 20, 0)).toBe(184467440)
    expect(toNanoseconds(u64.MAX_VALUE, 28, 0)).toBe(1)
    expect(toNanoseconds(u64.MAX_VALUE, 29, 0)).toBe(0)
    expect(toNanoseconds(u64.MAX_VALUE, 127, 0)).toBe(0)
  })

  it('count powers of two', () => {
    expect(toNanoseconds(1700000000, BINARY | 0, 0)).toBe(1700000000 * SECOND)
    expect(toNanoseconds((1700000000 << 10) | 512, BINARY | 10, 0)).toBe(1700000000 * SECOND + 500000000)
    expect(toNanoseconds((1700000000 << 32) | 0x40000000, BINARY | 32, 0)).toBe(1700000000 * SECOND + 250000000)
    expect(toNanoseconds(u64.MAX_VALUE, BINARY | 63, 0)).toBe(1999999999)
    expect(toNanoseconds(u64.MAX_VALUE, BINARY | 64, 0)).toBe(999999999)
    expect(toNanoseconds(u64.MAX_VALUE, BINARY | 93, 0)).toBe(1)
    expect(toNanoseconds(u64.MAX_VALUE, BINARY | 94, 0)).toBe(0)
    expect(toNanoseconds(u64.MAX_VALUE, BINARY | 127, 0)).toBe(0)
  })

  it('are moved by a signed offset in seconds', () => {
    expect(toNanoseconds(1500000, 6, 1700000000)).toBe(1700000001500000000)
    expect(toNanoseconds(1700000001500000, 6, -1700000000)).toBe(1500000000)
    expect(toNanoseconds(1 << 40, 0, -(1 << 40) + 5)).toBe(5 * SECOND)
    expect(toNanoseconds(1 << 63, 0, i64.MIN_VALUE)).toBe(0)
  })

  it('stop at the first and the last time that nanoseconds can tell', () => {
    expect(toNanoseconds(1500000, 6, -1)).toBe(500000000)
    expect(toNanoseconds(1500000, 6, -2)).toBe(0)
    expect(toNanoseconds(0, 6, i64.MIN_VALUE)).toBe(0)
    expect(toNanoseconds(u64.MAX_VALUE, 6, 0)).toBe(u64.MAX_VALUE)
    expect(toNanoseconds(u64.MAX_VALUE, 0, i64.MAX_VALUE)).toBe(u64.MAX_VALUE)
    expect(toNanoseconds(709551615, 9, 18446744073)).toBe(u64.MAX_VALUE)
    expect(toNanoseconds(709551614, 9, 18446744073)).toBe(u64.MAX_VALUE - 1)
    expect(toNanoseconds(709551616, 9, 18446744073)).toBe(u64.MAX_VALUE)
  })
})
