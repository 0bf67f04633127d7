import { Timestamp } from '../../packet/timestamp'
import type { SessionParser, StreamGap } from '../../session/session-parser'
import type { FlowSide } from '../../tracker/vocabulary'
import type { DnsContext, DnsEvent } from './context'
import { type DnsCarrier, decodeMessage } from './decode'
import { type FrameFault, FrameReader, type FrameReceiver } from './framing'
import type { DnsService } from './message'

/** DNS in TCP, RFC 7766: queries may follow one another without waiting, and responses come in any order. */
export class DnsSessionParser implements SessionParser<DnsEvent> {
  readonly #context: DnsContext
  readonly #carrier: DnsCarrier
  readonly #sides: Readonly<Record<FlowSide, FrameReader>>
  /** What the call at hand answers. */
  #events: DnsEvent[] = []
  #timestamp = Timestamp.ZERO
  #ended = 0

  constructor(context: DnsContext, service: DnsService) {
    this.#context = context
    this.#carrier = { transport: 'tcp', service }
    const { maxMessage, maxSearch } = context.config
    const reader = (side: FlowSide) => new FrameReader(this.#receiver(side), { maxMessage, maxSearch })
    this.#sides = { initiator: reader('initiator'), responder: reader('responder') }
  }

  feed(side: FlowSide, bytes: Uint8Array, timestamp: Timestamp): DnsEvent[] {
    this.#begin(timestamp)
    this.#sides[side].feed(bytes)
    return this.#answer()
  }

  gap(side: FlowSide, { length }: StreamGap, timestamp: Timestamp): { decision: 'continue'; messages: DnsEvent[] } {
    this.#begin(timestamp)
    this.#sides[side].gap(length)
    return { decision: 'continue', messages: this.#answer() }
  }

  fin(side: FlowSide, timestamp: Timestamp): DnsEvent[] {
    this.#begin(timestamp)
    this.#sides[side].end()
    return this.#answer()
  }

  rst(timestamp: Timestamp): DnsEvent[] {
    this.#begin(timestamp)
    this.#sides.initiator.end()
    this.#sides.responder.end()
    return this.#answer()
  }

  tick(now: Timestamp): DnsEvent[] | undefined {
    return this.#context.expired(this, now)
  }

  skipUntil(side: FlowSide): number {
    return this.#sides[side].isDone ? Number.POSITIVE_INFINITY : 0
  }

  get isDone(): boolean {
    return this.#sides.initiator.isDone && this.#sides.responder.isDone
  }

  #begin(timestamp: Timestamp): void {
    this.#timestamp = timestamp
    this.#events = []
  }

  #answer(): DnsEvent[] {
    const events = this.#events
    if (this.isDone && this.#ended++ === 0) events.push(...(this.#context.ended(this) ?? []))
    this.#events = []
    return events
  }

  #receiver(side: FlowSide): FrameReceiver {
    return {
      message: (bytes) => {
        const message = decodeMessage(bytes, this.#carrier, this.#timestamp)
        if (message) this.#context.message(this, side, this.#carrier, message, this.#events)
      },
      isSound: (bytes) => decodeMessage(bytes, this.#carrier, this.#timestamp)?.anomalies.length === 0,
      fault: (fault: FrameFault) => this.#context.anomaly(fault, this.#events),
    }
  }
}
