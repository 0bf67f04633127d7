import {
  D_PAYLOAD_LENGTH,
  D_SEQUENCE,
  D_TCP_FLAGS,
  STREAM_ANCHORED,
  STREAM_ENDED,
  TCP_FIN,
  TCP_SYN,
  X_ACKNOWLEDGED,
  X_ASTRAY_SINCE,
  X_END,
  X_HIGHEST,
  X_OFFSET,
  X_OUT_OF_ORDER,
  X_RETRANSMITS,
  X_RETRANSMITTED_BYTES,
  X_SEQUENCE,
} from '../layout'
import { add32, add64, distance, drop, flagged, isAstray, isLost, isStopped, NO_END, setFlag } from './side'
import { holds } from './window'

/**
 * What a segment is to its side, before its bytes are taken: where it lies, whether it ends the stream, and what it
 * counts as.
 */

/**
 * Anchors the side at its first sequence number and counts the segment in `d`; before `acceptSegment`, once. Answers
 * with the number of its bytes that lie behind the FIN.
 */
export function countSegment(d: usize, side: usize, time: u64): u32 {
  if (isStopped(side)) return 0
  const flags = <u32>load<u8>(d, D_TCP_FLAGS)
  const sequence = load<u32>(d, D_SEQUENCE) + <u32>((flags & TCP_SYN) != 0)
  const length = load<u32>(d, D_PAYLOAD_LENGTH)
  const isFresh = (flags & TCP_SYN) != 0 && load<u64>(side, X_HIGHEST) == 0 && !flagged(side, STREAM_ENDED)
  if (isFresh || !flagged(side, STREAM_ANCHORED)) {
    // Mid-stream, the first payload is where the stream begins: a bare ACK may be a keep-alive, one byte below.
    if ((flags & TCP_SYN) == 0 && length == 0) return 0
    anchor(side, sequence)
  }
  const ahead = distance(side, sequence)
  if (isAstray(ahead)) {
    if (length == 0 || isLost(side, time)) return 0
    const since = load<u64>(side, X_ASTRAY_SINCE)
    if (since == 0 || time < since) store<u64>(side, max<u64>(time, 1), X_ASTRAY_SINCE)
    drop(side, length)
    return 0
  }
  store<u64>(side, 0, X_ASTRAY_SINCE)
  const next = <i64>load<u64>(side, X_OFFSET)
  const start = next + ahead
  const end = start + length
  // A FIN below what was delivered contradicts it, and is none of this stream's.
  if ((flags & TCP_FIN) != 0 && end >= next && load<u64>(side, X_END) == NO_END) store<u64>(side, <u64>end, X_END)
  return length == 0 ? 0 : countPayload(side, start, end, next)
}

function anchor(side: usize, sequence: u32): void {
  setFlag(side, STREAM_ANCHORED)
  store<u32>(side, sequence, X_SEQUENCE)
  store<u64>(side, 0, X_ACKNOWLEDGED)
  store<u64>(side, NO_END, X_END)
}

function countPayload(side: usize, start: i64, end: i64, next: i64): u32 {
  const last = <i64>min<u64>(load<u64>(side, X_END), <u64>max<i64>(end, 0))
  const past = <u32>(end - max<i64>(min<i64>(end, last), start))
  if (past != 0) drop(side, past)
  if (<u64>last > load<u64>(side, X_HIGHEST)) store<u64>(side, <u64>last, X_HIGHEST)
  if (end <= next) {
    // One byte just below what is expected is a keep-alive (RFC 9293, section 3.8.4).
    if (end < next || end - start > 1) countRetransmit(side, <u64>(end - start))
  } else if (start > next && start < last) {
    if (holds(side, <u64>start, <u64>last)) countRetransmit(side, <u64>(last - start))
    else add32(side, X_OUT_OF_ORDER, 1)
  }
  return past
}

function countRetransmit(side: usize, bytes: u64): void {
  add32(side, X_RETRANSMITS, 1)
  add64(side, X_RETRANSMITTED_BYTES, bytes)
}
