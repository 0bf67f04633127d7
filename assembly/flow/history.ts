import {
  F_HISTORY_LENGTH,
  F_SIDES,
  K_HISTORY,
  MAX_HISTORY,
  S_HISTORY,
  S_RETRANSMITS,
  SIDE_SIZE,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
} from '../layout'
import { crateHistory } from './config'

/**
 * Connection history, as in Zeek's conn.log: one letter for each kind of packet, upper case from the initiator, lower
 * case from the responder, in the order in which each was first seen.
 *
 *   S  SYN without ACK          H  SYN with ACK            A  ACK without payload
 *   D  payload                  F  FIN                     R  RST
 *   I  FIN with RST             Q  SYN with FIN or RST     W  zero window
 *   T  retransmission (the 1st, 10th, 100th ...)           ^  the initiator was put right (see FLOW_INITIATOR_CORRECTED)
 *
 * The Rust crate's form writes S, F, R, D for each packet that has the flag or payload, repeats included.
 */

const LETTER_S: u32 = 0x53
const LETTER_H: u32 = 0x48
const LETTER_A: u32 = 0x41
const LETTER_D: u32 = 0x44
const LETTER_F: u32 = 0x46
const LETTER_R: u32 = 0x52
const LETTER_I: u32 = 0x49
const LETTER_Q: u32 = 0x51
const LETTER_W: u32 = 0x57
const LETTER_T: u32 = 0x54
const FLIPPED: u32 = 0x5e

const SEEN_S: u32 = 1
const SEEN_H: u32 = 2
const SEEN_A: u32 = 4
const SEEN_D: u32 = 8
const SEEN_F: u32 = 16
const SEEN_R: u32 = 32
const SEEN_I: u32 = 64
const SEEN_Q: u32 = 128
const SEEN_W: u32 = 256

const LOWER_CASE: u32 = 0x20
const ZEEK_FLAGS: u32 = TCP_SYN | TCP_FIN | TCP_RST

function append(hot: usize, cold: usize, letter: u32): void {
  const length = <usize>load<u8>(hot, F_HISTORY_LENGTH)
  if (length >= MAX_HISTORY) return
  store<u8>(cold + length, <u8>letter, K_HISTORY)
  store<u8>(hot, <u8>(length + 1), F_HISTORY_LENGTH)
}

function appendOnce(hot: usize, cold: usize, side: u32, bit: u32, letter: u32): void {
  const state = hot + F_SIDES + <usize>side * SIDE_SIZE
  const seen = <u32>load<u16>(state, S_HISTORY)
  if ((seen & bit) != 0) return
  store<u16>(state, <u16>(seen | bit), S_HISTORY)
  append(hot, cold, letter | (side * LOWER_CASE))
}

/** Notes a packet of `side` with these TCP flags (0 for other protocols) and whether it carries payload. */
export function notePacket(hot: usize, cold: usize, side: u32, flags: u32, hasPayload: bool): void {
  if (crateHistory) {
    noteAsCrate(hot, cold, side, flags, hasPayload)
    return
  }
  const control = flags & ZEEK_FLAGS
  if (control == 0) {
    if (hasPayload) appendOnce(hot, cold, side, SEEN_D, LETTER_D)
    else if ((flags & TCP_ACK) != 0) appendOnce(hot, cold, side, SEEN_A, LETTER_A)
  } else if (control == TCP_SYN) {
    if ((flags & TCP_ACK) != 0) appendOnce(hot, cold, side, SEEN_H, LETTER_H)
    else appendOnce(hot, cold, side, SEEN_S, LETTER_S)
  } else if (control == TCP_FIN) {
    appendOnce(hot, cold, side, SEEN_F, LETTER_F)
  } else if (control == TCP_RST) {
    appendOnce(hot, cold, side, SEEN_R, LETTER_R)
  } else if (control == (TCP_FIN | TCP_RST)) {
    appendOnce(hot, cold, side, SEEN_I, LETTER_I)
  } else {
    appendOnce(hot, cold, side, SEEN_Q, LETTER_Q)
  }
}

function noteAsCrate(hot: usize, cold: usize, side: u32, flags: u32, hasPayload: bool): void {
  const lower = side * LOWER_CASE
  if ((flags & TCP_SYN) != 0) append(hot, cold, LETTER_S | lower)
  if ((flags & TCP_FIN) != 0) append(hot, cold, LETTER_F | lower)
  if ((flags & TCP_RST) != 0) append(hot, cold, LETTER_R | lower)
  if (hasPayload) append(hot, cold, LETTER_D | lower)
}

/** Notes the retransmission just counted in S_RETRANSMITS. */
export function noteRetransmission(hot: usize, cold: usize, side: u32): void {
  if (crateHistory) return
  let n = load<u32>(hot + F_SIDES + <usize>side * SIDE_SIZE, S_RETRANSMITS)
  while (n % 10 == 0) n /= 10
  if (n == 1) append(hot, cold, LETTER_T | (side * LOWER_CASE))
}

export function noteZeroWindow(hot: usize, cold: usize, side: u32): void {
  if (!crateHistory) appendOnce(hot, cold, side, SEEN_W, LETTER_W)
}

export function noteFlipped(hot: usize, cold: usize): void {
  if (!crateHistory) append(hot, cold, FLIPPED)
}
