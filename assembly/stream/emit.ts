import {
  E_DETAIL,
  EVENT_HEADER,
  EVENT_STREAM_CONFLICT,
  EVENT_STREAM_DATA,
  EVENT_STREAM_END,
  EVENT_STREAM_GAP,
  EVENT_STREAM_STOPPED,
  MAX_CONFLICT_BYTES,
  MAX_EVENTS_PER_PACKET,
  STREAM_EVENT_SIZE,
  STREAM_RESPONDER,
  X_CONFLICTS,
  X_EVENT_GAP,
  X_EVENT_LENGTH,
  X_EVENT_OFFSET,
  X_EVENT_OLD,
  X_EVENT_POINTER,
  X_FLAGS,
  X_FLOW,
  X_NUMBER,
  X_OFFSET,
} from '../layout'
import { writeHeader } from '../output/events'
import { ringHasRoom } from '../output/ring'
import { tellsConflicts } from './config'

/** What listeners are told of a side's stream. */

/** Room for one event of a stream besides those that the packet at work may still cause. */
export function hasRoom(): bool {
  return ringHasRoom(MAX_EVENTS_PER_PACKET + STREAM_EVENT_SIZE)
}

function begin(kind: u32, side: usize, offset: u64, time: u64, length: usize): usize {
  const flow = <usize>load<u32>(side, X_FLOW)
  const which = <u32>((load<u32>(side, X_FLAGS) & STREAM_RESPONDER) != 0)
  const event = writeHeader(kind, which, flow, load<u64>(side, X_NUMBER), time, length)
  store<u32>(event, 0, E_DETAIL)
  store<f64>(event, <f64>offset, X_EVENT_OFFSET)
  return event
}

export function emitData(side: usize, offset: u64, data: usize, length: usize, time: u64): void {
  const event = begin(EVENT_STREAM_DATA, side, offset, time, STREAM_EVENT_SIZE)
  store<u32>(event, <u32>data, X_EVENT_POINTER)
  store<u32>(event, <u32>length, X_EVENT_LENGTH)
}

export function emitGap(side: usize, offset: u64, length: u64, reason: u32, time: u64): void {
  const event = begin(EVENT_STREAM_GAP, side, offset, time, STREAM_EVENT_SIZE)
  store<u32>(event, reason, E_DETAIL)
  store<f64>(event, <f64>length, X_EVENT_GAP)
}

export function emitEnd(side: usize, time: u64): void {
  begin(EVENT_STREAM_END, side, load<u64>(side, X_OFFSET), time, STREAM_EVENT_SIZE)
}

export function emitStopped(side: usize, time: u64): void {
  begin(EVENT_STREAM_STOPPED, side, load<u64>(side, X_OFFSET), time, STREAM_EVENT_SIZE)
}

/** Time of the packet at work, for conflicts, which are found deep inside an insertion. */
export let conflictTime: u64 = 0
/** Conflicts told of the packet at work: a hostile one could cause thousands. */
let conflictsTold: u32 = 0
/** Most conflicts told of one packet; all are counted. */
const MAX_CONFLICTS_TOLD: u32 = 4
const CONFLICT_SIZE: usize = EVENT_HEADER + 8 + 2 * MAX_CONFLICT_BYTES

/** Room for all conflicts that the packet at work may cause: which are told must not depend on how full the ring is. */
export function hasConflictRoom(): bool {
  return !tellsConflicts || ringHasRoom(MAX_EVENTS_PER_PACKET + <usize>MAX_CONFLICTS_TOLD * CONFLICT_SIZE)
}

export function beginConflicts(time: u64): void {
  conflictTime = time
  conflictsTold = 0
}

/**
 * Counts an overlap of `length` bytes that differ, and tells it with both versions as far as they fit an event. The
 * caller has asked `hasConflictRoom`.
 */
export function reportConflict(
  side: usize,
  offset: u64,
  old: usize,
  fresh: usize,
  length: usize,
  freshWins: bool,
): void {
  store<u32>(side, load<u32>(side, X_CONFLICTS) + 1, X_CONFLICTS)
  if (!tellsConflicts || conflictsTold == MAX_CONFLICTS_TOLD) return
  conflictsTold++
  const event = begin(EVENT_STREAM_CONFLICT, side, offset, conflictTime, CONFLICT_SIZE)
  const kept = min<usize>(length, MAX_CONFLICT_BYTES)
  store<u32>(event, <u32>length | ((<u32>freshWins) << 31), E_DETAIL)
  memory.copy(event + X_EVENT_OLD, old, kept)
  memory.copy(event + X_EVENT_OLD + MAX_CONFLICT_BYTES, fresh, kept)
}
