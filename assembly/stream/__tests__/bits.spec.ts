import { clearBits, firstClear, firstSet, isSet, lastSet, setBits } from '../bits'

const SIZE: usize = 256
/** A bit map, and the same as a byte for each bit. */
const map: usize = memory.data(32, 8)
const bytes: usize = memory.data(256, 8)

/** Answers that differ from the naive ones: an `expect` for each would take minutes. */
let wrong: u32 = 0

function empty(): void {
  memory.fill(map, 0, 32)
  memory.fill(bytes, 0, SIZE)
}

function naiveFirst(from: usize, to: usize, value: u8): usize {
  for (let i = from; i < to; i++) if (load<u8>(bytes + i) == value) return i
  return to
}

function naiveLast(from: usize): isize {
  for (let i = <isize>from; i >= 0; i--) if (load<u8>(bytes + <usize>i) != 0) return i
  return -1
}

/** Whether everything that can be asked of the bits from `from` on is as it should be. */
function agree(from: usize): bool {
  if (from < SIZE && isSet(map, from) != (load<u8>(bytes + from) != 0)) return false
  if (from < SIZE && lastSet(map, from) != naiveLast(from)) return false
  for (let to = from; to <= SIZE; to++) {
    if (firstSet(map, from, to) != naiveFirst(from, to, 1)) return false
    if (firstClear(map, from, to) != naiveFirst(from, to, 0)) return false
  }
  return true
}

describe('bit maps', () => {
  it('set and clear every range', () => {
    for (let from: usize = 0; from <= SIZE; from++) {
      for (let to = from; to <= SIZE; to++) {
        empty()
        setBits(map, from, to)
        let bits: u64 = 0
        for (let i: usize = 0; i < 32; i += 8) bits += popcnt<u64>(load<u64>(map + i))
        const isRight = bits == <u64>(to - from) && firstSet(map, 0, SIZE) == (from == to ? SIZE : from)
        clearBits(map, from, to)
        if (!isRight || firstSet(map, 0, SIZE) != SIZE) wrong++
      }
    }
    expect<u32>(wrong).toBe(0)
  })

  it('are searched as a naive search does', () => {
    let state: u32 = 7
    empty()
    for (let round = 0; round < 120; round++) {
      state = state * 1664525 + 1013904223
      const from = <usize>((state >> 8) & 255)
      state = state * 1664525 + 1013904223
      const to = min<usize>(SIZE, from + <usize>((state >> 8) % 100))
      const isSetting = (state & 0x80000000) != 0
      memory.fill(bytes + from, <u8>isSetting, to - from)
      if (isSetting) setBits(map, from, to)
      else clearBits(map, from, to)
      for (let at: usize = 0; at <= SIZE; at += 7) {
        if (!agree(at)) wrong++
      }
    }
    expect<u32>(wrong).toBe(0)
  })

  it('know their last bit', () => {
    empty()
    expect<isize>(lastSet(map, 255)).toBe(-1)
    setBits(map, 0, 1)
    expect<isize>(lastSet(map, 0)).toBe(0)
    expect<isize>(lastSet(map, 255)).toBe(0)
    setBits(map, 64, 65)
    expect<isize>(lastSet(map, 63)).toBe(0)
    expect<isize>(lastSet(map, 64)).toBe(64)
  })
})
