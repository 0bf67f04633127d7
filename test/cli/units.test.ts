import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Timestamp } from '../../bindings'
import { clip, elide, pad } from '../../bindings/cli/output/columns'
import { sanitize } from '../../bindings/cli/output/sanitize'
import { formatDateTime, formatTimeOfDay } from '../../bindings/cli/output/times'
import {
  formatBits,
  formatBytes,
  formatCount,
  formatDuration,
  formatPerSecond,
  formatShare,
} from '../../bindings/cli/output/units'
import { jsonText } from '../../bindings/ndjson/json'

describe('quantities', () => {
  it('sets commas between thousands', () => {
    expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567'])
  })

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [1234, '1.23 kB'],
    [12345, '12.3 kB'],
    [123456, '123 kB'],
    [999499, '999 kB'],
    [999500, '1.00 MB'],
    [1.5e18, '1.50 EB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  it('writes rates', () => {
    expect(formatBits(45.6e6)).toBe('45.6 Mbit')
    expect([0.25, 99.9, 12345.6].map(formatPerSecond)).toEqual(['0.25', '99.9', '12,346'])
  })

  it('writes shares, also of nothing', () => {
    expect([formatShare(1, 8), formatShare(0, 0), formatShare(2, 2)]).toEqual(['12.5 %', '0.0 %', '100.0 %'])
  })

  it.each([
    [0n, '0 s'],
    [450n, '450 ns'],
    [12_345n, '12.3 us'],
    [999_900n, '1.00 ms'],
    [1_500_000_000n, '1.50 s'],
    [59_940_000_000n, '59.9 s'],
    [59_999_000_000n, '1m'],
    [125_000_000_000n, '2m 5s'],
    [3_600_000_000_000n, '1h'],
    [12_000_000_000_000n, '3h 20m'],
    [187_200_000_000_000n, '2d 4h'],
  ])('writes %d ns as %s', (nanoseconds, text) => {
    expect(formatDuration(nanoseconds)).toBe(text)
  })

  it('writes durations in eight columns at most, up to a thousand days', () => {
    const thousandDays = 86_400_000_000_000_000n
    fc.assert(fc.property(fc.bigInt(0n, thousandDays), (ns) => formatDuration(ns).length <= 8))
  })
})

describe('times', () => {
  it('writes the same text as Date', () => {
    const seconds = fc.integer({ min: 0, max: 18_446_744_072 })
    const nanoseconds = fc.integer({ min: 0, max: 999_999_999 })
    fc.assert(
      fc.property(seconds, nanoseconds, (s, ns) => {
        const timestamp = new Timestamp(s, ns)
        const date = new Date(s * 1000).toISOString().slice(0, -'.000Z'.length)
        expect(timestamp.toISOString()).toBe(`${date}.${String(ns).padStart(9, '0')}Z`)
      }),
    )
  })

  it('cuts what a table has no room for', () => {
    const timestamp = new Timestamp(1_369_170_377, 123_456_789)
    expect(formatDateTime(timestamp)).toBe('2013-05-21 21:06:17.123456')
    expect(formatTimeOfDay(timestamp)).toBe('21:06:17.123')
  })
})

describe('columns', () => {
  const left = { title: 'L', width: 5 }

  it('pads on the open side and never cuts', () => {
    expect(pad('abc', left)).toBe('abc  ')
    expect(pad('abc', { ...left, align: 'right' })).toBe('  abc')
    expect(pad('abcdefg', left)).toBe('abcdefg')
  })

  it('leaves out the middle, or the end', () => {
    expect(elide('2001:db8::1:443', 9)).toBe('2001…:443')
    expect(clip('abcdefg', 5)).toBe('abcd…')
    expect([elide('abc', 3), clip('abc', 3)]).toEqual(['abc', 'abc'])
  })

  it('keeps to the width', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 50 }), (text, width) => {
        expect(elide(text, width).length).toBeLessThanOrEqual(width)
        expect(clip(text, width).length).toBeLessThanOrEqual(width)
      }),
    )
  })
})

describe('hostile text', () => {
  const hostile = 'a\u001b[2J\u009b31mb\n\u202ec\u2028d\ud800e'

  it('loses what acts on a terminal', () => {
    expect(sanitize(hostile)).toBe('a\ufffd[2J\ufffd31mb\ufffd\ufffdc\ufffdd\ufffde')
    expect(sanitize('/tmp/Ünïcødé 日本.pcap')).toBe('/tmp/Ünïcødé 日本.pcap')
  })

  it('is escaped in JSON, and nothing is lost', () => {
    const text = jsonText(hostile)
    expect(text).toMatch(/^[\x20-\x7e]*$/)
    expect(JSON.parse(text)).toBe(hostile)
  })
})
