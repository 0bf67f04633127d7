import type { Timestamp } from '../packet/timestamp'
import type { FlowSide } from '../tracker/vocabulary'
import type { Messages } from './session-parser'

/**
 * Makes messages of type `M` of the datagrams of one UDP flow. A class or a plain object, one for each flow; only
 * {@link DatagramParser.feed} is needed. See {@link SessionParser} for what holds for both.
 */
export interface DatagramParser<M> {
  /**
   * One datagram, also an empty one.
   *
   * @param payload a view of the core's memory that holds only during this call: copy what is needed longer
   * @param wireLength length by the UDP header: more than there are bytes where a snap length has cut them
   */
  feed(side: FlowSide, payload: Uint8Array, timestamp: Timestamp, wireLength: number): Messages<M>

  /** The flow has ended, for whatever reason. */
  end?(timestamp: Timestamp): Messages<M>

  /** Capture time has gone on, see {@link SessionParser.tick}. */
  tick?(now: Timestamp): Messages<M>

  /** Nothing more of this flow is wanted. */
  readonly isDone?: boolean

  /** The flow cannot be understood any more. Nothing more of it is wanted. */
  readonly isPoisoned?: boolean

  /** Why; the first 256 bytes are told. */
  readonly poisonReason?: string | undefined
}
