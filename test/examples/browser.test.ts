// Parts of examples/browser that need no browser; the page itself is tried in test/runtimes.

import { describe, expect, it } from 'vitest'
import { addressOrder } from '../../examples/browser/address-order'
import { printable } from '../../examples/browser/dom'
import { formatBytes, formatDuration, formatTime, formatTimeOfDay } from '../../examples/browser/format'
import { type AnyMessage, Model } from '../../examples/browser/model'

describe('durations', () => {
  it.each([
    [0, '0 us'],
    [0.0004, '0 us'],
    [0.551, '551 us'],
    [0.9994, '999 us'],
    [0.9996, '1.00 ms'],
    [13.04, '13.0 ms'],
    [999.4, '999 ms'],
    [999.9, '1.00 s'],
    [59_940, '59.9 s'],
    [59_999, '1 min 0 s'],
    [3_599_999, '1 h 0 min'],
    [90_061_000, '25 h 1 min'],
  ])('%d ms are %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text)
  })
})

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [2 ** 53, '9.01 PB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})

describe('times', () => {
  it('have microseconds', () => {
    expect(formatTime(1_369_170_377_123.456)).toBe('2013-05-21 21:06:17.123456')
    expect(formatTimeOfDay(1_369_170_377_123 + 0.9998)).toBe('21:06:17.124000')
    expect(formatTime(0)).toBe('1970-01-01 00:00:00.000000')
  })

  it('that no calendar has are empty', () => {
    expect([formatTime(Number.NaN), formatTime(1e20)]).toEqual(['', ''])
  })
})

describe('endpoints', () => {
  it('are in the order of their addresses, then of their ports', () => {
    const ordered = [
      '2.0.0.1',
      '9.255.0.0:80',
      '10.0.0.2:9',
      '10.0.0.2:80',
      '10.0.0.10:80',
      '192.0.2.1:443',
      '::',
      '::1',
      '[::1]:80',
      '[::1]:443',
      '[::a]:1',
      '[::10]:1',
      '[2001:db8::1]:1',
      '[2001:db8::1:1]:1',
      '[2001:db8:0:1::1]:1',
      'fe80::1:2:3:4',
    ]
    const shuffled = [...ordered].sort((a, b) =>
      a.split('').reverse().join('') < b.split('').reverse().join('') ? -1 : 1,
    )
    expect(shuffled).not.toEqual(ordered)
    expect(shuffled.sort((a, b) => (addressOrder(a) < addressOrder(b) ? -1 : 1))).toEqual(ordered)
  })
})

describe('text', () => {
  it('shows what acts or hides as its code', () => {
    expect(printable('a\u202eb\u0000c\u2028d\u200ee\ud800f')).toBe('a\\u{202e}b\\u{0}c\\u{2028}d\\u{200e}e\\u{d800}f')
    expect(printable('<b>ä\n€ 🙂</b>')).toBe('<b>ä\n€ 🙂</b>')
  })
})

describe('the model', () => {
  /** A message with so many characters. */
  const message = (flow: number, characters: number) =>
    ({
      kind: 'message',
      protocol: 'http',
      flow,
      timestamp: { seconds: 1, nanoseconds: 5_000 },
      message: { kind: 'request', host: 'h'.repeat(characters) },
    }) as unknown as AnyMessage
  const start = (model: Model, flow: number) =>
    model.start(flow, undefined as never, 0, 'tcp', ['192.0.2.1:1', '192.0.2.2:80'])

  it('lists so many flows and messages, and counts the rest', () => {
    const model = new Model()
    for (let flow = 1; flow <= 300_010; flow++) {
      start(model, flow)
      model.add(message(flow, 1))
    }
    expect([model.flows.length, model.messages.length]).toEqual([300_000, 300_000])
    expect([model.flowCount, model.messageCount]).toEqual([300_010, 300_010])
    expect(model.unlisted).toEqual({ flows: 10, messages: 10 })
  })

  it('lists so many bytes of messages', () => {
    const model = new Model()
    start(model, 1)
    const large = message(1, 1 << 20)
    for (let i = 0; i < 200; i++) model.add(large)
    // Two bytes a character, up to 256 MiB.
    expect(model.messages.length).toBeGreaterThan(120)
    expect(model.messages.length).toBeLessThan(130)
    expect(model.messageCount).toBe(200)
    expect(model.unlisted.messages).toBe(200 - model.messages.length)
    expect(model.flows[0]).toMatchObject({ application: 'http', name: 'h'.repeat(256) })
  })

  it('lists so many messages with one flow', () => {
    const model = new Model()
    start(model, 1)
    for (let i = 0; i < 2_500; i++) model.add(message(1, 1))
    expect([model.flows[0]?.messages.length, model.messages.length]).toEqual([2_000, 2_500])
  })
})
