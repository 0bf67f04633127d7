import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Timestamp } from '../../../bindings'
import { nanosecondHalves } from '../../../bindings/packet/timestamp'

const nanosecondsOf64Bits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })

describe('Timestamp', () => {
  it('keeps every nanosecond of 64 bits', () => {
    fc.assert(
      fc.property(nanosecondsOf64Bits, (nanoseconds) => {
        expect(Timestamp.fromNanoseconds(nanoseconds).toNanoseconds()).toBe(nanoseconds)
      }),
    )
  })

  it('halves without loss', () => {
    fc.assert(
      fc.property(nanosecondsOf64Bits, (nanoseconds) => {
        const [low, high] = nanosecondHalves(Timestamp.fromNanoseconds(nanoseconds))
        expect((BigInt(high) << 32n) | BigInt(low)).toBe(nanoseconds)
      }),
    )
  })

  it('orders as numbers do', () => {
    fc.assert(
      fc.property(nanosecondsOf64Bits, nanosecondsOf64Bits, (a, b) => {
        const sign = Timestamp.fromNanoseconds(a).compare(Timestamp.fromNanoseconds(b))
        expect(Math.sign(sign)).toBe(a < b ? -1 : a > b ? 1 : 0)
      }),
    )
  })

  it('prints nine digits', () => {
    const time = new Timestamp(1234, 1)
    expect(String(time)).toBe('1234.000000001')
    expect(time.toISOString()).toBe('1970-01-01T00:20:34.000000001Z')
    expect(JSON.stringify({ time })).toBe('{"time":"1970-01-01T00:20:34.000000001Z"}')
    expect(new Timestamp(1369170377, 123456789).toISOString()).toBe('2013-05-21T21:06:17.123456789Z')
    expect(Timestamp.MAX.toISOString()).toBe('2554-07-21T23:34:33.709551615Z')
  })

  it('converts from and to Date', () => {
    const date = new Date('2024-02-29T12:34:56.789Z')
    expect(Timestamp.fromDate(date)).toEqual(new Timestamp(1709210096, 789_000_000))
    expect(new Timestamp(1709210096, 789_999_999).toDate()).toEqual(date)
    expect(Timestamp.now().toDate().getTime()).toBeCloseTo(Date.now(), -3)
    expect(() => Timestamp.fromDate(new Date(Number.NaN))).toThrow(RangeError)
    expect(() => Timestamp.fromDate(new Date(-1))).toThrow(RangeError)
  })

  it('saturates', () => {
    const [early, late] = [new Timestamp(1, 999_999_999), new Timestamp(3, 1)]
    expect(late.saturatingSub(early)).toBe(1_000_000_002n)
    expect(early.saturatingSub(late)).toBe(0n)
    expect(early.saturatingAdd(2n)).toEqual(new Timestamp(2, 1))
    expect(early.saturatingAdd(-3_000_000_000n)).toBe(Timestamp.ZERO)
    expect(Timestamp.MAX.saturatingAdd(1n)).toBe(Timestamp.MAX)
  })

  it.each([
    [-1, 0],
    [0.5, 0],
    [0, -1],
    [0, 1e9],
    [0, 0.5],
    [Number.NaN, 0],
    [0, Number.NaN],
    [18_446_744_074, 0],
    [18_446_744_073, 709_551_616],
  ])('refuses %d s and %d ns', (seconds, nanoseconds) => {
    expect(() => new Timestamp(seconds, nanoseconds)).toThrow(RangeError)
  })

  it('refuses what does not fit into 64 bits', () => {
    expect(() => Timestamp.fromNanoseconds(-1n)).toThrow(RangeError)
    expect(() => Timestamp.fromNanoseconds(2n ** 64n)).toThrow(RangeError)
  })

  it('does not let itself be compared with operators', () => {
    expect(() => Number(Timestamp.ZERO)).toThrow(TypeError)
    expect(Timestamp.ZERO.equals(new Timestamp(0))).toBe(true)
  })
})
