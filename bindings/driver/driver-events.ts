import { fieldsOf } from '../common/fields'
import { inspectSymbol } from '../common/inspect'
import type { EndpointOf, FlowKey } from '../extract/flow-key'
import type { Timestamp } from '../packet/timestamp'
import type { ParserAnomaly } from '../session/parser-anomaly'
import type { DatagramProtocol, ParserEntry, SessionProtocol } from '../session/protocol'
import type { AnomalyEvent, AnomalyOrigin, TrackerAnomalyEvent } from '../tracker/anomalies'
import type { EndedEvent, EstablishedEvent, PacketEvent, StartedEvent, StateChangeEvent } from '../tracker/events'
import { endpointOf } from '../tracker/flow-entry'
import type { FlowSide } from '../tracker/vocabulary'

/** A parser has made a message. */
export class ParserMessage<N extends string = string, M = unknown, K extends FlowKey = FlowKey, S = unknown> {
  readonly kind = 'message'
  /** Name of the parser. */
  readonly protocol: N
  /** What it made. */
  readonly message: M
  /** Number of the flow. */
  readonly flow: number
  /** Identity of the flow. */
  readonly key: K
  /** Whose bytes completed the message. */
  readonly side: FlowSide
  /** Time of the packet by which they became ready; at the end of a flow, of its last packet. */
  readonly timestamp: Timestamp
  /** What the driver's `userState` made for this flow. */
  readonly user: S
  readonly #flags: number

  /**
   * @param flags FLOW_* of the flow
   * @internal
   */
  constructor({ flow, key, side, timestamp, user }: AnomalyOrigin<K, S>, flags: number, protocol: N, message: M) {
    this.#flags = flags
    this.protocol = protocol
    this.message = message
    this.flow = flow
    this.key = key
    this.side = side
    this.timestamp = timestamp
    this.user = user
  }

  /**
   * FLOW_*, as far as they tell who opened the flow.
   *
   * @internal
   */
  get flags(): number {
    return this.#flags
  }

  /** Who opened the flow; undefined for custom keys. */
  get initiator(): EndpointOf<K> {
    return endpointOf(this.key, this.#flags, 'initiator')
  }

  /** The other end; undefined for custom keys. */
  get responder(): EndpointOf<K> {
    return endpointOf(this.key, this.#flags, 'responder')
  }

  /** What `JSON.stringify` writes: all but `user`. */
  toJSON(): object {
    return fieldsOf(this, ['kind', 'flow', 'key', 'timestamp', 'side', 'protocol', 'message'])
  }

  /** @internal */
  [inspectSymbol](): object {
    return this.toJSON()
  }
}

/**
 * Why a parser gets nothing more of a flow that goes on.
 *
 * | reason | meaning |
 * |---|---|
 * | `done` | it wants nothing more |
 * | `gap` | it has answered `stop` to a gap |
 * | `poisoned` | it cannot understand the flow any more |
 * | `threw` | it, or the function that was to make it, threw an error |
 */
export type ParserCloseReason = 'done' | 'gap' | 'poisoned' | 'threw'

/** A parser gets nothing more of a flow. The flow goes on. */
export class ParserClosedEvent<K extends FlowKey = FlowKey, S = unknown> {
  readonly kind = 'parser_closed'
  /** Name of the parser. */
  readonly protocol: string
  /** Why. */
  readonly reason: ParserCloseReason
  /** The parser's `poisonReason`, or the message of the error: the first 256 bytes of it. */
  readonly detail: string | undefined
  /** What was thrown. */
  readonly error: unknown
  /** Number of the flow. */
  readonly flow: number
  /** Identity of the flow. */
  readonly key: K
  /** Whose bytes the parser was fed last. */
  readonly side: FlowSide
  /** Time of the packet that they came with. */
  readonly timestamp: Timestamp
  /** What the driver's `userState` made for this flow. */
  readonly user: S

  /** @internal */
  constructor(
    { flow, key, side, timestamp, user }: AnomalyOrigin<K, S>,
    protocol: string,
    reason: ParserCloseReason,
    detail: string | undefined,
    error: unknown,
  ) {
    this.protocol = protocol
    this.reason = reason
    this.detail = detail
    this.error = error
    this.flow = flow
    this.key = key
    this.side = side
    this.timestamp = timestamp
    this.user = user
  }

  /** What `JSON.stringify` writes: all but `user` and `error`. */
  toJSON(): object {
    return fieldsOf(this, ['kind', 'flow', 'key', 'timestamp', 'side', 'protocol', 'reason', 'detail'])
  }

  /** @internal */
  [inspectSymbol](): object {
    return this.toJSON()
  }
}

/** The messages of the parsers in a list: `switch (event.protocol)` tells them apart. */
export type MessageOf<P, K extends FlowKey = FlowKey, S = unknown> =
  P extends SessionProtocol<infer N, infer M>
    ? ParserMessage<N, Exclude<M, ParserAnomaly>, K, S>
    : P extends DatagramProtocol<infer N, infer M>
      ? ParserMessage<N, Exclude<M, ParserAnomaly>, K, S>
      : P extends readonly (infer Q)[]
        ? MessageOf<Q, K, S>
        : never

/** What happens to flows besides messages. */
export type LifecycleEvent<K extends FlowKey = FlowKey, S = unknown> =
  | StartedEvent<K, S>
  | EstablishedEvent<K, S>
  | StateChangeEvent<K, S>
  | PacketEvent<K, S>
  | ParserClosedEvent<K, S>
  | AnomalyEvent<K, S>
  | TrackerAnomalyEvent
  | EndedEvent<K, S>

/**
 * What a driver hands out, in capture order: what happens to flows, and the messages of the parsers `P` between the
 * flow's `started` and its `ended`. What bytes at the end of a flow bring comes before `ended`.
 */
export type DriverEvent<
  K extends FlowKey = FlowKey,
  S = unknown,
  P extends readonly ParserEntry[] = readonly ParserEntry[],
> = LifecycleEvent<K, S> | MessageOf<P[number], K, S>
