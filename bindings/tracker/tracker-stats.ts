import {
  T_BYTES,
  T_FIRST,
  T_FLOWS_CREATED,
  T_FLOWS_ENDED,
  T_FLOWS_EVICTED,
  T_FLOWS_FORGOTTEN,
  T_FLOWS_LIVE,
  T_FRAGMENTS,
  T_LAST,
  T_LAYER_LIMIT,
  T_LINKS,
  T_LINKS_DROPPED,
  T_MALFORMED,
  T_PACKETS,
  T_RST_IGNORED,
  T_TRUNCATED,
  T_UNMATCHED,
  T_UNSUPPORTED_LINKS,
} from '../../assembly/layout'
import { uint64 } from '../common/bytes'
import { linkTypeName } from '../packet/link-type'
import { Timestamp } from '../packet/timestamp'

/** Packets whose link type the core does not read. */
export interface UnsupportedLinkType {
  /** `LINKTYPE_` number. */
  readonly linkType: number
  /** Name without `LINKTYPE_`, where the registry has one. */
  readonly name: string | undefined
  /** How many there were. */
  readonly packets: number
}

/**
 * Counters of a tracker since it was made. Each flow that was created has ended, lives, or was forgotten:
 * `flowsCreated = flowsEnded + flowsLive + flowsForgotten`.
 */
export interface TrackerStats {
  /** All records of all captures, and all frames. */
  readonly packets: number
  /** Their bytes on the wire. */
  readonly bytes: number
  /** Earliest time stamp; undefined before the first packet. */
  readonly first: Timestamp | undefined
  /** Latest time stamp; undefined before the first packet. */
  readonly last: Timestamp | undefined
  /** Packets that belong to no flow. */
  readonly packetsUnmatched: number
  /** Packets that a snap length has cut. */
  readonly packetsTruncated: number
  /** IP fragments. */
  readonly packetsFragmented: number
  /** Packets with more layers than are looked into. */
  readonly packetsTooDeep: number
  /** Packets of which a header contradicts itself or does not fit. */
  readonly packetsMalformed: number
  /** Flows that have started. */
  readonly flowsCreated: number
  /** Flows that have ended with an event. */
  readonly flowsEnded: number
  /** Flows that ended for want of room; also among `flowsEnded`. */
  readonly flowsEvicted: number
  /** Flows that {@link FlowTracker.forget} removed. */
  readonly flowsForgotten: number
  /** Flows that are in the table now. */
  readonly flowsLive: number
  /** RSTs that did not end their flow because they lay outside the window. */
  readonly rstsIgnored: number
  /** The first sixteen link types met that are not read. */
  readonly unsupportedLinkTypes: readonly UnsupportedLinkType[]
  /** Packets of further such link types. */
  readonly packetsOfOtherLinkTypes: number
}

/** Decodes the core's counters at address `at`. */
export function decodeTrackerStats(data: DataView, at: number): TrackerStats {
  const packets = uint64(data, at + T_PACKETS)
  const time = (offset: number): Timestamp | undefined =>
    packets === 0 ? undefined : Timestamp.fromNanoseconds(data.getBigUint64(at + offset, true))
  return Object.freeze({
    packets,
    bytes: uint64(data, at + T_BYTES),
    first: time(T_FIRST),
    last: time(T_LAST),
    packetsUnmatched: uint64(data, at + T_UNMATCHED),
    packetsTruncated: uint64(data, at + T_TRUNCATED),
    packetsFragmented: uint64(data, at + T_FRAGMENTS),
    packetsTooDeep: uint64(data, at + T_LAYER_LIMIT),
    packetsMalformed: uint64(data, at + T_MALFORMED),
    flowsCreated: uint64(data, at + T_FLOWS_CREATED),
    flowsEnded: uint64(data, at + T_FLOWS_ENDED),
    flowsEvicted: uint64(data, at + T_FLOWS_EVICTED),
    flowsForgotten: uint64(data, at + T_FLOWS_FORGOTTEN),
    flowsLive: data.getUint32(at + T_FLOWS_LIVE, true),
    rstsIgnored: uint64(data, at + T_RST_IGNORED),
    unsupportedLinkTypes: decodeLinkTypes(data, at),
    packetsOfOtherLinkTypes: uint64(data, at + T_LINKS_DROPPED),
  })
}

function decodeLinkTypes(data: DataView, at: number): readonly UnsupportedLinkType[] {
  const entries: UnsupportedLinkType[] = []
  const count = data.getUint32(at + T_UNSUPPORTED_LINKS, true)
  for (let entry = at + T_LINKS; entry < at + T_LINKS + count * 8; entry += 8) {
    const linkType = data.getUint32(entry, true)
    entries.push({ linkType, name: linkTypeName(linkType), packets: data.getUint32(entry + 4, true) })
  }
  return Object.freeze(entries)
}
