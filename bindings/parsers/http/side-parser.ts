import type { Timestamp } from '../../packet/timestamp'
import type { FlowSide } from '../../tracker/vocabulary'
import { CR, isTokenOctet, LF } from './ascii'
import { ChunkLine } from './chunks'
import { type Fields, parseFields } from './fields'
import { anomaly, type HttpCounters, leniency } from './findings'
import type { BodyFraming } from './framing'
import { SectionText } from './headers'
import type { AnyMessageState, RequestState } from './message'
import type { HttpConfig } from './options'
import { StartLineSearch } from './search'
import { SectionBuffer } from './section'
import { parseStartLine, type StartLine } from './start-line'

/** What a side sends. */
export type MessageKind = 'request' | 'response'

/** A head as it has been read, whole or as far as it goes. */
export interface Head {
  readonly text: SectionText
  readonly line: StartLine
  readonly fields: Fields
  readonly startTime: Timestamp
}

/** The connection, as its sides see it. */
export interface SideOwner {
  readonly config: HttpConfig
  readonly counters: HttpCounters
  /** What a side sends, as far as is known. */
  kindOf(side: FlowSide): MessageKind | undefined
  /** A start line has been read. False: it is the other side that sends such. */
  claim(side: FlowSide, kind: MessageKind): boolean
  /** The oldest unanswered request, where it is one of HTTP/0.9. */
  simpleRequest(): RequestState | undefined
  /** A head has been read, at least its start line. */
  open(side: FlowSide, head: Head): AnyMessageState
  /** A response of HTTP/0.9 begins. */
  openSimple(side: FlowSide, request: RequestState, startTime: Timestamp): AnyMessageState
  /** How the body of a message ends whose head is whole. */
  framing(message: AnyMessageState, head: Head): BodyFraming
  /** A message is over. */
  close(message: AnyMessageState): void
  /** Anomalies that belong to no message. */
  report(side: FlowSide, anomalies: number): void
  /** Messages of this side may have been lost. */
  lose(side: FlowSide): void
}

/** Where a side stands. */
enum At {
  /** Before a start line, or in it. */
  StartLine,
  /** Behind a start line, before the empty line. */
  Fields,
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
  /** Searching for a start line. */
  Lost,
  /** Behind CONNECT: its response decides what these bytes are. */
  Held,
  /** Nothing is read any more. */
  Ended,
}

const BARE_LF = leniency('bare_lf')
const LEADING_EMPTY_LINE = leniency('leading_empty_line')
const RESYNCHRONIZED = leniency('resynchronized')
const INVALID_START_LINE = anomaly('invalid_start_line')
const INVALID_CHUNK = anomaly('invalid_chunk')
const HEAD_BOUND = anomaly('head_bound')
const CHUNK_LINE_BOUND = anomaly('chunk_line_bound')
const BODY_BOUND = anomaly('body_bound')
const SEARCH_BOUND = anomaly('search_bound')
const GAP_IN_HEAD = anomaly('gap_in_head')
const GAP_IN_BODY = anomaly('gap_in_body')
const GAP_IN_FRAMING = anomaly('gap_in_framing')
const GAP_BETWEEN_MESSAGES = anomaly('gap_between_messages')

const CAPITAL_H = 0x48

/** Fewest bytes that are worth asking not to be handed out. */
const LEAST_SKIP = 1024

/**
 * Reads the messages of one side of a connection (RFC 9112). All decisions hang on the bytes and their place in the
 * stream, never on how they are cut.
 */
export class SideParser {
  readonly #side: FlowSide
  readonly #owner: SideOwner
  readonly #section = new SectionBuffer()
  #at = At.StartLine
  #now: Timestamp
  /** Start line of the head at work. */
  #line: StartLine | undefined
  /** Where the line at work begins, in its section. */
  #lineStart = 0
  /** Where the first field line begins. */
  #fieldsStart = 0
  #startTime: Timestamp
  /** Leniencies in what comes before the fields. */
  #leniencies = 0
  #message: AnyMessageState | undefined
  /** Bytes of the body or the chunk that are yet to come. */
  #remaining = 0
  #chunkLine: ChunkLine | undefined
  #isAfterCr = false
  #search: StartLineSearch | undefined
  #searched = 0
  /** Not all bytes since CONNECT have been held. */
  #isHoldBroken = false

