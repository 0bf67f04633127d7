import { hashKey } from '../extract/hash'
import {
  F_WORD0,
  F_WORD1,
  K_ADDRESSES,
  K_TAGS,
  KEY_ADDRESSES,
  KEY_KIND_CUSTOM,
  KEY_KIND_IPV6,
  KEY_KIND_MASK,
  KEY_KIND_SHIFT,
  KEY_TAGGED,
  KEY_TAGS,
  KEY_WORD0,
  KEY_WORD1,
} from '../layout'
import { reserveUntil } from '../memory/arena'
import {
  coldRecord,
  freeRecord,
  hotRecord,
  isLive,
  placeRecords,
  recordsBytes,
  takeRecord,
  usedRecords,
} from './records'
import { homeSlot, insertSlot, nextSlot, placeSlots, removeSlot, slotsBytes } from './slots'
import { placeWheel, wheelBytes } from './wheel'

/** The flow table: keys to records. Knows nothing of time or TCP. */

export const NOT_FOUND: usize = usize.MAX_VALUE

/** Most flows that fit: a configuration may ask for more than memory had room for. */
export let roomFor: usize = 0

/** Makes room for `flows` flows from `base` on, keeping those that are there. False: no memory, nothing changed. */
export function growTable(base: usize, flows: usize): bool {
  if (flows <= roomFor) return true
  const wheel = <u64>base + recordsBytes(flows)
  const slots = wheel + wheelBytes(flows)
  if (!reserveUntil(slots + slotsBytes(flows))) return false
  // Last array first: each moves up into space that the one after it has left.
  placeWheel(<usize>wheel, usedRecords())
  placeRecords(base, flows)
  placeSlots(<usize>slots, flows, roomFor == 0)
  for (let index: usize = 0; index < usedRecords(); index++) {
    if (isLive(index)) insertSlot(hashOfRecord(index), index)
  }
  roomFor = flows
  return true
}

function hashOfRecord(index: usize): u32 {
  const hot = hotRecord(index)
  return hashKey(load<u64>(hot, F_WORD0), load<u64>(hot, F_WORD1), coldRecord(index) + K_TAGS)
}

/** Whether keys with this second word have more bytes than the two words, in the cold part. */
export function isLongKey(word1: u64): bool {
  const family = <u32>(word1 >> KEY_KIND_SHIFT) & KEY_KIND_MASK
  return family == KEY_KIND_IPV6 || family == KEY_KIND_CUSTOM
}

/** Whether record `index` has this key. The two words decide for untagged IPv4. */
export function hasKey(index: usize, key: usize): bool {
  const hot = hotRecord(index)
  const word1 = load<u64>(key, KEY_WORD1)
  if (load<u64>(hot, F_WORD1) != word1 || load<u64>(hot, F_WORD0) != load<u64>(key, KEY_WORD0)) return false
  const isLong = isLongKey(word1)
  if (!isLong && (<u32>(word1 >> KEY_KIND_SHIFT) & KEY_TAGGED) == 0) return true
  const cold = coldRecord(index)
  if (isLong) {
    const same =
      load<u64>(cold, K_ADDRESSES) == load<u64>(key, KEY_ADDRESSES) &&
      load<u64>(cold, K_ADDRESSES + 8) == load<u64>(key, KEY_ADDRESSES + 8) &&
      load<u64>(cold, K_ADDRESSES + 16) == load<u64>(key, KEY_ADDRESSES + 16) &&
      load<u64>(cold, K_ADDRESSES + 24) == load<u64>(key, KEY_ADDRESSES + 24)
    if (!same) return false
  }
  return (
    load<u64>(cold, K_TAGS) == load<u64>(key, KEY_TAGS) && load<u64>(cold, K_TAGS + 8) == load<u64>(key, KEY_TAGS + 8)
  )
}

/** Index of the flow with this finished key, NOT_FOUND if there is none. */
export function findFlow(key: usize, hash: u32): usize {
  let slot = homeSlot(hash)
  let entry = load<u64>(slot)
  while (entry != 0) {
    if (<u32>entry == hash) {
      const index = <usize>(entry >> 32) - 1
      if (hasKey(index, key)) return index
    }
    slot = nextSlot(slot)
    entry = load<u64>(slot)
  }
  return NOT_FOUND
}

/** Index of the flow that `findFlow` will most likely answer with, NOT_FOUND if it will find none. */
export function likelyFlow(hash: u32): usize {
  // The first two slots without a branch, which nobody could predict.
  let slot = homeSlot(hash)
  const first = load<u64>(slot)
  slot = nextSlot(slot)
  let entry = select(first, load<u64>(slot), first == 0 || <u32>first == hash)
  while (entry != 0 && <u32>entry != hash) {
    slot = nextSlot(slot)
    entry = load<u64>(slot)
  }
  return <usize>(entry >> 32) - 1
}

/** A record for a flow with this key, which is not in the table. The caller has kept within the room. */
export function addFlow(key: usize, hash: u32): usize {
  const index = takeRecord()
  const hot = hotRecord(index)
  store<u64>(hot, load<u64>(key, KEY_WORD0), F_WORD0)
  store<u64>(hot, load<u64>(key, KEY_WORD1), F_WORD1)
  memory.copy(coldRecord(index) + K_ADDRESSES, key + KEY_ADDRESSES, 48)
  insertSlot(hash, index)
  return index
}

export function removeFlow(index: usize): void {
  removeSlot(hashOfRecord(index), index)
  freeRecord(index)
}

/** Writes the key of record `index` to KEY_SIZE bytes at `key`. */
export function copyKey(index: usize, key: usize): void {
  const hot = hotRecord(index)
  store<u64>(key, load<u64>(hot, F_WORD0), KEY_WORD0)
  store<u64>(key, load<u64>(hot, F_WORD1), KEY_WORD1)
  memory.copy(key + KEY_ADDRESSES, coldRecord(index) + K_ADDRESSES, 48)
}
