import type { Timestamp } from '../packet/timestamp'
import { ParserAnomaly } from '../session/parser-anomaly'
import type { SessionProtocol } from '../session/protocol'
import type { HandOver, StreamGap } from '../session/session-parser'
import type { EndedEvent } from '../tracker/events'
import type { SideStats } from '../tracker/flow-stats'
import type { EndReason, FlowSide } from '../tracker/vocabulary'
import type { Choice } from './choice'
import { FlowSession, NO_PROTOCOLS, type SessionHost } from './flow-session'
import { SessionRun } from './parser-run'
import { Probe } from './probe'
import type { Undecided } from './probe-budget'

/** How often a flow may go on as something else; a tunnel in a tunnel in a tunnel is unusual already. */
const MOST_HAND_OVERS = 8

/** Ends that cut a flow off; after all others its sides are complete, as far as anybody knows. */
const CUT_OFF: ReadonlySet<EndReason> = new Set(['rst', 'evicted'])

/** A side that is complete up to its FIN. */
interface SideEnd {
  readonly side: FlowSide
  readonly timestamp: Timestamp
  /** Stream offset behind its last byte. */
  readonly end: number
}

const NO_MORE = Number.POSITIVE_INFINITY
const NO_ENDS: readonly never[] = []

/** The parsers of a TCP connection: those bound to it, and those that its first bytes may yet call for. */
export class TcpSession extends FlowSession<SessionRun> implements Undecided {
  /** Protocols that are bound to the flow and whose parsers have yet to be made. */
  #bound: readonly SessionProtocol[]
  #probe: Probe | undefined
  readonly #choice: Choice<SessionProtocol>
  /** Sides that have come to their end: parsers that are made later are told. */
  #ended: readonly SideEnd[] = NO_ENDS
  /** Stream offset behind the last byte of each side. */
  #nextOfInitiator = 0
  #nextOfResponder = 0
  #handOvers = 0
  /** What the core has been told, or has handed out anyway. */
  #wantedOfInitiator = 0
  #wantedOfResponder = 0

  constructor(index: number, flow: number, host: SessionHost, choice: Choice<SessionProtocol>) {
    super(index, flow, host)
    this.#choice = choice
    this.#bound = choice.bound
    if (choice.candidates.length > 0) this.#probe = new Probe(choice.candidates)
  }

  get isOver(): boolean {
    return this.runs.length === 0 && !this.#probe && this.#bound.length === 0
  }

