import {
  D_ACKNOWLEDGEMENT,
  D_PAYLOAD_LENGTH,
  D_SEQUENCE,
  D_TCP_FLAGS,
  D_WINDOW,
  D_WINDOW_SCALE,
  F_SIDES,
  NO_WINDOW_SCALE,
  S_ACKNOWLEDGED,
  S_FLAGS,
  S_NEXT_SEQUENCE,
  S_OUT_OF_ORDER,
  S_RETRANSMITS,
  S_WINDOW,
  S_WINDOW_SCALE,
  SIDE_ACKNOWLEDGEMENT_KNOWN,
  SIDE_FIN,
  SIDE_FIN_ACKNOWLEDGED,
  SIDE_SEQUENCE_KNOWN,
  SIDE_SIZE,
  SIDE_SYN,
  STATE_SYN_SENT,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
} from '../layout'
import { acceptAnyRst } from './config'

/** Sequence numbers, acknowledgements and windows of the two sides of a connection (RFC 9293, section 3.4). */

/** Largest shift of the window scale option (RFC 7323, section 2.3); assumed where no SYN told the scale. */
const MAX_WINDOW_SCALE: u32 = 14

/** Reach beyond the last byte seen within which a RST counts, where the peer's window is not known: 64 KiB. */
const UNKNOWN_WINDOW: u32 = 65535

export function sideOf(hot: usize, side: u32): usize {
  return hot + F_SIDES + <usize>side * SIDE_SIZE
}

/** Whether sequence number `a` lies before `b`, modulo 2^32. */
export function isBefore(a: u32, b: u32): bool {
  return <i32>(a - b) < 0
}

function hasFlag(side: usize, flag: u32): bool {
  return (<u32>load<u8>(side, S_FLAGS) & flag) != 0
}

function setFlag(side: usize, flag: u32): void {
  store<u8>(side, load<u8>(side, S_FLAGS) | <u8>flag, S_FLAGS)
}

function increment(counter: usize): void {
  const n = load<u32>(counter)
  if (n != u32.MAX_VALUE) store<u32>(counter, n + 1)
}

/**
 * Whether the RST in descriptor `d` may end the connection (RFC 9293, section 3.5.2). In SYN_SENT one from the
 * responder must acknowledge the SYN; otherwise its sequence number must lie in what the peer can receive, as far as
 * the capture shows: from the peer's last acknowledgement to the end of its window or the last byte seen.
 */
export function acceptsRst(d: usize, state: u32, sender: usize, peer: usize): bool {
  if (acceptAnyRst) return true
  const sequence = load<u32>(d, D_SEQUENCE)
  if (state == STATE_SYN_SENT && !hasFlag(sender, SIDE_SEQUENCE_KNOWN)) {
    const acknowledges = (<u32>load<u8>(d, D_TCP_FLAGS) & TCP_ACK) != 0
    return acknowledges && load<u32>(d, D_ACKNOWLEDGEMENT) == load<u32>(peer, S_NEXT_SEQUENCE)
  }
  const sent = load<u32>(sender, S_NEXT_SEQUENCE)
  if (hasFlag(peer, SIDE_ACKNOWLEDGEMENT_KNOWN)) {
    const acknowledged = load<u32>(peer, S_ACKNOWLEDGED)
    const window = load<u32>(peer, S_WINDOW)
    if (sequence - acknowledged <= window) return true
    if (!hasFlag(sender, SIDE_SEQUENCE_KNOWN)) return false
    // The peer's acknowledgement may lag: what it was sent since counts as well.
    return !isBefore(sequence, acknowledged) && !isBefore(sent, sequence)
  }
  if (!hasFlag(sender, SIDE_SEQUENCE_KNOWN)) return true
  return sequence - sent + UNKNOWN_WINDOW <= 2 * UNKNOWN_WINDOW
}

// What `arrival` tells of the last segment.
export const IN_ORDER: u32 = 0
export const RETRANSMITTED: u32 = 1 // it begins below what was expected, and is no keep-alive
export const AHEAD: u32 = 2 // it begins above what was expected

/** How the segment last taken by `advance` arrived. */
export let arrival: u32 = 0

