/** SplitMix64 (Steele, Lea and Flood, 2014): the output for one state. Turns a seed into secrets that look unrelated. */
export function splitMix(state: u64): u64 {
  let z = state
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb
  return z ^ (z >> 31)
}

/** Takes a word into a hash, as XXH64 does: with a secret odd multiplier nobody can choose words that collide. */
export function mixIn(state: u64, word: u64, multiplier: u64): u64 {
  return rotl<u64>(state + word * multiplier, 31) * multiplier
}

/** Hash of `length` bytes in four lanes, as XXH64 has them, so that multiplications overlap. */
export function hashBytes(p: usize, length: usize, multiplier: u64): u64 {
  const end = p + length
  let at = p
  let h = multiplier + <u64>length
  if (length >= 32) {
    let a = multiplier
    let b = ~multiplier
    let c: u64 = 0
    let d = rotl<u64>(multiplier, 32)
    for (; end - at >= 32; at += 32) {
      a = mixIn(a, load<u64>(at), multiplier)
      b = mixIn(b, load<u64>(at, 8), multiplier)
      c = mixIn(c, load<u64>(at, 16), multiplier)
      d = mixIn(d, load<u64>(at, 24), multiplier)
    }
    h = mixIn(mixIn(mixIn(mixIn(h, a, multiplier), b, multiplier), c, multiplier), d, multiplier)
  }
  for (; end - at >= 8; at += 8) h = mixIn(h, load<u64>(at), multiplier)
  let tail: u64 = 0
  for (; at < end; at++) tail = (tail << 8) | <u64>load<u8>(at)
  return splitMix(mixIn(h, tail, multiplier))
}
