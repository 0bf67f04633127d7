import { ConfigError } from '../common/errors'
import { checkInteger } from '../common/options'
import type { Timestamp } from '../packet/timestamp'
import { OVERFLOW_POLICIES, type OverflowPolicy } from '../tracker/stream-options'
import type { Reassembler } from './reassembler'
import type { FinReason } from './session-parser'

const NOTHING = new Uint8Array(0)

/** What a {@link BufferedReassembler} is made with. */
export interface BufferedReassemblerOptions {
  /** Bytes that it holds at most. Default no bound. */
  readonly maxBuffer?: number
  /** What happens to bytes beyond that. Default `sliding-window`: the oldest go. `drop-flow`: all go, and it is poisoned. */
  readonly overflow?: OverflowPolicy
}

/** Bytes that are missing among those that have been gathered. */
export interface BufferGap {
  /** How many of the gathered bytes come before. */
  readonly position: number
  /** How many are missing. */
  readonly length: number
}

/**
 * Gathers the bytes of one side until they are taken. As in the Rust crate, but for what the core has done before: bytes
 * come in order, and what is missing is told.
 */
export class BufferedReassembler implements Reassembler {
  readonly #maxBuffer: number
  readonly #overflow: OverflowPolicy
  #buffer: Uint8Array = NOTHING
  #start = 0
  #length = 0
  /** Stream offset of what comes next. */
  #expected: number | undefined
  #droppedSegments = 0
  #bytesDroppedOversize = 0
  #highWatermark = 0
  #isPoisoned = false
  #gaps: BufferGap[] = []
  #ending: FinReason | 'rst' | undefined

  /** @throws ConfigError when an option cannot be used */
  constructor({ maxBuffer, overflow = 'sliding-window' }: BufferedReassemblerOptions = {}) {
    if (maxBuffer !== undefined) checkInteger(maxBuffer, 1, Number.MAX_SAFE_INTEGER, 'maxBuffer')
    if (!OVERFLOW_POLICIES.includes(overflow)) {
      throw new ConfigError('overflow', `must be one of ${OVERFLOW_POLICIES.join(', ')}: ${String(overflow)}`)
    }
    this.#maxBuffer = maxBuffer ?? Number.POSITIVE_INFINITY
    this.#overflow = overflow
  }

  /** Bytes gathered. */
  get bufferedLength(): number {
    return this.#length
  }

  /** Segments that were not what was expected, and were left out; never any where the core feeds it. */
  get droppedSegments(): number {
    return this.#droppedSegments
  }

  get bytesDroppedOversize(): number {
    return this.#bytesDroppedOversize
  }

  /** Most bytes ever gathered. {@link BufferedReassembler.take} does not change it. */
  get highWatermark(): number {
    return this.#highWatermark
  }

  get isPoisoned(): boolean {
    return this.#isPoisoned
  }

  /** What is missing among the gathered bytes. */
  get gaps(): readonly BufferGap[] {
    return this.#gaps
  }

  /** How the side has come to its end: `fin` means that nothing is missing behind the last byte. Undefined before. */
  get ending(): FinReason | 'rst' | undefined {
    return this.#ending
  }

  segment(offset: number, payload: Uint8Array): void {
    if (payload.length === 0 || this.#isPoisoned) return
    this.#expected ??= offset
    if (offset !== this.#expected) {
      this.#droppedSegments++
      return
    }
    this.#expected += payload.length
    const excess = this.#length + payload.length - this.#maxBuffer
    if (excess > 0 && this.#overflow === 'drop-flow') this.#poison(payload.length)
    else if (excess > 0) this.#slide(payload, excess)
    else this.#append(payload)
  }

  gap(offset: number, length: number): void {
    if (this.#isPoisoned) return
    this.#gaps.push({ position: this.#length, length })
    this.#expected = offset + length
  }

  fin(_timestamp: Timestamp, _end: number, reason: FinReason): void {
    this.#ending = reason
  }

  rst(): void {
    this.#ending = 'rst'
  }

  /** The gathered bytes, which are then gathered no more. Counters stay. */
  take(): Uint8Array {
    const bytes = this.#buffer.slice(this.#start, this.#start + this.#length)
    this.#clear()
    return bytes
  }

  #poison(incoming: number): void {
    this.#bytesDroppedOversize += incoming
    this.#clear()
    this.#buffer = NOTHING
    this.#isPoisoned = true
  }

  /** The newest bytes stay, as many as may. */
  #slide(payload: Uint8Array, excess: number): void {
    this.#bytesDroppedOversize += excess
    const old = Math.min(excess, this.#length)
    this.#start += old
    this.#length -= old
    this.#gaps = this.#gaps
      .filter(({ position }) => position > old)
      .map(({ position, length }) => ({ position: position - old, length }))
    this.#append(payload.subarray(excess - old))
  }

  #append(payload: Uint8Array): void {
    this.#reserve(payload.length)
    this.#buffer.set(payload, this.#start + this.#length)
    this.#length += payload.length
    this.#highWatermark = Math.max(this.#highWatermark, this.#length)
  }

  /** Makes room behind what is there: at the front, or by growing to twice the size. */
  #reserve(bytes: number): void {
    if (this.#start + this.#length + bytes <= this.#buffer.length) return
    const needed = this.#length + bytes
    const kept = this.#buffer.subarray(this.#start, this.#start + this.#length)
    if (needed * 2 <= this.#buffer.length) {
      this.#buffer.copyWithin(0, this.#start, this.#start + this.#length)
    } else {
      const grown = new Uint8Array(Math.max(needed * 2, 256))
      grown.set(kept)
      this.#buffer = grown
    }
    this.#start = 0
  }

  #clear(): void {
    this.#start = 0
    this.#length = 0
    this.#gaps = []
  }
}
