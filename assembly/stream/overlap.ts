import { OVERLAP_BSD, OVERLAP_LAST, OVERLAP_LINUX, OVERLAP_SOLARIS, OVERLAP_WINDOWS } from '../layout'

/**
 * Which of two different bytes for one place of a stream counts, as different systems decide it. `new` is the segment
 * that arrives, `old` the piece of an earlier one that is still buffered; both as [start, end) of stream offsets.
 *
 *   first     the old one, always
 *   last      the new one, always
 *   bsd       the old one, unless the new one begins before it
 *   linux     the old one, unless the new one begins before it, or begins with it and ends after it
 *   windows   as bsd: Windows 2000, XP and 2003; since Vista it is as first
 *   solaris   the new one, unless the old one ends after it, or begins before it and ends with it
 *
 * Source: J. Novak and S. Sturges, "Target-Based TCP Stream Reassembly" (Sourcefire, 2007), as Suricata
 * (stream-tcp-list.c) and Snort 3 (tcp_overlap_resolver.cc) understand it; see docs/reassembly.md.
 */

/** Whether the new segment's bytes replace those of the old piece where the two overlap. */
export function newWins(policy: u32, newStart: i64, newEnd: i64, oldStart: i64, oldEnd: i64): bool {
  switch (policy) {
    case OVERLAP_LAST:
      return true
    case OVERLAP_BSD:
    case OVERLAP_WINDOWS:
      return newStart < oldStart
    case OVERLAP_LINUX:
      return newStart < oldStart || (newStart == oldStart && newEnd > oldEnd)
    case OVERLAP_SOLARIS:
      return newEnd > oldEnd || (newEnd == oldEnd && newStart <= oldStart)
    default:
      return false
  }
}
