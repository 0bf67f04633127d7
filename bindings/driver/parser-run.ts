import type { FlowKey } from '../extract/flow-key'
import type { Timestamp } from '../packet/timestamp'
import type { DatagramParser } from '../session/datagram-parser'
import type { FinReason, GapDecision, HandOver, Messages, SessionParser, StreamGap } from '../session/session-parser'
import type { FlowSide } from '../tracker/vocabulary'
import type { ParserCloseReason } from './driver-events'

/** The flow that a parser is at work on. */
export interface SessionFlow {
  /** Index of its record. */
  readonly index: number
  readonly flow: number
  readonly key: FlowKey
  /** FLOW_*, as far as they tell who began it. */
  readonly flags: number
  readonly user: unknown
}

/** Why a parser gets nothing more. */
export interface RunEnd {
  readonly reason: ParserCloseReason
  readonly detail?: string | undefined
  readonly error?: unknown
}

/** Takes what parsers bring. */
export interface RunSink {
  /** Stand around each call of a parser, and keep it from using the driver. */
  enter(protocol: string): void
  leave(): void
  message(flow: SessionFlow, protocol: string, side: FlowSide, timestamp: Timestamp, message: unknown): void
  closed(flow: SessionFlow, protocol: string, side: FlowSide, timestamp: Timestamp, end: RunEnd): void
}

const NO_MORE = Number.POSITIVE_INFINITY
const BOTH_SIDES = 3

/** One parser at work on one flow: calls it, hands on its messages, and holds it to what it says. */
export abstract class ParserRun {
  readonly protocol: string
  protected readonly sink: RunSink
  readonly #flow: SessionFlow
  #isOver = false

  constructor(protocol: string, flow: SessionFlow, sink: RunSink) {
    this.protocol = protocol
    this.sink = sink
    this.#flow = flow
  }

  /** The parser gets nothing more. */
  get isOver(): boolean {
    return this.#isOver
  }

  protected abstract readonly parser: SessionParser<unknown> | DatagramParser<unknown>

  /** What the user has made. */
  get subject(): object {
    return this.parser
  }

  tick(now: Timestamp): void {
    this.call('initiator', now, () => this.parser.tick?.(now))
  }

  get hasTick(): boolean {
    return this.parser.tick !== undefined
  }

