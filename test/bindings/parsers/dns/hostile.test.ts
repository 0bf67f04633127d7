import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FlowKey } from '../../../../bindings'
import { type DnsService, dns } from '../../../../bindings/parsers/dns'
import { concat } from '../../../support/frames/layer'
import { RDATA_VECTORS } from './rdata-vectors'
import {
  decode,
  framed,
  fromHex,
  messageBytes,
  pointer,
  questionBytes,
  RESPONSE,
  recordBytes,
  seconds,
} from './support'

// FLOWSCOPE_CASES=1000000 for a long run.
const { FLOWSCOPE_CASES = 500 } = process.env
const RUNS = Number(FLOWSCOPE_CASES)
const LONG = 60 * 60 * 1000

const service = fc.constantFrom<DnsService>('dns', 'mdns', 'llmnr')

/** A message with a record of every type, so that mutations reach every format. */
const RICH = messageBytes({
  flags: RESPONSE,
  questions: [questionBytes([7, ...new TextEncoder().encode('example'), 0])],
  answers: RDATA_VECTORS.map(([, wire], i) =>
    recordBytes(pointer(12), [1, 16, 33, 46, 47, 64][i % 6] ?? 1, fromHex(wire)),
  ),
})

const anyType = fc.oneof(
  fc.integer({ min: 1, max: 65 }),
  fc.constantFrom(99, 104, 108, 249, 250, 256, 257, 260, 65_400),
)

const record = fc
  .tuple(
    fc.constantFrom<number[]>([0], pointer(12), pointer(20), [1, 97, 0]),
    anyType,
    fc.uint8Array({ maxLength: 60 }),
  )
  .map(([name, type, data]) => recordBytes(name, type, data))

const made = fc
  .tuple(fc.array(record, { maxLength: 6 }), fc.array(record, { maxLength: 3 }))
  .map(([answers, additionals]) => messageBytes({ questions: [questionBytes([0])], answers, additionals }))

const mutated = fc
  .tuple(fc.array(fc.tuple(fc.nat(RICH.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 20 }), fc.nat(200))
  .map(([changes, cut]) => {
    const bytes = RICH.slice(0, RICH.length - cut)
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
    return bytes
  })

const hostile = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 300 }), made, mutated)

describe('hostile input', () => {
  it(
    'is decoded without a throw, into text that can be printed',
    () => {
      fc.assert(
        fc.property(hostile, service, (bytes, of) => {
          const message = decode(bytes, of)
          const records = [...message.answers, ...message.authorities, ...message.additionals]
          // One expectation a message: they are what takes the time.
          const wrong = records.filter(
            ({ name, data = ' ', offset, dataOffset }) =>
              !/^[\x21-\x7e]*$/.test(name) ||
              !/^[\x20-\x7e]+$/.test(data) ||
              offset >= dataOffset ||
              dataOffset > bytes.length,
          )
          expect([wrong, message.anomalies.filter(({ offset }) => offset > bytes.length)]).toEqual([[], []])
        }),
        { numRuns: RUNS },
      )
    },
    LONG,
  )

  it(
    'of streams is taken without a throw',
    () => {
      const step = fc.tuple(
        fc.constantFrom('initiator' as const, 'responder' as const),
        fc.oneof(hostile.map(framed), hostile, fc.integer({ min: 1, max: 500 })),
      )
      fc.assert(
        fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
          const parser = dns({ maxSearch: 2000, maxMessage: 400, maxPending: 3 })
          const flow = parser[0].create({ kind: 'custom' } as FlowKey)
          for (const [side, bytes] of steps) {
            if (typeof bytes === 'number')
              flow.gap?.(side, { offset: 0, length: bytes, reason: 'timeout' } as never, seconds(1))
            else flow.feed(side, bytes, seconds(1), 0)
          }
          flow.tick?.(seconds(100))
          flow.fin?.('initiator', seconds(100), 0, 'flow_ended')
          flow.fin?.('responder', seconds(100), 0, 'flow_ended')
          expect(flow.isDone).toBe(true)
          expect(parser.stats.correlator.pending).toBe(0)
        }),
        { numRuns: Math.ceil(RUNS / 4) },
      )
    },
    LONG,
  )

  it('does not take long: the longest message of records with the longest names', () => {
    const label = [63, ...new Uint8Array(63).fill(0xff)]
    const longest = [...label, ...label, ...label, 61, ...new Uint8Array(61).fill(0xff), 0]
    const answers = Array.from({ length: 5000 }, (_, i) =>
      recordBytes(pointer(12 + (i % 60)), 2, pointer(12 + (i % 60))),
    )
    const bytes = messageBytes({ flags: RESPONSE, questions: [questionBytes(longest)], answers }).subarray(0, 65_535)
    const start = performance.now()
    decode(bytes)
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it('keeps no more than a message of a stream that never ends', () => {
    const flow = dns()[0].create({ kind: 'custom' } as FlowKey)
    const endless = concat([0xff, 0xff], RICH.subarray(0, 12))
    flow.feed('initiator', endless, seconds(1), 0)
    for (let i = 0; i < 1000; i++) flow.feed('initiator', new Uint8Array(1000), seconds(1), 0)
    expect(flow.isDone).toBe(false)
  })
})
