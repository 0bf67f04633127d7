import { SourceError } from '../common/errors'
import type { CaptureSource } from './capture-source'

/** What a capture can be streamed from: a Web stream, or anything that `for await` reads, such as a Node stream. */
export type ByteStream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/** The parts of a stream that this needs, however they are called. */
interface ChunkReader {
  /** The next chunk, undefined at the end. */
  next(): Promise<Uint8Array | undefined>
  cancel(): void | Promise<void>
}

/**
 * A capture that arrives in chunks of any size. A chunk is asked for when the one before has been tracked, so whoever
 * sends is slowed down to what is read. When the reading ends early, the stream is cancelled.
 */
export function streamSource(stream: ByteStream): CaptureSource {
  return new StreamSource(isReadableStream(stream) ? webReader(stream) : iterableReader(stream))
}

class StreamSource implements CaptureSource {
  readonly #reader: ChunkReader
  /** What is left of the chunk at work. */
  #rest: Uint8Array = new Uint8Array(0)
  #isOver = false

  constructor(reader: ChunkReader) {
    this.#reader = reader
  }

  readInto(target: Uint8Array): number | Promise<number> {
    return this.#rest.length > 0 ? this.#take(target) : this.#wait(target)
  }

  async close(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    await this.#reader.cancel()
  }

  async #wait(target: Uint8Array): Promise<number> {
    while (this.#rest.length === 0) {
      if (this.#isOver) return 0
      const chunk = await this.#reader.next()
      // Closed while waiting: the target is no longer ours.
      if (this.#isOver) return 0
      if (chunk === undefined) this.#isOver = true
      else this.#rest = checkChunk(chunk)
    }
    return this.#take(target)
  }

  #take(target: Uint8Array): number {
    const piece = this.#rest.subarray(0, target.length)
    target.set(piece)
    this.#rest = this.#rest.subarray(piece.length)
    return piece.length
  }
}

function checkChunk(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  throw new SourceError(`a stream of bytes is wanted, this one brought a ${typeof chunk}`)
}

function isReadableStream(stream: ByteStream): stream is ReadableStream<Uint8Array> {
  return 'getReader' in stream
}

function webReader(stream: ReadableStream<Uint8Array>): ChunkReader {
  const reader = stream.getReader()
  return {
    next: async () => (await reader.read()).value,
    cancel: () => reader.cancel(),
  }
}

function iterableReader(stream: AsyncIterable<Uint8Array>): ChunkReader {
  const iterator = stream[Symbol.asyncIterator]()
  let isWaiting = false
  return {
    async next() {
      isWaiting = true
      const { done, value } = await iterator.next()
      isWaiting = false
      return done ? undefined : value
    },
    async cancel() {
      // An iterator that waits for data would return only after it came, perhaps never; a Node stream can be told.
      if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy()
      else if (isWaiting) iterator.return?.().catch(() => undefined)
      else await iterator.return?.()
    },
  }
}
