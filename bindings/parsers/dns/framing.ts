import { FrameSearch, type MessageTest, PREFIX } from './frame-search'
import type { DnsFlowAnomalyKind } from './message'
import { HEADER, isPossible } from './plausible'
import { uint16 } from './rdata-reader'

/** What a partial message is kept in begins with this, and doubles: a length alone reserves nothing. */
const LEAST_BUFFER = 512

/** Bytes that a search adds to its buffer at once. */
const SEARCH_STEP = 65_536

/** What one side of a stream tells. */
export interface FrameReceiver extends MessageTest {
  /**
   * A message, whole or as much of it as there was.
   *
   * @param bytes hold only during the call
   * @param length of the whole message, by the two bytes before it
   */
  message(bytes: Uint8Array, length: number): void
  /** The stream is out of step, or cannot be taken further; see {@link FrameFault}. */
  fault(fault: FrameFault, offset: number): void
}

/** The anomalies of a stream, see {@link DnsFlowAnomalyKind}. */
export type FrameFault = Exclude<DnsFlowAnomalyKind, 'dns_query_evicted'>

/** Bounds of one side. */
export interface FrameLimits {
  /** Longest message that is kept until it is whole. */
  readonly maxMessage: number
  /** Bytes that are searched for a message when the stream is out of step. */
  readonly maxSearch: number
}

/**
 * `start`: nothing proved yet that this is DNS. `messages`: in step. `search`: looking for the next message. `done`.
 */
type Mode = 'start' | 'messages' | 'search' | 'done'

/**
 * Cuts one side of a TCP connection into messages, RFC 1035 section 4.2.2 and RFC 7766 section 8: they may be split
 * over segments, or several may lie in one. A message that lies whole in one chunk is not copied.
 *
 * Where it does not know where messages begin it looks for one that is sound from its first to its last byte, and is
 * in step again behind it. What it finds depends on the bytes alone, not on how they were cut.
 */
export class FrameReader {
  #mode: Mode = 'start'
  #buffer: Uint8Array = EMPTY
  #filled = 0
  /** Bytes of a message that are passed over. */
  #passing = 0
  /** Stream offset of the first byte in the buffer, or of the next one that comes. */
  #offset = 0
  /** Made where it is needed first: few sides need it, and open connections are many. */
  #search: FrameSearch | undefined

  readonly #receiver: FrameReceiver
  readonly #limits: FrameLimits

  constructor(receiver: FrameReceiver, limits: FrameLimits) {
    this.#receiver = receiver
    this.#limits = limits
  }

  /** The side has been given up. */
  get isDone(): boolean {
    return this.#mode === 'done'
  }