  constructor(side: FlowSide, owner: SideOwner, now: Timestamp) {
    this.#side = side
    this.#owner = owner
    this.#now = now
    this.#startTime = now
  }

  /** Nothing more of this side is read. */
  get isEnded(): boolean {
    return this.#at === At.Ended
  }

  /** Bytes from here on that need not be handed out. The last byte of a body must: it tells when it is complete. */
  get skippable(): number {
    if (this.#at !== At.Length && this.#at !== At.ChunkData) return 0
    if (this.#message?.reader && !this.#message.isReaderDone) return 0
    return this.#remaining > LEAST_SKIP ? this.#remaining - 1 : 0
  }

  feed(bytes: Uint8Array, now: Timestamp): void {
    this.#now = now
    let at = 0
    while (at < bytes.length && this.#at !== At.Ended) at = this.#step(bytes, at)
  }

  /** Bytes that were not handed out, as {@link SideParser.skippable} allows. */
  skipped(length: number, now: Timestamp): void {
    this.#now = now
    if (this.#at === At.Length || this.#at === At.ChunkData) this.#passBody(Math.min(length, this.#remaining))
  }

  gap(length: number, now: Timestamp): void {
    this.#now = now
    switch (this.#at) {
      case At.StartLine:
        this.#owner.report(this.#side, this.#section.length > 0 ? GAP_IN_HEAD : GAP_BETWEEN_MESSAGES)
        this.#dropSection()
        this.#lose()
        break
      case At.Fields:
        this.#cutHead(GAP_IN_HEAD)
        this.#lose()
        break
      case At.Length:
      case At.ChunkData:
        this.#passGap(length, now)
        break
      case At.ChunkLine:
      case At.ChunkEnd:
      case At.Trailers:
        this.#break(GAP_IN_FRAMING)
        break
      case At.Close:
        this.#miss(length)
        break
      case At.Lost:
        this.#search?.reset()
        break
      case At.Held:
        this.#breakHold()
    }
  }

  /**
   * The side is over.
   *
   * @param isClean the connection was not cut off: a body that ends with it is whole
   */
  end(now: Timestamp, isClean: boolean): void {
    this.#now = now
    switch (this.#at) {
      case At.StartLine:
        this.#endInStartLine(isClean)
        break
      case At.Fields:
        if (this.#isSimple()) this.#openHead(this.#section.copy())
        else this.#cutHead(0)
        break
      case At.Held:
        if (this.#section.length > 0) {
          this.release(now)
          this.end(now, isClean)
        }
        break
      case At.Close:
        this.#finish(isClean)
        break
      default:
        if (this.#message) this.#finish(false)
    }
    this.stop()
  }

  /** Nothing more is read; a message at work is handed out as it is. */
  stop(): void {
    if (this.#message) this.#finish(false)
    this.#at = At.Ended
    this.#section.clear()
    this.#search = undefined
  }

  /** Bytes are put by until it is known what they are. */
  hold(): void {
    this.#at = At.Held
    this.#isHoldBroken = false
  }

  /** The bytes that were put by are messages. */
  release(now: Timestamp): void {
    if (this.#at !== At.Held) return
    const held = this.#section.copy()
    this.#section.clear()
    this.#at = At.StartLine
    if (this.#isHoldBroken) this.#lose()
    this.feed(held, now)
  }

  /** The peer answers: what stands here without a version and fields is a whole request of HTTP/0.9. */
  settleSimple(now: Timestamp): void {
    if (this.#at !== At.Fields || !this.#isSimple()) return
    this.#now = now
    const head = this.#section.copy()
    this.#section.clear()
    this.#openHead(head)
  }

  /** Takes bytes from `at` on; returns where the next ones begin. */
  #step(bytes: Uint8Array, at: number): number {
    switch (this.#at) {
      case At.StartLine:
        return this.#section.length === 0 ? this.#takeFirstOctet(bytes, at) : this.#takeSection(bytes, at)
      case At.Fields:
      case At.Trailers:
        return this.#takeSection(bytes, at)
      case At.Length:
      case At.ChunkData:
        return this.#takeBody(bytes, at, Math.min(bytes.length, at + this.#remaining))
      case At.Close:
        return this.#takeBody(bytes, at, bytes.length)
      case At.ChunkLine:
        return this.#takeChunkLine(bytes, at)
      case At.ChunkEnd:
        return this.#takeChunkEnd(bytes, at)
      case At.Lost:
        return this.#takeLost(bytes, at)
      case At.Held:
        return this.#takeHeld(bytes, at)
      default:
        return bytes.length
    }
  }

  /** RFC 9112, 2.2: empty lines before a start line are passed over. */
  #takeFirstOctet(bytes: Uint8Array, at: number): number {
    const octet = bytes[at] as number
    if (octet === LF || octet === CR) {
      const simple = this.#simpleRequest()
      if (simple) return this.#openSimple(simple, at)
      if (octet === LF) this.#leniencies |= LEADING_EMPTY_LINE
      return at + 1
    }
    const isResponse = this.#owner.kindOf(this.#side) === 'response'
    if (isResponse ? octet === CAPITAL_H : isTokenOctet(octet)) {
      this.#startTime = this.#now
      this.#lineStart = 0
      return this.#takeSection(bytes, at)
    }
    const simple = this.#simpleRequest()
    if (simple) return this.#openSimple(simple, at)
    this.#owner.report(this.#side, INVALID_START_LINE)
    this.#lose()
    return at
  }

  /** Takes lines up to an empty one, and the start line by itself. */
  #takeSection(bytes: Uint8Array, from: number): number {
    const section = this.#section
    let at = from
    const { maxHead } = this.#owner.config
    const limit = Math.min(bytes.length, at + maxHead - section.length)
    for (let i = at; i < limit; i++) {
      if (bytes[i] !== LF) continue
      // What is in the buffer comes before bytes[at].
      const offset = section.length + i - at
      if (this.#at === At.StartLine) {
        if (section.length > 0) {
          section.append(bytes, at, i + 1)
          at = i + 1
        }
        const isBuffered = section.length > 0
        if (!this.#takeStartLine(isBuffered ? section.bytes : bytes, isBuffered ? 0 : at, offset)) return i + 1
        continue
      }
      const length = offset - this.#lineStart
      if (length === 0 || (length === 1 && (i > at ? bytes[i - 1] : section.bytes[section.length - 1]) === CR)) {
        this.#takeWholeSection(bytes, at, i + 1)
        return i + 1
      }
      this.#lineStart = offset + 1
    }
    section.append(bytes, at, limit)
    if (section.length >= maxHead) this.#overflow()
    return limit
  }

  #takeWholeSection(bytes: Uint8Array, from: number, to: number): void {
    const section = this.#section
    let whole: Uint8Array
    if (section.length === 0) {
      whole = bytes.slice(from, to)
    } else {
      section.append(bytes, from, to)
      whole = section.copy()
      section.clear()
    }
    if (this.#at === At.Trailers) this.#closeTrailers(whole)
    else this.#openHead(whole)
  }

  /**
   * Reads the start line, which begins at `from` and whose LF lies `length` bytes behind.
   *
   * @returns false when it is none: it has been dropped
   */
  #takeStartLine(bytes: Uint8Array, from: number, length: number): boolean {
    const lineFeed = from + length
    const hasCr = length > 0 && bytes[lineFeed - 1] === CR
    const line = parseStartLine(bytes, from, hasCr ? lineFeed - 1 : lineFeed)
    if (line && this.#owner.claim(this.#side, line.kind)) {
      if (!hasCr) this.#leniencies |= BARE_LF
      this.#line = line
      this.#lineStart = length + 1
      this.#fieldsStart = length + 1
      this.#at = At.Fields
      return true
    }
    const simple = this.#simpleRequest()
    if (simple) {
      const dropped = bytes.slice(from, lineFeed + 1)
      this.#section.clear()
      this.#openSimple(simple, 0)
      this.#takeBody(dropped, 0, dropped.length)
      return false
    }
    this.#owner.counters.strayBytes += length + 1
    this.#owner.report(this.#side, INVALID_START_LINE)
    this.#section.clear()
    this.#lose()
    return false
  }

  /** A head is whole. */
  #openHead(bytes: Uint8Array): void {
    const head = this.#parseHead(bytes, bytes.length)
    if (!head) return
    const message = this.#open(head)
    const { framing, length, leniencies, anomalies } = this.#owner.framing(message, head)
    message.leniencyMask |= leniencies
    message.anomalyMask |= anomalies
    if (framing === 'none') {
      this.#finish(true)
      return
    }
    message.isChunked = framing === 'chunked'
    this.#remaining = length
    if (framing === 'length') this.#at = At.Length
    else if (framing === 'close') this.#at = At.Close
    else this.#beginChunk()
    message.reader = this.#owner.config.bodies?.(message)
  }

  /** What there is of a head is all there is. */
  #cutHead(anomalies: number): void {
    const head = this.#parseHead(this.#section.copy(this.#lineStart), this.#lineStart)
    this.#section.clear()
    if (!head) return
    this.#open(head).anomalyMask |= anomalies
    this.#finish(false)
  }

  #parseHead(bytes: Uint8Array, length: number): Head | undefined {
    const line = this.#line
    this.#line = undefined
    if (!line) return undefined
    const text = new SectionText(bytes)
    const fields = parseFields(text, this.#fieldsStart, length, this.#owner.config.maxHeaders)
    return { text, line, fields, startTime: this.#startTime }
  }

  #open(head: Head): AnyMessageState {
    const message = this.#owner.open(this.#side, head)
    const { line, fields } = head
    const isSimple = line.isSimple && fields.headers.size === 0
    message.leniencyMask |= this.#leniencies | line.leniencies | fields.leniencies
    message.anomalyMask |= (isSimple ? 0 : line.anomalies) | fields.anomalies
    this.#leniencies = 0
    this.#message = message
    return message
  }

  #simpleRequest(): RequestState | undefined {
    return this.#owner.kindOf(this.#side) === 'response' ? this.#owner.simpleRequest() : undefined
  }

  /** RFC 1945, 6.1: the response to a simple request is a body and nothing else. */
  #openSimple(request: RequestState, at: number): number {
    const message = this.#owner.openSimple(this.#side, request, this.#now)
    this.#message = message
    this.#at = At.Close
    message.reader = this.#owner.config.bodies?.(message)
    return at
  }

  /** Whether all that has come is a request line without a version. */
  #isSimple(): boolean {
    const line = this.#line
    return line?.kind === 'request' && line.versionEnd === 0 && this.#lineStart === this.#section.length
  }

  #endInStartLine(isClean: boolean): void {
    const simple = this.#section.length > 0 ? this.#simpleRequest() : undefined
    if (simple) {
      const bytes = this.#section.copy()
      this.#openSimple(simple, 0)
      this.#takeBody(bytes, 0, bytes.length)
      this.#finish(isClean)
    }
    this.#dropSection()
  }

  #takeBody(bytes: Uint8Array, from: number, to: number): number {
    const message = this.#message
    if (message?.reader && !message.isReaderDone) {
      const isAll = from === 0 && to === bytes.length
      if (message.reader.data(isAll ? bytes : bytes.subarray(from, to)) === false) message.isReaderDone = true
    }
    this.#passBody(to - from)
    return to
  }

