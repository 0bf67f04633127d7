import { F_TOUCHED } from '../layout'
import { hotRecord, isLive, usedRecords } from './records'

/**
 * The least recently used flow of a window of records. With up to EVICTION_WINDOW flows that is the least recently
 * used of all; above, it lies among the oldest 2 % on average. Exact order would cost every packet two or three cache
 * misses to keep a list, this costs one run over neighbouring records when a flow must go.
 */
export const EVICTION_WINDOW: usize = 64

/** Where the next window begins: it moves on, so that all records get their turn. */
let hand: usize = 0

/** Index of the flow to evict; there is at least one. `packetNumber` is that of the packet at work. */
export function leastRecentlyUsed(packetNumber: u32): usize {
  const records = usedRecords()
  let oldest: usize = 0
  let oldestAge: i64 = -1
  let seen: usize = 0
  for (let looked: usize = 0; looked < records && seen < EVICTION_WINDOW; looked++) {
    if (hand >= records) hand = 0
    if (isLive(hand)) {
      seen++
      const age = <i64>(packetNumber - load<u32>(hotRecord(hand), F_TOUCHED))
      if (age > oldestAge) {
        oldestAge = age
        oldest = hand
      }
    }
    hand++
  }
  return oldest
}
