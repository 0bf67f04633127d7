import type { Timestamp } from '../../packet/timestamp'
import type { FlowSide } from '../../tracker/vocabulary'
import { CR, isTokenOctet, LF } from './ascii'
import { BodyParser } from './body-parser'
import { anomaly } from './findings'
import type { BodyFraming } from './framing'
import { HeadParser } from './head-parser'
import type { RequestState } from './message'
import { OpenMessage } from './open-message'
import { Resync } from './resync'
import { HeldBytes } from './section'
import type { Head, SideOwner } from './side-owner'

/** Where a side stands. */
enum At {
  /** Before a head, or in it. */
  Head,
  Body,
  /** Searching for a start line. */
  Lost,
  /** Behind CONNECT: its response decides what these bytes are. */
  Held,
  /** Nothing is read any more. */
  Ended,
}

const INVALID_START_LINE = anomaly('invalid_start_line')
const HEAD_BOUND = anomaly('head_bound')
const SEARCH_BOUND = anomaly('search_bound')
const GAP_IN_HEAD = anomaly('gap_in_head')
const GAP_BETWEEN_MESSAGES = anomaly('gap_between_messages')

const CAPITAL_H = 0x48

const UNTIL_CLOSE = { framing: 'close', length: 0, leniencies: 0, anomalies: 0 } as const

/**
 * Reads the messages of one side of a connection (RFC 9112). All decisions hang on the bytes and their place in the
 * stream, never on how they are cut.
 */
export class SideParser {
  readonly #side: FlowSide
  readonly #owner: SideOwner
  readonly #head: HeadParser
  readonly #body: BodyParser
  readonly #held: HeldBytes
  readonly #message: OpenMessage
  readonly #resync: Resync
  #at = At.Head
  #now: Timestamp
  /**
   * After {@link SideParser.leave}: the last bytes that were fed, as many as lie behind the last message. Undefined where
   * that is not known.
   */
  rest: Uint8Array | undefined

  constructor(side: FlowSide, owner: SideOwner, now: Timestamp) {
    this.#side = side
    this.#owner = owner
    this.#now = now
    this.#message = new OpenMessage(side, owner)
    this.#resync = new Resync(owner.config, owner.counters)
    this.#head = new HeadParser(side, owner)
    this.#body = new BodyParser(owner.config)
    this.#held = new HeldBytes(owner.config.maxHead)
  }

  /** Nothing more of this side is read. */
  get isEnded(): boolean {
    return this.#at === At.Ended
  }

  /** Bytes from here on that need not be handed out. */
  get skippable(): number {
    return this.#at === At.Body ? this.#body.skippable : 0
  }

  feed(bytes: Uint8Array, now: Timestamp): void {
    if (this.isEnded) return
    this.#now = now
    let at = 0
    while (at < bytes.length && !this.isEnded) at = this.#step(bytes, at)
    if (this.rest && at < bytes.length) this.rest = concatenate(this.rest, bytes.subarray(at))
  }

