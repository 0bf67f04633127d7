import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Timestamp } from '../../../../bindings'
import { decodeMessage } from '../../../../bindings/parsers/dns'
import { type FrameLimits, FrameReader } from '../../../../bindings/parsers/dns/framing'
import { concat, u16 } from '../../../support/frames/layer'
import { framed, messageBytes, query, RESPONSE, recordBytes, response } from './support'

const LIMITS: FrameLimits = { maxMessage: 65_535, maxSearch: 4096 }

/** What a reader tells: `id/bytes there/length` of messages, `fault@offset` of faults. */
function reader(limits: Partial<FrameLimits> = {}) {
  const told: string[] = []
  const decoded = (bytes: Uint8Array) => decodeMessage(bytes, { transport: 'tcp', service: 'dns' }, Timestamp.ZERO)
  const frames = new FrameReader(
    {
      message: (bytes, length) => told.push(`${decoded(bytes)?.id}/${bytes.length}/${length}`),
      isSound: (bytes) => decoded(bytes)?.anomalies.length === 0,
      fault: (fault, offset) => told.push(`${fault.slice('dns_'.length)}@${offset}`),
    },
    { ...LIMITS, ...limits },
  )
  return { frames, told }
}

function readInPieces(bytes: Uint8Array, cuts: readonly number[], limits?: Partial<FrameLimits>): string[] {
  const { frames, told } = reader(limits)
  let start = 0
  for (const cut of [...cuts, bytes.length]) {
    if (cut > start) frames.feed(bytes.slice(start, cut))
    start = Math.max(start, cut)
  }
  frames.end()
  return told
}

const LONG = messageBytes({ id: 9, flags: RESPONSE, answers: [recordBytes([0], 10, new Uint8Array(5000))] })
const STREAM = concat(framed(query(1)), framed(query(2)), framed(response(3)), framed(query(4)))
const STREAM_TOLD = ['1/29/29', '2/29/29', '3/45/45', '4/29/29']

describe('a stream of messages', () => {
  it('is the same however it is cut in two', () => {
    for (let cut = 0; cut <= STREAM.length; cut++) expect(readInPieces(STREAM, [cut])).toEqual(STREAM_TOLD)
  })

  it('is the same byte for byte', () => {
    expect(readInPieces(STREAM, [...STREAM.keys()])).toEqual(STREAM_TOLD)
  })

  it('may have long messages', () => {
    const stream = concat(framed(LONG), STREAM)
    expect(readInPieces(stream, [100, 3000, 5030])).toEqual([`9/${LONG.length}/${LONG.length}`, ...STREAM_TOLD])
  })

  it('takes a length below that of a header for what it is', () => {
    const stream = concat(framed(query(1)), [0, 0], [0, 3, 1, 2, 3], framed(query(2)))
    expect(readInPieces(stream, [])).toEqual(['1/29/29', 'short_message@31', 'short_message@33', '2/29/29'])
  })

  it('tells what there is of the last message', () => {
    expect(readInPieces(STREAM.subarray(0, 31 + 25), [])).toEqual(['1/29/29', 'incomplete_message@31', '2/23/29'])
    expect(readInPieces(STREAM.subarray(0, 31 + 1), [])).toEqual(['1/29/29', 'incomplete_message@31'])
    expect(readInPieces(STREAM.subarray(0, 5), [])).toEqual(['incomplete_message@0'])
  })

  it('passes over messages that are longer than the bound', () => {
    const stream = concat(framed(query(1)), framed(LONG), framed(query(2)))
    const told = ['1/29/29', 'message_too_long@31', '2/29/29']
    for (const cut of [31, 32, 33, 40, 5000]) expect(readInPieces(stream, [cut], { maxMessage: 512 })).toEqual(told)
    expect(readInPieces(stream, [...stream.keys()], { maxMessage: 512 })).toEqual(told)
  })
})

