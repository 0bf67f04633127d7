import type { EndedEvent, FiveTupleKey, IpPairKey, MacPairKey } from '../index'

/** Keys that the extractors of the command line make. */
export type CliKey = FiveTupleKey | IpPairKey | MacPairKey

/** A flow that has ended: what the command line prints. */
export type EndedFlow = EndedEvent<CliKey>