  /** Counts bytes of the body, and sees to its end. */
  #passBody(length: number): void {
    if (this.#message) this.#message.bodyBytes += length
    if (this.#at === At.Close) return
    this.#remaining -= length
    if (this.#remaining === 0) this.#endData()
  }

  #endData(): void {
    if (this.#at === At.Length) {
      this.#finish(true)
    } else {
      this.#at = At.ChunkEnd
      this.#isAfterCr = false
    }
  }

  #passGap(length: number, now: Timestamp): void {
    const inside = Math.min(length, this.#remaining)
    this.#miss(inside)
    this.#remaining -= inside
    const behind = length - inside
    if (this.#remaining > 0) return
    if (this.#at === At.ChunkData && behind > 0) {
      this.#break(GAP_IN_FRAMING)
      return
    }
    this.#endData()
    if (behind > 0) this.gap(behind, now)
  }

  #miss(length: number): void {
    const message = this.#message
    if (!message) return
    message.missingBytes += length
    message.anomalyMask |= GAP_IN_BODY
    if (!message.isReaderDone) message.reader?.gap?.(length)
  }

  #beginChunk(): void {
    this.#chunkLine ??= new ChunkLine(this.#owner.config.maxChunkLine)
    this.#chunkLine.begin()
    this.#at = At.ChunkLine
  }

