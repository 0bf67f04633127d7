import type { FlowKey } from '../extract/flow-key'
import type { Timestamp } from '../packet/timestamp'
import { ParserAnomaly } from '../session/parser-anomaly'
import type { DatagramProtocol, SessionProtocol } from '../session/protocol'
import { AnomalyEvent, type AnomalyOrigin } from '../tracker/anomalies'
import type { EventSource, SourceHost } from '../tracker/engine'
import type { EndedEvent, StartedEvent, TrackerEvent } from '../tracker/events'
import type { ListenerControl } from '../tracker/stream-events'
import type { FlowSide } from '../tracker/vocabulary'
import { type DriverEvent, ParserClosedEvent, ParserMessage } from './driver-events'
import { type FlowSession, type SessionHost, TcpSession, UdpSession } from './flow-session'
import type { RunEnd, RunPlace, SessionFlow } from './parser-run'

/** Longest reason of a parser's end that is told, in bytes of UTF-8. */
const LONGEST_REASON = 256

const encoder = new TextEncoder()

/** What a driver hands out. */
export interface DispatcherOptions {
  readonly protocols: readonly (SessionProtocol | DatagramProtocol)[]
  /** Whether there is more to be handed out than messages. */
  readonly tellsFlows: boolean
}

/**
 * Stands between the events of flows and the user of a driver: gives bytes to the parsers whose flow they are of, and
 * puts messages between the events.
 */
export class Dispatcher<K extends FlowKey, S> implements EventSource<DriverEvent<K, S>>, SessionHost {
  readonly #host: SourceHost<K, S>
  readonly #options: DispatcherOptions
  readonly #tcp: readonly SessionProtocol[]
  readonly #udp: readonly DatagramProtocol[]
  /** By index of the flow's record. */
  readonly #sessions: (TcpSession | UdpSession | undefined)[] = []
  /** Those whose parsers want to hear of time. */
  readonly #ticking = new Set<FlowSession>()
  /** What the event at work brings. */
  #output: DriverEvent<K, S>[] = []
  #taken = 0

  constructor(host: SourceHost<K, S>, options: DispatcherOptions) {
    this.#host = host
    this.#options = options
    this.#tcp = options.protocols.filter((protocol) => protocol.transport === 'tcp')
    this.#udp = options.protocols.filter((protocol) => protocol.transport === 'udp')
  }