  feed(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length && this.#mode !== 'done') {
      if (this.#passing > 0) {
        const passed = Math.min(this.#passing, bytes.length - at)
        this.#passing -= passed
        this.#offset += passed
        at += passed
      } else if (this.#filled === 0 && this.#mode !== 'search') {
        const taken = this.#take(bytes, at, bytes.length)
        at += taken
        // `#take` may have found this to be out of step.
        if (taken === 0 && (this.#mode as Mode) !== 'search') {
          this.#append(bytes, at, bytes.length)
          return
        }
      } else {
        const wanted = this.#mode === 'search' ? SEARCH_STEP : this.#wanted()
        const end = Math.min(bytes.length, at + wanted)
        this.#append(bytes, at, end)
        at = end
        this.#drain(false)
      }
    }
  }

  /** Bytes are missing. What they cut off comes out; if the message goes on behind them, that is passed over. */
  gap(length: number): void {
    if (this.#mode === 'done') return
    if (this.#passing >= length) {
      this.#passing -= length
      this.#offset += length
      return
    }
    this.#drainSearch()
    if (this.isDone) return
    // Two bytes say how much of the message is to come.
    const wanted = this.#mode === 'messages' && this.#filled >= PREFIX ? this.#wanted() : 0
    const offset = this.#offset
    this.#cut()
    this.#passing = Math.max(0, wanted - length)
    this.#offset += length
    if (wanted < length && this.#mode !== 'search') this.#lose(offset)
  }

  /** The side has ended. */
  end(): void {
    if (this.#mode === 'done') return
    this.#drainSearch()
    this.#cut()
    this.#mode = 'done'
    this.#buffer = EMPTY
  }

  /**
   * Takes one message that lies whole between `at` and `end`.
   *
   * @returns its bytes with those of the length, or the bytes to pass over; 0 where more are needed
   */
  #take(bytes: Uint8Array, at: number, end: number): number {
    const there = end - at
    if (there < PREFIX) return 0
    const length = uint16(bytes, at)
    if (this.#mode === 'start') {
      if (there < PREFIX + Math.min(length, HEADER)) return 0
      if (!isPossible(bytes, at + PREFIX, length)) {
        this.#lose(this.#offset)
        return 0
      }
      this.#mode = 'messages'
    }
    if (length > this.#limits.maxMessage) {
      this.#receiver.fault('dns_message_too_long', this.#offset)
      this.#passing = length
      this.#offset += PREFIX
      return PREFIX
    }
    if (there < PREFIX + length) return 0
    if (length < HEADER) this.#receiver.fault('dns_short_message', this.#offset)
    else this.#receiver.message(bytes.subarray(at + PREFIX, at + PREFIX + length), length)
    this.#offset += PREFIX + length
    return PREFIX + length
  }

  /** Bytes that are wanted before the buffer can be looked at again. */
  #wanted(): number {
    if (this.#filled < PREFIX) return PREFIX - this.#filled
    const length = uint16(this.#buffer, 0)
    const looked = this.#mode === 'start' ? Math.min(length, HEADER) : length
    return PREFIX + looked - this.#filled
  }

  #drain(ended: boolean): void {
    let at = 0
    for (;;) {
      if (this.#mode === 'done') return
      if (this.#mode === 'search') {
        at = this.#find(at, ended)
        // `#find` has changed the mode where it came upon a message.
        if ((this.#mode as Mode) === 'search') break
        continue
      }
      const taken = this.#take(this.#buffer, at, this.#filled)
      if (taken === 0) {
        // `#take` has found this to be out of step.
        if ((this.#mode as Mode) !== 'search') break
        continue
      }
      at += taken
      if (this.#passing > 0) {
        const passed = Math.min(this.#passing, this.#filled - at)
        this.#passing -= passed
        this.#offset += passed
        at += passed
      }
    }
    this.#drop(at)
  }

  /** Looks for a sound message from `at` on, and answers where it begins, or where more bytes are needed. */
  #find(at: number, ended: boolean): number {
    this.#search ??= new FrameSearch(this.#receiver, this.#limits.maxMessage, this.#limits.maxSearch)
    const search = this.#search
    const to = search.find(this.#buffer, at, this.#filled, ended)
    this.#offset += to - at
    if (search.verdict === 'found') this.#mode = 'messages'
    if (search.verdict !== 'spent') return to
    this.#receiver.fault('dns_not_dns', this.#offset)
    this.#mode = 'done'
    this.#filled = 0
    this.#buffer = EMPTY
    return 0
  }

  /** Takes what a search finds in the buffer when no more bytes will come that belong to it. */
  #drainSearch(): void {
    if (this.#mode === 'search') this.#drain(true)
  }

  /** The stream is out of step. */
  #lose(offset: number): void {
    this.#mode = 'search'
    this.#search = undefined
    this.#receiver.fault('dns_out_of_step', offset)
  }

  /** Tells as much as there is of the message in the buffer, and empties it. */
  #cut(): void {
    const filled = this.#filled
    if (this.#mode !== 'search' && (filled > 0 || this.#passing > 0)) {
      this.#receiver.fault('dns_incomplete_message', this.#offset)
      if (this.#mode === 'messages' && filled > PREFIX) {
        this.#receiver.message(this.#buffer.subarray(PREFIX, filled), uint16(this.#buffer, 0))
      }
    }
    this.#offset += filled
    this.#filled = 0
  }

  #append(bytes: Uint8Array, start: number, end: number): void {
    const filled = this.#filled + end - start
    if (filled > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(LEAST_BUFFER, 2 * this.#buffer.length, filled))
      larger.set(this.#buffer.subarray(0, this.#filled))
      this.#buffer = larger
    }
    this.#buffer.set(bytes.subarray(start, end), this.#filled)
    this.#filled = filled
  }

  #drop(length: number): void {
    if (length === 0) return
    this.#buffer.copyWithin(0, length, this.#filled)
    this.#filled -= length
    if (this.#filled === 0) this.#buffer = EMPTY
  }
}

const EMPTY = new Uint8Array(0)
