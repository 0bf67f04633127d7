import {
  D_ACKNOWLEDGEMENT,
  D_PAYLOAD,
  D_PAYLOAD_CAPTURED,
  D_SEQUENCE,
  D_TCP_FLAGS,
  GAP_ACKNOWLEDGED,
  GAP_BUFFER,
  GAP_END,
  GAP_TIMEOUT,
  STREAM_ANCHORED,
  STREAM_ENDED,
  STREAM_HAS_HOLE,
  STREAM_POISONED,
  STREAM_RESPONDER,
  STREAM_SIZE,
  TCP_ACK,
  TCP_SYN,
  X_ACKNOWLEDGED,
  X_BLOCKS,
  X_BUFFERED,
  X_DELIVERED,
  X_END,
  X_GAP_BYTES,
  X_GAPS,
  X_HIGH_WATERMARK,
  X_HIGHEST,
  X_HOLE_SINCE,
  X_OFFSET,
  X_SEQUENCE,
  X_SKIP_UNTIL,
} from '../layout'
import { dropOnOverflow, flowBlocks, overlapPolicy, sideBlocks } from './config'
import { emitData, emitEnd, emitGap, emitStopped, hasConflictRoom, hasRoom } from './emit'
import { isHoleDue, listHole, oldestHole, orderDueHoles, unlistHole } from './holes'
import { blocksFree, blocksRetired } from './pool'
import {
  add32,
  add64,
  distance,
  drop,
  flagged,
  isAstray,
  isEnding,
  isLost,
  isStopped,
  NO_END,
  pass,
  setFlag,
} from './side'
import { blocksNeeded, bytesAt, clearWindow, firstBuffered, insert, isWindowEmpty, release, runAt } from './window'

/**
 * TCP reassembly of one side (RFC 9293, section 3.4 for sequence numbers). Invariant: all bytes below X_OFFSET have
 * been delivered, skipped or given up, in that order; the window holds bytes above it only; the byte at X_OFFSET is in
 * the window only while `deliver` is at work. X_OFFSET never passes X_END; where it has come to it that has been told, once.
 *
 * Functions that answer with a bool can be called again after false: the ring was full, and what they had done stays done.
 */

/** Whether the segment at work has been put into the window, and its overlaps have been settled: that is done once. */
let isSettled: bool = false

/** Whether the stream is on its way to the segment at work, which was astray. */
let isSkipping: bool = false

/** Side whose delivery the full ring has interrupted, 0 for none: it comes before all else. */
let unfinished: usize = 0

/** Whether `expireHoles` may have something to do. */
export function hasHoles(): bool {
  return oldestHole() != 0 || unfinished != 0
}

function finishDelivery(time: u64): bool {
  return unfinished == 0 || deliver(unfinished, time)
}

/** A new segment comes; before `acceptSegment`, once. */
export function beginSegment(): void {
  isSettled = false
  isSkipping = false
}

/** Takes the payload of `d` into the side's stream and delivers what has become ready. */
export function acceptSegment(d: usize, side: usize, time: u64): bool {
  if (!finishDelivery(time)) return false
  const captured = load<u32>(d, D_PAYLOAD_CAPTURED)
  if (captured == 0 || !flagged(side, STREAM_ANCHORED)) return !isEnding(side) || deliver(side, time)
  const payload = <usize>load<u32>(d, D_PAYLOAD)
  const sequence = load<u32>(d, D_SEQUENCE) + <u32>((<u32>load<u8>(d, D_TCP_FLAGS) & TCP_SYN) != 0)
  while (!isStopped(side)) {
    const next = <i64>load<u64>(side, X_OFFSET)
    const ahead = distance(side, sequence)
    if (isSkipping || isAstray(ahead)) {
      if (!isSkipping && !isLost(side, time)) return true
      isSkipping = true
      if (!skipTo(side, sequence, time)) return false
      isSkipping = false
      continue
    }
    const segmentStart = next + ahead
    const segmentEnd = segmentStart + captured
    // Bytes behind the FIN are no part of the stream (RFC 9293, section 3.10.7.4).
    const end = min<i64>(segmentEnd, <i64>min<u64>(load<u64>(side, X_END), i64.MAX_VALUE))
    const start = max<i64>(segmentStart, next)
    if (end <= start) return deliverRest(side, time)
    const data = payload + <usize>(start - segmentStart)
    if (start == next) {
      if (isWindowEmpty(side)) {
        if (!deliverView(side, data, <usize>(end - start), time)) return false
        // Called again, it begins behind what it has delivered.
        return !isEnding(side) || deliver(side, time)
      }
      // Where bytes are buffered already the policy decides; up to there the segment is delivered as it lies.
      const buffered = <i64>min<u64>(firstBuffered(side, <u64>next), <u64>end)
      if (!isSettled) {
        if (!hasConflictRoom()) return false
        const overlapping = payload + <usize>(buffered - segmentStart)
        insert(side, <u64>buffered, <u64>end, overlapping, false, overlapPolicy, segmentStart, segmentEnd)
        isSettled = true
      }
      if (buffered > start && !deliverView(side, data, <usize>(buffered - start), time)) return false
      if (!deliver(side, time)) return false
    } else {
      if (!isSettled) {
        if (!hasConflictRoom() || !makeRoom(side, <u64>start, <u64>end, time)) return false
        if (<i64>load<u64>(side, X_OFFSET) != next) continue
        insert(side, <u64>start, <u64>end, data, true, overlapPolicy, segmentStart, segmentEnd)
        isSettled = true
        const held = load<u32>(side, X_BUFFERED)
        if (held > load<u32>(side, X_HIGH_WATERMARK)) store<u32>(side, held, X_HIGH_WATERMARK)
      }
      return deliver(side, time)
    }
  }
  return true
}

