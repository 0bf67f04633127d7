import {
  STREAM_DONE,
  STREAM_ENDED,
  STREAM_POISONED,
  X_ASTRAY_SINCE,
  X_DROPPED_BYTES,
  X_DROPPED_SEGMENTS,
  X_END,
  X_FLAGS,
  X_OFFSET,
  X_SEQUENCE,
} from '../layout'
import { holeTimeout } from './config'

/** A side's stream record: where its stream is, and what is known of its end. */

/** Farthest a segment may lie ahead or behind: the largest window there is (RFC 7323, section 2.3). */
const MAX_DISTANCE: i32 = 1 << 30

/** Where the stream ends while no FIN has told. */
export const NO_END: u64 = u64.MAX_VALUE

export function flagged(side: usize, flags: u32): bool {
  return (load<u32>(side, X_FLAGS) & flags) != 0
}

export function setFlag(side: usize, flag: u32): void {
  store<u32>(side, load<u32>(side, X_FLAGS) | flag, X_FLAGS)
}

export function add64(side: usize, offset: usize, n: u64): void {
  store<u64>(side + offset, load<u64>(side + offset) + n)
}

export function add32(side: usize, offset: usize, n: u32): void {
  store<u32>(side + offset, load<u32>(side + offset) + n)
}

/** Whether this side takes no more bytes. */
export function isStopped(side: usize): bool {
  return flagged(side, STREAM_DONE | STREAM_POISONED)
}

/** Whether the side's FIN is known, and what lies before it has yet to be told. */
export function isEnding(side: usize): bool {
  return load<u64>(side, X_END) != NO_END && !flagged(side, STREAM_ENDED | STREAM_DONE | STREAM_POISONED)
}

/** Signed distance in bytes from the next byte to deliver to this sequence number. */
export function distance(side: usize, sequence: u32): i32 {
  return <i32>(sequence - load<u32>(side, X_SEQUENCE))
}

/** Whether a segment at this distance can be no part of the window that the side is in. */
export function isAstray(ahead: i32): bool {
  return ahead > MAX_DISTANCE || ahead < -MAX_DISTANCE
}

/**
 * Whether nothing but segments astray has come for as long as a hole is waited for: the capture has lost more than a
 * window of the stream, which then goes on where they are.
 */
export function isLost(side: usize, time: u64): bool {
  const since = load<u64>(side, X_ASTRAY_SINCE)
  return since != 0 && load<u64>(side, X_END) == NO_END && time > since && time - since >= holeTimeout
}

export function drop(side: usize, bytes: u32): void {
  add64(side, X_DROPPED_BYTES, bytes)
  add32(side, X_DROPPED_SEGMENTS, 1)
}

/** Takes the side past `bytes` bytes. */
export function pass(side: usize, bytes: u64): void {
  add64(side, X_OFFSET, bytes)
  add32(side, X_SEQUENCE, <u32>bytes)
}
