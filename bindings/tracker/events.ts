import {
  E_COLD,
  E_DETAIL,
  E_FLOW,
  E_HOT,
  E_KEY,
  E_NANOSECONDS,
  E_NUMBER,
  E_SECONDS,
  E_SIDE,
  KEY_SIZE,
  P_CAPTURED,
  P_FRAME,
  P_PAYLOAD,
  P_PAYLOAD_CAPTURED,
} from '../../assembly/layout'
import { StaleViewError } from '../common/errors'
import { fieldsOf } from '../common/fields'
import { inspectSymbol } from '../common/inspect'
import type { Core } from '../core/core'
import type { EventRecord } from '../core/event-reader'
import type { Encapsulation } from '../extract/encapsulation'
import { type EndpointOf, type FlowKey, reportedProtocol } from '../extract/flow-key'
import type { Protocol } from '../packet/protocol'
import { Timestamp } from '../packet/timestamp'
import { endpointOf, FlowEntry, type KeyDecoder } from './flow-entry'
import { type EndReason, endReason, type FlowSide, type FlowState, flowSide, flowState } from './vocabulary'

/** Index of the flow's record in the core. */
export function recordIndex({ data, at }: EventRecord): number {
  return data.getUint32(at + E_FLOW, true)
}

function timestampOf({ data, at }: EventRecord): Timestamp {
  return new Timestamp(data.getFloat64(at + E_SECONDS, true), data.getUint32(at + E_NANOSECONDS, true))
}

function detailOf({ data, at }: EventRecord): number {
  return data.getUint32(at + E_DETAIL, true)
}

/** What all events have. */
abstract class EventBase<K extends FlowKey, S> {
  /** Tells the events apart. */
  abstract readonly kind: FlowEvent['kind']

  /** What the tracker's `userState` made for this flow. */
  readonly user: S

  readonly #record: EventRecord
  readonly #keys: KeyDecoder<K>
  #key: K | undefined

  /**
   * @param key where it is known already; records of packets do not have it
   * @internal
   */
  constructor(record: EventRecord, keys: KeyDecoder<K>, key: K | undefined, user: S) {
    this.#record = record
    this.#keys = keys
    this.#key = key
    this.user = user
  }

  /** Identity of the flow. */
  get key(): K {
    const { bytes, at } = this.#record
    this.#key ??= this.#keys.decodeKey(bytes.slice(at + E_KEY, at + E_KEY + KEY_SIZE))
    return this.#key
  }

  /** Number of the flow, counted from 1 in order of creation. */
  get flow(): number {
    return this.#record.data.getFloat64(this.#record.at + E_NUMBER, true)
  }

