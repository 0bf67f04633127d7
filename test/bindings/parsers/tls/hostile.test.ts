import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHANGE_CIPHER_SPEC, certificate, clientHello, extension, record, records, serverHello, text } from './build'
import { read, type Step } from './support'

// FLOWSCOPE_CASES=1000000 for a long run.
const { FLOWSCOPE_CASES = 2000 } = process.env
const RUNS = Number(FLOWSCOPE_CASES)
const LONG = 60 * 60 * 1000

const HELLO = records(
  clientHello({
    extensions: [extension.sni('a.example'), extension.alpn('h2'), extension.groups(29), extension.versions(0x0304)],
  }),
)
const ANSWER = [...records([...serverHello(), ...certificate([1, 2, 3])], 20), ...CHANGE_CIPHER_SPEC]
const SESSION: Step[] = [
  ['responder', text('220 ready\r\n')],
  ['initiator', [...text('STARTTLS\r\n'), ...HELLO]],
  ['responder', ANSWER],
  ['initiator', record(21, [2, 40])],
]

const side = fc.constantFrom('initiator' as const, 'responder' as const)
const junk = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.constantFrom(HELLO, ANSWER, HELLO.slice(0, 40), CHANGE_CIPHER_SPEC).map((bytes) => Uint8Array.from(bytes)),
  // Headers that promise anything.
  fc
    .tuple(fc.constantFrom(20, 21, 22, 23, 24, 128), fc.uint8Array({ minLength: 4, maxLength: 40 }))
    .map(([type, rest]) => Uint8Array.of(type, 3, 3, ...rest)),
)
const step: fc.Arbitrary<Step> = fc.tuple(side, fc.oneof(junk, fc.nat({ max: 100_000 })))

describe('any input', () => {
  it(
    'is read without a throw',
    () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
          const { parser } = read(steps, { maxHandshakeBytes: 200, searchBytes: 100 })
          parser.fin('initiator')
          parser.fin('responder')
          expect(parser.isDone).toBe(true)
        }),
        { numRuns: RUNS },
      )
    },
    LONG,
  )

  it(
    'says the same however it is cut',
    () => {
      const pieces = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 })
      fc.assert(
        fc.property(fc.array(step, { maxLength: 8 }), pieces, (steps, lengths) => {
          const whole = read(steps, { searchBytes: 100 })
          const cut = read(steps, { searchBytes: 100 }, cutter(lengths))
          expect([cut.messages, cut.done, cut.parser.counters]).toEqual([
            whole.messages,
            whole.done,
            whole.parser.counters,
          ])
        }),
        { numRuns: Math.ceil(RUNS / 2) },
      )
    },
    LONG,
  )

  it(
    'may be a session with any of its bytes changed',
    () => {
      const changes = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 400 }), fc.nat({ max: 255 })), {
        maxLength: 6,
      })
      fc.assert(
        fc.property(changes, (list) => {
          const steps = SESSION.map(([of, bytes]) => [of, Uint8Array.from(bytes as number[])] as const)
          for (const [i, at, value] of list) {
            const bytes = steps[i]?.[1]
            if (bytes) bytes[at % bytes.length] = value
          }
          const { messages } = read(steps)
          expect(messages.length).toBeLessThan(20)
        }),
        { numRuns: RUNS },
      )
    },
    LONG,
  )
})

it('does not take memory for lengths that are only promised', () => {
  const promise = [22, 3, 1, 0x40, 0, 1, 0x07, 0xff, 0xff, 3, 3]
  const before = process.memoryUsage().arrayBuffers
  const parsers = Array.from({ length: 200 }, () => read([['initiator', promise]]).parser)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(parsers.length * 16_384)
})

it('does not take long for a hello of nothing but extensions', () => {
  const extensions = Array.from({ length: 16_000 }, (_, i) => extension.empty(i * 3))
  const bytes = records(clientHello({ extensions }))
  const start = performance.now()
  read([['initiator', bytes]])
  expect(performance.now() - start).toBeLessThan(500)
})

function cutter(lengths: number[]): (bytes: Uint8Array) => Uint8Array[] {
  return (bytes) => {
    const pieces: Uint8Array[] = []
    let at = 0
    for (let i = 0; at < bytes.length; i++) {
      const length = lengths[i % lengths.length] ?? 1
      pieces.push(bytes.subarray(at, at + length))
      at += length
    }
    return pieces
  }
}