  /** Calls the parser, hands on what it answers, and looks at how it is. What comes for each packet does so itself. */
  protected call(side: FlowSide, timestamp: Timestamp, callback: () => Messages<unknown>): void {
    if (this.#isOver) return
    this.sink.enter(this.protocol)
    try {
      this.take(side, timestamp, callback())
    } catch (error) {
      this.close(failure(error), side, timestamp)
    } finally {
      this.sink.leave()
    }
  }

  /** Hands on what the parser has answered, and looks at how it is: all of it the parser's own code. */
  protected take(side: FlowSide, timestamp: Timestamp, messages: Messages<unknown>): void {
    if (messages) {
      for (const message of messages) this.sink.message(this.#flow, this.protocol, side, timestamp, message)
    }
    const { parser } = this
    if (parser.isPoisoned) this.close({ reason: 'poisoned', detail: parser.poisonReason }, side, timestamp)
    else if (parser.isDone) this.#closeDone(side, timestamp)
    else this.look()
  }

  #closeDone(side: FlowSide, timestamp: Timestamp): void {
    this.takeHandOver()
    this.close({ reason: 'done' }, side, timestamp)
  }

  protected close(end: RunEnd, side: FlowSide, timestamp: Timestamp): void {
    if (this.#isOver) return
    this.#isOver = true
    this.sink.closed(this.#flow, this.protocol, side, timestamp, end)
  }

  /** Reads how the parser is after a call. */
  protected look(): void {}

  /** Takes from a parser that is done what it leaves. */
  protected takeHandOver(): void {}
}

/** A parser at work on a TCP connection. */
export class SessionRun extends ParserRun {
  protected readonly parser: SessionParser<unknown>
  /** Stream offset from which on each side is wanted. */
  #wantedOfInitiator = 0
  #wantedOfResponder = 0
  /** Sides that a gap has ended, and those that have had their `fin`: a bit for each. */
  #cut = 0
  #finished = 0
  /** What the parser has left to others. */
  handOver: HandOver | undefined

  constructor(protocol: string, flow: SessionFlow, sink: RunSink, parser: SessionParser<unknown>) {
    super(protocol, flow, sink)
    this.parser = parser
  }

  /** Stream offset from which on bytes of this side are wanted, Infinity for none. */
  wantedFrom(side: FlowSide): number {
    if (this.isOver) return NO_MORE
    return side === 'initiator' ? this.#wantedOfInitiator : this.#wantedOfResponder
  }

  feed(side: FlowSide, bytes: Uint8Array, timestamp: Timestamp, offset: number): void {
    const skipped = Math.max(this.wantedFrom(side) - offset, 0)
    if (skipped >= bytes.length) return
    const wanted = skipped === 0 ? bytes : bytes.subarray(skipped)
    this.sink.enter(this.protocol)
    try {
      this.take(side, timestamp, this.parser.feed(side, wanted, timestamp, offset + skipped))
    } catch (error) {
      this.close(failure(error), side, timestamp)
    } finally {
      this.sink.leave()
    }
  }

  gap(side: FlowSide, gap: StreamGap, timestamp: Timestamp): void {
    const wanted = this.wantedFrom(side)
    if (wanted === NO_MORE) return
    const skipped = Math.min(Math.max(wanted - gap.offset, 0), gap.length)
    if (skipped > 0)
      this.call(side, timestamp, () => this.parser.missed?.(side, { ...gap, length: skipped }, timestamp))
    if (skipped === gap.length) return
    const missing = { ...gap, offset: gap.offset + skipped, length: gap.length - skipped }
    let decision: GapDecision = 'stop_side'
    this.call(side, timestamp, () => {
      const answer = this.parser.gap?.(side, missing, timestamp)
      if (typeof answer !== 'object') {
        decision = answer ?? 'stop_side'
        return undefined
      }
      decision = answer.decision
      return answer.messages
    })
    this.#decide(decision, side, timestamp)
  }

  /**
   * A side is complete up to its FIN. A parser that wants nothing more of it is told with the flow's end: whether it
   * could be told before depends on who else listens.
   *
   * @param end stream offset behind its last byte
   */
  complete(side: FlowSide, timestamp: Timestamp, end: number): void {
    if (this.wantedFrom(side) !== NO_MORE) this.#finish(side, timestamp, end, 'fin')
  }

  /**
   * The flow has ended of itself.
   *
   * @param ends stream offset behind each side's last byte
   */
  finish(timestamp: Timestamp, ends: Readonly<Record<FlowSide, number>>): void {
    this.#finish('initiator', timestamp, ends.initiator, 'flow_ended')
    this.#finish('responder', timestamp, ends.responder, 'flow_ended')
  }

  /**
   * The flow was cut off.
   *
   * @param ends stream offset behind each side's last byte
   */
  reset(timestamp: Timestamp, ends: Readonly<Record<FlowSide, number>>): void {
    if (this.#finished === BOTH_SIDES) return
    this.call('initiator', timestamp, () => this.parser.rst?.(timestamp, ends))
  }

  protected override look(): void {
    const { parser } = this
    if (!parser.skipUntil) return
    this.#want('initiator', parser.skipUntil('initiator'))
    this.#want('responder', parser.skipUntil('responder'))
  }

  protected override takeHandOver(): void {
    const { handOver } = this.parser
    if (handOver) this.handOver = { initiator: handOver.initiator.slice(), responder: handOver.responder.slice() }
  }

  #finish(side: FlowSide, timestamp: Timestamp, end: number, reason: FinReason): void {
    if ((this.#cut | this.#finished) & bitOf(side)) return
    this.#finished |= bitOf(side)
    this.call(side, timestamp, () => this.parser.fin?.(side, timestamp, end, reason))
  }

  #want(side: FlowSide, until: number): void {
    // NaN is no offset, and a part of a byte is none.
    const offset = Math.ceil(until)
    if (!(offset > this.wantedFrom(side))) return
    if (side === 'initiator') this.#wantedOfInitiator = offset
    else this.#wantedOfResponder = offset
  }

  #decide(decision: GapDecision, side: FlowSide, timestamp: Timestamp): void {
    if (decision === 'continue') return
    if (decision === 'stop') this.close({ reason: 'gap' }, side, timestamp)
    this.#cut |= bitOf(side)
    this.#want(side, NO_MORE)
  }
}

/** A parser at work on a UDP flow. */
export class DatagramRun extends ParserRun {
  protected readonly parser: DatagramParser<unknown>

  constructor(protocol: string, flow: SessionFlow, sink: RunSink, parser: DatagramParser<unknown>) {
    super(protocol, flow, sink)
    this.parser = parser
  }

  feed(side: FlowSide, payload: Uint8Array, timestamp: Timestamp, wireLength: number): void {
    if (this.isOver) return
    this.sink.enter(this.protocol)
    try {
      this.take(side, timestamp, this.parser.feed(side, payload, timestamp, wireLength))
    } catch (error) {
      this.close(failure(error), side, timestamp)
    } finally {
      this.sink.leave()
    }
  }

  end(timestamp: Timestamp): void {
    this.call('initiator', timestamp, () => this.parser.end?.(timestamp))
  }
}

function bitOf(side: FlowSide): number {
  return side === 'initiator' ? 1 : 2
}

/** The end of a parser that has thrown. */
export function failure(error: unknown): RunEnd {
  return { reason: 'threw', detail: error instanceof Error ? error.message : String(error), error }
}
