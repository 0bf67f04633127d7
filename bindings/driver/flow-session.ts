import type { FlowKey } from '../extract/flow-key'
import type { Timestamp } from '../packet/timestamp'
import type { DatagramProtocol } from '../session/protocol'
import type { ListenerControl } from '../tracker/stream-events'
import type { FlowSide } from '../tracker/vocabulary'
import { failure, type ParserRun, type RunSink, type SessionFlow } from './parser-run'
import type { AskSignature } from './probe'
import type { ProbeBudget } from './probe-budget'

const NO_RUNS: readonly never[] = []
export const NO_PROTOCOLS: readonly never[] = []

/** What a session needs of the driver. */
export interface SessionHost extends RunSink {
  /** Identity, FLOW_* and user's state of a flow by the index of its record. */
  keyOf(index: number): FlowKey
  flagsOf(index: number): number
  userOf(index: number): unknown
  readonly control: ListenerControl
  readonly probes: ProbeBudget
  /** Asks a signature; undefined where it throws. */
  readonly ask: AskSignature
  readonly askDatagram: AskDatagram
  /** The search for what a flow carries was given up, for want of room. */
  gaveUp(flow: SessionFlow, bytes: number): void
}

/** Asks a signature about a datagram. */
export type AskDatagram = (protocol: DatagramProtocol, payload: Uint8Array, side: FlowSide) => boolean

/** The parsers of one flow. */
export abstract class FlowSession<R extends ParserRun> implements SessionFlow {
  readonly index: number
  readonly flow: number
  readonly flags: number
  readonly user: unknown
  #key: FlowKey | undefined
  protected readonly host: SessionHost
  protected runs: readonly R[] = NO_RUNS
  /** Whether a parser wants to hear of time. */
  hasTick = false

  constructor(index: number, flow: number, host: SessionHost) {
    this.index = index
    this.flow = flow
    this.flags = host.flagsOf(index)
    this.user = host.userOf(index)
    this.host = host
  }

  /** Made when somebody asks, which nobody does in most flows that have no parser. */
  get key(): FlowKey {
    this.#key ??= this.host.keyOf(this.index)
    return this.#key
  }

  /** Nobody wants anything of the flow any more. */
  abstract readonly isOver: boolean

  /** The parser of this name at work. */
  find(protocol: string): object | undefined {
    return this.runs.find((run) => run.protocol === protocol && !run.isOver)?.subject
  }

  /** Capture time has gone on. */
  tick(now: Timestamp): void {
    for (const run of this.runs) if (run.hasTick) run.tick(now)
    this.settle()
  }

  protected abstract settle(): void

  /** Makes a parser. */
  protected begin(name: string, side: FlowSide, timestamp: Timestamp, create: () => R): R | undefined {
    const { host } = this
    host.enter(name)
    try {
      const run = create()
      // A list with one literal element has no room to grow: nearly all flows have one parser.
      this.runs = this.runs.length === 0 ? [run] : [...this.runs, run]
      this.hasTick ||= run.hasTick
      return run
    } catch (error) {
      host.closed(this, name, side, timestamp, failure(error))
      return undefined
    } finally {
      host.leave()
    }
  }

  /** Lets parsers go that get nothing more. */
  protected dropRuns(): void {
    for (const run of this.runs) {
      if (!run.isOver) continue
      this.runs = this.runs.filter((other) => !other.isOver)
      return
    }
  }
}
