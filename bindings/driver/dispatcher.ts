import type { FlowKey } from '../extract/flow-key'
import { Timestamp } from '../packet/timestamp'
import { ParserAnomaly } from '../session/parser-anomaly'
import type { DatagramProtocol, SessionProtocol } from '../session/protocol'
import type { StreamGap } from '../session/session-parser'
import { AnomalyEvent, type AnomalyOrigin } from '../tracker/anomalies'
import type { EventSource, SourceHost } from '../tracker/engine'
import type { EventBase } from '../tracker/event-base'
import type { TrackerListener } from '../tracker/event-decoder'
import type { TrackerEvent } from '../tracker/events'
import type { ListenerControl } from '../tracker/stream-events'
import type { FlowSide } from '../tracker/vocabulary'
import { type DriverEvent, ParserClosedEvent, ParserMessage } from './driver-events'
import { FlowPlans } from './flow-plans'
import type { AskDatagram, SessionHost } from './flow-session'
import type { RunEnd, SessionFlow } from './parser-run'
import type { AskSignature } from './probe'
import { ProbeBudget } from './probe-budget'
import type { TcpSession } from './tcp-session'
import type { UdpSession } from './udp-session'

/** Longest reason of a parser's end that is told, in bytes of UTF-8. */
const LONGEST_REASON = 256

const encoder = new TextEncoder()

/** What a driver hands out. */
export interface DispatcherOptions {
  readonly protocols: readonly (SessionProtocol | DatagramProtocol)[]
  /** Whether there is more to be handed out than messages. */
  readonly tellsFlows: boolean
  /** Bytes of memory that flows may hold together of which nobody knows yet what they carry. */
  readonly maxProbeBuffer: number
}

/**
 * Stands between the events of flows and the user of a driver: gives bytes to the parsers whose flow they are of, and
 * puts messages between the events.
 */
