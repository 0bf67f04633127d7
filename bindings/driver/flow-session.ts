import type { Timestamp } from '../packet/timestamp'
import { ParserAnomaly } from '../session/parser-anomaly'
import type { DatagramProtocol, SessionProtocol } from '../session/protocol'
import type { HandOver, StreamGap } from '../session/session-parser'
import type { EndedEvent } from '../tracker/events'
import type { SideStats } from '../tracker/flow-stats'
import type { ListenerControl } from '../tracker/stream-events'
import type { EndReason, FlowSide } from '../tracker/vocabulary'
import { DatagramRun, failure, type RunSink, type SessionFlow, SessionRun } from './parser-run'
import { type HeldBytes, type HeldEnd, Probe } from './probe'

/** Datagrams of a flow that signatures are held against. */
const PROBED_DATAGRAMS = 8

/** How often a flow may go on as something else; a tunnel in a tunnel in a tunnel is unusual already. */
const MOST_HAND_OVERS = 8

const SIDES = ['initiator', 'responder'] as const

/** Ends that cut a flow off; after all others its sides are complete, as far as anybody knows. */
const CUT_OFF: ReadonlySet<EndReason> = new Set(['rst', 'evicted'])

/** What a session needs of the driver. */
export interface SessionHost extends RunSink {
  readonly control: ListenerControl
  /** Asks a signature; undefined where it throws. */
  askSignature(protocol: SessionProtocol | DatagramProtocol, bytes: Uint8Array, side: FlowSide): boolean | undefined
}

/** The parsers of one flow. */
export interface FlowSession {
  /** Number of the flow. */
  readonly flow: number
  /** Capture time has gone on. */
  tick(now: Timestamp): void
  /** Whether a parser wants to hear of that. */
  readonly hasTick: boolean
  /** The flow has ended. */
  end(event: EndedEvent): void
  /** The parser of this name at work. */
  find(protocol: string): object | undefined
}

/** The parsers of a TCP connection: those bound to it, and those that its first bytes may yet call for. */
export class TcpSession implements FlowSession {
  readonly #flow: SessionFlow
  readonly #host: SessionHost
  /** Protocols that are bound to the flow and whose parsers have yet to be made. */
  #bound: readonly SessionProtocol[]
  #runs: SessionRun[] = []
  hasTick = false
  #probe: Probe | undefined
  /** Sides that are complete up to their FIN: parsers that are made later are told. */
  readonly #ended: HeldEnd[] = []
  /** Those that can be recognised. */
  readonly #known: readonly SessionProtocol[]
  /** Stream offset behind the last byte of each side. */
  readonly #next = { initiator: 0, responder: 0 }
  #handOvers = 0
  /** What the core has been told. */
  readonly #wanted = { initiator: 0, responder: 0 }

  constructor(
    flow: SessionFlow,
    host: SessionHost,
    bound: readonly SessionProtocol[],
    candidates: readonly SessionProtocol[],
  ) {
    this.#flow = flow
    this.#host = host
    this.#bound = bound
    this.#known = [...bound, ...candidates].filter(({ signature }) => signature !== undefined)
    if (candidates.length > 0) this.#probe = this.#newProbe(candidates)
  }

