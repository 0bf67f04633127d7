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
  readonly user: unknown
}

/** Where a parser was in its flow. */
export interface RunPlace {
  readonly flow: SessionFlow
  /** Name of the parser. */
  readonly protocol: string
  readonly side: FlowSide
  readonly timestamp: Timestamp
}

/** Why a parser gets nothing more. */
export interface RunEnd {
  readonly reason: ParserCloseReason
  readonly detail?: string | undefined
  readonly error?: unknown
}

/** Takes what parsers bring. */
export interface RunSink {
  /** Calls a function of the user's, and keeps it from using the driver. */
  guard<T>(name: string, callback: () => T): T
  message(place: RunPlace, message: unknown): void
  closed(place: RunPlace, end: RunEnd): void
}

const NO_MORE = Number.POSITIVE_INFINITY

/** One parser at work on one flow: calls it, hands on its messages, and holds it to what it says. */
export abstract class ParserRun {
  readonly protocol: string
  readonly #flow: SessionFlow
  readonly #sink: RunSink
  #isOver = false

  constructor(protocol: string, flow: SessionFlow, sink: RunSink) {
    this.protocol = protocol
    this.#flow = flow
    this.#sink = sink
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
    const { parser } = this
    if (parser.tick) this.call('initiator', now, () => parser.tick?.(now))
  }

  get hasTick(): boolean {
    return this.parser.tick !== undefined
  }

  /** Calls the parser, hands on what it answers, and looks at how it is. */
  protected call(side: FlowSide, timestamp: Timestamp, callback: () => Messages<unknown>): void {
    if (this.#isOver) return
    try {
      this.#sink.guard(this.protocol, () => {
        const messages = callback()
        // A generator is the parser's own code, too.
        if (messages) for (const message of messages) this.#sink.message(this.#at(side, timestamp), message)
        this.#look(side, timestamp)
      })
    } catch (error) {
      this.close(failure(error), side, timestamp)
    }
  }

  protected close(end: RunEnd, side: FlowSide, timestamp: Timestamp): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#sink.closed(this.#at(side, timestamp), end)
  }

  /** Reads how the parser is after a call. */
  protected look(): void {}

  /** Takes from a parser that is done what it leaves. */
  protected leave(): void {}

  #look(side: FlowSide, timestamp: Timestamp): void {
    const { parser } = this
    if (parser.isPoisoned) this.close({ reason: 'poisoned', detail: parser.poisonReason }, side, timestamp)
    else if (parser.isDone) this.#leave(side, timestamp)
    else this.look()
  }

  #leave(side: FlowSide, timestamp: Timestamp): void {
    this.leave()
    this.close({ reason: 'done' }, side, timestamp)
  }

  #at(side: FlowSide, timestamp: Timestamp): RunPlace {
    return { flow: this.#flow, protocol: this.protocol, side, timestamp }
  }
}

/** A parser at work on a TCP connection. */
export class SessionRun extends ParserRun {
  protected readonly parser: SessionParser<unknown>
  /** Stream offset from which on each side is wanted. */
  readonly #wanted = { initiator: 0, responder: 0 }
  /** Sides that a gap has ended. */
  readonly #isCut = { initiator: false, responder: false }
  /** Sides that have had their `fin`. */
  readonly #isFinished = { initiator: false, responder: false }
  /** What the parser has left to others. */
  handOver: HandOver | undefined

  constructor(protocol: string, flow: SessionFlow, sink: RunSink, parser: SessionParser<unknown>) {
    super(protocol, flow, sink)
    this.parser = parser
  }

  /** Stream offset from which on bytes of this side are wanted, Infinity for none. */
  wantedFrom(side: FlowSide): number {
    return this.isOver ? NO_MORE : this.#wanted[side]
  }

  feed(side: FlowSide, bytes: Uint8Array, timestamp: Timestamp, offset: number): void {
    const skipped = Math.max(this.wantedFrom(side) - offset, 0)
    if (skipped >= bytes.length) return
    const wanted = skipped === 0 ? bytes : bytes.subarray(skipped)
    this.call(side, timestamp, () => this.parser.feed(side, wanted, timestamp, offset + skipped))
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
    for (const side of ['initiator', 'responder'] as const) this.#finish(side, timestamp, ends[side], 'flow_ended')
  }

  /**
   * The flow was cut off.
   *
   * @param ends stream offset behind each side's last byte
   */
  reset(timestamp: Timestamp, ends: Readonly<Record<FlowSide, number>>): void {
    if (this.#isFinished.initiator && this.#isFinished.responder) return
    this.call('initiator', timestamp, () => this.parser.rst?.(timestamp, ends))
  }

  protected override look(): void {
    if (!this.parser.skipUntil) return
    for (const side of ['initiator', 'responder'] as const) {
      // NaN is no offset, and a part of a byte is none.
      const offset = Math.ceil(this.parser.skipUntil(side))
      if (offset > this.#wanted[side]) this.#wanted[side] = offset
    }
  }

  #finish(side: FlowSide, timestamp: Timestamp, end: number, reason: FinReason): void {
    if (this.#isCut[side] || this.#isFinished[side]) return
    this.#isFinished[side] = true
    this.call(side, timestamp, () => this.parser.fin?.(side, timestamp, end, reason))
  }

  protected override leave(): void {
    const { handOver } = this.parser
    if (handOver) this.handOver = { initiator: handOver.initiator.slice(), responder: handOver.responder.slice() }
  }

  #decide(decision: GapDecision, side: FlowSide, timestamp: Timestamp): void {
    if (decision === 'continue') return
    if (decision === 'stop') this.close({ reason: 'gap' }, side, timestamp)
    this.#isCut[side] = true
    this.#wanted[side] = NO_MORE
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
    this.call(side, timestamp, () => this.parser.feed(side, payload, timestamp, wireLength))
  }

  end(timestamp: Timestamp): void {
    this.call('initiator', timestamp, () => this.parser.end?.(timestamp))
  }
}

/** The end of a parser that has thrown. */
export function failure(error: unknown): RunEnd {
  return { reason: 'threw', detail: error instanceof Error ? error.message : String(error), error }
}