/** Takes the segment in `d` into the sender's sequence space and the peer's acknowledgements. Not for RST. */
export function advance(d: usize, sender: usize, peer: usize): void {
  const flags = <u32>load<u8>(d, D_TCP_FLAGS)
  const isSyn = (flags & TCP_SYN) != 0
  const isFin = (flags & TCP_FIN) != 0
  const length = load<u32>(d, D_PAYLOAD_LENGTH) + <u32>isSyn + <u32>isFin
  const sequence = load<u32>(d, D_SEQUENCE)
  const end = sequence + length
  arrival = IN_ORDER
  // A SYN that nobody answered may be given up for one of another initial number.
  const isNewAttempt = isSyn && end != load<u32>(sender, S_NEXT_SEQUENCE) && !hasFlag(peer, SIDE_ACKNOWLEDGEMENT_KNOWN)
  if (isNewAttempt || !hasFlag(sender, SIDE_SEQUENCE_KNOWN)) {
    setFlag(sender, SIDE_SEQUENCE_KNOWN)
    store<u32>(sender, end, S_NEXT_SEQUENCE)
  } else if (length != 0) {
    const expected = load<u32>(sender, S_NEXT_SEQUENCE)
    // A keep-alive repeats one byte below what is expected (RFC 9293, section 3.8.4): no retransmission.
    const isKeepAlive = length == 1 && !isSyn && !isFin && sequence == expected - 1
    if (isBefore(sequence, expected)) {
      if (!isKeepAlive) {
        increment(sender + S_RETRANSMITS)
        arrival = RETRANSMITTED
      }
    } else if (sequence != expected) {
      increment(sender + S_OUT_OF_ORDER)
      arrival = AHEAD
    }
    // A SYN within a connection is not part of it (RFC 9293, section 3.10.7.4).
    if (isBefore(expected, end) && !isSyn) store<u32>(sender, end, S_NEXT_SEQUENCE)
  }
  if (isSyn) {
    setFlag(sender, SIDE_SYN)
    store<u8>(sender, load<u8>(d, D_WINDOW_SCALE), S_WINDOW_SCALE)
  }
  if (isFin) {
    setFlag(sender, SIDE_FIN)
    // The acknowledgement may have been captured before the FIN.
    if (hasFlag(peer, SIDE_ACKNOWLEDGEMENT_KNOWN)) noteFinAcknowledged(sender, load<u32>(peer, S_ACKNOWLEDGED))
  }
  if ((flags & TCP_ACK) != 0) acknowledge(d, sender, peer, isSyn)
}

function acknowledge(d: usize, sender: usize, peer: usize, isSyn: bool): void {
  const acknowledgement = load<u32>(d, D_ACKNOWLEDGEMENT)
  const isKnown = hasFlag(sender, SIDE_ACKNOWLEDGEMENT_KNOWN)
  if (isKnown && isBefore(acknowledgement, load<u32>(sender, S_ACKNOWLEDGED))) return
  setFlag(sender, SIDE_ACKNOWLEDGEMENT_KNOWN)
  store<u32>(sender, acknowledgement, S_ACKNOWLEDGED)
  store<u32>(sender, (<u32>load<u16>(d, D_WINDOW)) << windowShift(sender, peer, isSyn), S_WINDOW)
  if (hasFlag(peer, SIDE_FIN)) noteFinAcknowledged(peer, acknowledgement)
}

function noteFinAcknowledged(side: usize, acknowledgement: u32): void {
  if (!isBefore(acknowledgement, load<u32>(side, S_NEXT_SEQUENCE))) setFlag(side, SIDE_FIN_ACKNOWLEDGED)
}

/** The window of a SYN is never scaled, others only when both SYNs offered it (RFC 7323, section 2.2). */
function windowShift(sender: usize, peer: usize, isSyn: bool): u32 {
  if (isSyn) return 0
  if (!hasFlag(sender, SIDE_SYN)) return MAX_WINDOW_SCALE
  const scale = <u32>load<u8>(sender, S_WINDOW_SCALE)
  const peerOffered = !hasFlag(peer, SIDE_SYN) || <u32>load<u8>(peer, S_WINDOW_SCALE) != NO_WINDOW_SCALE
  return scale == NO_WINDOW_SCALE || !peerOffered ? 0 : min<u32>(scale, MAX_WINDOW_SCALE)
}

/** How many of the two sides have this SIDE_* flag. */
export function sidesWith(flag: u32, a: usize, b: usize): u32 {
  return <u32>hasFlag(a, flag) + <u32>hasFlag(b, flag)
}

/** Whether both FINs, or one, or none were sent. */
export function finSides(a: usize, b: usize): u32 {
  return sidesWith(SIDE_FIN, a, b)
}

export function finsAcknowledged(a: usize, b: usize): u32 {
  return sidesWith(SIDE_FIN_ACKNOWLEDGED, a, b)
}

/** Reach within which a SYN captured late still belongs to the segments seen before it: 64 KiB. */
const LATE_SYN_REACH: u32 = 65535

/** Whether the SYN in `d` fits the connection that its sender and peer are known to have. */
export function isOwnSyn(d: usize, sender: usize, peer: usize): bool {
  const first = load<u32>(d, D_SEQUENCE) + 1
  if (hasFlag(sender, SIDE_SEQUENCE_KNOWN)) return load<u32>(sender, S_NEXT_SEQUENCE) - first <= LATE_SYN_REACH
  return hasFlag(peer, SIDE_ACKNOWLEDGEMENT_KNOWN) && load<u32>(peer, S_ACKNOWLEDGED) - first <= LATE_SYN_REACH
}

/** Whether the packet in `d` is a bare SYN: no ACK, no RST. */
export function isBareSyn(d: usize): bool {
  return (<u32>load<u8>(d, D_TCP_FLAGS) & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN
}
