import type { Timestamp } from '../../packet/timestamp'
import type { FlowSide } from '../../tracker/vocabulary'
import { anomaly } from './findings'
import { MessageParser } from './message-parser'
import { Resync } from './resync'
import { HeldBytes } from './section'
import type { SideOwner } from './side-owner'

/** Where a side stands. */
enum At {
  Messages,
  /** Searching for a start line. */
  Lost,
  /** Behind CONNECT: its response decides what these bytes are. */
  Held,
  /** Nothing is read any more. */
  Ended,
}

const SEARCH_BOUND = anomaly('search_bound')

/**
 * Reads one side of a connection (RFC 9112). All decisions hang on the bytes and their place in the stream, never on how
 * they are cut.
 */
export class SideParser {
  /**
   * After {@link SideParser.leave}: the last bytes that were fed, as many as lie behind the last message. Undefined where
   * that is not known.
   */
  rest: Uint8Array | undefined
  readonly #side: FlowSide
  readonly #owner: SideOwner
  readonly #messages: MessageParser
  /** Only where they are needed, which is seldom. */
  #resync: Resync | undefined
  #held: HeldBytes | undefined
  #at = At.Messages

  constructor(side: FlowSide, owner: SideOwner, now: Timestamp) {
    this.#side = side
    this.#owner = owner
    this.#messages = new MessageParser(side, owner, now)
  }

  /** Nothing more of this side is read. */
  get isEnded(): boolean {
    return this.#at === At.Ended
  }

  /** Bytes from here on that need not be handed out. */
  get skippable(): number {
    return this.#at === At.Messages ? this.#messages.skippable : 0
  }

  feed(bytes: Uint8Array, now: Timestamp): void {
    if (this.isEnded) return
    this.#messages.now = now
    let at = 0
    while (at < bytes.length && !this.isEnded) at = this.#step(bytes, at)
    if (this.rest && at < bytes.length) this.rest = concatenate(this.rest, bytes.subarray(at))
  }

  /** Bytes that were not handed out, as {@link SideParser.skippable} allows. */
  skipped(length: number, now: Timestamp): void {
    this.#messages.now = now
    if (this.#at !== At.Messages) return
    this.#messages.skip(length)
    this.#settle()
  }

  gap(length: number, now: Timestamp): void {
    this.#messages.now = now
    switch (this.#at) {
      case At.Messages: {
        const behind = this.#messages.gap(length)
        this.#settle()
        if (behind > 0) this.gap(behind, now)
        break
      }
      case At.Lost:
        this.#resync?.gap()
        break
      case At.Held:
        this.#held?.break()
    }
  }

  /**
   * The side is over.
   *
   * @param isClean the connection was not cut off: a body that ends with it is whole
   */
  end(now: Timestamp, isClean: boolean): void {
    this.#messages.now = now
    if (this.#at === At.Messages) {
      this.#messages.end(isClean)
    } else if (this.#held && this.#held.length > 0) {
      this.release(now)
      this.end(now, isClean)
    }
    this.stop()
  }

  /** Nothing more is read; a message at work is handed out as it is. */
  stop(): void {
    this.#messages.stop()
    this.#at = At.Ended
    this.#held = undefined
    this.#resync = undefined
  }

  /** The connection goes on as something else: what comes next is not read, but kept apart. */
  leave(): void {
    if (this.#at === At.Messages) this.rest = this.#messages.begun
    else if (this.#held && !this.#held.isBroken) this.rest = this.#held.bytes
    this.stop()
  }

  /** Bytes are put by until it is known what they are. */
  hold(): void {
    this.#at = At.Held
    this.#held = new HeldBytes(this.#owner.config.maxHead)
  }

  /** The bytes that were put by are messages. */
  release(now: Timestamp): void {
    const held = this.#held
    if (!held) return
    this.#held = undefined
    this.#at = At.Messages
    if (held.isBroken) this.#lose()
    this.feed(held.bytes, now)
  }

  /** The peer answers, which may complete a request of HTTP/0.9. */
  settleSimple(now: Timestamp): void {
    if (this.#at === At.Messages) this.#messages.settleSimple(now)
  }

  /** Takes bytes from `at` on; returns where the next ones begin. */
  #step(bytes: Uint8Array, at: number): number {
    switch (this.#at) {
      case At.Messages: {
        const next = this.#messages.take(bytes, at)
        this.#settle()
        return next
      }
      case At.Lost:
        return this.#resync ? this.#takeLost(this.#resync, bytes, at) : bytes.length
      case At.Held:
        this.#held?.append(bytes, at)
        return bytes.length
      default:
        return bytes.length
    }
  }

  #settle(): void {
    if (!this.#messages.isLost) return
    this.#messages.isLost = false
    // The connection may have come to its end with the message that was cut.
    if (!this.isEnded) this.#lose()
  }

  /** Where messages begin is not known any more. */
  #lose(): void {
    this.#at = At.Lost
    this.#resync = new Resync(this.#owner.config, this.#owner.counters)
    this.#owner.lose(this.#side)
  }

  #takeLost(resync: Resync, bytes: Uint8Array, from: number): number {
    const step = resync.take(bytes, from, this.#owner.kindOf(this.#side))
    const { next, line } = resync
    if (step === 'bound') {
      this.#owner.report(this.#side, SEARCH_BOUND)
      this.stop()
    } else if (step === 'found') {
      this.#at = At.Messages
      this.#resync = undefined
      this.#messages.resume(line)
      this.#settle()
    }
    return next
  }
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}
