import type { Timestamp } from '../packet/timestamp'
import type { OverflowPolicy } from '../tracker/stream-options'
import type { FlowSide } from '../tracker/vocabulary'
import type { FinReason } from './session-parser'

/**
 * Takes the bytes of one side of one TCP connection, as they become ready: in order, each once. A class or a plain
 * object; only {@link Reassembler.segment} is needed. One that is poisoned gets nothing more; when one throws,
 * neither does that of the other side.
 */
export interface Reassembler {
  /**
   * The next bytes.
   *
   * @param offset stream offset of the first of them: 0 is the first after the SYN, or the first seen
   * @param payload never empty. A view of the core's memory that holds only during this call
   * @param timestamp of the packet by which they became ready
   */
  segment(offset: number, payload: Uint8Array, timestamp: Timestamp): void

  /** So many bytes are missing; Infinity where nothing more will come. Without this method nothing comes behind a gap. */
  gap?(offset: number, length: number, timestamp: Timestamp): void

  /**
   * The side has come to its end, see {@link SessionParser.fin}.
   *
   * @param end stream offset behind its last byte
   */
  fin?(timestamp: Timestamp, end: number, reason: FinReason): void

  /**
   * The flow was cut off, by a RST or because it was evicted, before the side had come to its end.
   *
   * @param end stream offset behind its last byte
   */
  rst?(timestamp: Timestamp, end: number): void

  /** Nothing more is wanted. */
  readonly isPoisoned?: boolean

  /** Bytes thrown away because there were too many, so far. */
  readonly bytesDroppedOversize?: number
}

/** What one side may hold, as the driver was told. */
export interface ReassemblerBounds {
  /** Bytes that a side may hold. */
  readonly maxBuffer: number
  /** What becomes of a side that would have to hold more. */
  readonly overflow: OverflowPolicy
}

/** Makes the reassembler of one side of a flow, when its first bytes come. Must not use the driver. */
export type ReassemblerFactory<K, R extends Reassembler = Reassembler> = (
  key: K,
  side: FlowSide,
  bounds: ReassemblerBounds,
) => R