  data(side: FlowSide, bytes: Uint8Array, timestamp: Timestamp, offset: number): void {
    this.#begin(side, timestamp)
    this.#next[side] = offset + bytes.length
    for (const run of this.#runs) run.feed(side, bytes, timestamp, offset)
    if (!this.#passOn(side, timestamp) && this.#probe) {
      this.#look(this.#probe, { side, bytes, timestamp, offset })
      this.#passOn(side, timestamp)
    }
    this.#settle()
  }

  gap(side: FlowSide, gap: StreamGap, timestamp: Timestamp): void {
    this.#begin(side, timestamp)
    this.#next[side] = gap.offset + gap.length
    for (const run of this.#runs) run.gap(side, gap, timestamp)
    this.#probe = undefined
    this.#passOn(side, timestamp)
    this.#settle()
  }

  /** A side is complete up to its FIN, `end` being the stream offset behind its last byte. */
  complete(side: FlowSide, timestamp: Timestamp, end: number): void {
    this.#ended.push({ side, timestamp, end })
    for (const run of this.#runs) run.complete(side, timestamp, end)
    this.#endProbe({ side, timestamp, end })
    this.#passOn(side, timestamp)
    this.#settle()
  }

  get flow(): number {
    return this.#flow.flow
  }

  tick(now: Timestamp): void {
    for (const run of this.#runs) run.tick(now)
    this.#passOn('initiator', now)
    this.#settle()
  }

  end({ reason, stats }: EndedEvent): void {
    if (this.#runs.length === 0) return
    const ends = {
      initiator: this.#endOf('initiator', stats.initiator),
      responder: this.#endOf('responder', stats.responder),
    }
    for (const run of this.#runs) {
      if (CUT_OFF.has(reason)) run.reset(stats.lastSeen, ends)
      else run.finish(stats.lastSeen, ends)
    }
  }

  find(protocol: string): object | undefined {
    return this.#runs.find((run) => run.protocol === protocol && !run.isOver)?.subject
  }

  #begin(side: FlowSide, timestamp: Timestamp): void {
    if (this.#bound.length === 0) return
    const bound = this.#bound
    this.#bound = []
    for (const protocol of bound) {
      const run = this.#create(protocol, side, timestamp)
      for (const ended of this.#ended) run?.complete(ended.side, ended.timestamp, ended.end)
    }
  }

  #create(protocol: SessionProtocol, side: FlowSide, timestamp: Timestamp): SessionRun | undefined {
    const [flow, host] = [this.#flow, this.#host]
    try {
      const parser = host.guard(protocol.name, () => protocol.create(flow.key))
      const run = new SessionRun(protocol.name, flow, host, parser)
      this.#runs.push(run)
      this.hasTick ||= run.hasTick
      return run
    } catch (error) {
      host.closed({ flow, protocol: protocol.name, side, timestamp }, failure(error))
      return undefined
    }
  }

  #newProbe(candidates: readonly SessionProtocol[]): Probe {
    return new Probe(candidates, (protocol, bytes, side) => this.#host.askSignature(protocol, bytes, side))
  }

  /** Answers the parser that is found. */
  #look(probe: Probe, next: HeldBytes): SessionRun | undefined {
    const protocol = probe.take(next)
    const run = protocol && this.#create(protocol, next.side, next.timestamp)
    if (run) {
      for (const held of probe.held) {
        if ('bytes' in held) run.feed(held.side, held.bytes, held.timestamp, held.offset)
        else run.complete(held.side, held.timestamp, held.end)
      }
    }
    if (protocol || probe.isOver) this.#probe = undefined
    return run
  }

  /**
   * Finds out what a connection goes on as, where a parser has left it to others.
   *
   * @returns whether one has
   */
  #passOn(side: FlowSide, timestamp: Timestamp): boolean {
    let isPassed = false
    for (let left = this.#leaver(); left; left = this.#leaver()) {
      isPassed = true
      const { handOver, protocol } = left
      left.handOver = undefined
      if (this.#handOvers++ === MOST_HAND_OVERS) {
        const anomaly = new ParserAnomaly('parser_limit', 'hand_overs_bound')
        this.#host.message({ flow: this.#flow, protocol, side, timestamp }, anomaly)
      }
      this.#probe = undefined
      if (handOver && this.#handOvers <= MOST_HAND_OVERS) this.#offer(handOver, timestamp)
    }
    return isPassed
  }

  #leaver(): SessionRun | undefined {
    return this.#runs.find(({ handOver }) => handOver !== undefined)
  }

  /** Offers bytes that a parser has left to all that can recognise them and are not at work. */
  #offer(handOver: HandOver, timestamp: Timestamp): void {
    const isAtWork = (name: string) => this.#runs.some((run) => run.protocol === name && !run.isOver)
    this.#probe = this.#newProbe(this.#known.filter(({ name }) => !isAtWork(name)))
    let run: SessionRun | undefined
    for (const side of SIDES) {
      const bytes = handOver[side]
      if (bytes.length === 0) continue
      const offset = this.#next[side] - bytes.length
      if (run) run.feed(side, bytes, timestamp, offset)
      else if (this.#probe) run = this.#look(this.#probe, { side, bytes, timestamp, offset })
    }
    for (const ended of this.#ended) {
      if (run) run.complete(ended.side, ended.timestamp, ended.end)
      else this.#endProbe(ended)
    }
  }

  /** Lets the search know that nothing more of a side comes. */
  #endProbe(ended: HeldEnd): void {
    this.#probe?.takeEnd(ended)
    if (this.#probe?.isOver) this.#probe = undefined
  }

  /**
   * Stream offset behind the last byte of a side. Of one that nobody wants any more the core has counted what it had read
   * ahead, which is not the same in each reading: that ends with what was handed out.
   */
  #endOf(side: FlowSide, { stream }: SideStats): number {
    if (!stream || this.#wanted[side] === Number.POSITIVE_INFINITY) return this.#next[side]
    return stream.deliveredBytes + stream.gapBytes
  }

  /** Tells the core what nobody wants any more. */
  #settle(): void {
    if (this.#runs.some((run) => run.isOver)) this.#runs = this.#runs.filter((run) => !run.isOver)
    for (const side of ['initiator', 'responder'] as const) {
      const wanted = this.#wantedFrom(side)
      if (wanted <= this.#wanted[side]) continue
      this.#wanted[side] = wanted
      this.#host.control.skipUntil(this.#flow.index, this.#flow.flow, side, wanted)
    }
  }

  #wantedFrom(side: FlowSide): number {
    if (this.#probe || this.#bound.length > 0) return 0
    let least = Number.POSITIVE_INFINITY
    for (const run of this.#runs) least = Math.min(least, run.wantedFrom(side))
    return least
  }
}

/** The parsers of a UDP flow. */
export class UdpSession implements FlowSession {
  readonly #flow: SessionFlow
  readonly #host: SessionHost
  #bound: readonly DatagramProtocol[]
  #runs: DatagramRun[] = []
  hasTick = false
  #candidates: readonly DatagramProtocol[]
  #probed = 0

  constructor(
    flow: SessionFlow,
    host: SessionHost,
    bound: readonly DatagramProtocol[],
    candidates: readonly DatagramProtocol[],
  ) {
    this.#flow = flow
    this.#host = host
    this.#bound = bound
    this.#candidates = candidates
  }

  datagram(side: FlowSide, payload: Uint8Array, timestamp: Timestamp, wireLength: number): void {
    for (const protocol of this.#bound) this.#create(protocol, side, timestamp)
    this.#bound = []
    if (this.#candidates.length > 0) this.#look(side, payload, timestamp)
    for (const run of this.#runs) run.feed(side, payload, timestamp, wireLength)
    this.#settle()
  }

  get flow(): number {
    return this.#flow.flow
  }

  tick(now: Timestamp): void {
    for (const run of this.#runs) run.tick(now)
    this.#settle()
  }

  end({ stats }: EndedEvent): void {
    for (const run of this.#runs) run.end(stats.lastSeen)
  }

  find(protocol: string): object | undefined {
    return this.#runs.find((run) => run.protocol === protocol && !run.isOver)?.subject
  }

  #look(side: FlowSide, payload: Uint8Array, timestamp: Timestamp): void {
    this.#probed++
    const protocol = this.#candidates.find((candidate) => this.#host.askSignature(candidate, payload, side))
    if (protocol) this.#create(protocol, side, timestamp)
    if (protocol || this.#probed === PROBED_DATAGRAMS) this.#candidates = []
  }

  #create(protocol: DatagramProtocol, side: FlowSide, timestamp: Timestamp): void {
    const [flow, host] = [this.#flow, this.#host]
    try {
      const parser = host.guard(protocol.name, () => protocol.create(flow.key))
      const run = new DatagramRun(protocol.name, flow, host, parser)
      this.#runs.push(run)
      this.hasTick ||= run.hasTick
    } catch (error) {
      host.closed({ flow, protocol: protocol.name, side, timestamp }, failure(error))
    }
  }

  #settle(): void {
    if (this.#runs.some((run) => run.isOver)) this.#runs = this.#runs.filter((run) => !run.isOver)
    if (this.#runs.length > 0 || this.#candidates.length > 0) return
    const { index, flow } = this.#flow
    for (const side of ['initiator', 'responder'] as const) this.#host.control.stopListening(index, flow, side)
  }
}
