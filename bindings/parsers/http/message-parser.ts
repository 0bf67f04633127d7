import type { Timestamp } from '../../packet/timestamp'
import type { FlowSide } from '../../tracker/vocabulary'
import { CR, isTokenOctet, LF } from './ascii'
import { BodyDoubt } from './body-doubt'
import { BodyParser } from './body-parser'
import { anomaly } from './findings'
import type { BodyFraming } from './framing'
import { HeadParser } from './head-parser'
import type { RequestState } from './message'
import { OpenMessage } from './open-message'
import type { SectionBuffer } from './section'
import type { Head, SideOwner } from './side-owner'

/** Where the message at work stands. */
enum At {
  /** Before a head, or in it. */
  Head,
  /** Behind a head, before what may be its body or the next head. */
  Doubt,
  Body,
}

const INVALID_START_LINE = anomaly('invalid_start_line')
const HEAD_BOUND = anomaly('head_bound')
const GAP_IN_HEAD = anomaly('gap_in_head')
const GAP_BETWEEN_MESSAGES = anomaly('gap_between_messages')
const PRESUMED_HEAD = anomaly('presumed_head')

const CAPITAL_H = 0x48

const UNTIL_CLOSE: BodyFraming = { framing: 'close', length: 0, leniencies: 0, anomalies: 0 }

/** Reads one message of a side after another, as long as it is known where they begin. */
export class MessageParser {
  /** It is not known any more: the side has to search. Whoever sees this takes it back. */
  isLost = false
  readonly #side: FlowSide
  readonly #owner: SideOwner
  /** Only in a head, in doubt and in a body: connections are between messages most of the time, and many at once. */
  #head: HeadParser | undefined
  #doubt: BodyDoubt | undefined
  #body: BodyParser | undefined
  readonly #message: OpenMessage
  #at = At.Head
  #now: Timestamp

  constructor(side: FlowSide, owner: SideOwner, now: Timestamp) {
    this.#side = side
    this.#owner = owner
    this.#now = now
    this.#message = new OpenMessage(side, owner)
  }

  /** Time of what comes next. */
  set now(now: Timestamp) {
    this.#now = now
  }

  /** Bytes from here on that need not be handed out. */
  get skippable(): number {
    return this.#body?.skippable ?? 0
  }

  /** What has come of the next head; undefined inside a message. */
  get begun(): Uint8Array | undefined {
    return this.#at === At.Head ? (this.#head?.copy() ?? new Uint8Array(0)) : undefined
  }

  /** Takes bytes from `at` on; returns where the next ones begin. */
  take(bytes: Uint8Array, at: number): number {
    switch (this.#at) {
      case At.Head:
        return this.#head?.isBegun ? this.#takeHead(this.#head, bytes, at) : this.#takeFirstOctet(bytes, at)
      case At.Doubt:
        return this.#doubt ? this.#takeDoubtful(this.#doubt, bytes, at) : at
      case At.Body: {
        const next = this.#body?.take(bytes, at) ?? at
        this.#settleBody()
        return next
      }
    }
  }

  /** Bytes that were not handed out, as {@link MessageParser.skippable} allows. */
  skip(length: number): void {
    this.#body?.skip(length)
    this.#settleBody()
  }