/** Delivers all that is buffered, and goes on at this sequence number, however far it is. */
function skipTo(side: usize, sequence: u32, time: u64): bool {
  if (!deliverAll(side, GAP_TIMEOUT, time)) return false
  const ahead = sequence - load<u32>(side, X_SEQUENCE)
  return giveUpUntil(side, load<u64>(side, X_OFFSET) + ahead, GAP_TIMEOUT, time)
}

/** Takes an acknowledgement of the peer: a hole below it was filled for the receiver, but not for the capture. */
export function acceptAcknowledgement(d: usize, side: usize, time: u64): bool {
  if ((<u32>load<u8>(d, D_TCP_FLAGS) & TCP_ACK) == 0 || !flagged(side, STREAM_ANCHORED)) return true
  const ahead = distance(side, load<u32>(d, D_ACKNOWLEDGEMENT))
  if (ahead > 0 && !isAstray(ahead)) {
    const acknowledged = load<u64>(side, X_OFFSET) + ahead
    if (acknowledged > load<u64>(side, X_ACKNOWLEDGED)) store<u64>(side, acknowledged, X_ACKNOWLEDGED)
  }
  return deliverRest(side, time)
}

function deliverView(side: usize, data: usize, length: usize, time: u64): bool {
  if (!emit(side, data, length, time)) return false
  pass(side, length)
  return true
}

/** Hands bytes at X_OFFSET to the listener, but for those it skips. */
function emit(side: usize, data: usize, length: usize, time: u64): bool {
  const offset = load<u64>(side, X_OFFSET)
  const until = load<u64>(side, X_SKIP_UNTIL)
  const skipped = until > offset ? <usize>min<u64>(until - offset, length) : 0
  if (skipped < length) {
    if (!hasRoom()) return false
    emitData(side, offset + skipped, data + skipped, length - skipped, time)
  }
  add64(side, X_DELIVERED, length)
  return true
}

/** Delivers what has become ready, if anything can have. */
function deliverRest(side: usize, time: u64): bool {
  return (isWindowEmpty(side) && !isEnding(side)) || deliver(side, time)
}

/** Delivers what has become ready, giving up holes that the peer has acknowledged past. */
function deliver(side: usize, time: u64): bool {
  const isDone = deliverReady(side, time)
  if (!isDone) unfinished = side
  else if (unfinished == side) unfinished = 0
  return isDone
}

function deliverReady(side: usize, time: u64): bool {
  while (true) {
    const offset = load<u64>(side, X_OFFSET)
    const end = load<u64>(side, X_END)
    const run = <usize>min<u64>(runAt(side, offset), end - offset)
    if (run != 0) {
      if (!emit(side, bytesAt(side, offset), run, time)) return false
      add32(side, X_BUFFERED, -(<u32>run))
      pass(side, run)
      // The next hole begins its own wait.
      unlistHole(side)
      continue
    }
    if (offset == end) discard(side)
    release(side, offset)
    if (isWindowEmpty(side)) unlistHole(side)
    if (offset == end) return tellEnd(side, time)
    // The peer acknowledges a FIN like the bytes before it: a hole may reach up to it.
    if (min<u64>(firstBuffered(side, offset), end) > load<u64>(side, X_ACKNOWLEDGED)) {
      if (!isWindowEmpty(side)) listHole(side, time)
      return true
    }
    if (!giveUpHole(side, GAP_ACKNOWLEDGED, time)) return false
  }
}

/** Tells that the side is complete up to its FIN, once. */
function tellEnd(side: usize, time: u64): bool {
  if (flagged(side, STREAM_ENDED)) return true
  if (!hasRoom()) return false
  emitEnd(side, time)
  setFlag(side, STREAM_ENDED)
  return true
}

/** Drops what was buffered behind a FIN before the FIN came. */
function discard(side: usize): void {
  const bytes = load<u32>(side, X_BUFFERED)
  if (bytes != 0) drop(side, bytes)
  clearWindow(side)
}

