import {
  A_TOTAL,
  A_VALUE,
  ANOMALY_DATA_AFTER_FIN,
  ANOMALY_EVICTION,
  ANOMALY_FRAGMENT_BOUND,
  ANOMALY_FRAGMENT_MALFORMED,
  ANOMALY_FRAGMENT_OVERLAP,
  ANOMALY_FRAGMENT_TIMEOUT,
  ANOMALY_OUT_OF_ORDER,
  ANOMALY_RST_IGNORED,
  ANOMALY_STREAM_REFUSED,
  E_NUMBER,
  MAX_CONFLICT_BYTES,
  X_EVENT_OFFSET,
  X_EVENT_OLD,
} from '../../assembly/layout'
import { fieldsOf } from '../common/fields'
import { inspectSymbol } from '../common/inspect'
import type { EventRecord } from '../core/event-reader'
import type { FlowKey } from '../extract/flow-key'
import type { Timestamp } from '../packet/timestamp'
import { detailOf, timestampOf } from './event-base'
import type { StreamGapEvent } from './stream-events'
import type { OverflowPolicy } from './stream-options'
import type { FlowSide } from './vocabulary'

/** How much an anomaly should worry somebody. */
export type Severity = 'info' | 'warning' | 'critical'

/** What is odd about a flow: `switch (anomaly.kind)` tells them apart. */
export type FlowAnomaly =
  /** A TCP segment came ahead of what was expected: something before it is missing, or comes later. */
  | { readonly kind: 'out_of_order_segment'; readonly bytes: number }
  /** A RST did not lie in the window, and has not ended the flow. */
  | { readonly kind: 'rst_ignored'; readonly sequence: number }
  /** Bytes came behind a FIN, and are no part of the stream. */
  | { readonly kind: 'data_after_fin'; readonly bytes: number }
  /** The flow's bytes are wanted, but `maxStreams` others are being listened to. */
  | { readonly kind: 'stream_refused' }
  /** Bytes of a stream are missing. */
  | { readonly kind: 'stream_gap'; readonly offset: number; readonly bytes: number; readonly reason: string }
  /**
   * A side had to hold more bytes than it may. With `sliding-window` so many bytes were given up as missing; with
   * `drop-flow` nothing of the side is handed out from this offset on.
   */
  | {
      readonly kind: 'buffer_overflow'
      readonly policy: OverflowPolicy
      readonly offset: number
      readonly bytes: number | undefined
    }
  /** Two segments carried different bytes for the same place in a stream. */
  | OverlapConflict
  /** What the flow carries will not be known: flows of which that is not known yet have held too many bytes. */
  | { readonly kind: 'probe_overflow'; readonly bytes: number }
  /** A parser failed, and gets nothing more of this flow. */
  | { readonly kind: 'parse_error'; readonly parser: string; readonly reason: string | undefined }
  /** A parser has hit a bound of its own, or met bytes that its protocol forbids. */
  | {
      readonly kind: 'parser_limit' | 'protocol_violation'
      readonly parser: string
      readonly detail: string
    }

/** Both versions of bytes that two segments disagree about. */
export interface OverlapConflict {
  readonly kind: 'overlap_conflict'
  /** Stream offset of the first of them. */
  readonly offset: number
  /** How many they are. */
  readonly bytes: number
  /** The first 256 of them as they came first. */
  readonly first: Uint8Array
  /** The same as they came later. */
  readonly second: Uint8Array
  /** Which of the two the overlap policy has kept. */
  readonly kept: 'first' | 'second'
}

/** What is odd about all the traffic, or about packets of no flow. */
export type TrackerAnomaly =
  | {
      /** A flow had to go for another. */
      readonly kind: 'flow_table_eviction'
      /** Number of the flow that went. */
      readonly evicted: number
      /** How many have gone so far. */
      readonly total: number
    }
  | {
      /** IP datagrams were given up: not complete in time, or because of a bound. */
      readonly kind: 'fragment_timeout' | 'fragment_bound'
      /** How many. */
      readonly datagrams: number
      /** How many have gone so, so far. */
      readonly total: number
    }
  | {
      /** An IP fragment overlaps another, or cannot be: its datagram is given up, or it is left out. */
      readonly kind: 'fragment_overlap' | 'fragment_malformed'
      /** Its offset in the datagram. */
      readonly offset: number
      /** How many have been so, so far. */
      readonly total: number
    }

const SEVERITIES: Readonly<Record<FlowAnomaly['kind'] | TrackerAnomaly['kind'], Severity>> = {
  out_of_order_segment: 'info',
  stream_gap: 'warning',
  rst_ignored: 'warning',
  data_after_fin: 'warning',
  stream_refused: 'warning',
  buffer_overflow: 'warning',
  probe_overflow: 'warning',
  parse_error: 'warning',
  parser_limit: 'warning',
  protocol_violation: 'warning',
  flow_table_eviction: 'warning',
  fragment_timeout: 'info',
  fragment_bound: 'warning',
  fragment_malformed: 'warning',
  fragment_overlap: 'critical',
  overlap_conflict: 'critical',
}

/** What an anomaly of a flow happened to. */
export interface AnomalyOrigin<K extends FlowKey, S> {
  readonly flow: number
  readonly key: K
  readonly side: FlowSide
  readonly timestamp: Timestamp
  readonly user: S
}

