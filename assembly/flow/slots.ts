/**
 * Hash slots of 8 bytes, linear probing: the low word is the key's hash, the high word the record's index + 1, all
 * zero when empty. The whole hash is kept, so that deleting looks at no record.
 */

let base: usize = 0
let mask: usize = 0

/** Slots for `flows` flows: a power of two, at most three quarters full. */
function slotCount(flows: usize): u64 {
  let slots: u64 = 64
  while (slots * 3 < <u64>flows * 4) slots <<= 1
  return slots
}

/** Bytes that the slots of `flows` flows take. */
export function slotsBytes(flows: usize): u64 {
  return slotCount(flows) * 8
}

/** Puts empty slots for `flows` flows at this address; fresh memory is zero already, and stays untouched. */
export function placeSlots(address: usize, flows: usize, isFresh: bool): void {
  const slots = <usize>slotCount(flows)
  base = address
  mask = slots - 1
  if (!isFresh) memory.fill(base, 0, slots * 8)
}

/** Address of the slot where the search for `hash` begins. */
export function homeSlot(hash: u32): usize {
  return base + ((<usize>hash & mask) << 3)
}

/** Address of the slot after this one, round the end. */
export function nextSlot(slot: usize): usize {
  return base + ((slot - base + 8) & ((mask << 3) | 7))
}

export function insertSlot(hash: u32, index: usize): void {
  let slot = homeSlot(hash)
  while (load<u64>(slot) != 0) slot = nextSlot(slot)
  store<u64>(slot, ((<u64>(index + 1)) << 32) | hash)
}

/** Takes out the slot of the record with this index and closes the gap, so that no search stops short. */
export function removeSlot(hash: u32, index: usize): void {
  const wanted = ((<u64>(index + 1)) << 32) | hash
  let gap = homeSlot(hash)
  while (load<u64>(gap) != wanted) gap = nextSlot(gap)
  let slot = nextSlot(gap)
  let entry = load<u64>(slot)
  while (entry != 0) {
    // An entry may move back to the gap unless its home lies after the gap.
    const fromHome = (slot - homeSlot(<u32>entry)) & (mask << 3)
    const fromGap = (slot - gap) & (mask << 3)
    if (fromHome >= fromGap) {
      store<u64>(gap, entry)
      gap = slot
    }
    slot = nextSlot(slot)
    entry = load<u64>(slot)
  }
  store<u64>(gap, 0)
}