/** Delivers all that is buffered, holes as gaps. */
function deliverAll(side: usize, reason: u32, time: u64): bool {
  while (!isWindowEmpty(side)) {
    if (!deliver(side, time)) return false
    if (!isWindowEmpty(side) && !giveUpHole(side, reason, time)) return false
  }
  return true
}

/** Tells the gap between X_OFFSET and the first buffered byte, and passes it. */
function giveUpHole(side: usize, reason: u32, time: u64): bool {
  return giveUpUntil(side, firstBuffered(side, load<u64>(side, X_OFFSET)), reason, time)
}

function giveUpUntil(side: usize, until: u64, reason: u32, time: u64): bool {
  const offset = load<u64>(side, X_OFFSET)
  const end = min<u64>(until, load<u64>(side, X_END))
  if (end <= offset) return true
  if (!hasRoom()) return false
  emitGap(side, offset, end - offset, reason, time)
  add64(side, X_GAP_BYTES, end - offset)
  add32(side, X_GAPS, 1)
  pass(side, end - offset)
  // What held bytes back is over; another hole behind it begins its own wait.
  unlistHole(side)
  return true
}

/** Keeps within the bounds before [start, end) is buffered: gives up holes, or the side, as the policy says. */
function makeRoom(side: usize, start: u64, end: u64, time: u64): bool {
  const needed = blocksNeeded(side, start, end)
  if (needed == 0) return true
  while (!isStopped(side)) {
    const isOverSide = <usize>load<u32>(side, X_BLOCKS) + needed > sideBlocks
    const isOver = isOverSide || isOverFlow(side, needed)
    if (!isOver && needed <= blocksFree()) return true
    // Blocks that the host has yet to read will do, once it has.
    if (!isOver && needed <= blocksFree() + blocksRetired()) return false
    if (dropOnOverflow) return poison(side, <u32>(end - start), time)
    const victim = isOverSide ? side : isOver ? olderHole(side) : oldestHole()
    if (victim == side || victim == 0) {
      const until = min<u64>(firstBuffered(side, load<u64>(side, X_OFFSET)), start)
      return giveUpUntil(side, until, GAP_BUFFER, time) && deliver(side, time)
    }
    if (!giveUpHole(victim, GAP_BUFFER, time) || !deliver(victim, time)) return false
  }
  return true
}

/** The record of the other side of the same flow. */
function peerOf(side: usize): usize {
  return flagged(side, STREAM_RESPONDER) ? side - STREAM_SIZE : side + STREAM_SIZE
}

function isOverFlow(side: usize, needed: usize): bool {
  return <usize>load<u32>(side, X_BLOCKS) + <usize>load<u32>(peerOf(side), X_BLOCKS) + needed > flowBlocks
}

/** The side of the flow whose hole is the older one: this, unless only the other has one or it has waited longer. */
function olderHole(side: usize): usize {
  const peer = peerOf(side)
  if (!flagged(peer, STREAM_HAS_HOLE)) return side
  const isOlder = !flagged(side, STREAM_HAS_HOLE) || load<u64>(peer, X_HOLE_SINCE) < load<u64>(side, X_HOLE_SINCE)
  return isOlder ? peer : side
}

/** Gives the side up: what it holds and the `bytes` of the segment at work are dropped. */
function poison(side: usize, bytes: u32, time: u64): bool {
  if (!hasRoom()) return false
  drop(side, load<u32>(side, X_BUFFERED) + bytes)
  stop(side, STREAM_POISONED)
  emitStopped(side, time)
  return true
}

/** Ends the delivery of a side: what it holds is given back. */
export function stop(side: usize, flag: u32): void {
  unlistHole(side)
  clearWindow(side)
  setFlag(side, flag)
  if (unfinished == side) unfinished = 0
}

/** Gives up the holes that have waited for the configured time. */
export function expireHoles(time: u64): bool {
  if (!finishDelivery(time)) return false
  orderDueHoles(time)
  while (true) {
    const side = oldestHole()
    if (side == 0 || !isHoleDue(side, time)) return true
    if (!giveUpHole(side, GAP_TIMEOUT, time) || !deliver(side, time)) return false
  }
}

/** Delivers all that is left at the end of a flow, holes as gaps, up to what was sent, acknowledged or ended by FIN. */
export function flush(side: usize, time: u64): bool {
  if (!finishDelivery(time)) return false
  if (isStopped(side) || !flagged(side, STREAM_ANCHORED)) return true
  if (!deliverAll(side, GAP_END, time)) return false
  const end = load<u64>(side, X_END)
  if (end != NO_END) return giveUpUntil(side, end, GAP_END, time) && tellEnd(side, time)
  // One past the last byte may be the acknowledgement of a FIN that was not captured.
  const sent = load<u64>(side, X_HIGHEST)
  const acknowledged = load<u64>(side, X_ACKNOWLEDGED)
  return giveUpUntil(side, acknowledged > sent + 1 ? acknowledged : sent, GAP_END, time)
}
