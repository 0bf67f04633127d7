import {
  D_EARLIER_PACKETS,
  D_FLAGS,
  D_LINK_TYPE,
  PACKET_REASSEMBLED,
  PACKET_UNSUPPORTED_LINK,
  T_FLOWS_LIVE,
  T_LINKS,
  T_LINKS_DROPPED,
  T_UNMATCHED,
  T_UNSUPPORTED_LINKS,
  UNSUPPORTED_LINKS_MAX,
} from '../layout'

/** The tracker's counters: STATS_SIZE bytes, T_* in the layout. */
export const statistics: usize = memory.data(368, 8)

/** Adds `n` to the u64 counter at `offset`. */
export function count(offset: usize, n: u64 = 1): void {
  store<u64>(statistics + offset, load<u64>(statistics + offset) + n)
}

/** Value of the u64 counter at `offset`. */
export function counter(offset: usize): u64 {
  return load<u64>(statistics + offset)
}

export function setLiveFlows(n: usize): void {
  store<u32>(statistics, <u32>n, T_FLOWS_LIVE)
}

/** Counts a packet that belongs to no flow, with the fragments that it completes; link types that are not read are counted by name, up to a bound. */
export function countUnmatched(d: usize): void {
  const flags = load<u32>(d, D_FLAGS)
  count(T_UNMATCHED, (flags & PACKET_REASSEMBLED) != 0 ? <u64>load<u32>(d, D_EARLIER_PACKETS) + 1 : 1)
  if ((flags & PACKET_UNSUPPORTED_LINK) == 0) return
  const linkType = load<u32>(d, D_LINK_TYPE)
  const used = <usize>load<u32>(statistics, T_UNSUPPORTED_LINKS)
  for (let i: usize = 0; i < used; i++) {
    const entry = statistics + T_LINKS + i * 8
    if (load<u32>(entry) == linkType) {
      store<u32>(entry, load<u32>(entry, 4) + 1, 4)
      return
    }
  }
  if (used == UNSUPPORTED_LINKS_MAX) {
    count(T_LINKS_DROPPED)
    return
  }
  store<u32>(statistics + T_LINKS + used * 8, linkType)
  store<u32>(statistics + T_LINKS + used * 8, 1, 4)
  store<u32>(statistics, <u32>used + 1, T_UNSUPPORTED_LINKS)
}
