import { CR, LF } from './ascii'
import { ChunkLine } from './chunks'
import { parseFields } from './fields'
import { anomaly, leniency } from './findings'
import type { BodyFraming } from './framing'
import type { AnyMessageState } from './message'
import type { HttpConfig } from './options'
import { SectionReader } from './section'

/** Where a body stands. */
enum At {
  /** In a body of known length. */
  Length,
  /** In the line before a chunk. */
  ChunkLine,
  ChunkData,
  /** In the CRLF behind a chunk. */
  ChunkEnd,
  Trailers,
  /** In a body that ends with the connection. */
  Close,
  /** Behind its last byte. */
  Whole,
  /** Where its framing cannot be read. */
  Broken,
}

const BARE_LF = leniency('bare_lf')
const INVALID_CHUNK = anomaly('invalid_chunk')
const CHUNK_LINE_BOUND = anomaly('chunk_line_bound')
const HEAD_BOUND = anomaly('head_bound')
const GAP_IN_BODY = anomaly('gap_in_body')
const GAP_IN_FRAMING = anomaly('gap_in_framing')

/** Fewest bytes that are worth asking not to be handed out. */
const LEAST_SKIP = 1024

/** Takes one body: counts it, takes chunks apart, hands bytes to who asked for them. */
export class BodyParser {
  readonly #config: HttpConfig
  readonly #message: AnyMessageState
  /** Only of a body in chunks. */
  readonly #chunkLine: ChunkLine | undefined
  #trailers: SectionReader | undefined
  #at: At
  /** Bytes of the body or the chunk that are yet to come. */
  #remaining: number
  #isAfterCr = false

  /**
   * @param message whose body it is
   * @param framing how it ends; not `none`
   */
  constructor(config: HttpConfig, message: AnyMessageState, { framing, length }: BodyFraming) {
    this.#config = config
    this.#message = message
    this.#remaining = length
    message.isChunked = framing === 'chunked'
    if (message.isChunked) this.#chunkLine = new ChunkLine(config.maxChunkLine)
    this.#at = framing === 'length' ? At.Length : framing === 'close' ? At.Close : At.ChunkLine
    message.reader = config.bodies?.(message)
  }

  /** There is no more of it: it is whole, or cannot be read any further. */
  get isOver(): boolean {
    return this.#at >= At.Whole
  }

  get isBroken(): boolean {
    return this.#at === At.Broken
  }

  /** It ends with the connection. */
  get isUntilClose(): boolean {
    return this.#at === At.Close
  }

