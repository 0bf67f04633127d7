import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCertificate } from '../../../../bindings/parsers/x509/index'

// FLOWSCOPE_CASES=1000000 for a long run.
const { FLOWSCOPE_CASES = 500 } = process.env
const RUNS = Number(FLOWSCOPE_CASES)
const LONG = 60 * 60 * 1000

const FOLDER = 'test/fixtures/certificates'
const REAL = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.der'))
  .map((file) => Uint8Array.from(readFileSync(`${FOLDER}/${file}`)))

const changes = fc.array(fc.tuple(fc.nat(1500), fc.integer({ min: 0, max: 255 })), { maxLength: 8 })
const mutated = fc.tuple(fc.constantFrom(...REAL), changes, fc.nat(20)).map(([real, list, cut]) => {
  const bytes = real.slice(0, real.length - cut * Number(cut > 15))
  for (const [at, value] of list) bytes[at % bytes.length] = value
  return bytes
})

/** An element with its length before it. */
function tlv(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content
  return Uint8Array.of(tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff, ...content)
}

describe('any bytes', () => {
  it(
    'are decoded without a throw, into text that can be printed',
    () => {
      fc.assert(
        fc.property(fc.oneof({ weight: 9, arbitrary: mutated }, fc.uint8Array({ maxLength: 300 })), (bytes) => {
          const certificate = decodeCertificate(bytes)
          if (!certificate) return
          const { subject, issuer, subjectAltNames } = certificate
          const texts = [subject.text, issuer.text, ...subjectAltNames.map(({ value }) => value)]
          expect(texts.filter((text) => /[\p{Cc}\u202a-\u202e]/u.test(text))).toEqual([])
        }),
        { numRuns: RUNS },
      )
    },
    LONG,
  )

  it.each<[string, Uint8Array]>([
    ['elements in one another', Uint8Array.from({ length: 60_000 }, (_, i) => (i % 2 ? 0x80 : 0x30))],
    [
      'elements beside one another',
      tlv(
        0x30,
        Uint8Array.from({ length: 60_000 }, (_, i) => (i % 2 ? 0 : 5)),
      ),
    ],
    ['a number of one part without end', tlv(0x30, tlv(0x30, tlv(6, new Uint8Array(60_000).fill(0xff))))],
    ['a number of many parts', tlv(0x30, tlv(0x30, tlv(6, new Uint8Array(60_000).fill(1))))],
    ['a large integer', tlv(0x30, tlv(0x30, tlv(2, new Uint8Array(60_000).fill(0x7f))))],
  ])('do not take long: %s', (_, bytes) => {
    const start = performance.now()
    expect(decodeCertificate(bytes)).toBeUndefined()
    expect(performance.now() - start).toBeLessThan(3000)
  })

  it('do not take long: an issuer of as many attributes as fit, which are read', () => {
    const der = REAL.find((bytes) => Buffer.from(bytes).includes('late.example.test')) ?? new Uint8Array()
    // A set of one attribute, CN=x, 5000 times in the place of the issuer; before it lie two headers of 4 bytes.
    const attribute = Uint8Array.of(0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 0x0c, 1, 0x78)
    const name = Uint8Array.from({ length: 60_000 }, (_, i) => attribute[i % attribute.length] ?? 0)
    const at = Buffer.from(der).indexOf(Buffer.of(0x30, 28, 0x31))
    const end = 8 + Buffer.from(der).readUInt16BE(6)
    const signed = Buffer.concat([der.subarray(8, at), tlv(0x30, name), der.subarray(at + 30, end)])
    const whole = tlv(0x30, Buffer.concat([tlv(0x30, signed), der.subarray(end)]))
    const start = performance.now()
    expect(decodeCertificate(whole)?.issuer.attributes).toHaveLength(5000)
    expect(performance.now() - start).toBeLessThan(3000)
  })
})