  data(side: FlowSide, bytes: Uint8Array, timestamp: Timestamp, offset: number): void {
    if (this.#bound.length > 0) this.#begin(side, timestamp)
    this.#advance(side, offset + bytes.length)
    for (const run of this.runs) run.feed(side, bytes, timestamp, offset)
    if (!this.#passOn(side, timestamp) && this.#probe) {
      this.#look(this.#probe, side, bytes, timestamp, offset)
      this.#passOn(side, timestamp)
    }
    this.settle()
  }

  gap(side: FlowSide, gap: StreamGap, timestamp: Timestamp): void {
    if (this.#bound.length > 0) this.#begin(side, timestamp)
    this.#advance(side, gap.offset + gap.length)
    for (const run of this.runs) run.gap(side, gap, timestamp)
    this.#endProbe()
    this.#passOn(side, timestamp)
    this.settle()
  }

  /** A side is complete up to its FIN, `end` being the stream offset behind its last byte. */
  complete(side: FlowSide, timestamp: Timestamp, end: number): void {
    const ended = { side, timestamp, end }
    this.#ended = [...this.#ended, ended]
    for (const run of this.runs) run.complete(side, timestamp, end)
    this.#tellProbe(ended)
    this.#passOn(side, timestamp)
    this.settle()
  }

  override tick(now: Timestamp): void {
    for (const run of this.runs) if (run.hasTick) run.tick(now)
    this.#passOn('initiator', now)
    this.settle()
  }

  /** The flow has ended. */
  end({ reason, stats }: EndedEvent): void {
    this.#endProbe()
    if (this.runs.length === 0) return
    const ends = {
      initiator: this.#endOf('initiator', stats.initiator),
      responder: this.#endOf('responder', stats.responder),
    }
    for (const run of this.runs) {
      if (CUT_OFF.has(reason)) run.reset(stats.lastSeen, ends)
      else run.finish(stats.lastSeen, ends)
    }
  }

  /** The flow has been removed without an end. */
  drop(): void {
    this.#endProbe()
  }

  giveUp(): void {
    const bytes = this.#probe?.cost ?? 0
    this.#probe = undefined
    this.host.gaveUp(this, bytes)
    this.settle()
  }

  #begin(side: FlowSide, timestamp: Timestamp): void {
    const bound = this.#bound
    this.#bound = NO_PROTOCOLS
    for (const protocol of bound) {
      const run = this.#create(protocol, side, timestamp)
      for (const ended of this.#ended) run?.complete(ended.side, ended.timestamp, ended.end)
    }
  }

  #create(protocol: SessionProtocol, side: FlowSide, timestamp: Timestamp): SessionRun | undefined {
    const { name } = protocol
    return this.begin(name, side, timestamp, () => new SessionRun(name, this, this.host, protocol.create(this.key)))
  }

  /** Answers the parser that is found. */
  #look(probe: Probe, side: FlowSide, bytes: Uint8Array, timestamp: Timestamp, offset: number): SessionRun | undefined {
    const protocol = probe.take(side, bytes, timestamp, offset, this.host.ask)
    const run = protocol && this.#create(protocol, side, timestamp)
    if (run) {
      probe.replay({
        bytes: (of, held, time, at) => run.feed(of, held, time, at),
        end: (of, time, at) => run.complete(of, time, at),
      })
      run.feed(side, bytes, timestamp, offset)
    }
    if (protocol) this.#endProbe()
    else this.#settleProbe()
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
        this.host.message(this, protocol, side, timestamp, anomaly)
      }
      this.#endProbe()
      if (handOver && this.#handOvers <= MOST_HAND_OVERS) this.#offer(handOver, timestamp)
    }
    return isPassed
  }

  #leaver(): SessionRun | undefined {
    for (const run of this.runs) if (run.handOver) return run
    return undefined
  }

  /** Offers bytes that a parser has left to all that can recognise them and are not at work. */
  #offer(handOver: HandOver, timestamp: Timestamp): void {
    const isAtWork = (name: string) => this.runs.some((run) => run.protocol === name && !run.isOver)
    const { bound, candidates } = this.#choice
    const known = [...bound, ...candidates].filter(({ name, signature }) => signature && !isAtWork(name))
    const initiator = this.#nextOfInitiator - handOver.initiator.length
    const responder = this.#nextOfResponder - handOver.responder.length
    this.#probe = new Probe(known, { initiator, responder })
    const first = this.#offerSide('initiator', handOver.initiator, timestamp, initiator, undefined)
    const run = this.#offerSide('responder', handOver.responder, timestamp, responder, first)
    for (const ended of this.#ended) {
      if (run) run.complete(ended.side, ended.timestamp, ended.end)
      else this.#tellProbe(ended)
    }
  }

  #offerSide(
    side: FlowSide,
    bytes: Uint8Array,
    timestamp: Timestamp,
    offset: number,
    run: SessionRun | undefined,
  ): SessionRun | undefined {
    if (bytes.length === 0) return run
    if (!run) return this.#probe && this.#look(this.#probe, side, bytes, timestamp, offset)
    run.feed(side, bytes, timestamp, offset)
    return run
  }

  /** What comes next of a side has this stream offset. The core need not be told to skip what is before. */
  #advance(side: FlowSide, next: number): void {
    if (side === 'initiator') {
      this.#nextOfInitiator = next
      if (next !== NO_MORE) this.#wantedOfInitiator = Math.max(this.#wantedOfInitiator, next)
    } else {
      this.#nextOfResponder = next
      if (next !== NO_MORE) this.#wantedOfResponder = Math.max(this.#wantedOfResponder, next)
    }
  }

  /** Lets the search know that nothing more of a side comes. */
  #tellProbe({ side, timestamp, end }: SideEnd): void {
    this.#probe?.takeEnd(side, timestamp, end)
    this.#settleProbe()
  }

  #settleProbe(): void {
    if (!this.#probe) return
    if (this.#probe.isOver) this.#endProbe()
    else this.host.probes.set(this, this.#probe.cost)
  }

  #endProbe(): void {
    if (!this.#probe) return
    this.#probe = undefined
    this.host.probes.set(this, 0)
  }

  /** Tells the core what nobody wants any more. */
  protected settle(): void {
    this.dropRuns()
    const initiator = this.#wantedFrom('initiator')
    if (initiator > this.#wantedOfInitiator) {
      this.#wantedOfInitiator = initiator
      this.host.control.skipUntil(this.index, this.flow, 'initiator', initiator)
    }
    const responder = this.#wantedFrom('responder')
    if (responder > this.#wantedOfResponder) {
      this.#wantedOfResponder = responder
      this.host.control.skipUntil(this.index, this.flow, 'responder', responder)
    }
  }

  #wantedFrom(side: FlowSide): number {
    if (this.#probe || this.#bound.length > 0) return 0
    let least = NO_MORE
    for (const run of this.runs) least = Math.min(least, run.wantedFrom(side))
    return least
  }

  /**
   * Stream offset behind the last byte of a side. Of one that nobody wants any more the core has counted what it had read
   * ahead, which is not the same in each reading: that ends with what was handed out.
   */
  #endOf(side: FlowSide, { stream }: SideStats): number {
    const isInitiator = side === 'initiator'
    const wanted = isInitiator ? this.#wantedOfInitiator : this.#wantedOfResponder
    if (!stream || wanted === NO_MORE) return isInitiator ? this.#nextOfInitiator : this.#nextOfResponder
    return stream.deliveredBytes + stream.gapBytes
  }
}
