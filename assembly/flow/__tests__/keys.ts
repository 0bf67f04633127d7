import { finishKey, hashKey } from '../../extract/hash'
import {
  KEY_ADDRESSES,
  KEY_HAS_PROTOCOL,
  KEY_KIND_CUSTOM,
  KEY_KIND_IPV4,
  KEY_KIND_IPV6,
  KEY_KIND_MAC,
  KEY_KIND_SHIFT,
  KEY_LENGTH_SHIFT,
  KEY_PROTOCOL_SHIFT,
  KEY_SIZE,
  KEY_TAGGED,
  KEY_TAGS,
  KEY_WORD0,
  KEY_WORD1,
} from '../../layout'

/** Keys of all kinds made from numbers, and their hashes. */

export function ipv4Key(key: usize, a: u32, b: u32, portA: u32, portB: u32, protocol: u32 = 6): void {
  memory.fill(key, 0, KEY_SIZE)
  store<u64>(key, ((<u64>a) << 32) | b, KEY_WORD0)
  store<u64>(key, word1(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL, portA, portB, protocol), KEY_WORD1)
}

export function ipv6Key(key: usize, a: u64, b: u64, portA: u32, portB: u32, protocol: u32 = 6): void {
  memory.fill(key, 0, KEY_SIZE)
  store<u64>(key, 0x20010db8, KEY_ADDRESSES)
  store<u64>(key, a, KEY_ADDRESSES + 8)
  store<u64>(key, 0x20010db8, KEY_ADDRESSES + 16)
  store<u64>(key, b, KEY_ADDRESSES + 24)
  store<u64>(key, word1(KEY_KIND_IPV6 | KEY_HAS_PROTOCOL, portA, portB, protocol), KEY_WORD1)
}

export function macKey(key: usize, a: u64, b: u64): void {
  memory.fill(key, 0, KEY_SIZE)
  store<u64>(key, (a << 16) | (b >> 32), KEY_WORD0)
  store<u64>(key, ((<u64>KEY_KIND_MAC) << KEY_KIND_SHIFT) | (b & 0xffffffff), KEY_WORD1)
}

/** A custom key of 48 bytes, all alike but for one. */
export function customKey(key: usize, position: usize, byte: u32): void {
  memory.fill(key, 0, KEY_SIZE)
  memory.fill(key + KEY_ADDRESSES, 0x61, 48)
  store<u8>(key + KEY_ADDRESSES + position, <u8>byte)
  store<u64>(key, ((<u64>KEY_KIND_CUSTOM) << KEY_KIND_SHIFT) | ((<u64>48) << KEY_LENGTH_SHIFT), KEY_WORD1)
}

/** Marks a key as tagged, and sets one of its 16 bytes of tags. */
export function tagKey(key: usize, position: usize, byte: u32): void {
  store<u64>(key, load<u64>(key, KEY_WORD1) | ((<u64>KEY_TAGGED) << KEY_KIND_SHIFT), KEY_WORD1)
  store<u8>(key + KEY_TAGS + position, <u8>byte)
}

function word1(kind: u32, portA: u32, portB: u32, protocol: u32): u64 {
  return <u64>portA | ((<u64>portB) << 16) | ((<u64>protocol) << KEY_PROTOCOL_SHIFT) | ((<u64>kind) << KEY_KIND_SHIFT)
}

/** Finishes the key and hashes it. */
export function hashOf(key: usize): u32 {
  finishKey(key)
  return hashKey(load<u64>(key, KEY_WORD0), load<u64>(key, KEY_WORD1), key + KEY_TAGS)
}
