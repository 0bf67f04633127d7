import {
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
import { splitMix } from '../memory/mix'

// Multiply-shift with secret odd multipliers: whoever makes the traffic cannot choose keys that collide.
let multiplier0: u64 = 0x9e3779b97f4a7c15
let multiplier1: u64 = 0xc2b2ae3d27d4eb4f
let whitener: u64 = 0x165667b19e3779f9

/** Derives the hash's secrets from one seed (SplitMix64 steps). */
export function seedHash(seed: u64): void {
  multiplier0 = splitMix(seed + 0x9e3779b97f4a7c15) | 1
  multiplier1 = splitMix(seed + 0x3c6ef372fe94f82a) | 1
  whitener = splitMix(seed + 0xdaa66d2c7ddf743f)
}

function mix(state: u64, word: u64): u64 {
  return rotr<u64>((state ^ word) * multiplier0, 29)
}

/** Writes word 0 of IPv6 and custom keys: a seeded fingerprint of the addresses or bytes. */
export function finishKey(key: usize): void {
  const kind = <u32>(load<u64>(key, KEY_WORD1) >> KEY_KIND_SHIFT) & KEY_KIND_MASK
  if (kind != KEY_KIND_IPV6 && kind != KEY_KIND_CUSTOM) return
  let h = mix(whitener, load<u64>(key, KEY_ADDRESSES))
  h = mix(h, load<u64>(key, KEY_ADDRESSES + 8))
  h = mix(h, load<u64>(key, KEY_ADDRESSES + 16))
  h = mix(h, load<u64>(key, KEY_ADDRESSES + 24))
  if (kind == KEY_KIND_CUSTOM) {
    h = mix(h, load<u64>(key, KEY_TAGS))
    h = mix(h, load<u64>(key, KEY_TAGS + 8))
  }
  store<u64>(key, h, KEY_WORD0)
}

/** Hash of a finished key: its two words, and its tags where it has any. Never allocates, never 0-biased. */
export function hashKey(word0: u64, word1: u64, tags: usize): u32 {
  let h = (word0 ^ whitener) * multiplier0
  h = ((h ^ (h >> 32)) + word1) * multiplier1
  if ((<u32>(word1 >> KEY_KIND_SHIFT) & KEY_TAGGED) != 0) {
    h = mix(h, load<u64>(tags))
    h = mix(h, load<u64>(tags, 8)) * multiplier1
  }
  // One multiplication leaves ports that count up in step; a second one takes them apart.
  return <u32>(((h ^ (h >> 32)) * multiplier0) >> 32)
}
