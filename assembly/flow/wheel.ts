import { K_NUMBER } from '../layout'
import { sortList } from '../memory/sort-list'
import { coldRecord } from './records'

/**
 * Timing wheel (Varghese and Lauck, 1987, scheme 6): each flow hangs in the slot of the tick at which it must be
 * looked at. Packets do not move it: when its slot comes up, a flow that was active meanwhile is hung further on.
 * So a packet costs nothing, and a sweep costs what expires plus one look per flow and idle timeout.
 *
 * Slots and the list of flows being looked at are rings with a sentinel each; a flow can be taken out of whichever
 * ring it is in. A link is two u32 (previous, next); sentinels come first, then one link a record.
 */

/** Ticks the wheel spans; a flow due later than that is looked at once a turn. */
export const WHEEL_SLOTS: usize = 512
const DUE: usize = WHEEL_SLOTS
const SENTINELS: usize = WHEEL_SLOTS + 1
const LINK: usize = 8

let base: usize = 0

/** Bytes that the links of `flows` flows take. */
export function wheelBytes(flows: usize): u64 {
  return (<u64>flows + SENTINELS) * LINK
}

/** Puts the wheel at this address, keeping the links of the first `used` records. */
export function placeWheel(address: usize, used: usize): void {
  if (base == 0) {
    base = address
    for (let slot: usize = 0; slot < SENTINELS; slot++) join(slot, slot)
    return
  }
  memory.copy(address, base, (SENTINELS + used) * LINK)
  base = address
}

function next(link: usize): usize {
  return <usize>load<u32>(base + link * LINK, 4)
}

function join(before: usize, after: usize): void {
  store<u32>(base + before * LINK, <u32>after, 4)
  store<u32>(base + after * LINK, <u32>before)
}

/** Hangs the flow with this index, which hangs nowhere, into the slot of `tick`. */
export function hang(index: usize, tick: u64): void {
  const slot = <usize>(tick & (WHEEL_SLOTS - 1))
  const link = SENTINELS + index
  join(<usize>load<u32>(base + slot * LINK), link)
  join(link, slot)
}

export function unhang(index: usize): void {
  const link = base + (SENTINELS + index) * LINK
  join(<usize>load<u32>(link), <usize>load<u32>(link, 4))
}

/** Moves all flows of the slot of `tick` to the end of the list of those due for a look. */
export function callSlot(tick: u64): void {
  const slot = <usize>(tick & (WHEEL_SLOTS - 1))
  const first = next(slot)
  if (first == slot) return
  const last = <usize>load<u32>(base + slot * LINK)
  join(<usize>load<u32>(base + DUE * LINK), first)
  join(last, DUE)
  join(slot, slot)
}

/** Index of the next flow due for a look, or -1. It stays in the list until it is unhung. */
export function nextDue(): isize {
  const first = next(DUE)
  return first == DUE ? -1 : <isize>(first - SENTINELS)
}

/** Puts a flow that hangs nowhere at the end of those due for a look. */
export function hangDue(index: usize): void {
  const link = SENTINELS + index
  join(<usize>load<u32>(base + DUE * LINK), link)
  join(link, DUE)
}

/** Index of the flow due for a look after this one, or -1. */
export function dueAfter(index: usize): isize {
  const link = next(SENTINELS + index)
  return link == DUE ? -1 : <isize>(link - SENTINELS)
}

/** Puts those due for a look in the order of their flows' numbers. */
export function sortDue(): void {
  let before = DUE
  let link = sortList(next(DUE), DUE, next, linkNext, numberOf)
  for (; link != DUE; link = next(link)) {
    join(before, link)
    before = link
  }
  join(before, DUE)
}

function linkNext(link: usize, following: usize): void {
  store<u32>(base + link * LINK, <u32>following, 4)
}

function numberOf(link: usize): u64 {
  return load<u64>(coldRecord(link - SENTINELS), K_NUMBER)
}