describe('a stream with a gap', () => {
  /** Reads all but `missing` bytes from `start` on. */
  function readAround(start: number, missing: number): string[] {
    const { frames, told } = reader()
    frames.feed(STREAM.subarray(0, start))
    frames.gap(missing)
    frames.feed(STREAM.subarray(start + missing))
    frames.end()
    return told
  }

  it('stays in step where the gap lies inside a message', () => {
    expect(readAround(40, 10)).toEqual(['1/29/29', 'incomplete_message@31', '2/7/29', '3/45/45', '4/29/29'])
    expect(readAround(40, 22)).toEqual(['1/29/29', 'incomplete_message@31', '2/7/29', '3/45/45', '4/29/29'])
  })

  it('finds the next message where it does not', () => {
    expect(readAround(31, 31)).toEqual(['1/29/29', 'out_of_step@31', '3/45/45', '4/29/29'])
    expect(readAround(31, 40)).toEqual(['1/29/29', 'out_of_step@31', '4/29/29'])
    expect(readAround(40, 40)).toEqual(['1/29/29', 'incomplete_message@31', '2/7/29', 'out_of_step@31', '4/29/29'])
    expect(readAround(0, 10)).toEqual(['out_of_step@0', '2/29/29', '3/45/45', '4/29/29'])
  })

  it('passes over what is missing of a message that is too long', () => {
    const { frames, told } = reader({ maxMessage: 512 })
    frames.feed(framed(LONG).subarray(0, 1000))
    frames.gap(1000)
    frames.feed(framed(LONG).subarray(2000))
    frames.feed(framed(query(2)))
    expect(told).toEqual(['message_too_long@0', '2/29/29'])
  })

  it('loses no message that is whole, wherever the gap is', () => {
    for (let start = 0; start < STREAM.length; start++) {
      for (const missing of [1, 2, 29, 31, 50]) {
        const told = readAround(start, missing)
        const untouched = [
          [0, 31],
          [31, 62],
          [62, 109],
          [109, 140],
        ].flatMap(([from = 0, to = 0], i) => (start >= to || start + missing <= from ? [STREAM_TOLD[i]] : []))
        expect(told).toEqual(expect.arrayContaining(untouched))
      }
    }
  })
})

describe('a stream out of step', () => {
  it('is read from its first whole message on', () => {
    for (let start = 1; start < 31; start++) {
      const told = readInPieces(STREAM.subarray(start), [])
      expect(told.slice(0, 1)).toEqual(['out_of_step@0'])
      expect(told.slice(-3)).toEqual(STREAM_TOLD.slice(1))
      expect(readInPieces(STREAM.subarray(start), [...STREAM.keys()])).toEqual(told)
    }
  })

  it('is given up when there is no message in as many bytes as may be searched', () => {
    const { frames, told } = reader({ maxSearch: 100 })
    frames.feed(new Uint8Array(99).fill(65))
    expect(frames.isDone).toBe(false)
    frames.feed(new Uint8Array(99).fill(65))
    expect(frames.isDone).toBe(true)
    frames.feed(STREAM)
    frames.gap(1)
    frames.end()
    expect(told).toEqual(['out_of_step@0', 'not_dns@100'])
  })

  it('is given up when too much looks like a message', () => {
    const lure = concat(u16(60), u16(1), u16(0x8000), u16(0), u16(1), u16(0), u16(0))
    const lures = concat(...Array.from({ length: 200 }, () => lure))
    const told = readInPieces(concat([1], lures), [], { maxSearch: 1 << 20 })
    expect(told).toHaveLength(2)
    expect(told[1]).toMatch(/^not_dns@/)
  })

  it('finds what a length that is none had hidden, at the end', () => {
    const lure = concat(u16(60_000), u16(1), u16(0x8000), u16(0), u16(1), u16(0), u16(0))
    expect(readInPieces(concat([7, 7, 7], lure, STREAM), [])).toEqual(['out_of_step@0', ...STREAM_TOLD])
  })
})

describe('any bytes', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.constantFrom(STREAM, framed(query(1)), framed(response(2)), Uint8Array.of(0, 0)),
    fc.tuple(fc.nat(60), fc.uint8Array({ maxLength: 4 })).map(([at, bytes]) => {
      const message = framed(response(5))
      message.set(bytes, Math.min(at, message.length - bytes.length))
      return message
    }),
  )
  const pieces = fc.array(piece, { maxLength: 8 }).map((all) => concat(...all))

  it('are read the same however they are cut', () => {
    fc.assert(
      fc.property(pieces, fc.array(fc.nat(400), { maxLength: 12 }), (bytes, cuts) => {
        const sorted = cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b)
        const limits = { maxMessage: 300, maxSearch: 250 }
        expect(readInPieces(bytes, sorted, limits)).toEqual(readInPieces(bytes, [], limits))
        expect(readInPieces(bytes, [...bytes.keys()], limits)).toEqual(readInPieces(bytes, [], limits))
      }),
      { numRuns: 300 },
    )
  })
})