export class Dispatcher<K extends FlowKey, S>
  implements EventSource<DriverEvent<K, S>>, SessionHost, TrackerListener<K, S>
{
  readonly #host: SourceHost<K, S>
  readonly #options: DispatcherOptions
  readonly #plans: FlowPlans
  /** Those whose parsers want to hear of time. */
  readonly #ticking = new Set<TcpSession | UdpSession>()
  /** Time of what is at work. */
  #now = Timestamp.ZERO
  /** What the event at work brings. */
  #output: DriverEvent<K, S>[] = []
  #taken = 0
  readonly probes: ProbeBudget

  constructor(host: SourceHost<K, S>, options: DispatcherOptions) {
    this.#host = host
    this.#options = options
    this.#plans = new FlowPlans(options.protocols, this)
    this.probes = new ProbeBudget(options.maxProbeBuffer)
  }

  next(): DriverEvent<K, S> | undefined {
    for (;;) {
      if (this.#taken < this.#output.length) return this.#output[this.#taken++]
      if (this.#taken > 0) this.#reset()
      if (!this.#host.tell(this)) return undefined
    }
  }

  drop(index: number): void {
    this.#end(index)
  }

  advance(now: Timestamp): void {
    this.#now = now
    // In the order of their numbers: which of them was heard first must not be seen.
    const sessions = [...this.#ticking].sort((a, b) => a.flow - b.flow)
    for (const session of sessions) {
      session.tick(now)
      if (session.isOver) this.#end(session.index)
    }
  }

  /** The parser of this name that is at work on the flow with this record. */
  find(index: number, protocol: string): object | undefined {
    return this.#plans.session(index)?.find(protocol)
  }

  get control(): ListenerControl {
    return this.#host.control
  }

  keyOf(index: number): FlowKey {
    return this.#host.keyOf(index)
  }

  flagsOf(index: number): number {
    return this.#host.flagsOf(index)
  }

  userOf(index: number): unknown {
    return this.#host.userOf(index)
  }

  enter(protocol: string): void {
    this.#host.guard.enter(protocol)
  }

  leave(): void {
    this.#host.guard.leave()
  }

  askMatches(protocol: SessionProtocol | DatagramProtocol, key: FlowKey): boolean {
    return this.#host.callUser('matches', () => protocol.matches?.(key)) === true
  }

  readonly ask: AskSignature = ({ signature }, bytes, side, offset) =>
    this.#host.callUser('signature', () => signature?.(bytes, side, offset))

  readonly askDatagram: AskDatagram = ({ signature }, payload, side) =>
    this.#host.callUser('signature', () => signature?.(payload, side, 0)) === true

  data(flow: number, index: number, side: FlowSide, bytes: Uint8Array, timestamp: Timestamp, offset: number): void {
    this.#now = timestamp
    const session = this.#plans.tcpSession(flow, index)
    session?.data(side, bytes, timestamp, offset)
    if (session) this.#settle(session)
  }

  datagram(
    flow: number,
    index: number,
    side: FlowSide,
    payload: Uint8Array,
    timestamp: Timestamp,
    wireLength: number,
  ): void {
    this.#now = timestamp
    const session = this.#plans.udpSession(flow, index, side, payload)
    session?.datagram(side, payload, timestamp, wireLength)
    if (session) this.#settle(session)
  }

  event(event: TrackerEvent<K, S>): void {
    this.#now = event.timestamp
    switch (event.kind) {
      case 'stream_gap': {
        const { offset, length, reason } = event
        this.#gap(event, { offset, length, reason })
        break
      }
      case 'stream_stopped':
        // There is no telling how much more the side would have sent.
        this.#gap(event, { offset: event.offset, length: Number.POSITIVE_INFINITY, reason: 'buffer' })
        break
      case 'stream_end': {
        const session = this.#plans.tcpSession(event.flow, event.index)
        session?.complete(event.side, event.timestamp, event.offset)
        if (session) this.#settle(session)
        break
      }
      case 'started':
        this.#tell(event)
        this.#plans.start(event)
        break
      case 'ended':
        this.#plans.session(event.index)?.end(event)
        this.#end(event.index)
        this.#tell(event)
        break
      case 'stream_data':
      case 'datagram':
        // Bytes come without an event.
        break
      default:
        this.#tell(event)
    }
  }

  clock(now: Timestamp): void {
    this.advance(now)
  }

  message(flow: SessionFlow, protocol: string, side: FlowSide, timestamp: Timestamp, message: unknown): void {
    const origin = originOf<K, S>(flow, side, timestamp)
    if (!(message instanceof ParserAnomaly)) this.#output.push(new ParserMessage(origin, flow.flags, protocol, message))
    else if (this.#host.tellsAnomalies) this.#tell(new AnomalyEvent(origin, message.toAnomaly(protocol)))
  }

  closed(
    flow: SessionFlow,
    protocol: string,
    side: FlowSide,
    timestamp: Timestamp,
    { reason, detail, error }: RunEnd,
  ): void {
    const origin = originOf<K, S>(flow, side, timestamp)
    const told = detail === undefined ? undefined : shorten(detail)
    if ((reason === 'poisoned' || reason === 'threw') && this.#host.tellsAnomalies) {
      this.#tell(new AnomalyEvent(origin, { kind: 'parse_error', parser: protocol, reason: told }))
    }
    this.#tell(new ParserClosedEvent(origin, protocol, reason, told, error))
  }

  gaveUp(flow: SessionFlow, bytes: number): void {
    if (!this.#host.tellsAnomalies) return
    this.#tell(new AnomalyEvent(originOf<K, S>(flow, 'initiator', this.#now), { kind: 'probe_overflow', bytes }))
  }

  #reset(): void {
    this.#output = []
    this.#taken = 0
  }

  #tell(event: DriverEvent<K, S>): void {
    if (this.#options.tellsFlows) this.#output.push(event)
  }

  #gap({ flow, index, side, timestamp }: EventBase<K, S>, gap: StreamGap): void {
    const session = this.#plans.tcpSession(flow, index)
    session?.gap(side, gap, timestamp)
    if (session) this.#settle(session)
  }

  #end(index: number): void {
    const session = this.#plans.end(index)
    if (session) this.#ticking.delete(session)
  }

  /** After a call: lets go of what nobody needs, and notes whether parsers want to hear of time. */
  #settle(session: TcpSession | UdpSession): void {
    if (session.isOver) this.#end(session.index)
    else if (session.hasTick) this.#ticking.add(session)
  }
}

/** Sessions carry what the driver's own flows have: keys of its extractor, and its user's state. */
function originOf<K extends FlowKey, S>(
  { flow, key, user }: SessionFlow,
  side: FlowSide,
  timestamp: Timestamp,
): AnomalyOrigin<K, S> {
  return { flow, key: key as K, user: user as S, side, timestamp }
}

/** The first bytes of a text, cut between two characters. */
function shorten(text: string): string {
  if (text.length * 3 <= LONGEST_REASON) return text
  const { read } = encoder.encodeInto(text, new Uint8Array(LONGEST_REASON))
  return text.slice(0, read)
}
