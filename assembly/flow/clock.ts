import { LONGEST_STEP_BACK } from '../layout'
import { rewindHoles } from '../stream/holes'
import { monotonic, shards } from './config'
import { beginTime, stepBack } from './expiry'
import { liveRecords } from './records'

/**
 * Capture time: the latest time stamp of the capture at work, or of all where `monotonic` says so. Packets come a
 * little out of order, and may carry times that are wrong. A time far ahead ends what is idle by then, and nothing is
 * wrong with flows that go on; but as long as the clock stood there nothing would end any more. So it steps back where
 * packets go on far behind it.
 */

/** Latest time, for `monotonic` and for ends that no packet causes. */
export let clock: u64 = 0

const STEP_BACK_NANOSECONDS: u64 = <u64>LONGEST_STEP_BACK * 1_000_000_000

/** Packets in a row that must lie farther behind, and besides one more for so many live flows: all are looked at then. */
const FEWEST_BEHIND: usize = 64
const FLOWS_A_PACKET: usize = 16

/** Packets in a row that lay too far behind the clock. */
let behind: usize = 0
/** Number of the packet before the last of them: one whose events did not fit comes here again. */
let noted: u32 = 0

/** The first packet of a capture sets the time, be it earlier than that of the capture before, or later. */
export function startClock(time: u64): void {
  beginTime(time)
  if (!monotonic) clock = time
  behind = 0
}

/** Takes the time of the next packet; `packets` is the number of those before it, modulo 2^32. */
export function moveClock(time: u64, packets: u32): void {
  if (time <= clock && clock - time > STEP_BACK_NANOSECONDS) {
    noteBehind(time, packets)
    return
  }
  if (time > clock) clock = time
  behind = 0
}

/** A sweep of the host's sets the time where time stamps never run backwards. */
export function setClock(time: u64): void {
  clock = time
}

function noteBehind(time: u64, packets: u32): void {
  if (behind != 0 && packets == noted) return
  noted = packets
  behind++
  // Those of all shards, by the share that is tracked here.
  if (behind < FEWEST_BEHIND + (liveRecords() * shards) / FLOWS_A_PACKET) return
  clock = time
  behind = 0
  stepBack(time)
  rewindHoles(time)
}

/** Time from which on the next second has begun, and before which the packets are not a little out of order. */
let nextSecond: u64 = 0
let earliest: u64 = 0
const SECOND: u64 = 1_000_000_000

/** Whether a packet of this time is the first in another second than those before. */
export function isAnotherSecond(time: u64): bool {
  if (time < nextSecond && time >= earliest) return false
  const second = (time / SECOND) * SECOND
  nextSecond = second + SECOND
  earliest = second > STEP_BACK_NANOSECONDS ? second - STEP_BACK_NANOSECONDS : 0
  return true
}
