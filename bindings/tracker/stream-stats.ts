import {
  STREAM_DONE,
  STREAM_POISONED,
  X_BUFFERED,
  X_CONFLICTS,
  X_DELIVERED,
  X_DROPPED_BYTES,
  X_DROPPED_SEGMENTS,
  X_FLAGS,
  X_GAP_BYTES,
  X_GAPS,
  X_HIGH_WATERMARK,
  X_OUT_OF_ORDER,
  X_RETRANSMITS,
  X_RETRANSMITTED_BYTES,
} from '../../assembly/layout'
import { uint64 } from '../common/bytes'

/** What became of the bytes of one side of a TCP flow that somebody listens to. Counters are exact up to 2^53. */
export interface StreamStats {
  /** Bytes handed out in order, or passed over because the listener wanted to skip them. */
  readonly deliveredBytes: number
  /** Holes that were given up. */
  readonly gaps: number
  /** Bytes missing in them. */
  readonly gapBytes: number
  /** Bytes that were captured and not handed out: behind a FIN, outside any window, or held by a side given up. */
  readonly droppedBytes: number
  /** Segments that bytes were dropped of. */
  readonly droppedSegments: number
  /** Segments all of whose bytes had come before. */
  readonly retransmits: number
  /** Payload of those segments. */
  readonly retransmittedBytes: number
  /** Segments that came ahead of a hole. */
  readonly outOfOrder: number
  /** Bytes held behind holes now. */
  readonly bufferedBytes: number
  /** Most bytes ever held behind holes. */
  readonly highWatermark: number
  /** Overlaps whose bytes differ. */
  readonly conflicts: number
  /** The listener wants no more, or the side was given up because it passed a bound. */
  readonly stopped: 'done' | 'overflow' | undefined
}

/** Decodes the record of one side's stream. */
export function decodeStreamStats(data: DataView, at: number): StreamStats {
  const uint32 = (offset: number): number => data.getUint32(at + offset, true)
  const flags = uint32(X_FLAGS)
  return Object.freeze({
    deliveredBytes: uint64(data, at + X_DELIVERED),
    gaps: uint32(X_GAPS),
    gapBytes: uint64(data, at + X_GAP_BYTES),
    droppedBytes: uint64(data, at + X_DROPPED_BYTES),
    droppedSegments: uint32(X_DROPPED_SEGMENTS),
    retransmits: uint32(X_RETRANSMITS),
    retransmittedBytes: uint64(data, at + X_RETRANSMITTED_BYTES),
    outOfOrder: uint32(X_OUT_OF_ORDER),
    bufferedBytes: uint32(X_BUFFERED),
    highWatermark: uint32(X_HIGH_WATERMARK),
    conflicts: uint32(X_CONFLICTS),
    stopped: (flags & STREAM_POISONED) !== 0 ? 'overflow' : (flags & STREAM_DONE) !== 0 ? 'done' : undefined,
  })
}
