import { takePages } from '../../memory/__tests__/pages'
import { homeSlot, insertSlot, nextSlot, placeSlots, removeSlot, slotsBytes } from '../slots'
import { random32, randomBelow, seedRandom } from './random'

const AREA: usize = takePages(4)
/** Room for 48 flows makes 64 slots, three quarters of them used at most. */
const FLOWS: usize = 48
const SLOTS: usize = 64

const hashes = new StaticArray<u32>(<i32>FLOWS)
const present = new StaticArray<bool>(<i32>FLOWS)

/** Whether a search by hash comes upon this index. */
function finds(hash: u32, index: usize): bool {
  let slot = homeSlot(hash)
  for (let steps: usize = 0; steps <= SLOTS; steps++) {
    const entry = load<u64>(slot)
    if (entry == 0) return false
    if (<u32>entry == hash && <usize>(entry >> 32) == index + 1) return true
    slot = nextSlot(slot)
  }
  return false
}

function usedSlots(): i32 {
  let used = 0
  for (let i: usize = 0; i < SLOTS; i++) used += i32(load<u64>(AREA + i * 8) != 0)
  return used
}

describe('hash slots', () => {
  beforeEach(() => {
    memory.fill(AREA, 0xff, SLOTS * 8)
    placeSlots(AREA, FLOWS, false)
  })

  it('begin empty', () => {
    expect<i32>(usedSlots()).toBe(0)
    expect<bool>(finds(0, 0)).toBe(false)
  })

  it('are a power of two, and at most three quarters full', () => {
    expect<u64>(slotsBytes(1)).toBe(64 * 8)
    expect<u64>(slotsBytes(48)).toBe(64 * 8)
    expect<u64>(slotsBytes(49)).toBe(128 * 8)
    expect<u64>(slotsBytes(98304)).toBe(131072 * 8)
    expect<u64>(slotsBytes(98305)).toBe(262144 * 8)
  })

  it('have a size for any number of flows that 32 bits hold', () => {
    expect<u64>(slotsBytes(0xffffffff)).toBe(((<u64>1) << 33) * 8)
  })

  it('find an entry by its whole hash', () => {
    insertSlot(0x10000005, 3)
    expect<bool>(finds(0x10000005, 3)).toBe(true)
    expect<bool>(finds(0x20000005, 3)).toBe(false)
    expect<bool>(finds(0x10000005, 4)).toBe(false)
  })

  it('keep all of several entries with one hash', () => {
    for (let i: usize = 0; i < 10; i++) insertSlot(0x77, i)
    removeSlot(0x77, 4)
    for (let i: usize = 0; i < 10; i++) expect<bool>(finds(0x77, i)).toBe(i != 4)
    expect<i32>(usedSlots()).toBe(9)
  })

  it('close the gap round the end', () => {
    // Homes 62, 62, 63, 62, 0, 1: the run goes round, entries with homes at its far end stay where they are.
    const homes: StaticArray<u32> = [62, 62, 63, 62, 0, 1]
    for (let i = 0; i < 6; i++) insertSlot(homes[i] | 0xabc000, <usize>i)
    removeSlot(62 | 0xabc000, 0)
    for (let i = 1; i < 6; i++) expect<bool>(finds(homes[i] | 0xabc000, <usize>i)).toBe(true, i.toString())
    removeSlot(63 | 0xabc000, 2)
    for (let i = 3; i < 6; i++) expect<bool>(finds(homes[i] | 0xabc000, <usize>i)).toBe(true, i.toString())
    expect<i32>(usedSlots()).toBe(4)
  })

  it('agree with a plain model over 60 000 random operations with crowded homes', () => {
    seedRandom(1)
    for (let i = 0; i < <i32>FLOWS; i++) present[i] = false
    let count = 0
    let wrong = 0
    for (let step = 0; step < 60_000; step++) {
      const index = randomBelow(<u32>FLOWS)
      if (present[index]) {
        removeSlot(hashes[index], index)
        present[index] = false
        count--
      } else {
        // Most homes lie round the end of the array; few whole hashes, so that some are equal.
        const home = randomBelow(4) == 0 ? randomBelow(64) : (60 + randomBelow(8)) & 63
        hashes[index] = (randomBelow(3) << 20) | home
        insertSlot(hashes[index], index)
        present[index] = true
        count++
      }
      for (let i = 0; i < <i32>FLOWS; i++) wrong += i32(finds(hashes[i], <usize>i) != present[i])
      wrong += i32(usedSlots() != count)
      if (wrong != 0) break
    }
    expect<i32>(wrong).toBe(0)
  })

  it('end the search for what is not there, even when full to the limit', () => {
    for (let i: usize = 0; i < FLOWS; i++) insertSlot(random32(), i)
    for (let i = 0; i < 1000; i++) expect<bool>(finds(random32(), FLOWS)).toBe(false)
  })
})
