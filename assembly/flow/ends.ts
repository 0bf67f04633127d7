import { END_IDLE_TIMEOUT, F_LAST_SEEN, PLACE_ENDS, PLACE_FRAGMENTS, T_PACKETS } from '../layout'
import { setPlaceBehind } from '../output/place'
import { chooseTeller } from './anomalies'
import { clock, setClock } from './clock'
import { monotonic, shards } from './config'
import { callAll, callSlotsUntil, callTicksUntil, nextIdle, orderDue, settleTick } from './expiry'
import { expireFragments } from './fragments'
import { endFlow } from './lifecycle'
import { hotRecord, isLive } from './records'
import { counter } from './statistics'
import { nextDue } from './wheel'

/** Ends that no packet of the flow's own brings about: idleness, and what the host asks for. */

/** Whether a sweep of the host's, and until when, is to be gone on with after the ring was drained. */
let isSweeping: bool = false
let sweepTime: u64 = 0

/** Whether `finish` has called all flows, and they have not been called for anything else since. */
let isFinishing: bool = false

/** Packets are tracked again: what the host left unfinished is begun anew. */
export function abandonEnds(): void {
  isSweeping = false
  isFinishing = false
}

/** Ends flows idle at the ticks that lie between the last packet and this time. False: the ring is full. */
export function sweepTicks(time: u64): bool {
  callTicksUntil(time)
  if (!endIdle(time)) return false
  settleTick()
  return true
}

/** Ends all flows idle at `now`. False: the ring is full, call again. */
export function sweep(now: u64): bool {
  isFinishing = false
  const time = monotonic && clock > now ? clock : now
  if (monotonic) setClock(time)
  if (!isSweeping || sweepTime != time) callSlotsUntil(time)
  sweepTime = time
  setPlaceBehind(counter(T_PACKETS), PLACE_ENDS)
  isSweeping = !endIdle(time) || !expireFragmentsBehind(time, false)
  return !isSweeping
}

/** Gives up datagrams for the host: behind the last packet, and because of none. */
function expireFragmentsBehind(time: u64, all: bool): bool {
  setPlaceBehind(counter(T_PACKETS), PLACE_FRAGMENTS)
  if (shards != 1) chooseTeller(false, false)
  return expireFragments(time, all)
}

/** Ends called flows that are idle at this time, in the order of their numbers. False: the ring is full. */
function endIdle(time: u64): bool {
  orderDue(time)
  let index = nextIdle(time)
  while (index >= 0) {
    if (!endFlow(<usize>index, END_IDLE_TIMEOUT, time)) return false
    index = nextIdle(time)
  }
  return true
}

/**
 * Ends one flow now; not before its last packet, which another capture may have had. False: the ring is full, call
 * again. True also where no flow has this record.
 */
export function closeFlow(index: usize, reason: u32): bool {
  return !isLive(index) || endFlow(index, reason, max<u64>(clock, load<u64>(hotRecord(index), F_LAST_SEEN)))
}

/** Ends all flows, in the order of their numbers. False: the ring is full, call again. */
export function finish(reason: u32): bool {
  setPlaceBehind(counter(T_PACKETS), PLACE_ENDS)
  if (!isFinishing) callAll()
  isFinishing = true
  for (let index = nextDue(); index >= 0; index = nextDue()) {
    if (!closeFlow(<usize>index, reason)) return false
  }
  if (!expireFragmentsBehind(clock, true)) return false
  isFinishing = false
  return true
}
