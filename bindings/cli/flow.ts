import type {
  DriverEvent,
  EndedEvent,
  FiveTupleKey,
  IpPairKey,
  MacPairKey,
  ParserMessage,
  TrackerEvent,
} from '../index'
import type { FinishedStream } from '../ndjson/stream'

/** Keys that the extractors of the command line make. */
export type CliKey = FiveTupleKey | IpPairKey | MacPairKey

/** What the command line is told by the tracker, or by the driver. */
export type CliEvent = TrackerEvent<CliKey> | DriverEvent<CliKey>

/** A flow that has ended: what the command line prints. */
export type EndedFlow = EndedEvent<CliKey>

/** One direction of a TCP connection that has ended. */
export type CliStream = FinishedStream<CliKey>

/** Something that is odd, about a flow or about all the traffic. */
export type CliAnomaly = Extract<CliEvent, { kind: 'anomaly' | 'tracker_anomaly' }>

/** A message of a protocol. */
export type CliMessage = ParserMessage<string, unknown, CliKey>