/** Something is odd about a flow. Only with the option `anomalies`. */
export class AnomalyEvent<K extends FlowKey = FlowKey, S = unknown> {
  readonly kind = 'anomaly'
  /** Number of the flow. */
  readonly flow: number
  /** Identity of the flow. */
  readonly key: K
  /** Whose packet it was. */
  readonly side: FlowSide
  /** When. */
  readonly timestamp: Timestamp
  /** What the tracker's `userState` made for this flow. */
  readonly user: S
  /** What is odd. */
  readonly anomaly: FlowAnomaly

  /** @internal */
  constructor({ flow, key, side, timestamp, user }: AnomalyOrigin<K, S>, anomaly: FlowAnomaly) {
    this.flow = flow
    this.key = key
    this.side = side
    this.timestamp = timestamp
    this.user = user
    this.anomaly = anomaly
  }

  /** How much it should worry. */
  get severity(): Severity {
    return SEVERITIES[this.anomaly.kind]
  }

  /** What `JSON.stringify` writes. */
  toJSON(): object {
    return fieldsOf(this, ['kind', 'flow', 'key', 'timestamp', 'side', 'severity', 'anomaly'])
  }

  /** @internal */
  [inspectSymbol](): object {
    return this.toJSON()
  }
}

/** Something is odd that concerns no single flow. Only with the option `anomalies`. */
export class TrackerAnomalyEvent {
  readonly kind = 'tracker_anomaly'
  /** When. */
  readonly timestamp: Timestamp
  /** What is odd. */
  readonly anomaly: TrackerAnomaly

  /** @internal */
  constructor(timestamp: Timestamp, anomaly: TrackerAnomaly) {
    this.timestamp = timestamp
    this.anomaly = anomaly
  }

  /** How much it should worry. */
  get severity(): Severity {
    return SEVERITIES[this.anomaly.kind]
  }

  /** What `JSON.stringify` writes. */
  toJSON(): object {
    return fieldsOf(this, ['kind', 'timestamp', 'severity', 'anomaly'])
  }

  /** @internal */
  [inspectSymbol](): object {
    return this.toJSON()
  }
}

/** Whether an EVENT_ANOMALY concerns no flow. */
export function isOfTracker({ data, at }: EventRecord): boolean {
  return data.getFloat64(at + E_NUMBER, true) === 0
}

/** Decodes an EVENT_ANOMALY of a flow. */
export function decodeAnomaly(record: EventRecord): FlowAnomaly {
  const value = record.data.getFloat64(record.at + A_VALUE, true)
  const code = detailOf(record)
  switch (code) {
    case ANOMALY_OUT_OF_ORDER:
      return { kind: 'out_of_order_segment', bytes: value }
    case ANOMALY_RST_IGNORED:
      return { kind: 'rst_ignored', sequence: value }
    case ANOMALY_DATA_AFTER_FIN:
      return { kind: 'data_after_fin', bytes: value }
    case ANOMALY_STREAM_REFUSED:
      return { kind: 'stream_refused' }
    default:
      throw new RangeError(`not an anomaly of a flow: ${code}`)
  }
}

/** Decodes an EVENT_ANOMALY that concerns no flow. */
export function decodeTrackerAnomaly(record: EventRecord): TrackerAnomalyEvent {
  const { data, at } = record
  const value = data.getFloat64(at + A_VALUE, true)
  const total = data.getFloat64(at + A_TOTAL, true)
  return new TrackerAnomalyEvent(timestampOf(record), trackerAnomaly(detailOf(record), value, total))
}

function trackerAnomaly(code: number, value: number, total: number): TrackerAnomaly {
  switch (code) {
    case ANOMALY_EVICTION:
      return { kind: 'flow_table_eviction', evicted: value, total }
    case ANOMALY_FRAGMENT_TIMEOUT:
      return { kind: 'fragment_timeout', datagrams: value, total }
    case ANOMALY_FRAGMENT_BOUND:
      return { kind: 'fragment_bound', datagrams: value, total }
    case ANOMALY_FRAGMENT_OVERLAP:
      return { kind: 'fragment_overlap', offset: value, total }
    case ANOMALY_FRAGMENT_MALFORMED:
      return { kind: 'fragment_malformed', offset: value, total }
    default:
      throw new RangeError(`not an anomaly of a tracker: ${code}`)
  }
}

const NEW_BYTES_KEPT = 2 ** 31

/** Decodes an EVENT_STREAM_CONFLICT. */
export function decodeConflict(record: EventRecord): OverlapConflict {
  const { bytes, data, at } = record
  const detail = detailOf(record)
  const length = detail % NEW_BYTES_KEPT
  const shown = Math.min(length, MAX_CONFLICT_BYTES)
  const first = at + X_EVENT_OLD
  const second = first + MAX_CONFLICT_BYTES
  return {
    kind: 'overlap_conflict',
    offset: data.getFloat64(at + X_EVENT_OFFSET, true),
    bytes: length,
    first: bytes.slice(first, first + shown),
    second: bytes.slice(second, second + shown),
    kept: detail >= NEW_BYTES_KEPT ? 'second' : 'first',
  }
}

/** What a gap is to somebody who looks for anomalies. */
export function anomaliesOfGap({ offset, length, reason }: StreamGapEvent): readonly FlowAnomaly[] {
  const gap: FlowAnomaly = { kind: 'stream_gap', offset, bytes: length, reason }
  if (reason !== 'buffer') return [gap]
  return [gap, { kind: 'buffer_overflow', policy: 'sliding-window', offset, bytes: length }]
}
