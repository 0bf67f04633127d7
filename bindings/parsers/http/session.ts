import { Timestamp } from '../../packet/timestamp'
import { ParserAnomaly } from '../../session/parser-anomaly'
import type { FinReason, GapAnswer, HandOver, Messages, SessionParser, StreamGap } from '../../session/session-parser'
import type { FlowSide } from '../../tracker/vocabulary'
import { HttpConnection } from './connection'
import type { HttpCounters } from './findings'
import type { HttpMessage } from './message'
import type { HttpAnomaly, HttpConfig } from './options'

/** What the parser answers: messages, and among them what a driver that tells anomalies is to tell. */
export type HttpEvent = HttpMessage | ParserAnomaly

/** {@link HttpConnection} as the parser of a flow. */
export class HttpSession implements SessionParser<HttpEvent> {
  readonly #connection: HttpConnection
  /** Stream offset of the next byte of each side. */
  #nextOfInitiator = 0
  #nextOfResponder = 0
  #anomalies: ParserAnomaly[] | undefined

  constructor(config: HttpConfig, counters: HttpCounters) {
    this.#connection = new HttpConnection(config, counters, Timestamp.ZERO, (anomaly) => {
      config.onAnomaly?.(anomaly)
      const told = parserAnomaly(anomaly)
      if (!told) return
      this.#anomalies ??= []
      this.#anomalies.push(told)
    })
  }

  feed(side: FlowSide, bytes: Uint8Array, timestamp: Timestamp, offset: number): Messages<HttpEvent> {
    this.#skipTo(side, offset, timestamp)
    this.#advance(side, offset + bytes.length)
    return this.#answer(this.#connection.feed(side, bytes, timestamp))
  }

  gap(side: FlowSide, gap: StreamGap, timestamp: Timestamp): GapAnswer<HttpEvent> {
    const messages = this.missed(side, gap, timestamp)
    return messages ? { decision: 'continue', messages } : 'continue'
  }

  missed(side: FlowSide, { offset, length }: StreamGap, timestamp: Timestamp): Messages<HttpEvent> {
    this.#skipTo(side, offset, timestamp)
    this.#advance(side, offset + length)
    return this.#answer(this.#connection.gap(side, length, timestamp))
  }

  fin(side: FlowSide, timestamp: Timestamp, end: number, reason: FinReason): Messages<HttpEvent> {
    this.#skipTo(side, end, timestamp)
    // RFC 9112, 8: a body that lasts until the connection closes is whole only where it is known to have been closed.
    return this.#answer(this.#connection.end(side, timestamp, reason === 'fin'))
  }

  rst(timestamp: Timestamp, ends: Readonly<Record<FlowSide, number>>): Messages<HttpEvent> {
    const messages: HttpMessage[] = []
    for (const side of ['initiator', 'responder'] as const) {
      this.#skipTo(side, ends[side], timestamp)
      messages.push(...(this.#connection.end(side, timestamp, false) ?? []))
    }
    return this.#answer(messages)
  }

  skipUntil(side: FlowSide): number {
    if (this.#connection.isSideEnded(side)) return Number.POSITIVE_INFINITY
    return this.#nextOf(side) + this.#connection.skippable(side)
  }

  get isDone(): boolean {
    return this.#connection.isEnded
  }

  get handOver(): HandOver | undefined {
    return this.#connection.handOver
  }

  /** Counts what was not handed out before this offset. */
  #skipTo(side: FlowSide, offset: number, timestamp: Timestamp): void {
    const skipped = offset - this.#nextOf(side)
    if (skipped > 0) this.#connection.skipped(side, skipped, timestamp)
  }

  #nextOf(side: FlowSide): number {
    return side === 'initiator' ? this.#nextOfInitiator : this.#nextOfResponder
  }

  #advance(side: FlowSide, next: number): void {
    if (side === 'initiator') this.#nextOfInitiator = next
    else this.#nextOfResponder = next
  }

  #answer(messages: HttpMessage[] | undefined): HttpEvent[] | undefined {
    const anomalies = this.#anomalies
    if (!anomalies) return messages
    this.#anomalies = undefined
    return messages ? [...anomalies, ...messages] : anomalies
  }
}

/** What the driver is told of an anomaly. Of gaps it knows already. */
function parserAnomaly({ kind }: HttpAnomaly): ParserAnomaly | undefined {
  if (kind.startsWith('gap_')) return undefined
  return new ParserAnomaly(kind.endsWith('_bound') ? 'parser_limit' : 'protocol_violation', kind)
}
