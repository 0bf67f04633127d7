import type { Timestamp } from '../packet/timestamp'
import type { GapReason } from '../tracker/stream-events'
import type { FlowSide } from '../tracker/vocabulary'

/**
 * Why a side has come to its end: it has sent its FIN, and all before it was handed out or told as missing; or the flow
 * has ended, and what the side would have sent besides is not known.
 */
export type FinReason = 'fin' | 'flow_ended'

/** What a parser answers: its messages in order, if there are any. */
export type Messages<M> = Iterable<M> | undefined

/** Bytes of one side of a stream that are missing. */
export interface StreamGap {
  /** Stream offset of the first missing byte. */
  readonly offset: number
  /** How many bytes are missing. */
  readonly length: number
  /** Why they are. */
  readonly reason: GapReason
}

/**
 * What a parser does about a gap: `continue` with the bytes behind it, `stop_side` to get no more bytes of this side,
 * or `stop` to get nothing more of this flow.
 */
export type GapDecision = 'continue' | 'stop_side' | 'stop'

/** A decision, or a decision and the messages that the gap has completed. */
export type GapAnswer<M> = GapDecision | { readonly decision: GapDecision; readonly messages: Messages<M> }

/**
 * What a parser that is done leaves to others: of each side the last of the bytes that it was fed, as many as lie behind
 * what it has read. None where all that it was fed was its own. Copies, not views.
 */
export type HandOver = Readonly<Record<FlowSide, Uint8Array>>

/**
 * Makes messages of type `M` of the two byte streams of one TCP connection. `M` may include {@link ParserAnomaly}. A class or a plain object, one for each
 * flow; only {@link SessionParser.feed} is needed.
 *
 * - Calls come in capture order, never two at a time. Bytes come in order, each once: `feed` and `gap` of a side follow
 *   one another without overlap.
 * - Nothing is promised about how bytes are cut: buffer what is not yet a whole message, and take all whole ones.
 * - After each call the driver reads `isPoisoned`, `isDone` and `skipUntil`. Messages of that call count in any case.
 * - A parser that throws has the same end as one that is poisoned: it gets nothing more, and the flow goes on.
 */
export interface SessionParser<M> {
  /**
   * The next bytes of one side.
   *
   * @param bytes never empty. A view of the core's memory that holds only during this call: copy what is needed longer
   * @param timestamp of the packet by which the bytes became ready
   * @param offset stream offset of the first byte: 0 is the first after the SYN, or the first seen
   */
  feed(side: FlowSide, bytes: Uint8Array, timestamp: Timestamp, offset: number): Messages<M>

  /** Bytes are missing. A parser without this method gets no more bytes of the side: they would be out of step. */
  gap?(side: FlowSide, gap: StreamGap, timestamp: Timestamp): GapAnswer<M>

  /**
   * Bytes that are not wanted, as {@link SessionParser.skipUntil} has said, are missing. Of interest to who counts them:
   * in what is skipped there are as many bytes fewer.
   */
  missed?(side: FlowSide, gap: StreamGap, timestamp: Timestamp): Messages<M>

  /**
   * One side has come to its end: no more of it follows. It comes as soon as the side is complete up to its FIN, after
   * its last bytes, while the other side may go on. For a side without FIN, and for one of which the parser wants nothing
   * more, it comes when the flow has ended of itself, the initiator's first. Once for each side, unless the parser is
   * done or poisoned, the side was stopped at a gap, or `rst` comes.
   *
   * @param end stream offset behind the side's last byte, those that were skipped included; where no parser wants more of
   * the side, behind the last that was handed out
   * @param reason whether it was the FIN
   */
  fin?(side: FlowSide, timestamp: Timestamp, end: number, reason: FinReason): Messages<M>

  /**
   * The flow has been cut off, by a RST or because it was evicted: comes once, in place of `fin` for the sides that have
   * not had theirs; not at all where both have.
   *
   * @param ends stream offset behind each side's last byte, those that were skipped included
   */
  rst?(timestamp: Timestamp, ends: Readonly<Record<FlowSide, number>>): Messages<M>

  /**
   * Capture time has gone on: about once a second while there are packets, and with each sweep. What it answers is
   * taken to be of the initiator's side.
   */
  tick?(now: Timestamp): Messages<M>

  /**
   * Stream offset below which bytes of this side are not wanted; they are not kept, and not fed, but counted. Infinity
   * for "none any more". Asked after each call; one that is lower than before changes nothing.
   */
  skipUntil?(side: FlowSide): number

  /** Nothing more of this flow is wanted. */
  readonly isDone?: boolean

  /**
   * Read when the parser is done: the connection goes on as something else, such as the tunnel behind a CONNECT. These
   * bytes, and those that follow, are held against the signatures of all protocols, as the first of a flow are.
   */
  readonly handOver?: HandOver | undefined

  /** The flow cannot be understood any more. Nothing more of it is wanted. */
  readonly isPoisoned?: boolean

  /** Why; the first 256 bytes are told. */
  readonly poisonReason?: string | undefined
}
