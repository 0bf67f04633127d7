/** Deterministic pseudo-random numbers (xorshift64*), so that a failing run can be repeated. */
let state: u64 = 1

export function seedRandom(seed: u64): void {
  state = seed * 0x9e3779b97f4a7c15 + 1
}

export function random64(): u64 {
  state ^= state >> 12
  state ^= state << 25
  state ^= state >> 27
  return state * 0x2545f4914f6cdd1d
}

export function random32(): u32 {
  return <u32>(random64() >> 32)
}

/** 0 to `bound` - 1. */
export function randomBelow(bound: u32): u32 {
  return <u32>((<u64>random32() * bound) >> 32)
}
