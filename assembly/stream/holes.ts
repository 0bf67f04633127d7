import { STREAM_HAS_HOLE, X_FLAGS, X_HOLE_NEXT, X_HOLE_PREVIOUS, X_HOLE_SINCE } from '../layout'

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