  /** Bytes from here on that need not be handed out. The last byte of a body must: it tells when it is complete. */
  get skippable(): number {
    if (this.#at !== At.Length && this.#at !== At.ChunkData) return 0
    if (this.#message.reader && !this.#message.isReaderDone) return 0
    return this.#remaining > LEAST_SKIP ? this.#remaining - 1 : 0
  }

  /** Takes bytes from `at` on; returns where the next ones begin. */
  take(bytes: Uint8Array, at: number): number {
    switch (this.#at) {
      case At.Length:
      case At.ChunkData:
        return this.#takeData(bytes, at, Math.min(bytes.length, at + this.#remaining))
      case At.Close:
        return this.#takeData(bytes, at, bytes.length)
      case At.ChunkLine:
        return this.#takeChunkLine(bytes, at)
      case At.ChunkEnd:
        return this.#takeChunkEnd(bytes, at)
      case At.Trailers:
        return this.#takeTrailers(bytes, at)
      default:
        return at
    }
  }

  /** Bytes that were not handed out, as {@link BodyParser.skippable} allows. */
  skip(length: number): void {
    if (this.#at === At.Length || this.#at === At.ChunkData) this.#pass(Math.min(length, this.#remaining))
  }

  /**
   * Bytes are missing.
   *
   * @returns how many of them lie behind the body
   */
  gap(length: number): number {
    switch (this.#at) {
      case At.Close:
        this.#miss(length)
        return 0
      case At.Length:
      case At.ChunkData:
        return this.#passGap(length)
      default:
        this.#break(GAP_IN_FRAMING)
        return 0
    }
  }

  #takeData(bytes: Uint8Array, from: number, to: number): number {
    const message = this.#message
    if (message.reader && !message.isReaderDone) {
      const isAll = from === 0 && to === bytes.length
      if (message.reader.data(isAll ? bytes : bytes.subarray(from, to)) === false) message.isReaderDone = true
    }
    this.#pass(to - from)
    return to
  }

  /** Counts bytes of the body, and sees to its end. */
  #pass(length: number): void {
    this.#message.bodyBytes += length
    if (this.#at === At.Close) return
    this.#remaining -= length
    if (this.#remaining === 0) this.#endData()
  }

  #endData(): void {
    this.#isAfterCr = false
    this.#at = this.#at === At.Length ? At.Whole : At.ChunkEnd
  }

  #passGap(length: number): number {
    const inside = Math.min(length, this.#remaining)
    this.#miss(inside)
    this.#remaining -= inside
    const behind = length - inside
    if (this.#remaining > 0) return 0
    if (this.#at === At.ChunkData && behind > 0) {
      this.#break(GAP_IN_FRAMING)
      return 0
    }
    this.#endData()
    return behind
  }

  #miss(length: number): void {
    const message = this.#message
    message.missingBytes += length
    message.anomalyMask |= GAP_IN_BODY
    if (!message.isReaderDone) message.reader?.gap?.(length)
  }

  #takeChunkLine(bytes: Uint8Array, from: number): number {
    const line = this.#chunkLine
    if (!line) return from
    for (let at = from; at < bytes.length; ) {
      const step = line.take(bytes[at++] as number)
      if (step === 'more') continue
      this.#message.leniencyMask |= line.leniencies
      if (step === 'end') this.#beginData(line.size)
      else this.#break(step === 'bound' ? CHUNK_LINE_BOUND : INVALID_CHUNK)
      return at
    }
    return bytes.length
  }

  /** RFC 9112, 7.1: a chunk of size 0 is the last one, and the trailer section follows. */
  #beginData(size: number): void {
    this.#remaining = size
    this.#at = size > 0 ? At.ChunkData : At.Trailers
  }

  #takeChunkEnd(bytes: Uint8Array, at: number): number {
    const octet = bytes[at]
    if (octet === LF) {
      if (!this.#isAfterCr) this.#message.leniencyMask |= BARE_LF
      this.#chunkLine?.begin()
      this.#at = At.ChunkLine
    } else if (octet === CR && !this.#isAfterCr) {
      this.#isAfterCr = true
    } else {
      this.#break(INVALID_CHUNK)
      return at
    }
    return at + 1
  }

  /** RFC 9112, 7.1.2. */
  #takeTrailers(bytes: Uint8Array, at: number): number {
    this.#trailers ??= new SectionReader()
    const { buffer } = this.#trailers
    const { maxHead, maxHeaders } = this.#config
    const limit = Math.min(bytes.length, at + maxHead - buffer.length)
    const end = this.#trailers.findEnd(bytes, at, at, limit)
    if (end < 0) {
      buffer.append(bytes, at, limit)
      if (buffer.length >= maxHead) this.#break(HEAD_BOUND)
      return limit
    }
    const section = this.#trailers.collect(bytes, at, end)
    const message = this.#message
    const fields = parseFields(section, 0, section.length, maxHeaders)
    message.leniencyMask |= fields.leniencies
    message.anomalyMask |= fields.anomalies
    if (fields.headers.size > 0) message.trailers = fields.headers
    this.#at = At.Whole
    return end
  }

  #break(anomalies: number): void {
    this.#message.anomalyMask |= anomalies
    this.#at = At.Broken
  }
}
