import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  blobSource,
  bodySource,
  bytesSource,
  type CaptureSource,
  fileSource,
  SourceError,
  streamSource,
} from '../../../bindings'
import { toSource } from '../../../bindings/sources/capture-input'

const BYTES = Uint8Array.from({ length: 10_000 }, (_, i) => i % 251)

/** All bytes of a source, read with targets of these sizes. */
async function drain(source: CaptureSource, size = 777): Promise<Uint8Array> {
  const pieces: number[] = []
  for (;;) {
    const target = new Uint8Array(size)
    const count = await source.readInto(target)
    if (count === 0) break
    pieces.push(...target.subarray(0, count))
  }
  await source.close?.()
  return Uint8Array.from(pieces)
}

function chunksOf(sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 0, i = 0; at < BYTES.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    chunks.push(BYTES.subarray(at, at + size))
    at += size
  }
  return chunks
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowscope-'))
  await writeFile(join(folder, 'bytes'), BYTES)
})
afterAll(() => rm(folder, { recursive: true }))

describe('bytesSource', () => {
  it('brings all bytes, of arrays, buffers and parts of them', async () => {
    expect(await drain(bytesSource(BYTES))).toEqual(BYTES)
    expect(await drain(bytesSource(BYTES.buffer))).toEqual(BYTES)
    expect(await drain(bytesSource(BYTES.subarray(5, 99)))).toEqual(BYTES.slice(5, 99))
    expect(await drain(bytesSource(Buffer.from(BYTES)))).toEqual(BYTES)
    expect(bytesSource(BYTES).size).toBe(10_000)
  })
})

describe('fileSource', () => {
  it('brings the bytes of a file, at once', async () => {
    const source = fileSource(join(folder, 'bytes'))
    expect(source.size).toBeUndefined()
    expect(source.readInto(new Uint8Array(10))).toBe(10)
    expect(source.size).toBe(10_000)
    expect(await drain(source)).toEqual(BYTES.slice(10))
  })

  it('waits for a named pipe without blocking', async () => {
    const pipe = join(folder, 'pipe')
    await promisify(execFile)('mkfifo', [pipe])
    const draining = drain(fileSource(pipe))
    await promisify(execFile)('sh', ['-c', `cat ${join(folder, 'bytes')} > ${pipe}`])
    expect(await draining).toEqual(BYTES)
  })

  it('can be closed unopened', () => {
    expect(() => fileSource('nowhere').close?.()).not.toThrow()
    expect(() => fileSource('nowhere').readInto(new Uint8Array(1))).toThrow(/ENOENT/)
  })
})

describe('streamSource', () => {
  it('copes with chunks of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 1, max: 5000 }),
        async (sizes, size) => {
          expect(await drain(streamSource(Readable.from(chunksOf(sizes))), size)).toEqual(BYTES)
          expect(await drain(streamSource(new Blob(chunksOf(sizes) as BlobPart[]).stream()), size)).toEqual(BYTES)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('passes over empty chunks', async () => {
    const empty = new Uint8Array(0)
    async function* chunks() {
      yield* [empty, BYTES, empty, empty]
    }
    expect(await drain(streamSource(chunks()))).toEqual(BYTES)
  })

  it('holds the sender back', async () => {
    let sent = 0
    async function* chunks() {
      for (const chunk of chunksOf([100])) {
        sent++
        yield chunk
      }
    }
    const source = streamSource(chunks())
    await source.readInto(new Uint8Array(100))
    await source.readInto(new Uint8Array(50))
    await source.readInto(new Uint8Array(1000))
    expect(sent).toBe(2)
  })

  it('hands on errors', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield BYTES
      throw new Error('gone')
    }
    await expect(drain(streamSource(failing()))).rejects.toThrow('gone')
    const stream = new PassThrough()
    stream.destroy(new Error('broken'))
    await expect(drain(streamSource(stream))).rejects.toThrow('broken')
  })

  it('wants bytes', async () => {
    await expect(drain(streamSource(Readable.from(['text']) as never))).rejects.toThrow(SourceError)
  })

  it('cancels what it is closed on', async () => {
    const node = new PassThrough()
    const waiting = streamSource(node)
    const answer = waiting.readInto(new Uint8Array(10))
    await waiting.close?.()
    expect(node.destroyed).toBe(true)
    await Promise.resolve(answer).catch(() => undefined)

    let cancelled = false
    const web = streamSource(
      new ReadableStream<Uint8Array>({
        cancel() {
          cancelled = true
        },
      }),
    )
    await web.close?.()
    expect(cancelled).toBe(true)

    let returned = false
    async function* chunks() {
      try {
        yield BYTES
      } finally {
        returned = true
      }
    }
    const iterated = streamSource(chunks())
    await iterated.readInto(new Uint8Array(1))
    await iterated.close?.()
    expect(returned).toBe(true)
  })

  it('does not write after it was closed', async () => {
    let send = (_chunk: IteratorResult<Uint8Array>): void => undefined
    const stream: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise((resolve) => (send = resolve)) }),
    }
    const source = streamSource(stream)
    const target = new Uint8Array(10)
    const answer = source.readInto(target)
    await source.close?.()
    send({ done: false, value: BYTES.subarray(1) })
    expect(await answer).toBe(0)
    expect(target).toEqual(new Uint8Array(10))
  })
})