  /** Bytes that were not handed out, as {@link SideParser.skippable} allows. */
  skipped(length: number, now: Timestamp): void {
    this.#now = now
    if (this.#at !== At.Body) return
    this.#body.skip(length)
    this.#settleBody()
  }

  gap(length: number, now: Timestamp): void {
    this.#now = now
    switch (this.#at) {
      case At.Head:
        this.#gapInHead()
        break
      case At.Body: {
        const behind = this.#body.gap(length)
        this.#settleBody()
        if (behind > 0) this.gap(behind, now)
        break
      }
      case At.Lost:
        this.#resync.gap()
        break
      case At.Held:
        this.#held.break()
    }
  }

  /**
   * The side is over.
   *
   * @param isClean the connection was not cut off: a body that ends with it is whole
   */
  end(now: Timestamp, isClean: boolean): void {
    this.#now = now
    if (this.#at === At.Head) {
      if (!this.#head.hasLine) this.#endInStartLine(isClean)
      else if (this.#head.isSimple) this.#openHead(this.#head.cut())
      else this.#cutHead(0)
    } else if (this.#at === At.Body) {
      this.#finish(isClean && this.#body.isUntilClose)
    } else if (this.#at === At.Held && this.#held.length > 0) {
      this.release(now)
      this.end(now, isClean)
    }
    this.stop()
  }

  /** Nothing more is read; a message at work is handed out as it is. */
  stop(): void {
    if (this.#message.current) this.#finish(false)
    this.#at = At.Ended
    this.#head.drop()
    this.#held.clear()
    this.#resync.end()
  }

  /** The connection goes on as something else: what comes next is not read, but kept apart. */
  leave(): void {
    if (this.#at === At.Head) this.rest = this.#head.copy()
    else if (this.#at === At.Held && !this.#held.isBroken) this.rest = this.#held.take()
    this.stop()
  }

  /** Bytes are put by until it is known what they are. */
  hold(): void {
    this.#at = At.Held
    this.#held.clear()
  }

  /** The bytes that were put by are messages. */
  release(now: Timestamp): void {
    if (this.#at !== At.Held) return
    const { isBroken } = this.#held
    const held = this.#held.take()
    this.#at = At.Head
    if (isBroken) this.#lose()
    this.feed(held, now)
  }

  /** The peer answers: what stands here without a version and fields is a whole request of HTTP/0.9. */
  settleSimple(now: Timestamp): void {
    if (this.#at !== At.Head || !this.#head.isSimple) return
    this.#now = now
    this.#openHead(this.#head.cut())
  }

  /** Takes bytes from `at` on; returns where the next ones begin. */
  #step(bytes: Uint8Array, at: number): number {
    switch (this.#at) {
      case At.Head:
        return this.#head.isEmpty ? this.#takeFirstOctet(bytes, at) : this.#takeHead(bytes, at)
      case At.Body: {
        const next = this.#body.take(bytes, at)
        this.#settleBody()
        return next
      }
      case At.Lost:
        return this.#takeLost(bytes, at)
      case At.Held:
        this.#held.append(bytes, at)
        return bytes.length
      default:
        return bytes.length
    }
  }

  /** RFC 9112, 2.2: empty lines before a start line are passed over. */
  #takeFirstOctet(bytes: Uint8Array, at: number): number {
    const octet = bytes[at] as number
    const isEmptyLine = octet === LF || octet === CR
    const isResponse = this.#owner.kindOf(this.#side) === 'response'
    if (!isEmptyLine && (isResponse ? octet === CAPITAL_H : isTokenOctet(octet))) {
      this.#head.begin(this.#now)
      return this.#takeHead(bytes, at)
    }
    const simple = this.#message.simpleRequest
    if (simple) {
      this.#openSimple(simple)
      return at
    }
    if (isEmptyLine) {
      if (octet === LF) this.#head.passEmptyLine()
      return at + 1
    }
    this.#owner.report(this.#side, INVALID_START_LINE)
    this.#lose()
    return at
  }

  #takeHead(bytes: Uint8Array, at: number): number {
    switch (this.#head.take(bytes, at)) {
      case 'whole':
        this.#openHead(this.#head.head)
        break
      case 'rejected':
        this.#rejectLine()
        break
      case 'bound':
        this.#overflow()
    }
    return this.#head.next
  }

  /** What stands here is no start line of this side. */
  #rejectLine(): void {
    const simple = this.#message.simpleRequest
    if (simple) {
      this.#openSimple(simple, this.#head.copy())
      this.#head.drop()
      return
    }
    this.#owner.report(this.#side, INVALID_START_LINE)
    this.#dropHead()
  }

  /** A head is whole. */
  #openHead(head: Head | undefined): void {
    if (!head) return
    const framing = this.#message.openWhole(head)
    if (framing.framing === 'none') this.#finish(true)
    else this.#beginBody(framing)
  }

  /** What there is of a head is all there is. */
  #cutHead(anomalies: number): void {
    const head = this.#head.cut()
    if (!head) return
    this.#message.open(head).anomalyMask |= anomalies
    this.#finish(false)
  }

  /** RFC 1945, 6.1: the response to a simple request is a body and nothing else. */
  #openSimple(request: RequestState, first?: Uint8Array): void {
    this.#message.openSimple(request, this.#now)
    this.#beginBody(UNTIL_CLOSE)
    if (first) this.#body.take(first, 0)
  }

  #beginBody(framing: BodyFraming): void {
    const { current } = this.#message
    if (!current) return
    this.#at = At.Body
    this.#body.begin(current, framing)
  }

  #endInStartLine(isClean: boolean): void {
    const simple = this.#head.isEmpty ? undefined : this.#message.simpleRequest
    if (simple) {
      this.#openSimple(simple, this.#head.copy())
      this.#finish(isClean)
      this.#head.drop()
    }
    this.#owner.counters.strayBytes += this.#head.drop()
  }

  #gapInHead(): void {
    if (this.#head.hasLine) {
      this.#cutHead(GAP_IN_HEAD)
      this.#lose()
    } else {
      this.#owner.report(this.#side, this.#head.isEmpty ? GAP_BETWEEN_MESSAGES : GAP_IN_HEAD)
      this.#dropHead()
    }
  }

  #overflow(): void {
    if (this.#head.hasLine) {
      this.#cutHead(HEAD_BOUND)
      this.#lose()
    } else {
      this.#owner.report(this.#side, HEAD_BOUND)
      this.#dropHead()
    }
  }

  /** What stands here belongs to no message. */
  #dropHead(): void {
    this.#owner.counters.strayBytes += this.#head.drop()
    this.#lose()
  }

  /** Sees whether the body has come to its end. */
  #settleBody(): void {
    if (!this.#body.isOver) return
    const { isBroken } = this.#body
    this.#finish(!isBroken)
    // Where its framing cannot be read, what there is of the message is all there is.
    if (isBroken) this.#lose()
  }

  #finish(isComplete: boolean): void {
    this.#body.end()
    this.#at = At.Head
    this.#message.finish(isComplete, this.#now)
  }

  /** Where messages begin is not known any more. */
  #lose(): void {
    // The connection may have come to its end with the message that was cut.
    if (this.#at === At.Ended) return
    this.#at = At.Lost
    this.#resync.begin()
    this.#owner.lose(this.#side)
  }

  #takeLost(bytes: Uint8Array, from: number): number {
    const resync = this.#resync
    const step = resync.take(bytes, from, this.#owner.kindOf(this.#side))
    if (step === 'bound') {
      this.#owner.report(this.#side, SEARCH_BOUND)
      this.stop()
    } else if (step === 'found' && resync.line) {
      const { line } = resync
      this.#at = At.Head
      if (!this.#head.resume(line.bytes, line.length, this.#now)) this.#rejectLine()
      line.clear()
    }
    return resync.next
  }
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}
