import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytesSource,
  CaptureError,
  type CaptureSource,
  FlowTracker,
  fiveTuple,
  flows,
  type ReadProgress,
  SourceError,
} from '../../../bindings'
import { gunzip, unzstd, unzstdWithin } from '../../../bindings/sources/compressed'
import { OpenedCapture } from '../../../bindings/sources/opened-capture'
import { skippableFrame, zstdFrame } from '../../support/zstd'
import { collect, texts } from '../support'

const RECORDED = 'test/fixtures/recorded/loopback-mix.pcap'
const PLAIN = new Uint8Array(readFileSync(RECORDED))
const GZIP = new Uint8Array(readFileSync(`${RECORDED}.gz`))
const ZSTD = new Uint8Array(readFileSync(`${RECORDED}.zst`))

const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))

/** The same bytes with some bits of one the other way. */
function flipped(bytes: Uint8Array, at: number, bits = 1): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ bits
  return copy
}

/** A source that brings these bytes in pieces, at once or each after a turn of the event loop. */
function pieces(bytes: Uint8Array, size: number, waits: boolean): CaptureSource {
  let at = 0
  return {
    size: bytes.length,
    readInto(target) {
      const piece = bytes.subarray(at, at + Math.min(size, target.length))
      at += piece.length
      target.set(piece)
      return waits ? new Promise((resolve) => setImmediate(() => resolve(piece.length))) : piece.length
    },
  }
}

/** What comes out of a compressed file, and the error that ends it. */
function decompress(bytes: Uint8Array, { chunk = 1 << 20, room = 1 << 16 } = {}): { out: Uint8Array; error: unknown } {
  const source = new OpenedCapture(pieces(bytes, chunk, false), [gunzip, unzstd], false)
  const out: Uint8Array[] = []
  const target = new Uint8Array(room)
  try {
    for (let count = source.readInto(target); count !== 0; count = source.readInto(target)) {
      out.push(target.slice(0, count as number))
    }
    return { out: join(...out), error: undefined }
  } catch (error) {
    return { out: join(...out), error }
  }
}

describe.each([
  ['gzip', GZIP],
  ['zstd', ZSTD],
])('a capture compressed by %s', (_name, compressed) => {
  it('has the same events as the capture itself', async () => {
    const plain = await collect(flows(PLAIN))
    expect(plain.length).toBe(34)
    expect(texts(await collect(flows(compressed)))).toEqual(texts(plain))
    expect(texts(await collect(flows(new Blob([compressed]))))).toEqual(texts(plain))
    expect(texts(await collect(flows(new Response(compressed))))).toEqual(texts(plain))
  })

  it('may come in pieces of any size', async () => {
    await fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 4, max: 5000 }), (chunk, room) => {
        expect(Buffer.compare(decompress(compressed, { chunk, room }).out, PLAIN)).toBe(0)
      }),
      { numRuns: 15 },
    )
    expect(await collect(flows(pieces(compressed, 97, true)))).toHaveLength(34)
  })

  it('is read synchronously with what it is decompressed by', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const events = tracker.eventsSync(compressed, { decompress: [gunzip, unzstd] })
    expect([...events].filter(({ kind }) => kind === 'ended')).toHaveLength(34)
    expect(() => [...tracker.eventsSync(compressed)]).toThrow(SourceError)
    expect(() => [...tracker.eventsSync(compressed)]).toThrow(/decompress: \[(gunzip|unzstd)\]/)
  })

  it('tells of progress in bytes of the file', async () => {
    const reports: ReadProgress[] = []
    await collect(flows(pieces(compressed, 1000, false), { onProgress: (progress) => reports.push(progress) }))
    expect(reports.at(-1)).toEqual({
      bytesRead: compressed.length,
      captureBytesRead: PLAIN.length,
      bytesTotal: compressed.length,
    })
    expect(reports.every(({ bytesRead }, i) => bytesRead >= (reports[i - 1]?.bytesRead ?? 0))).toBe(true)
  })

  it('hands out what stands before the end of a file that is cut short', async () => {
    for (const length of [5, 100, compressed.length >> 1, compressed.length - 1]) {
      const { out, error } = decompress(compressed.subarray(0, length), { chunk: 999 })
      expect(error).toMatchObject({ name: 'CaptureError', code: 'compressed_truncated', offset: length })
      expect(Buffer.compare(out, PLAIN.subarray(0, out.length))).toBe(0)
    }
    using tracker = await FlowTracker.create(fiveTuple())
    const seen: string[] = []
    const reading = async () => {
      for await (const { kind } of tracker.events(compressed.subarray(0, compressed.length - 1))) seen.push(kind)
    }
    await expect(reading()).rejects.toThrow(CaptureError)
    expect(seen.filter((kind) => kind === 'ended')).toHaveLength(34)
  })

  it('is refused with a reason when something else follows', () => {
    const { out, error } = decompress(join(compressed, Uint8Array.from([1, 2, 3, 4, 5])))
    expect(error).toMatchObject({ code: 'compressed_trailer', offset: compressed.length })
    expect(out.length).toBe(PLAIN.length)
  })

  it('may consist of several, one behind the other', () => {
    const { out, error } = decompress(join(compressed, compressed), { chunk: 1234 })
    expect(error).toBeUndefined()
    expect(Buffer.compare(out, join(PLAIN, PLAIN))).toBe(0)
  })

  it('never yields anything but bytes or a typed error, however it is damaged', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.nat(compressed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const { out, error } = decompress(flipped(compressed, at, flip), { chunk: 5000 })
        if (error !== undefined) expect(error).toBeInstanceOf(CaptureError)
        expect(out.length).toBeLessThan(1 << 24)
      }),
      { numRuns: 60 },
    )
  })
})

