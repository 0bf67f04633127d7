import {
  T_BYTES,
  T_DATA_AFTER_FIN,
  T_DUPLICATE_BYTES,
  T_DUPLICATES,
  T_FIRST,
  T_FLOWS_CREATED,
  T_FLOWS_ENDED,
  T_FLOWS_EVICTED,
  T_FLOWS_FORGOTTEN,
  T_FLOWS_LIVE,
  T_FRAGMENT_BOUNDS,
  T_FRAGMENT_MALFORMED,
  T_FRAGMENT_OVERLAPS,
  T_FRAGMENT_TIMEOUTS,
  T_FRAGMENTS,
  T_FRAGMENTS_CUT,
  T_FRAGMENTS_DROPPED,
  T_FRAGMENTS_HELD,
  T_LAST,
  T_LAYER_LIMIT,
  T_LINKS,
  T_LINKS_DROPPED,
  T_MALFORMED,
  T_OUT_OF_ORDER,
  T_PACKETS,
  T_REASSEMBLED,
  T_RST_IGNORED,
  T_STREAMS_REFUSED,
  T_TRUNCATED,
  T_UNMATCHED,
  T_UNSUPPORTED_LINKS,
} from '../../assembly/layout'
import { uint64 } from '../common/bytes'
import { linkTypeName } from '../packet/link-type'
import { Timestamp } from '../packet/timestamp'

/** What has become of IP fragments. Datagrams are counted where they end: inside a tunnel, too. */
export interface FragmentStats {
  /** Packets that completed a datagram. */
  readonly reassembled: number
  /** Packets that wait for the rest of their datagram now. */
  readonly held: number
  /** Packets of datagrams that were given up; they are among `packetsUnmatched`. */
  readonly dropped: number
  /** Fragments that a snap length, or somebody on the way, has cut: each is tracked for itself. */
  readonly cut: number
  /** Datagrams given up because they were not complete after 30 s of capture time, or at the end. */
  readonly timedOut: number
  /** Datagrams given up because of a bound: 1024 in progress, 4 MiB held, 256 fragments of one. */
  readonly crowdedOut: number
  /** Datagrams given up because their fragments overlap. */
  readonly overlapping: number
  /** Fragments whose offset and length cannot be, or contradict those of others. */
  readonly malformed: number
}

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
  /** What has become of them. */
  readonly fragments: FragmentStats
  /** Packets that are copies of one shortly before; they belong to no flow. Only with the option `dedup`. */
  readonly packetsDuplicate: number
  /** Their bytes on the wire. */
  readonly bytesDuplicate: number
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
  /** TCP segments that came ahead of what was expected. */
  readonly segmentsOutOfOrder: number
  /** Segments with bytes behind a FIN, of flows whose bytes are wanted. */
  readonly segmentsAfterFin: number
  /** TCP flows whose bytes are wanted, and which are tracked without for want of `maxStreams`. */
  readonly streamsRefused: number
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
    fragments: Object.freeze({
      reassembled: uint64(data, at + T_REASSEMBLED),
      held: uint64(data, at + T_FRAGMENTS_HELD),
      dropped: uint64(data, at + T_FRAGMENTS_DROPPED),
      cut: uint64(data, at + T_FRAGMENTS_CUT),
      timedOut: uint64(data, at + T_FRAGMENT_TIMEOUTS),
      crowdedOut: uint64(data, at + T_FRAGMENT_BOUNDS),
      overlapping: uint64(data, at + T_FRAGMENT_OVERLAPS),
      malformed: uint64(data, at + T_FRAGMENT_MALFORMED),
    }),
    packetsDuplicate: uint64(data, at + T_DUPLICATES),
    bytesDuplicate: uint64(data, at + T_DUPLICATE_BYTES),
    packetsTooDeep: uint64(data, at + T_LAYER_LIMIT),
    packetsMalformed: uint64(data, at + T_MALFORMED),
    flowsCreated: uint64(data, at + T_FLOWS_CREATED),
    flowsEnded: uint64(data, at + T_FLOWS_ENDED),
    flowsEvicted: uint64(data, at + T_FLOWS_EVICTED),
    flowsForgotten: uint64(data, at + T_FLOWS_FORGOTTEN),
    flowsLive: data.getUint32(at + T_FLOWS_LIVE, true),
    rstsIgnored: uint64(data, at + T_RST_IGNORED),
    segmentsOutOfOrder: uint64(data, at + T_OUT_OF_ORDER),
    segmentsAfterFin: uint64(data, at + T_DATA_AFTER_FIN),
    streamsRefused: uint64(data, at + T_STREAMS_REFUSED),
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
