import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detectHttp, wholeBodies } from '../../../../bindings/parsers/http'
import { bytesOf, CONVERSATIONS, converse, type Step } from './support'

/** A longer run: `FLOWSCOPE_CASES=1000000 npx vitest run test/bindings/parsers/http/hostile.test.ts`. */
const { FLOWSCOPE_CASES = 1000 } = process.env
const CASES = Number(FLOWSCOPE_CASES)

const WORDS = [
  'GET / HTTP/1.1\r\n',
  'POST /x HTTP/1.1\r\n',
  'HEAD / HTTP/1.0\r\n',
  'CONNECT h:1 HTTP/1.1\r\n',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 101 x\r\n',
  'HTTP/1.0 204\n',
  'Content-Length: 3\r\n',
  'Content-Length: 9999999999\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Upgrade: h2c\r\n',
  ' folded\r\n',
  ':\r\n',
  '\r\n',
  '\n',
  '\r',
  '0\r\n\r\n',
  '3\r\nabc\r\n',
  'fffffffffffff\r\n',
  '__proto__: 1\r\n',
  'GET /old\r\n',
  'PRI * HTTP/2.0\r\n\r\n',
]

const side = fc.constantFrom('client' as const, 'server' as const)

const bytes = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...WORDS), { maxLength: 6 }).map((words) => bytesOf(words.join(''))),
  },
  fc.uint8Array({ maxLength: 40 }),
)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ from: side, bytes }) },
  fc.record({ from: side, gap: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.maxSafeNat()) }),
  fc.record({ end: fc.constantFrom('fin' as const, 'rst' as const) }),
)

const OPTIONS = { maxHead: 256, maxSearch: 500, maxPipelined: 2, bodies: wholeBodies({ maxBytes: 8 }) }

function check(steps: readonly Step[]): void {
  const { messages, counters, connection } = converse([...steps, { end: 'rst' }], OPTIONS)
  for (const message of messages) JSON.stringify(message)
  expect(counters.requests + counters.responses).toBe(messages.length)
  expect(connection.isEnded).toBe(true)
}

// A million cases take some minutes.
describe('nothing throws', { timeout: 5000 + 10 * CASES }, () => {
  it('whatever comes', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 12 }), check), { numRuns: CASES })
  })

  it('when conversations are spoilt', () => {
    const spoilt = fc
      .tuple(
        fc.constantFrom(...Object.values(CONVERSATIONS)),
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      )
      .map(([steps, changes]) => {
        const copies = steps.map((s): Step => ('bytes' in s ? { ...s, bytes: s.bytes.slice() } : s))
        for (const [which, where, octet] of changes) {
          const s = copies[which % copies.length]
          if (s && 'bytes' in s) s.bytes[where % s.bytes.length] = octet
        }
        return copies
      })
    fc.assert(fc.property(spoilt, check), { numRuns: CASES })
  })

  it('in detection', () => {
    fc.assert(
      fc.property(bytes, (some) => {
        detectHttp(some)
      }),
      { numRuns: CASES },
    )
  })
})

describe('nothing takes quadratic time', () => {
  const SIZE = 500_000

  it.each([
    ['octets one by one', 'GET / HTTP/1.0\r\nA: b\r\n\r\n', 1],
    ['lines without a colon', 'x\r\n', 65_536],
    ['empty lines', '\r\n', 65_536],
    ['folds', 'GET / HTTP/1.0\r\nA: b\r\n c\r\n d\r\n e\r\n\r\n', 65_536],
    ['start lines that are none', 'HTTP/1.1 HTTP/1.1 ', 65_536],
    ['one line', 'GET ', 1460],
    ['one field', `GET / HTTP/1.0\r\n${'A'.repeat(4000)}`, 1460],
    ['tiny chunks', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\na\r\n1\r\nb\r\n', 1460],
    ['requests', 'GET / HTTP/1.0\r\n\r\n', 65_536],
  ])('over %s', (_, text, size) => {
    const all = bytesOf(text.repeat(Math.ceil(SIZE / text.length / (size === 1 ? 8 : 1))))
    const steps: Step[] = []
    for (let at = 0; at < all.length; at += size) steps.push({ from: 'client', bytes: all.subarray(at, at + size) })
    const start = performance.now()
    converse(steps)
    expect(performance.now() - start).toBeLessThan(4000)
  })
})