describe('gzip', () => {
  it('hands out all that stands before damage, and notices a wrong checksum', () => {
    const capture = gzipSync(PLAIN, { level: 6 })
    const { error: checksum, out: all } = decompress(flipped(capture, capture.length - 8))
    expect(checksum).toMatchObject({ code: 'compressed_data', detail: 'gzip: incorrect data check' })
    expect(all.length).toBe(PLAIN.length)

    // A stored block (RFC 1951, 3.2.4), and then one of a type that there is not.
    const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)
    const block = Uint8Array.of(0, 40_000 & 0xff, 40_000 >> 8, ~40_000 & 0xff, (~40_000 >> 8) & 0xff)
    const { error, out } = decompress(join(header, block, PLAIN.subarray(0, 40_000), Uint8Array.of(7, 0)), {
      chunk: 777,
    })
    expect(error).toMatchObject({ code: 'compressed_data', detail: 'gzip: invalid block type' })
    expect(Buffer.compare(out, PLAIN.subarray(0, 40_000))).toBe(0)
  })

  it('passes over zeros at the end', () => {
    const { out, error } = decompress(join(GZIP, new Uint8Array(1000), GZIP, new Uint8Array(1)), { chunk: 100 })
    expect(error).toBeUndefined()
    expect(out.length).toBe(2 * PLAIN.length)
  })

  it('hands out a bomb in pieces', () => {
    const bomb = gzipSync(new Uint8Array(1 << 26))
    const source = new OpenedCapture(bytesSource(bomb), [gunzip], false)
    const target = new Uint8Array(1 << 16)
    let total = 0
    for (let count = source.readInto(target); count !== 0; count = source.readInto(target)) total += count as number
    expect(total).toBe(1 << 26)
  })
})

describe('zstd', () => {
  const text = new TextEncoder().encode('some bytes, as they are')

  it('reads blocks of all kinds, in frames of any length', () => {
    expect(decompress(zstdFrame([new Uint8Array(0)]))).toEqual({ out: new Uint8Array(0), error: undefined })
    expect(decompress(zstdFrame([text])).out).toEqual(text)
    expect(decompress(zstdFrame([text.subarray(0, 2), text.subarray(2, 3)])).out).toEqual(text.subarray(0, 3))
    const mixed = zstdFrame([text, { byte: 7, times: 131_072 }, new Uint8Array(0), text], { checksum: true })
    const { out } = decompress(join(skippableFrame(300), mixed, skippableFrame(0), zstdFrame([text])), { chunk: 3 })
    expect(out).toEqual(join(text, new Uint8Array(131_072).fill(7), text, text))
  })

  it.each([
    ['a window of gigabytes', zstdFrame([text], { window: 0xa8 }), /window of 2147483648 bytes/],
    ['a dictionary', zstdFrame([text], { dictionary: 5 }), /needs dictionary 5/],
    ['a block that is too long', zstdFrame([{ byte: 1, times: 200_000 }]), /block of 200000 bytes/],
    ['a reserved block type', flipped(zstdFrame([text]), 6, 6), /reserved block type/],
  ])('refuses %s', (_name, bytes, message) => {
    const { error } = decompress(bytes)
    expect(error).toMatchObject({ code: 'compressed_data' })
    expect(String(error)).toMatch(message)
  })

  it('accepts windows as long as it is told', () => {
    const within = (window: number) =>
      new OpenedCapture(bytesSource(zstdFrame([text], { window })), [unzstdWithin(8 << 20)], false)
    expect(within(0x68).readInto(new Uint8Array(100))).toBe(text.length)
    expect(() => within(0x69).readInto(new Uint8Array(100))).toThrow(/window of 9437184 bytes, at most 8388608/)
    expect(() => unzstdWithin(0)).toThrow(/maxWindow/)
  })

  it('hands out a bomb in pieces', () => {
    const bomb = zstdFrame(
      Array.from({ length: 2000 }, () => ({ byte: 0, times: 131_072 })),
      { window: 0x38 },
    )
    const source = new OpenedCapture(bytesSource(bomb), [unzstd], false)
    const target = new Uint8Array(1 << 18)
    let total = 0
    for (let count = source.readInto(target); count !== 0; count = source.readInto(target)) {
      total += count as number
    }
    expect(total).toBe(2000 * 131_072)
  })

  const hasProgram = spawnSync('zstd', ['--version']).status === 0
  it.skipIf(!hasProgram).each(['-1', '-9', '-19', '--ultra -22', '--long=27', '--no-check', '--fast=5'])(
    'reads what the zstd program writes with %s (skipped where there is none)',
    (level) => {
      const input = join(...Array.from({ length: 8 }, () => PLAIN))
      const { stdout } = spawnSync('zstd', ['-q', '-c', ...level.split(' ')], { input, maxBuffer: 1 << 28 })
      const { out, error } = decompress(new Uint8Array(stdout), { chunk: 60_000 })
      expect(error).toBeUndefined()
      expect(Buffer.compare(out, input)).toBe(0)
    },
  )
})