  /**
   * Bytes are missing.
   *
   * @returns how many of them lie behind the message
   */
  gap(length: number): number {
    if (this.#at === At.Doubt) this.#settleDoubt(false)
    if (this.#at === At.Head) {
      this.#gapInHead()
      return 0
    }
    const behind = this.#body?.gap(length) ?? 0
    this.#settleBody()
    return behind
  }

  /**
   * The side is over.
   *
   * @param isClean a body that ends with the connection is whole
   */
  end(isClean: boolean): void {
    if (this.#at === At.Doubt) this.#settleDoubt(false)
    if (this.#body) this.#finish(isClean && this.#body.isUntilClose)
    else if (!this.#head?.hasLine) this.#endInStartLine(isClean)
    else if (this.#head.isSimple) this.#openHead(this.#head.cut())
    else this.#cutHead(0)
  }

  /** A message at work is handed out as it is. */
  stop(): void {
    if (this.#message.current) this.#finish(false)
    this.#head = undefined
    this.#doubt = undefined
  }

  /** The peer answers: what stands here without a version and fields is a whole request of HTTP/0.9. */
  settleSimple(now: Timestamp): void {
    if (!this.#head?.isSimple) return
    this.#now = now
    this.#openHead(this.#head.cut())
  }

  /** Begins with a start line that was found by searching. */
  resume({ bytes, length }: SectionBuffer): void {
    this.#head = new HeadParser(this.#side, this.#owner)
    if (!this.#head.resume(bytes, length, this.#now)) this.#rejectLine()
  }

  /** RFC 9112, 2.2: empty lines before a start line are passed over. */
  #takeFirstOctet(bytes: Uint8Array, at: number): number {
    const octet = bytes[at] as number
    const isEmptyLine = octet === LF || octet === CR
    const isResponse = this.#owner.kindOf(this.#side) === 'response'
    if (!isEmptyLine && (isResponse ? octet === CAPITAL_H : isTokenOctet(octet))) {
      this.#head ??= new HeadParser(this.#side, this.#owner)
      this.#head.begin(this.#now)
      return this.#takeHead(this.#head, bytes, at)
    }
    const simple = this.#message.simpleRequest
    if (simple) {
      this.#openSimple(simple)
      return at
    }
    if (isEmptyLine) {
      if (octet === LF) {
        this.#head ??= new HeadParser(this.#side, this.#owner)
        this.#head.passEmptyLine()
      }
      return at + 1
    }
    this.#owner.report(this.#side, INVALID_START_LINE)
    this.isLost = true
    return at
  }

  #takeHead(parser: HeadParser, bytes: Uint8Array, at: number): number {
    const step = parser.take(bytes, at)
    const { next, head } = parser
    if (step === 'whole') this.#openHead(head)
    else if (step === 'rejected') this.#rejectLine()
    else if (step === 'bound') this.#breakHead(HEAD_BOUND, HEAD_BOUND)
    return next
  }

  /** What stands here is no start line of this side. */
  #rejectLine(): void {
    const simple = this.#message.simpleRequest
    if (simple) this.#openSimple(simple, this.#head?.copy())
    else this.#breakHead(0, INVALID_START_LINE)
  }

  /** A head is whole. */
  #openHead(head: Head | undefined): void {
    this.#head = undefined
    if (!head) return
    const framing = this.#message.openWhole(head)
    if (framing.framing === 'none') {
      this.#finish(true)
    } else if (this.#message.isUnasked) {
      this.#doubt = new BodyDoubt(framing)
      this.#at = At.Doubt
    } else {
      this.#beginBody(framing)
    }
  }

  #takeDoubtful(doubt: BodyDoubt, bytes: Uint8Array, at: number): number {
    const step = doubt.take(bytes, at)
    if (step !== 'more') this.#settleDoubt(step === 'status')
    return doubt.next
  }

  /** It has been seen whether a body follows. */
  #settleDoubt(isStatusLine: boolean): void {
    const doubt = this.#doubt
    this.#doubt = undefined
    if (!doubt) return
    const first = doubt.release()
    if (isStatusLine) {
      this.#message.mark(PRESUMED_HEAD)
      this.#finish(true)
    } else {
      this.#beginBody(doubt.framing)
    }
    let at = 0
    while (at < first.length && !this.isLost) at = this.take(first, at)
    this.#owner.counters.strayBytes += first.length - at
  }

  /** What there is of a head is all there is. */
  #cutHead(anomalies: number): void {
    const head = this.#head?.cut()
    this.#head = undefined
    if (!head) return
    this.#message.open(head)
    this.#message.mark(anomalies)
    this.#finish(false)
  }

  /** RFC 1945, 6.1: the response to a simple request is a body and nothing else. */
  #openSimple(request: RequestState, first?: Uint8Array): void {
    this.#head = undefined
    this.#message.openSimple(request, this.#now)
    this.#beginBody(UNTIL_CLOSE)
    if (first) this.#body?.take(first, 0)
  }

  #beginBody(framing: BodyFraming): void {
    const { current } = this.#message
    if (!current) return
    this.#at = At.Body
    this.#body = new BodyParser(this.#owner.config, current, framing)
  }

  #endInStartLine(isClean: boolean): void {
    const simple = this.#head?.isBegun ? this.#message.simpleRequest : undefined
    if (simple) {
      this.#openSimple(simple, this.#head?.copy())
      this.#finish(isClean)
    }
    this.#dropHead()
  }

  #gapInHead(): void {
    this.#breakHead(GAP_IN_HEAD, this.#head?.isBegun ? GAP_IN_HEAD : GAP_BETWEEN_MESSAGES)
  }

  /** Nobody will know what has come of a head. */
  #dropHead(): void {
    this.#owner.counters.strayBytes += this.#head?.length ?? 0
    this.#head = undefined
  }

  /**
   * A head cannot be read any further.
   *
   * @param inFields anomalies of its message, if it has a start line
   * @param inLine anomalies of the side, if it has none
   */
  #breakHead(inFields: number, inLine: number): void {
    if (this.#head?.hasLine) {
      this.#cutHead(inFields)
    } else {
      this.#owner.report(this.#side, inLine)
      this.#dropHead()
    }
    this.isLost = true
  }

  /** Sees whether the body has come to its end. */
  #settleBody(): void {
    if (!this.#body?.isOver) return
    const { isBroken } = this.#body
    this.#finish(!isBroken)
    // Where its framing cannot be read, what there is of the message is all there is.
    if (isBroken) this.isLost = true
  }

  #finish(isComplete: boolean): void {
    this.#body = undefined
    this.#at = At.Head
    this.#message.finish(isComplete, this.#now)
  }
}
