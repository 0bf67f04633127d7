import {
  ANOMALY_OUT_OF_ORDER,
  ANOMALY_RST_IGNORED,
  D_ORIENTATION,
  D_PAYLOAD_LENGTH,
  D_SEQUENCE,
  D_TCP_FLAGS,
  D_WINDOW,
  EVENT_ESTABLISHED,
  EVENT_STATE_CHANGE,
  F_FLAGS,
  F_STATE,
  FLOW_INITIATOR_REVERSE,
  STATE_ACTIVE,
  T_OUT_OF_ORDER,
  T_RST_IGNORED,
  TCP_RST,
} from '../layout'
import { writeStateEvent } from '../output/events'
import { noteAnomaly } from './anomalies'
import { notePacket, noteRetransmission, noteZeroWindow } from './history'
import { coldRecord } from './records'
import {
  AHEAD,
  acceptsRst,
  advance,
  arrival,
  finSides,
  finsAcknowledged,
  isOwnSyn,
  RETRANSMITTED,
  sideOf,
} from './tcp-sequence'
import { closingState, isEstablishment, isHalfClosed, openingState } from './tcp-state'

/** What a segment does to its connection: history, sequence numbers, state. */

/**
 * Whether the bare SYN in `d` begins another connection of the same addresses and ports: one side has closed, or the
 * flow was picked up mid-stream, by what an earlier connection left behind, and the SYN is none of its own.
 */
export function beginsAnew(d: usize, hot: usize): bool {
  const state = <u32>load<u8>(hot, F_STATE)
  if (isHalfClosed(state)) return true
  if (state != STATE_ACTIVE) return false
  const side = <u32>load<u8>(d, D_ORIENTATION) ^ (<u32>load<u8>(hot, F_FLAGS) & FLOW_INITIATOR_REVERSE)
  return !isOwnSyn(d, sideOf(hot, side), sideOf(hot, side ^ 1))
}

/** Tracks the segment in `d`, and answers with the STATE_* that the connection is in now. */
export function trackTcp(d: usize, index: usize, hot: usize, side: u32, time: u64, isFirst: bool): u32 {
  const cold = coldRecord(index)
  const flags = <u32>load<u8>(d, D_TCP_FLAGS)
  const sender = sideOf(hot, side)
  const peer = sideOf(hot, side ^ 1)
  const state = <u32>load<u8>(hot, F_STATE)
  notePacket(hot, cold, side, flags, load<u32>(d, D_PAYLOAD_LENGTH) != 0)
  if ((flags & TCP_RST) != 0) {
    if (!isFirst && !acceptsRst(d, state, sender, peer)) {
      noteAnomaly(ANOMALY_RST_IGNORED, T_RST_IGNORED, side, index, time, load<u32>(d, D_SEQUENCE))
      return state
    }
  } else {
    advance(d, sender, peer)
    if (arrival == RETRANSMITTED) noteRetransmission(hot, cold, side)
    if (arrival == AHEAD) {
      noteAnomaly(ANOMALY_OUT_OF_ORDER, T_OUT_OF_ORDER, side, index, time, load<u32>(d, D_PAYLOAD_LENGTH))
    }
    if (load<u16>(d, D_WINDOW) == 0) noteZeroWindow(hot, cold, side)
  }
  const opened = openingState(state, flags, side, isFirst)
  if (opened != state) changeState(index, hot, cold, side, time, state, opened)
  const closed = closingState(opened, finSides(sender, peer), finsAcknowledged(sender, peer))
  if (closed != opened) changeState(index, hot, cold, side, time, opened, closed)
  return closed
}

function changeState(index: usize, hot: usize, cold: usize, side: u32, time: u64, from: u32, to: u32): void {
  store<u8>(hot, <u8>to, F_STATE)
  const kind = isEstablishment(from, to) ? EVENT_ESTABLISHED : EVENT_STATE_CHANGE
  writeStateEvent(kind, side, index, hot, cold, time, from, to)
}
