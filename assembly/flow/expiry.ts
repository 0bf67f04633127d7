import { idleTimeoutOf } from '../env'
import { F_FLAGS, F_LAST_SEEN, F_PROTOCOL, FLOW_OWN_IDLE_TIMEOUT, K_IDLE_TIMEOUT } from '../layout'
import { asksIdleTimeout, idleTimeoutOfProtocol, shortestIdle, sweepInterval } from './config'
import { coldRecord, hotRecord, isLive, usedRecords } from './records'
import { callSlot, dueAfter, hang, hangDue, nextDue, sortDue, unhang, WHEEL_SLOTS } from './wheel'

/**
 * When flows are idle, and who is to be looked at when. Time is capture time, cut into ticks of one sweep interval.
 * Expiry is exact: whether two packets belong to one flow depends on their own times alone (`isIdle` is asked at each
 * packet), the wheel only decides when the end of a flow without further packets is told.
 */

/** Last tick whose slot has been called. */
let tick: u64 = 0
/** Time from which on a packet must have ticks called before it; 0 while no packet has been seen. */
export let nextTick: u64 = 0

/** Forgets the time: the next packet sets it, be it earlier (another capture) or later. */
export function resetTime(): void {
  nextTick = 0
}

/** Sets the first tick by the first packet of a capture. */
export function beginTime(time: u64): void {
  tick = time / sweepInterval
  settleTick()
}

/**
 * Takes the time back to this one, which is earlier. Flows hang where a later time wanted them: all of them are called,
 * and looked at before the next tick.
 */
export function stepBack(time: u64): void {
  beginTime(time)
  for (let slot: usize = 0; slot < WHEEL_SLOTS; slot++) callSlot(slot)
  isOrdered = false
}

/** All flows called by the last tick have been looked at: nothing is to be done before the next one. */
export function settleTick(): void {
  nextTick = tick < u64.MAX_VALUE / sweepInterval ? (tick + 1) * sweepInterval : u64.MAX_VALUE
}

/** Takes over a new sweep interval, `before` being the old one: flows must be hung anew. */
export function changeInterval(before: u64): void {
  tick = (tick * before) / sweepInterval
  if (nextTick != 0) settleTick()
}

function idleTimeout(index: usize): u64 {
  const hot = hotRecord(index)
  if ((<u32>load<u8>(hot, F_FLAGS) & FLOW_OWN_IDLE_TIMEOUT) != 0) return load<u64>(coldRecord(index), K_IDLE_TIMEOUT)
  return idleTimeoutOfProtocol(<u32>load<u8>(hot, F_PROTOCOL))
}

/** Whether the flow had been idle for its timeout, inclusive, at this time. */
export function isIdle(index: usize, time: u64): bool {
  const seen = load<u64>(hotRecord(index), F_LAST_SEEN)
  // Time may run backwards in a capture: that is no idleness.
  if (time <= seen || time - seen < shortestIdle) return false
  return time - seen >= idleTimeout(index)
}

/** Asks the host for the idle timeout of this flow, where it wants to be asked. */
export function askIdleTimeout(index: usize): void {
  const hot = hotRecord(index)
  const flags = <u32>load<u8>(hot, F_FLAGS) & ~FLOW_OWN_IDLE_TIMEOUT
  const answer = asksIdleTimeout ? idleTimeoutOf(<u32>index) : -1
  // Negative and NaN both mean the default.
  if (answer >= 0) {
    store<u64>(coldRecord(index), <u64>min<f64>(answer, 9e18), K_IDLE_TIMEOUT)
    store<u8>(hot, <u8>(flags | FLOW_OWN_IDLE_TIMEOUT), F_FLAGS)
  } else {
    store<u8>(hot, <u8>flags, F_FLAGS)
  }
}

/** Hangs a flow that hangs nowhere into the slot of the tick at which it would have been idle long enough. */
export function schedule(index: usize): void {
  const seen = load<u64>(hotRecord(index), F_LAST_SEEN)
  const timeout = idleTimeout(index)
  const deadline = timeout > u64.MAX_VALUE - seen ? u64.MAX_VALUE : seen + timeout
  hang(index, max<u64>(deadline / sweepInterval + u64(deadline % sweepInterval != 0), tick + 1))
}

export function unschedule(index: usize): void {
  unhang(index)
}

/** Takes the time forward, tick by tick, and calls the slot of each. See `settleTick`. */
export function callTicksUntil(time: u64): void {
  const target = time / sweepInterval
  // After a long silence one turn of the wheel sees every flow.
  if (target > tick && target - tick > WHEEL_SLOTS) tick = target - WHEEL_SLOTS
  for (; tick < target; isOrdered = false) callSlot(++tick)
}

/** Calls all slots in which a flow idle at `now` can hang, without taking the time forward. */
export function callSlotsUntil(now: u64): void {
  const target = now / sweepInterval + 1
  const from = target > tick + WHEEL_SLOTS ? target - WHEEL_SLOTS : tick
  for (let slot = from + 1; slot <= target; slot++) callSlot(slot)
  isOrdered = false
}

/** Whether the flows that were called are in the order in which they are to end. */
let isOrdered: bool = true

/**
 * Hangs called flows that were not idle at `time` further on, and puts the others in the order of their numbers: how
 * flows lie in the wheel must not be seen.
 */
export function orderDue(time: u64): void {
  if (isOrdered) return
  let index = nextDue()
  while (index >= 0) {
    const following = dueAfter(<usize>index)
    if (!isIdle(<usize>index, time)) {
      unhang(<usize>index)
      schedule(<usize>index)
    }
    index = following
  }
  sortDue()
  isOrdered = true
}

/** Calls all flows, in the order of their numbers. */
export function callAll(): void {
  for (let index: usize = 0; index < usedRecords(); index++) {
    if (!isLive(index)) continue
    unhang(index)
    hangDue(index)
  }
  sortDue()
  isOrdered = true
}

/** Index of the next called flow that was idle at `time`, or -1; flows that were not are hung further on. */
export function nextIdle(time: u64): isize {
  let index = nextDue()
  while (index >= 0) {
    if (isIdle(<usize>index, time)) return index
    unhang(<usize>index)
    schedule(<usize>index)
    index = nextDue()
  }
  return -1
}
