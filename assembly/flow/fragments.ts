import {
  ANOMALY_FRAGMENT_BOUND,
  ANOMALY_FRAGMENT_MALFORMED,
  ANOMALY_FRAGMENT_TIMEOUT,
  D_CROWDED_OUT,
  D_EARLIER_PACKETS,
  D_FRAGMENT_FAULT,
  D_FRAGMENT_VALUE,
  D_GIVEN_UP,
  D_TIMED_OUT,
  MAX_EVENTS_PER_PACKET,
  PACKET_FRAGMENT_CUT,
  PACKET_FRAGMENT_DROPPED,
  PACKET_FRAGMENT_NOTES,
  PACKET_HELD,
  PACKET_REASSEMBLED,
  T_FRAGMENT_BOUNDS,
  T_FRAGMENT_MALFORMED,
  T_FRAGMENT_OVERLAPS,
  T_FRAGMENT_TIMEOUTS,
  T_FRAGMENTS,
  T_FRAGMENTS_CUT,
  T_FRAGMENTS_DROPPED,
  T_FRAGMENTS_HELD,
  T_REASSEMBLED,
  T_UNMATCHED,
} from '../layout'
import { ringHasRoom } from '../output/ring'
import { clearNotes, crowdedOut, givenUp, timedOut } from '../packet/fragment-outcome'
import { giveUpDatagrams, hasDatagrams } from '../packet/fragments'
import { noteTrackerAnomaly } from './anomalies'
import { count } from './statistics'

/**
 * IP fragments in the books. A packet is in one of these: packets of flows, T_UNMATCHED, T_DUPLICATES and, until its
 * datagram is complete or given up, T_FRAGMENTS_HELD.
 */

/** Counts a fragment, or the packet that completed a datagram, and what was given up on its arrival. */
export function countFragment(d: usize, flags: u32, time: u64): void {
  count(T_FRAGMENTS)
  if ((flags & PACKET_HELD) != 0) count(T_FRAGMENTS_HELD)
  if ((flags & PACKET_FRAGMENT_CUT) != 0) count(T_FRAGMENTS_CUT)
  const earlier: u64 = (flags & PACKET_REASSEMBLED) != 0 ? <u64>load<u32>(d, D_EARLIER_PACKETS) : 0
  if (earlier != 0) release(earlier)
  if ((flags & PACKET_FRAGMENT_DROPPED) != 0) count(T_FRAGMENTS_DROPPED, earlier + 1)
  else if (earlier != 0) count(T_REASSEMBLED)
  if ((flags & PACKET_FRAGMENT_NOTES) == 0) return
  countGivenUp(load<u32>(d, D_GIVEN_UP), load<u32>(d, D_TIMED_OUT), load<u32>(d, D_CROWDED_OUT), time)
  const fault = load<u32>(d, D_FRAGMENT_FAULT)
  if (fault == 0) return
  const total = fault == ANOMALY_FRAGMENT_MALFORMED ? T_FRAGMENT_MALFORMED : T_FRAGMENT_OVERLAPS
  count(total)
  noteTrackerAnomaly(fault, total, time, load<u32>(d, D_FRAGMENT_VALUE))
}

/** Gives up datagrams that are not complete at this time, or all. False: the ring is full, call again. */
export function expireFragments(time: u64, all: bool): bool {
  if (!hasDatagrams()) return true
  if (!ringHasRoom(MAX_EVENTS_PER_PACKET)) return false
  giveUpDatagrams(time, all)
  countGivenUp(givenUp, timedOut, crowdedOut, time)
  clearNotes()
  return true
}

function countGivenUp(packets: u32, late: u32, crowded: u32, time: u64): void {
  if (packets != 0) {
    release(packets)
    count(T_UNMATCHED, packets)
    count(T_FRAGMENTS_DROPPED, packets)
  }
  if (late != 0) {
    count(T_FRAGMENT_TIMEOUTS, late)
    noteTrackerAnomaly(ANOMALY_FRAGMENT_TIMEOUT, T_FRAGMENT_TIMEOUTS, time, late)
  }
  if (crowded != 0) {
    count(T_FRAGMENT_BOUNDS, crowded)
    noteTrackerAnomaly(ANOMALY_FRAGMENT_BOUND, T_FRAGMENT_BOUNDS, time, crowded)
  }
}

/** So many packets are held no more. */
function release(packets: u64): void {
  count(T_FRAGMENTS_HELD, 0 - packets)
}
