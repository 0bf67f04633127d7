import { checkFunction } from '../common/options'
import type { FiveTupleKey, FlowKey } from '../extract/flow-key'
import type { Timestamp } from '../packet/timestamp'
import { BufferedReassembler } from '../session/buffered-reassembler'
import { ParserAnomaly } from '../session/parser-anomaly'
import { sessionParser } from '../session/protocol'
import type { Reassembler, ReassemblerBounds, ReassemblerFactory } from '../session/reassembler'
import type { FinReason, GapDecision, Messages, SessionParser, StreamGap } from '../session/session-parser'
import type { FlowAnomaly } from '../tracker/anomalies'
import { type OverflowPolicy, resolveStreams } from '../tracker/stream-options'
import type { FlowSide } from '../tracker/vocabulary'
import { createParts, type DriverParts, ParserDriver } from './driver'
import type { LifecycleEvent } from './driver-events'
import type { CommonDriverOptions } from './options'

const NAME = 'reassembler'

/** What {@link FlowDriver.create} is given. */
export interface FlowDriverOptions<K extends FlowKey, S, R extends Reassembler> extends CommonDriverOptions<K, S> {
  /** Makes the reassembler of each side that carries bytes. Default a {@link BufferedReassembler} with its bounds. */
  readonly reassembler?: ReassemblerFactory<K, R>
}

/**
 * A tracker that gives the bytes of each side of each TCP connection to a {@link Reassembler} of your own. `streams`
 * bounds what the core holds, and what the factory is told.
 */
export class FlowDriver<
  K extends FlowKey = FlowKey,
  S = undefined,
  R extends Reassembler = BufferedReassembler,
> extends ParserDriver<K, S, LifecycleEvent<K, S>> {
  private constructor(parts: DriverParts<K, S>) {
    super('FlowDriver', parts)
  }

  /**
   * Makes a driver. The first one loads the core.
   *
   * @throws ConfigError when an option cannot be used, ModuleError when the core cannot be loaded, OutOfMemoryError
   * when memory for flows and streams is not to be had
   */
  static async create<K extends FlowKey = FiveTupleKey, S = undefined, R extends Reassembler = BufferedReassembler>({
    reassembler,
    ...options
  }: FlowDriverOptions<K, S, R> = {}): Promise<FlowDriver<K, S, R>> {
    checkFunction(reassembler, 'reassembler')
    const { maxBuffer, overflow } = resolveStreams(options.streams ?? {})
    const create = (reassembler ?? createBuffered) as ReassemblerFactory<FlowKey>
    const protocol = sessionParser({
      name: NAME,
      create: (key) => new SidesParser(key, create, { maxBuffer, overflow }),
    })
    return new FlowDriver<K, S, R>(await createParts('FlowDriver', [protocol], options))
  }

  /** The reassembler of one side of a live flow; undefined before its first bytes, and after it was poisoned. */
  reassembler(key: K, side: FlowSide): R | undefined {
    const sides = this.parserOf(key, NAME)
    return sides instanceof SidesParser ? (sides.reassembler(side) as R | undefined) : undefined
  }

  /** Takes what a {@link BufferedReassembler} has gathered; empty where there is none. */
  drainBuffer(key: K, side: FlowSide): Uint8Array {
    const reassembler: Reassembler | undefined = this.reassembler(key, side)
    return reassembler instanceof BufferedReassembler ? reassembler.take() : new Uint8Array(0)
  }
}

function createBuffered(_key: FlowKey, _side: FlowSide, bounds: ReassemblerBounds): BufferedReassembler {
  return new BufferedReassembler(bounds)
}

/** A reassembler has thrown bytes away. */
class Overflow extends ParserAnomaly {
  readonly #anomaly: FlowAnomaly

  constructor(policy: OverflowPolicy, offset: number, bytes: number) {
    super('parser_limit', policy)
    this.#anomaly = { kind: 'buffer_overflow', policy, offset, bytes }
  }

  override toAnomaly(): FlowAnomaly {
    return this.#anomaly
  }
}

/** The reassemblers of both sides as one parser, which makes no messages. */
class SidesParser implements SessionParser<ParserAnomaly> {
  readonly #key: FlowKey
  readonly #create: ReassemblerFactory<FlowKey>
  readonly #bounds: ReassemblerBounds
  readonly #sides: { initiator?: Reassembler; responder?: Reassembler } = {}
  readonly #finished = new Set<FlowSide>()

  constructor(key: FlowKey, create: ReassemblerFactory<FlowKey>, bounds: ReassemblerBounds) {
    this.#key = key
    this.#create = create
    this.#bounds = bounds
  }

  reassembler(side: FlowSide): Reassembler | undefined {
    return this.#sides[side]
  }

  feed(side: FlowSide, bytes: Uint8Array, timestamp: Timestamp, offset: number): Messages<ParserAnomaly> {
    const reassembler = this.#of(side)
    const before = reassembler.bytesDroppedOversize ?? 0
    reassembler.segment(offset, bytes, timestamp)
    const dropped = (reassembler.bytesDroppedOversize ?? 0) - before
    const policy = reassembler.isPoisoned ? 'drop-flow' : 'sliding-window'
    return dropped > 0 ? [new Overflow(policy, offset, dropped)] : undefined
  }

  gap(side: FlowSide, { offset, length }: StreamGap, timestamp: Timestamp): GapDecision {
    const reassembler = this.#of(side)
    if (!reassembler.gap) return 'stop_side'
    reassembler.gap(offset, length, timestamp)
    return 'continue'
  }

  fin(side: FlowSide, timestamp: Timestamp, end: number, reason: FinReason): undefined {
    this.#finished.add(side)
    this.#listener(side)?.fin?.(timestamp, end, reason)
  }

  rst(timestamp: Timestamp, ends: Readonly<Record<FlowSide, number>>): undefined {
    for (const side of ['initiator', 'responder'] as const) {
      if (!this.#finished.has(side)) this.#listener(side)?.rst?.(timestamp, ends[side])
    }
  }

  skipUntil(side: FlowSide): number {
    return this.#sides[side]?.isPoisoned ? Number.POSITIVE_INFINITY : 0
  }

  /** That of a side which has carried bytes, unless it is poisoned. */
  #listener(side: FlowSide): Reassembler | undefined {
    return this.#sides[side]?.isPoisoned ? undefined : this.#sides[side]
  }

  #of(side: FlowSide): Reassembler {
    this.#sides[side] ??= this.#create(this.#key, side, this.#bounds)
    return this.#sides[side]
  }
}