describe('blobSource', () => {
  const SLICE = 4 << 20

  /** A blob whose slices are counted, and said to be read when they are. */
  function watched(size: number) {
    const slices: string[] = []
    let reading = 0
    let most = 0
    const blob = {
      size,
      slice: (start: number, end: number) => ({
        async arrayBuffer() {
          slices.push(`${start}-${end}`)
          most = Math.max(most, ++reading)
          await new Promise((resolve) => setImmediate(resolve))
          reading--
          return new Uint8Array(end - start).fill(start / SLICE).buffer
        },
      }),
      arrayBuffer: () => Promise.reject(new Error('never as a whole')),
    }
    return { blob: blob as unknown as Blob, slices, most: () => most }
  }

  it('brings all bytes, of files and blobs', async () => {
    expect(await drain(blobSource(new Blob([BYTES])))).toEqual(BYTES)
    expect(await drain(blobSource(new File([BYTES], 'trace.pcap')), 10_000)).toEqual(BYTES)
    expect(await drain(blobSource(new Blob([])))).toEqual(new Uint8Array(0))
    expect(blobSource(new Blob([BYTES])).size).toBe(10_000)
  })

  it('reads slices of 4 MiB, one ahead', async () => {
    const { blob, slices, most } = watched(3 * SLICE + 5)
    const source = blobSource(blob)
    const target = new Uint8Array(1 << 20)
    expect(await source.readInto(target)).toBe(1 << 20)
    expect(slices).toEqual([`0-${SLICE}`, `${SLICE}-${2 * SLICE}`])
    let total = 1 << 20
    const seen = new Set<number>()
    for (let count = await source.readInto(target); count !== 0; count = await source.readInto(target)) {
      total += count
      seen.add(target[0] ?? 0)
    }
    expect(total).toBe(3 * SLICE + 5)
    expect([...seen]).toEqual([0, 1, 2, 3])
    expect([slices.length, most()]).toEqual([4, 1])
  })

  it('stops when it is closed, and hands on errors', async () => {
    const { blob, slices } = watched(100 * SLICE)
    const source = blobSource(blob)
    const target = new Uint8Array(10)
    const answer = source.readInto(target)
    await source.close?.()
    expect(await answer).toBe(0)
    expect(slices).toHaveLength(1)
    const failing = { size: 5, slice: () => ({ arrayBuffer: () => Promise.reject(new Error('has changed')) }) }
    await expect(drain(blobSource(failing as unknown as Blob))).rejects.toThrow('has changed')
    const short = { size: 5, slice: () => new Blob([BYTES.slice(0, 4)]) }
    await expect(drain(blobSource(short as unknown as Blob))).rejects.toThrow(SourceError)
  })
})

describe('bodySource', () => {
  it('brings the body of a response or request', async () => {
    const response = new Response(BYTES, { headers: { 'content-length': '10000' } })
    const source = bodySource(response)
    expect(source.size).toBe(10_000)
    expect(await drain(source)).toEqual(BYTES)
    const request = new Request('http://localhost/', { method: 'POST', body: BYTES })
    expect(await drain(bodySource(request))).toEqual(BYTES)
    expect(await drain(bodySource(new Response(null)))).toEqual(new Uint8Array(0))
  })

  it('does not take the length of a coded body for that of the capture', () => {
    const headers = { 'content-length': '500', 'content-encoding': 'br' }
    expect(bodySource(new Response(BYTES, { headers })).size).toBeUndefined()
  })

  it('refuses an error page, and a body that was read', async () => {
    expect(() => bodySource(new Response('not found', { status: 404 }))).toThrow('HTTP status 404')
    const response = new Response(BYTES)
    await response.arrayBuffer()
    expect(() => bodySource(response)).toThrow(SourceError)
  })
})

describe('toSource', () => {
  it('takes whatever can be read', async () => {
    const source = bytesSource(BYTES)
    expect(toSource(source)).toBe(source)
    expect(await drain(toSource(BYTES))).toEqual(BYTES)
    expect(await drain(toSource(BYTES.buffer))).toEqual(BYTES)
    expect(await drain(toSource(Readable.from([BYTES])))).toEqual(BYTES)
    expect(await drain(toSource(new Blob([BYTES]).stream()))).toEqual(BYTES)
    expect(await drain(toSource(new Blob([BYTES])))).toEqual(BYTES)
    expect(await drain(toSource(new Response(BYTES)))).toEqual(BYTES)
    expect(await drain(toSource(join(folder, 'bytes')))).toEqual(BYTES)
  })

  it.each([undefined, null, 5, {}, new DataView(new ArrayBuffer(4))])('refuses %s', (input) => {
    expect(() => toSource(input as never)).toThrow(SourceError)
  })
})
