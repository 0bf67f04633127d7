import { COLD_SIZE, F_FLAGS, F_TOUCHED, FLOW_LIVE, HOT_SIZE } from '../layout'

/**
 * Flow records: a hot and a cold array with one index. Address space is reserved for the most flows allowed; pages
 * become resident only when a flow first uses them. Indices are handed out lowest first and reused last-in first-out,
 * so few flows keep few pages warm.
 */

let hotBase: usize = 0
let coldBase: usize = 0
let used: usize = 0
let live: usize = 0
/** Index + 1 of the record freed last; each free record names the next in F_TOUCHED. */
let firstFree: usize = 0

export function hotRecords(): usize {
  return hotBase
}

export function coldRecords(): usize {
  return coldBase
}

export function hotRecord(index: usize): usize {
  return hotBase + index * HOT_SIZE
}

export function coldRecord(index: usize): usize {
  return coldBase + index * COLD_SIZE
}

export function isLive(index: usize): bool {
  return index < used && (<u32>load<u8>(hotRecord(index), F_FLAGS) & FLOW_LIVE) != 0
}

/** Records that hold a flow. */
export function liveRecords(): usize {
  return live
}

/** One past the highest index ever used. */
export function usedRecords(): usize {
  return used
}

/** Bytes that `flows` records take. */
export function recordsBytes(flows: usize): u64 {
  return <u64>flows * (HOT_SIZE + COLD_SIZE)
}

/** Makes room for `flows` records from `base` on, which stays the same for a tracker's life; those in use are kept. */
export function placeRecords(base: usize, flows: usize): void {
  const cold = base + flows * HOT_SIZE
  memory.copy(cold, coldBase, used * COLD_SIZE)
  hotBase = base
  coldBase = cold
}

/** Index of a record for a new flow, its hot part zeroed but for FLOW_LIVE. The caller has kept within the room. */
export function takeRecord(): usize {
  let index = used
  if (firstFree != 0) {
    index = firstFree - 1
    firstFree = <usize>load<u32>(hotRecord(index), F_TOUCHED)
  } else {
    used++
  }
  live++
  const hot = hotRecord(index)
  memory.fill(hot, 0, HOT_SIZE)
  store<u8>(hot, <u8>FLOW_LIVE, F_FLAGS)
  return index
}

export function freeRecord(index: usize): void {
  const hot = hotRecord(index)
  store<u8>(hot, 0, F_FLAGS)
  store<u32>(hot, <u32>firstFree, F_TOUCHED)
  firstFree = index + 1
  live--
}