  #takeChunkLine(bytes: Uint8Array, from: number): number {
    const line = this.#chunkLine as ChunkLine
    for (let at = from; at < bytes.length; ) {
      const step = line.take(bytes[at++] as number)
      if (step === 'more') continue
      if (this.#message) this.#message.leniencyMask |= line.leniencies
      if (step === 'end') this.#beginChunkData(line.size)
      else this.#break(step === 'bound' ? CHUNK_LINE_BOUND : INVALID_CHUNK)
      return at
    }
    return bytes.length
  }

  #beginChunkData(size: number): void {
    this.#remaining = size
    this.#at = size > 0 ? At.ChunkData : At.Trailers
    this.#lineStart = 0
  }

  #takeChunkEnd(bytes: Uint8Array, at: number): number {
    const octet = bytes[at]
    if (octet === LF) {
      if (!this.#isAfterCr && this.#message) this.#message.leniencyMask |= BARE_LF
      this.#beginChunk()
    } else if (octet === CR && !this.#isAfterCr) {
      this.#isAfterCr = true
    } else {
      this.#break(INVALID_CHUNK)
      return at
    }
    return at + 1
  }

  /** RFC 9112, 7.1.2. */
  #closeTrailers(bytes: Uint8Array): void {
    const message = this.#message
    if (message) {
      const fields = parseFields(new SectionText(bytes), 0, bytes.length, this.#owner.config.maxHeaders)
      message.leniencyMask |= fields.leniencies
      message.anomalyMask |= fields.anomalies
      if (fields.headers.size > 0) message.trailers = fields.headers
    }
    this.#finish(true)
  }

  /** The framing of a body is lost: what there is of the message is all there is. */
  #break(anomalies: number): void {
    if (this.#message) this.#message.anomalyMask |= anomalies
    this.#section.clear()
    this.#finish(false)
    this.#lose()
  }

  #overflow(): void {
    switch (this.#at) {
      case At.StartLine:
        this.#owner.report(this.#side, HEAD_BOUND)
        this.#dropSection()
        this.#lose()
        break
      case At.Fields:
        this.#cutHead(HEAD_BOUND)
        this.#lose()
        break
      default:
        this.#break(HEAD_BOUND)
    }
  }

  #dropSection(): void {
    this.#owner.counters.strayBytes += this.#section.length
    this.#section.clear()
    this.#line = undefined
  }

  #finish(isComplete: boolean): void {
    const message = this.#message
    this.#message = undefined
    this.#at = At.StartLine
    if (!message) return
    const { reader } = message
    message.reader = undefined
    message.isComplete = isComplete
    message.endTime = this.#now
    message.body = reader?.end?.()
    if (message.body?.isTruncated) message.anomalyMask |= BODY_BOUND
    this.#owner.close(message)
  }

  /** Where messages begin is not known any more. */
  #lose(): void {
    // The connection may have come to its end with the message that was cut.
    if (this.#at === At.Ended) return
    this.#at = At.Lost
    this.#searched = 0
    this.#search ??= new StartLineSearch()
    this.#search.reset()
    this.#owner.lose(this.#side)
  }

  #takeLost(bytes: Uint8Array, from: number): number {
    const search = this.#search as StartLineSearch
    const { counters, config } = this.#owner
    const limit = Math.min(bytes.length, from + config.maxSearch - this.#searched)
    const next = search.find(bytes, from, limit, this.#owner.kindOf(this.#side))
    const to = next < 0 ? limit : next
    this.#searched += to - from
    counters.strayBytes += to - from
    if (next >= 0) {
      this.#beginFound(search.line)
      counters.strayBytes -= this.#section.length
    } else if (this.#searched >= config.maxSearch) {
      this.#owner.report(this.#side, SEARCH_BOUND)
      this.stop()
    }
    return to
  }

  #beginFound(line: SectionBuffer): void {
    const { length } = line
    this.#section.append(line.bytes, 0, length)
    line.clear()
    this.#startTime = this.#now
    this.#leniencies = RESYNCHRONIZED
    this.#at = At.StartLine
    this.#takeStartLine(this.#section.bytes, 0, length - 1)
  }

  #takeHeld(bytes: Uint8Array, at: number): number {
    if (this.#isHoldBroken) return bytes.length
    if (this.#section.length + bytes.length - at > this.#owner.config.maxHead) this.#breakHold()
    else this.#section.append(bytes, at, bytes.length)
    return bytes.length
  }

  #breakHold(): void {
    this.#section.clear()
    this.#isHoldBroken = true
  }
}
