import {
  SIDE_INITIATOR,
  STATE_ACTIVE,
  STATE_CLOSED,
  STATE_CLOSING,
  STATE_ESTABLISHED,
  STATE_FIN_WAIT,
  STATE_RESET,
  STATE_SYN_RECEIVED,
  STATE_SYN_SENT,
  TCP_ACK,
  TCP_RST,
  TCP_SYN,
} from '../layout'

/**
 * The TCP connection as a passive observer sees it (after RFC 9293, section 3.3.2; the states are those of both
 * ends together). A pure function: what depends on sequence numbers comes in as `finSides` and `finsAcknowledged`.
 *
 *   from           on                                                     to
 *   any            RST (the caller has checked its sequence number)       RESET
 *   ACTIVE         SYN of the initiator, first packet of the flow         SYN_SENT
 *   ACTIVE         SYN+ACK, first packet of the flow                      SYN_RECEIVED
 *   SYN_SENT       SYN of the responder (with ACK, or simultaneous open)  SYN_RECEIVED
 *   SYN_SENT       ACK without SYN of the initiator: the answer was not captured          ESTABLISHED
 *   SYN_RECEIVED   ACK of the initiator                                   ESTABLISHED
 *   before FIN     FIN of either side, also on flows first seen mid-stream                FIN_WAIT
 *   FIN_WAIT       FIN of the other side                                  CLOSING
 *   CLOSING        both FINs acknowledged                                 CLOSED
 */
export function openingState(state: u32, flags: u32, side: u32, isFirst: bool): u32 {
  if ((flags & TCP_RST) != 0) return STATE_RESET
  const syn = (flags & TCP_SYN) != 0
  const ack = (flags & TCP_ACK) != 0
  if (state == STATE_ACTIVE) {
    if (!syn || !isFirst) return state
    return ack ? STATE_SYN_RECEIVED : STATE_SYN_SENT
  }
  if (state == STATE_SYN_SENT) {
    if (side == SIDE_INITIATOR) return ack && !syn ? STATE_ESTABLISHED : state
    return syn ? STATE_SYN_RECEIVED : state
  }
  if (state == STATE_SYN_RECEIVED) return ack && side == SIDE_INITIATOR ? STATE_ESTABLISHED : state
  return state
}

/** The closing half of the table above: `finSides` counts the sides that sent FIN, `finsAcknowledged` those answered. */
export function closingState(state: u32, finSides: u32, finsAcknowledged: u32): u32 {
  if (isTerminal(state) || finSides == 0) return state
  if (finSides == 1) return STATE_FIN_WAIT
  return finsAcknowledged == 2 ? STATE_CLOSED : STATE_CLOSING
}

/** Whether a flow in this state is over. */
export function isTerminal(state: u32): bool {
  return state >= STATE_CLOSED
}

/** Whether one side at least has sent its FIN: a new SYN begins another connection (port reuse). */
export function isHalfClosed(state: u32): bool {
  return state == STATE_FIN_WAIT || state == STATE_CLOSING
}

/** Whether a change to this state is told as EVENT_ESTABLISHED. */
export function isEstablishment(from: u32, to: u32): bool {
  return to == STATE_ESTABLISHED && from != to
}
