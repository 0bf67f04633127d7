import {
  STREAM_HAS_HOLE,
  STREAM_RESPONDER,
  X_FLAGS,
  X_HOLE_NEXT,
  X_HOLE_PREVIOUS,
  X_HOLE_SINCE,
  X_NUMBER,
} from '../layout'
import { sortList } from '../memory/sort-list'
import { holeTimeout } from './config'

/** Sides that hold bytes back because of a hole, the one that waits longest first. 0 is "none". */

let oldest: usize = 0
let youngest: usize = 0

export function oldestHole(): usize {
  return oldest
}

function hasHole(side: usize): bool {
  return (load<u32>(side, X_FLAGS) & STREAM_HAS_HOLE) != 0
}

/** Notes that `side` has been waiting since `time`, unless it was waiting before. */
export function listHole(side: usize, time: u64): void {
  if (hasHole(side)) return
  store<u32>(side, load<u32>(side, X_FLAGS) | STREAM_HAS_HOLE, X_FLAGS)
  store<u64>(side, time, X_HOLE_SINCE)
  store<u32>(side, <u32>youngest, X_HOLE_PREVIOUS)
  store<u32>(side, 0, X_HOLE_NEXT)
  if (youngest != 0) store<u32>(youngest, <u32>side, X_HOLE_NEXT)
  else oldest = side
  youngest = side
}

/** Notes that `side` no longer waits. */
export function unlistHole(side: usize): void {
  if (!hasHole(side)) return
  store<u32>(side, load<u32>(side, X_FLAGS) & ~STREAM_HAS_HOLE, X_FLAGS)
  const previous = <usize>load<u32>(side, X_HOLE_PREVIOUS)
  const next = <usize>load<u32>(side, X_HOLE_NEXT)
  if (previous != 0) store<u32>(previous, <u32>next, X_HOLE_NEXT)
  else oldest = next
  if (next != 0) store<u32>(next, <u32>previous, X_HOLE_PREVIOUS)
  else youngest = previous
}

/** Time has stepped back to this one: whoever waits since later waits since now. */
export function rewindHoles(time: u64): void {
  for (let side = oldest; side != 0; side = <usize>load<u32>(side, X_HOLE_NEXT)) {
    if (load<u64>(side, X_HOLE_SINCE) > time) store<u64>(side, time, X_HOLE_SINCE)
  }
}

/** Whether the hole of a side in the list has waited for the configured time. */
export function isHoleDue(side: usize, time: u64): bool {
  const since = load<u64>(side, X_HOLE_SINCE)
  return time >= since && time - since >= holeTimeout
}

/** Puts the holes at the front that have waited long enough in the order of their flows: in which they began must not be seen. */
export function orderDueHoles(time: u64): void {
  let rest = oldest
  let due = 0
  for (; rest != 0 && isHoleDue(rest, time); rest = nextHole(rest)) due++
  if (due < 2) return
  let side = sortList(oldest, rest, nextHole, linkHole, orderOf)
  oldest = side
  let previous: usize = 0
  for (; side != rest; side = nextHole(side)) {
    store<u32>(side, <u32>previous, X_HOLE_PREVIOUS)
    previous = side
  }
  if (rest != 0) store<u32>(rest, <u32>previous, X_HOLE_PREVIOUS)
  else youngest = previous
}

function nextHole(side: usize): usize {
  return <usize>load<u32>(side, X_HOLE_NEXT)
}

function linkHole(side: usize, following: usize): void {
  store<u32>(side, <u32>following, X_HOLE_NEXT)
}

function orderOf(side: usize): u64 {
  return 2 * load<u64>(side, X_NUMBER) + u64((load<u32>(side, X_FLAGS) & STREAM_RESPONDER) != 0)
}
