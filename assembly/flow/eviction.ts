import { ANOMALY_EVICTION, END_EVICTED, F_TOUCHED, K_NUMBER, PLACE_ENDS, T_FLOWS_EVICTED, T_PACKETS } from '../layout'
import { setPlaceBehind } from '../output/place'
import { chooseTeller, noteTrackerAnomaly } from './anomalies'
import { clock } from './clock'
import { maxFlows, shards } from './config'
import { endFlow } from './lifecycle'
import { packetNumber } from './packets'
import { coldRecord, hotRecord, isLive, liveRecords, usedRecords } from './records'
import { counter } from './statistics'
import { NOT_FOUND } from './table'

/**
 * Which flow goes when there is no room for another: the least recently used of a window of records. With up to
 * EVICTION_WINDOW flows that is the least recently used of all; above, it lies among the oldest 2 % on average. Exact
 * order would cost every packet two or three cache misses to keep a list, this costs one run over neighbouring records
 * when a flow must go.
 */
export const EVICTION_WINDOW: usize = 64

/** Where the next window begins: it moves on, so that all records get their turn. */
let hand: usize = 0

/** Index of the flow to evict; there is at least one. */
function leastRecentlyUsed(): usize {
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

/** The flow that is being evicted, NOT_FOUND for none: telling its last bytes may take more than one ring. */
let victim: usize = NOT_FOUND

/** Evicts a flow; there is at least one. False: the ring is full, call again. */
export function evict(time: u64): bool {
  // The host may have taken it out since.
  if (victim == NOT_FOUND || !isLive(victim)) victim = leastRecentlyUsed()
  const number = load<u64>(coldRecord(victim), K_NUMBER)
  if (!endFlow(victim, END_EVICTED, time)) return false
  noteTrackerAnomaly(ANOMALY_EVICTION, T_FLOWS_EVICTED, time, <f64>number)
  victim = NOT_FOUND
  return true
}

/** What was left unfinished is not gone on with. */
export function abandonEviction(): void {
  victim = NOT_FOUND
}

/** Evicts flows until no more than the configured number live. False: the ring is full, call again. */
export function shrink(): bool {
  setPlaceBehind(counter(T_PACKETS), PLACE_ENDS)
  if (shards != 1) chooseTeller(true, false)
  while (liveRecords() > maxFlows) {
    if (!evict(clock)) return false
  }
  return true
}