  /** Time of the packet that caused the event. */
  get timestamp(): Timestamp {
    return timestampOf(this.#record)
  }

  /** Who sent the packet that caused the event. */
  get side(): FlowSide {
    return flowSide(this.#record.data.getUint8(this.#record.at + E_SIDE))
  }

  /** What `JSON.stringify` writes: all but `user` and views on memory. */
  toJSON(): object {
    return fieldsOf(this, ['kind', 'flow', 'key', 'timestamp', 'side'])
  }

  [inspectSymbol](): object {
    return this.toJSON()
  }

  /** @internal */
  protected get record(): EventRecord {
    return this.#record
  }

  protected get detail(): number {
    return detailOf(this.#record)
  }
}

/** A flow begins. It is the first event of its flow. */
export class StartedEvent<K extends FlowKey = FlowKey, S = unknown> extends EventBase<K, S> {
  readonly kind = 'started'

  /** What was taken off this packet before its key was made, outermost first. */
  readonly encapsulations: readonly Encapsulation[]

  /** @internal */
  constructor(
    record: EventRecord,
    keys: KeyDecoder<K>,
    key: K | undefined,
    user: S,
    encapsulations: readonly Encapsulation[],
  ) {
    super(record, keys, key, user)
    this.encapsulations = encapsulations
  }

  /** Transport protocol; undefined for pairs of MAC addresses, and where a custom extractor names none. */
  get protocol(): Protocol | undefined {
    return reportedProtocol(this.key, this.detail & 0xff)
  }

  /** Who opened the flow; undefined for custom keys. */
  get initiator(): EndpointOf<K> {
    return endpointOf(this.key, this.#flags, 'initiator')
  }

  /** The other end; undefined for custom keys. */
  get responder(): EndpointOf<K> {
    return endpointOf(this.key, this.#flags, 'responder')
  }

  override toJSON(): object {
    return { ...super.toJSON(), ...fieldsOf(this, ['protocol', 'initiator', 'responder', 'encapsulations']) }
  }

  get #flags(): number {
    return (this.detail >> 8) & 0xff
  }
}

/** Where packet events find the bytes of their packets, and whether these are still there. */
export class PacketWindow {
  readonly #core: Core
  #generation = 0

  /** @internal */
  constructor(core: Core) {
    this.#core = core
  }

  /** Grows by one each time that the bytes of earlier packets may have been overwritten. */
  get generation(): number {
    return this.#generation
  }

  /** The bytes of all earlier packets are about to be overwritten. */
  move(): void {
    this.#generation++
  }

  /** A view of the core's memory. */
  view(generation: number, address: number, length: number): Uint8Array {
    if (generation !== this.#generation) throw new StaleViewError()
    return new Uint8Array(this.#core.memory().bytes.buffer, address, length)
  }
}

/** A packet of a flow, also the one that started it. Only with the option `packetEvents`. */
export class PacketEvent<K extends FlowKey = FlowKey, S = unknown> extends EventBase<K, S> {
  readonly kind = 'packet'
  readonly #window: PacketWindow
  readonly #generation: number

  /** @internal */
  constructor(record: EventRecord, keys: KeyDecoder<K>, key: K, user: S, window: PacketWindow) {
    super(record, keys, key, user)
    this.#window = window
    this.#generation = window.generation
  }

  /** Bytes that the frame had on the wire. */
  get wireLength(): number {
    return this.detail
  }

  /** Bytes of the frame that were captured. */
  get capturedLength(): number {
    return this.#uint32(P_CAPTURED)
  }

  /** Bytes of the transport payload that were captured. */
  get payloadLength(): number {
    return this.#uint32(P_PAYLOAD_CAPTURED)
  }

  /**
   * The captured frame, as a view of the core's memory that holds only until the next event is pulled: copy what is
   * needed longer.
   *
   * @throws StaleViewError when the bytes have been overwritten
   */
  get frame(): Uint8Array {
    return this.#window.view(this.#generation, this.#uint32(P_FRAME), this.capturedLength)
  }

  /**
   * The captured transport payload, innermost where there are tunnels; empty where there is none. A view like
   * {@link PacketEvent.frame}.
   *
   * @throws StaleViewError when the bytes have been overwritten
   */
  get payload(): Uint8Array {
    return this.#window.view(this.#generation, this.#uint32(P_PAYLOAD), this.payloadLength)
  }

  override toJSON(): object {
    return { ...super.toJSON(), ...fieldsOf(this, ['wireLength', 'capturedLength', 'payloadLength']) }
  }

  #uint32(offset: number): number {
    return this.record.data.getUint32(this.record.at + offset, true)
  }
}

/** A TCP connection's handshake is complete. At most once a flow. */
export class EstablishedEvent<K extends FlowKey = FlowKey, S = unknown> extends EventBase<K, S> {
  readonly kind = 'established'

  /** Transport protocol. */
  get protocol(): Protocol | undefined {
    return reportedProtocol(this.key, this.detail & 0xff)
  }

  override toJSON(): object {
    return { ...super.toJSON(), ...fieldsOf(this, ['protocol']) }
  }
}

/** The state of a TCP connection changes in another way than to `established`. */
export class StateChangeEvent<K extends FlowKey = FlowKey, S = unknown> extends EventBase<K, S> {
  readonly kind = 'state_change'

  /** Transport protocol. */
  get protocol(): Protocol | undefined {
    return reportedProtocol(this.key, this.detail & 0xff)
  }

  /** State before. */
  get from(): FlowState {
    return flowState((this.detail >> 16) & 0xff)
  }

  /** State after. */
  get to(): FlowState {
    return flowState(this.detail >>> 24)
  }

  override toJSON(): object {
    return { ...super.toJSON(), ...fieldsOf(this, ['protocol', 'from', 'to']) }
  }
}

/** A flow ends. It is the last event of its flow; a later packet with the same key starts another one. */
export class EndedEvent<K extends FlowKey = FlowKey, S = unknown> extends FlowEntry<K, S> {
  readonly kind = 'ended'
  readonly #record: EventRecord

  /** @internal */
  constructor(
    record: EventRecord,
    keys: KeyDecoder<K>,
    key: K | undefined,
    encapsulations: readonly Encapsulation[],
    user: S,
  ) {
    const { bytes, data, at } = record
    super({ bytes, data, hot: at + E_HOT, cold: at + E_COLD }, keys, key, encapsulations, user)
    this.#record = record
  }

  /** Why it ends. */
  get reason(): EndReason {
    return endReason(detailOf(this.#record))
  }

  /**
   * When the tracker noticed: the time of the packet or sweep that ended it. The flow's last packet was seen at
   * `stats.lastSeen`.
   */
  get timestamp(): Timestamp {
    return timestampOf(this.#record)
  }

  override toJSON(): object {
    return { ...fieldsOf(this, ['kind', 'timestamp', 'reason']), ...super.toJSON() }
  }
}

/**
 * What happens to flows, in capture order: `switch (event.kind)` tells the five apart. For one packet the order is
 * `ended` of another flow (evicted), `ended` of the old flow with this key (idle, port reuse), `started`, then
 * `established` or `state_change`, `packet`, `ended`.
 *
 * Events are copies, and can be kept; only the byte views of packet events cannot.
 */
export type FlowEvent<K extends FlowKey = FlowKey, S = unknown> =
  | StartedEvent<K, S>
  | PacketEvent<K, S>
  | EstablishedEvent<K, S>
  | StateChangeEvent<K, S>
  | EndedEvent<K, S>