  next(): DriverEvent<K, S> | undefined {
    for (;;) {
      if (this.#taken < this.#output.length) return this.#output[this.#taken++]
      if (this.#taken > 0) this.#reset()
      const event = this.#host.nextOrTick()
      if (!event) return undefined
      if (event.kind === 'clock') this.advance(event.timestamp)
      else this.#take(event)
    }
  }

  drop(index: number): void {
    this.#end(index)
  }

  advance(now: Timestamp): void {
    // In the order of their numbers: which of them was heard first must not be seen.
    const sessions = [...this.#ticking].sort((a, b) => a.flow - b.flow)
    for (const session of sessions) session.tick(now)
  }

  /** The parser of this name that is at work on the flow with this record. */
  find(index: number, protocol: string): object | undefined {
    return this.#sessions[index]?.find(protocol)
  }

  get control(): ListenerControl {
    return this.#host.control
  }

  guard<T>(name: string, callback: () => T): T {
    return this.#host.guard(name, callback)
  }

  askSignature({ signature }: SessionProtocol | DatagramProtocol, bytes: Uint8Array, side: FlowSide) {
    return this.#host.callUser('signature', () => signature?.(bytes, side))
  }

  message(place: RunPlace, message: unknown): void {
    const origin = originOf<K, S>(place)
    if (!(message instanceof ParserAnomaly)) this.#output.push(new ParserMessage(origin, place.protocol, message))
    else if (this.#host.tellsAnomalies) this.#tell(new AnomalyEvent(origin, message.toAnomaly(place.protocol)))
  }

  closed(place: RunPlace, { reason, detail, error }: RunEnd): void {
    const origin = originOf<K, S>(place)
    const told = detail === undefined ? undefined : shorten(detail)
    if ((reason === 'poisoned' || reason === 'threw') && this.#host.tellsAnomalies) {
      this.#tell(new AnomalyEvent(origin, { kind: 'parse_error', parser: place.protocol, reason: told }))
    }
    this.#tell(new ParserClosedEvent(origin, place.protocol, reason, told, error))
  }

  #reset(): void {
    this.#output = []
    this.#taken = 0
  }

  #take(event: TrackerEvent<K, S>): void {
    switch (event.kind) {
      case 'stream_data':
        this.#tcpSession(event.index)?.data(event.side, event.bytes, event.timestamp, event.offset)
        this.#watch(event.index)
        break
      case 'datagram':
        this.#udpSession(event.index)?.datagram(event.side, event.bytes, event.timestamp, event.wireLength)
        this.#watch(event.index)
        break
      case 'stream_gap': {
        const { offset, length, reason } = event
        this.#tcpSession(event.index)?.gap(event.side, { offset, length, reason }, event.timestamp)
        break
      }
      case 'stream_stopped': {
        // There is no telling how much more the side would have sent.
        const gap = { offset: event.offset, length: Number.POSITIVE_INFINITY, reason: 'buffer' } as const
        this.#tcpSession(event.index)?.gap(event.side, gap, event.timestamp)
        break
      }
      case 'stream_end':
        this.#tcpSession(event.index)?.complete(event.side, event.timestamp, event.offset)
        break
      case 'started':
        this.#tell(event)
        this.#start(event)
        break
      case 'ended':
        this.#finish(event)
        this.#tell(event)
        break
      default:
        this.#tell(event)
    }
  }

  #tell(event: DriverEvent<K, S>): void {
    if (this.#options.tellsFlows) this.#output.push(event)
  }

  #start(event: StartedEvent<K, S>): void {
    const { key, protocol, index, flow, user } = event
    const isTcp = protocol === 'tcp'
    if (!isTcp && protocol !== 'udp') return
    const origin: SessionFlow = { index, flow, key, user }
    if (isTcp) {
      const [bound, candidates] = this.#choose(this.#tcp, key)
      if (bound.length + candidates.length > 0) {
        this.#sessions[index] = new TcpSession(origin, this, bound, candidates)
      }
    } else {
      const [bound, candidates] = this.#choose(this.#udp, key)
      if (bound.length + candidates.length > 0) {
        this.#sessions[index] = new UdpSession(origin, this, bound, candidates)
      }
    }
    if (this.#sessions[index] || (isTcp ? this.#tcp : this.#udp).length === 0) return
    for (const side of ['initiator', 'responder'] as const) this.#host.control.stopListening(index, flow, side)
  }

  /** Who has the flow from its first byte on, and whose signature is to be asked. */
  #choose<P extends SessionProtocol | DatagramProtocol>(protocols: readonly P[], key: K): [P[], P[]] {
    const bound: P[] = []
    const candidates: P[] = []
    for (const protocol of protocols) {
      if (this.#isBound(protocol, key)) bound.push(protocol)
      else if (protocol.signature) candidates.push(protocol)
    }
    return [bound, candidates]
  }

  #isBound(protocol: SessionProtocol | DatagramProtocol, key: K): boolean {
    const { ports, signature } = protocol
    if (!ports && !protocol.matches && !signature) return true
    if (key.kind === 'five-tuple' && ports?.some((port) => key.eitherPort(port))) return true
    return protocol.matches !== undefined && this.#host.callUser('matches', () => protocol.matches?.(key)) === true
  }

  #finish(event: EndedEvent<K, S>): void {
    this.#sessions[event.index]?.end(event)
    this.#end(event.index)
  }

  #end(index: number): void {
    const session = this.#sessions[index]
    if (!session) return
    this.#ticking.delete(session)
    this.#sessions[index] = undefined
  }

  #tcpSession(index: number): TcpSession | undefined {
    const session = this.#sessions[index]
    return session instanceof TcpSession ? session : undefined
  }

  #udpSession(index: number): UdpSession | undefined {
    const session = this.#sessions[index]
    return session instanceof UdpSession ? session : undefined
  }

  /** Notes whether the parsers of a flow want to hear of time. */
  #watch(index: number): void {
    const session = this.#sessions[index]
    if (session?.hasTick) this.#ticking.add(session)
  }
}

/** Sessions carry what the driver's own flows have: keys of its extractor, and its user's state. */
function originOf<K extends FlowKey, S>({ flow, side, timestamp }: RunPlace): AnomalyOrigin<K, S> {
  return { flow: flow.flow, key: flow.key as K, user: flow.user as S, side, timestamp }
}

/** The first bytes of a text, cut between two characters. */
function shorten(text: string): string {
  if (text.length * 3 <= LONGEST_REASON) return text
  const { read } = encoder.encodeInto(text, new Uint8Array(LONGEST_REASON))
  return text.slice(0, read)
}
