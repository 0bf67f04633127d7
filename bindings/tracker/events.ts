import {
  E_COLD,
  E_HOT,
  E_LENGTH,
  E_STREAMS,
  P_CAPTURED,
  P_FRAME,
  P_PAYLOAD,
  P_PAYLOAD_CAPTURED,
} from '../../assembly/layout'
import { fieldsOf } from '../common/fields'
import type { EventRecord } from '../core/event-reader'
import type { Encapsulation } from '../extract/encapsulation'
import { type EndpointOf, type FlowKey, reportedProtocol } from '../extract/flow-key'
import type { Protocol } from '../packet/protocol'
import type { Timestamp } from '../packet/timestamp'
import type { AnomalyEvent, TrackerAnomalyEvent } from './anomalies'
import type { ByteViews } from './byte-window'
import { detailOf, EventBase, recordIndex, timestampOf } from './event-base'
import { endpointOf, FlowEntry, type KeyDecoder } from './flow-entry'
import type {
  DatagramEvent,
  StreamDataEvent,
  StreamEndEvent,
  StreamGapEvent,
  StreamStoppedEvent,
} from './stream-events'
import { type EndReason, endReason, type FlowState, flowState } from './vocabulary'

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

/** A packet of a flow, also the one that started it. Only with the option `packetEvents`. */
export class PacketEvent<K extends FlowKey = FlowKey, S = unknown> extends EventBase<K, S> {
  readonly kind = 'packet'
  readonly #window: ByteViews
  readonly #generation: number
  #kept: { readonly frame: Uint8Array; readonly payload: Uint8Array } | undefined

  /** @internal */
  constructor(record: EventRecord, keys: KeyDecoder<K>, key: K, user: S, window: ByteViews) {
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
    return this.#kept?.frame ?? this.#window.view(this.#generation, this.#uint32(P_FRAME), this.capturedLength)
  }

  /**
   * The captured transport payload, innermost where there are tunnels; empty where there is none. A view like
   * {@link PacketEvent.frame}.
   *
   * @throws StaleViewError when the bytes have been overwritten
   */
  get payload(): Uint8Array {
    return this.#kept?.payload ?? this.#window.view(this.#generation, this.#uint32(P_PAYLOAD), this.payloadLength)
  }

  /** @internal */
  keep(): void {
    this.#kept ??= { frame: this.frame.slice(), payload: this.payload.slice() }
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
    const streams = data.getUint16(at + E_LENGTH, true) > E_STREAMS ? at + E_STREAMS : undefined
    super(
      recordIndex(record),
      { bytes, data, hot: at + E_HOT, cold: at + E_COLD, streams },
      keys,
      key,
      encapsulations,
      user,
    )
    this.#record = record
  }

  /** @internal */
  get record(): EventRecord {
    return this.#record
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
 * What happens to flows, in capture order: `switch (event.kind)` tells the kinds apart. For one packet the order is
 * `ended` of another flow (evicted), `ended` of the old flow with this key (idle, port reuse), `started`, then
 * `established` or `state_change`, the bytes that have become ready (`stream_data`, `stream_gap`, `stream_stopped`,
 * `stream_end`, `datagram`), `packet`, `ended`.
 *
 * Packets and bytes are told only where the tracker's options ask for them: `packetEvents`, `streams`.
 *
 * Events are copies, and can be kept; only the byte views of `packet`, `stream_data` and `datagram` cannot.
 */
export type FlowEvent<K extends FlowKey = FlowKey, S = unknown> =
  | StartedEvent<K, S>
  | PacketEvent<K, S>
  | EstablishedEvent<K, S>
  | StateChangeEvent<K, S>
  | StreamDataEvent<K, S>
  | StreamGapEvent<K, S>
  | StreamStoppedEvent<K, S>
  | StreamEndEvent<K, S>
  | DatagramEvent<K, S>
  | EndedEvent<K, S>

/** What a tracker with the option `anomalies` tells: they come where they are noticed. */
export type TrackerEvent<K extends FlowKey = FlowKey, S = unknown> =
  | FlowEvent<K, S>
  | AnomalyEvent<K, S>
  | TrackerAnomalyEvent
