/** Bit maps of one block: bit i of the map is bit i % 64 of its word i / 64. Ranges lie within [0, size). */

/** Sets bits `from` to `to` - 1. */
export function setBits(map: usize, from: usize, to: usize): void {
  let bit = from
  while (bit < to) {
    const word = map + ((bit >> 6) << 3)
    const first = bit & 63
    const last = min<usize>(to - (bit - first), 64)
    const ones = (last == 64 ? ~(<u64>0) : ((<u64>1) << last) - 1) & ~(((<u64>1) << first) - 1)
    store<u64>(word, load<u64>(word) | ones)
    bit += last - first
  }
}

export function clearBits(map: usize, from: usize, to: usize): void {
  let bit = from
  while (bit < to) {
    const word = map + ((bit >> 6) << 3)
    const first = bit & 63
    const last = min<usize>(to - (bit - first), 64)
    const ones = (last == 64 ? ~(<u64>0) : ((<u64>1) << last) - 1) & ~(((<u64>1) << first) - 1)
    store<u64>(word, load<u64>(word) & ~ones)
    bit += last - first
  }
}

export function isSet(map: usize, bit: usize): bool {
  return ((load<u64>(map + ((bit >> 6) << 3)) >> (bit & 63)) & 1) != 0
}

/** First set bit in [from, to), `to` if there is none. */
export function firstSet(map: usize, from: usize, to: usize): usize {
  return firstOf(map, from, to, 0)
}

/** First clear bit in [from, to), `to` if there is none. */
export function firstClear(map: usize, from: usize, to: usize): usize {
  return firstOf(map, from, to, ~(<u64>0))
}

function firstOf(map: usize, from: usize, to: usize, flip: u64): usize {
  let bit = from
  while (bit < to) {
    const word = (load<u64>(map + ((bit >> 6) << 3)) ^ flip) >> (bit & 63)
    if (word != 0) return min<usize>(bit + <usize>ctz<u64>(word), to)
    bit = (bit | 63) + 1
  }
  return to
}

/** Last set bit in [0, from], or -1. */
export function lastSet(map: usize, from: usize): isize {
  let bit = <isize>from
  while (bit >= 0) {
    const word = load<u64>(map + ((<usize>bit >> 6) << 3)) << (63 - (bit & 63))
    if (word != 0) return bit - <isize>clz<u64>(word)
    bit = (bit & ~63) - 1
  }
  return -1
}
