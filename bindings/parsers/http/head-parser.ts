import { Timestamp } from '../../packet/timestamp'
import type { FlowSide } from '../../tracker/vocabulary'
import { CR, LF } from './ascii'
import { parseFields } from './fields'
import { leniency } from './findings'
import { SectionReader } from './section'
import type { Head, SideOwner } from './side-owner'
import { parseStartLine, type StartLine } from './start-line'

/**
 * What more bytes of a head have come to: it is not whole; it is; its first line is no start line of this side; it is
 * longer than `maxHead`.
 */
export type HeadStep = 'more' | 'whole' | 'rejected' | 'bound'

const BARE_LF = leniency('bare_lf')
const LEADING_EMPTY_LINE = leniency('leading_empty_line')
const RESYNCHRONIZED = leniency('resynchronized')

/** Reads one head: a start line, as soon as it is there, and the fields behind it (RFC 9112, 2.1). */
export class HeadParser {
  /** After {@link HeadParser.take}: where the bytes behind those taken begin. */
  next = 0
  /** After `whole`: the head. */
  head: Head | undefined
  readonly #side: FlowSide
  readonly #owner: SideOwner
  readonly #section = new SectionReader()
  #line: StartLine | undefined
  /** Where the first field line begins. */
  #fieldsStart = 0
  #startTime = Timestamp.ZERO
  #leniencies = 0

  constructor(side: FlowSide, owner: SideOwner) {
    this.#side = side
    this.#owner = owner
  }

  /** Bytes that have come. */
  get length(): number {
    return this.#section.buffer.length
  }

  /** There are some. */
  get isBegun(): boolean {
    return this.length > 0
  }

  /** Its start line has been read. */
  get hasLine(): boolean {
    return this.#line !== undefined
  }

  /** All that has come is a request line without a version. */
  get isSimple(): boolean {
    const line = this.#line
    return line?.kind === 'request' && line.versionEnd === 0 && this.#section.lineStart === this.#section.buffer.length
  }

  /** An empty line was passed over before the head. */
  passEmptyLine(): void {
    this.#leniencies |= LEADING_EMPTY_LINE
  }

  /** The first byte is there. */
  begin(now: Timestamp): void {
    this.#startTime = now
  }

  /** Takes bytes from `from` on, up to the end of the head. */
  take(bytes: Uint8Array, from: number): HeadStep {
    const { buffer } = this.#section
    const limit = Math.min(bytes.length, from + this.#owner.config.maxHead - buffer.length)
    let at = from
    let scan = from
    if (!this.#line) {
      const lineFeed = lineFeedIn(bytes, from, limit)
      if (lineFeed < 0) return this.#keep(bytes, from, limit)
      scan = lineFeed + 1
      const length = buffer.length + lineFeed - from
      const isBuffered = buffer.length > 0
      if (isBuffered) {
        buffer.append(bytes, from, scan)
        at = scan
      }
      if (!this.#takeLine(isBuffered ? buffer.bytes : bytes, isBuffered ? 0 : from, length)) {
        if (!isBuffered) buffer.append(bytes, from, scan)
        this.next = scan
        return 'rejected'
      }
    }
    const end = this.#section.findEnd(bytes, at, scan, limit)
    if (end < 0) return this.#keep(bytes, at, limit)
    const whole = this.#section.collect(bytes, at, end)
    this.head = this.#parse(whole, whole.length)
    this.next = end
    return 'whole'
  }

  /**
   * Begins with a start line that was found by searching.
   *
   * @returns false when it is none of this side's
   */
  resume(line: Uint8Array, length: number, now: Timestamp): boolean {
    this.#startTime = now
    this.#leniencies = RESYNCHRONIZED
    this.#section.buffer.append(line, 0, length)
    return this.#takeLine(line, 0, length - 1)
  }

  /** What there is of a head, as far as its lines are whole, is all there is of it. */
  cut(): Head | undefined {
    const { buffer, lineStart } = this.#section
    return this.#parse(buffer.copy(lineStart), lineStart)
  }

  /** A copy of what has come. */
  copy(): Uint8Array {
    return this.#section.buffer.copy()
  }

  #keep(bytes: Uint8Array, from: number, to: number): HeadStep {
    const { buffer } = this.#section
    buffer.append(bytes, from, to)
    this.next = to
    return buffer.length >= this.#owner.config.maxHead ? 'bound' : 'more'
  }

  #parse(bytes: Uint8Array, length: number): Head | undefined {
    const line = this.#line
    if (!line) return undefined
    const fields = parseFields(bytes, this.#fieldsStart, length, this.#owner.config.maxHeaders)
    return { line, fields, startTime: this.#startTime, leniencies: this.#leniencies }
  }

  /** Reads the start line, which begins at `from` and whose LF lies `length` bytes behind. */
  #takeLine(bytes: Uint8Array, from: number, length: number): boolean {
    const lineFeed = from + length
    const hasCr = length > 0 && bytes[lineFeed - 1] === CR
    const line = parseStartLine(bytes, from, hasCr ? lineFeed - 1 : lineFeed)
    if (!line || !this.#owner.claim(this.#side, line.kind)) return false
    if (!hasCr) this.#leniencies |= BARE_LF
    this.#line = line
    this.#section.lineStart = length + 1
    this.#fieldsStart = length + 1
    return true
  }
}

function lineFeedIn(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) if (bytes[i] === LF) return i
  return -1
}
