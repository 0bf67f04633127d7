import { DAMAGE_TRUNCATED } from '../layout'
import { reportDamage } from './damage'

/** Bytes of the capture that have been read. */
let consumed: u64 = 0

/** What turns an address of the input at hand into an offset; it wraps around below zero. */
let origin: u64 = 0

export function resetPosition(): void {
  consumed = 0
  origin = 0
}

/** The input at hand begins at `p`, and its first byte is the first that has not been read. */
export function beginInput(p: usize): void {
  origin = consumed - <u64>p
}

/** All input at hand before `p` has been read. */
export function endInput(p: usize): void {
  consumed = offsetOf(p)
}

/** Bytes from the start of the capture to the byte at this address. */
export function offsetOf(p: usize): u64 {
  return origin + <u64>p
}

/** Reports the record or block at `p` as damaged, and stays there. */
export function damagedAt(p: usize, code: u32, found: u32, expected: u32): usize {
  reportDamage(code, offsetOf(p), found, expected)
  return p
}

/** Reports that the capture ends at `end`, inside a record that takes `expected` bytes from `offset` on. */
export function truncated(offset: u64, end: usize, expected: usize): void {
  reportDamage(DAMAGE_TRUNCATED, offset, <u32>(offsetOf(end) - offset), <u32>expected)
}
