import type { ParserCloseReason } from '../driver/driver-events'
import type { Encapsulation } from '../extract/encapsulation'
import type { FlowAnomaly, TrackerAnomaly } from '../tracker/anomalies'
import type { ReadProgress } from '../tracker/tracker'
import type { FlowSide } from '../tracker/vocabulary'
import type { PackedError } from './errors'
import type { PackedValues } from './values'

/** Events of a batch at most: it is sent when there are so many. */
export const MOST_EVENTS = 512

/** Bytes of a batch after which it is sent. */
export const MOST_BYTES = 1 << 16

/** Batches that a worker may be ahead of whoever takes their events. */
export const MOST_AHEAD = 4

/** Where a message or an anomaly belongs. */
export interface PackedOrigin {
  readonly flow: number
  /** Offset of the key's KEY_SIZE bytes in `blobs`. */
  readonly key: number
  readonly side: FlowSide
  readonly seconds: number
  readonly nanoseconds: number
}

/** An event that is more than the core's record, whose offset is `at`. */
export type PackedEvent =
  | { readonly kind: 'packet'; readonly at: number; readonly key: number }
  | { readonly kind: 'ended'; readonly at: number; readonly encapsulations: readonly Encapsulation[] }
  | (PackedOrigin & {
      readonly kind: 'message'
      readonly flags: number
      readonly protocol: string
      readonly message: unknown
    })
  | (PackedOrigin & { readonly kind: 'anomaly'; readonly anomaly: FlowAnomaly })
  | (PackedOrigin & {
      readonly kind: 'parser_closed'
      readonly protocol: string
      readonly reason: ParserCloseReason
      readonly detail: string | undefined
      readonly error: PackedError | undefined
    })
  | {
      readonly kind: 'tracker_anomaly'
      readonly seconds: number
      readonly nanoseconds: number
      readonly anomaly: TrackerAnomaly
    }

/** Events on their way from a worker. */
export interface Batch extends PackedValues {
  readonly type: 'batch'
  /** A number is the offset of a record that says all of its event. */
  readonly items: readonly (number | PackedEvent)[]
  /** The core's records, one behind the other. */
  readonly records: Uint8Array<ArrayBuffer>
  /** How far the capture had been read behind the last of the events. */
  readonly progress: ReadProgress | undefined
  /** Where each event belongs, see {@link EventDecoder.place}; undefined where flows are not shared. */
  readonly places: Float64Array<ArrayBuffer> | undefined
  /** All events that belong up to this place have been sent. */
  readonly reached: number
}
