import {
  SIDE_INITIATOR,
  SIDE_RESPONDER,
  STATE_ABORTED,
  STATE_ACTIVE,
  STATE_CLOSED,
  STATE_CLOSING,
  STATE_ESTABLISHED,
  STATE_FIN_WAIT,
  STATE_RESET,
  STATE_SYN_RECEIVED,
  STATE_SYN_SENT,
} from '../../layout'
import { closingState, isEstablishment, isHalfClosed, isTerminal, openingState } from '../tcp-state'
import { ACK, PSH, RST, SYN, stateName } from './harness'

/** What opens the connection, by the table of RFC 9293, section 3.3.2, as one in the middle sees it. */
function expectedOpening(state: u32, flags: u32, side: u32, isFirst: bool): u32 {
  const syn = (flags & SYN) != 0
  const ack = (flags & ACK) != 0
  if ((flags & RST) != 0) return STATE_RESET
  if (state == STATE_ACTIVE && isFirst && syn) return ack ? STATE_SYN_RECEIVED : STATE_SYN_SENT
  if (state == STATE_SYN_SENT && side == SIDE_RESPONDER && syn) return STATE_SYN_RECEIVED
  if (state == STATE_SYN_SENT && side == SIDE_INITIATOR && ack && !syn) return STATE_ESTABLISHED
  if (state == STATE_SYN_RECEIVED && side == SIDE_INITIATOR && ack) return STATE_ESTABLISHED
  return state
}

describe('TCP states, opening', () => {
  it('follow the three-way handshake', () => {
    expect<u32>(openingState(STATE_ACTIVE, SYN, SIDE_INITIATOR, true)).toBe(STATE_SYN_SENT)
    expect<u32>(openingState(STATE_SYN_SENT, SYN | ACK, SIDE_RESPONDER, false)).toBe(STATE_SYN_RECEIVED)
    expect<u32>(openingState(STATE_SYN_RECEIVED, ACK, SIDE_INITIATOR, false)).toBe(STATE_ESTABLISHED)
  })

  it('follow a handshake seen from its second packet on', () => {
    expect<u32>(openingState(STATE_ACTIVE, SYN | ACK, SIDE_RESPONDER, true)).toBe(STATE_SYN_RECEIVED)
  })

  it('follow a simultaneous open', () => {
    expect<u32>(openingState(STATE_SYN_SENT, SYN, SIDE_RESPONDER, false)).toBe(STATE_SYN_RECEIVED)
    expect<u32>(openingState(STATE_SYN_RECEIVED, SYN | ACK, SIDE_INITIATOR, false)).toBe(STATE_ESTABLISHED)
  })

  it('do not advance on a SYN or SYN+ACK sent again, on data, or on an ACK of the responder', () => {
    expect<u32>(openingState(STATE_SYN_SENT, SYN, SIDE_INITIATOR, false)).toBe(STATE_SYN_SENT)
    expect<u32>(openingState(STATE_SYN_SENT, ACK, SIDE_RESPONDER, false)).toBe(STATE_SYN_SENT)
    expect<u32>(openingState(STATE_SYN_RECEIVED, SYN, SIDE_INITIATOR, false)).toBe(STATE_SYN_RECEIVED)
    expect<u32>(openingState(STATE_SYN_RECEIVED, SYN | ACK, SIDE_RESPONDER, false)).toBe(STATE_SYN_RECEIVED)
    expect<u32>(openingState(STATE_SYN_RECEIVED, PSH | ACK, SIDE_RESPONDER, false)).toBe(STATE_SYN_RECEIVED)
    expect<u32>(openingState(STATE_ESTABLISHED, SYN | ACK, SIDE_RESPONDER, false)).toBe(STATE_ESTABLISHED)
    expect<u32>(openingState(STATE_ACTIVE, PSH | ACK, SIDE_INITIATOR, true)).toBe(STATE_ACTIVE)
  })

  it('are those of the table for each state, side and all 256 combinations of flags', () => {
    let wrong = ''
    for (let state: u32 = 0; state <= STATE_ABORTED; state++) {
      for (let flags: u32 = 0; flags < 256; flags++) {
        for (let side: u32 = 0; side < 2; side++) {
          for (let first = 0; first < 2; first++) {
            const got = openingState(state, flags, side, first != 0)
            if (got == expectedOpening(state, flags, side, first != 0)) continue
            wrong +=
              stateName(state) + ' ' + flags.toString(16) + ' side ' + side.toString() + ': ' + stateName(got) + '; '
          }
        }
      }
    }
    expect<string>(wrong).toBe('')
  })
})

describe('TCP states, closing', () => {
  it('wait for the second FIN, then for both to be acknowledged', () => {
    for (let state: u32 = STATE_ACTIVE; state <= STATE_CLOSING; state++) {
      expect<u32>(closingState(state, 0, 0)).toBe(state)
      expect<u32>(closingState(state, 1, 0)).toBe(STATE_FIN_WAIT)
      expect<u32>(closingState(state, 1, 1)).toBe(STATE_FIN_WAIT)
      expect<u32>(closingState(state, 2, 0)).toBe(STATE_CLOSING)
      expect<u32>(closingState(state, 2, 1)).toBe(STATE_CLOSING)
      expect<u32>(closingState(state, 2, 2)).toBe(STATE_CLOSED)
    }
  })

  it('never leave a terminal state', () => {
    for (let state: u32 = STATE_CLOSED; state <= STATE_ABORTED; state++) {
      for (let fins: u32 = 0; fins <= 2; fins++) {
        for (let acknowledged: u32 = 0; acknowledged <= fins; acknowledged++) {
          expect<u32>(closingState(state, fins, acknowledged)).toBe(state)
        }
      }
      for (let flags: u32 = 0; flags < 256; flags++) {
        expect<bool>(isTerminal(openingState(state, flags, flags & 1, false))).toBe(true)
      }
    }
  })
})

describe('kinds of TCP states', () => {
  it('are terminal, half-closed, or neither', () => {
    let terminal = ''
    let halfClosed = ''
    for (let state: u32 = 0; state <= STATE_ABORTED; state++) {
      if (isTerminal(state)) terminal += stateName(state) + ' '
      if (isHalfClosed(state)) halfClosed += stateName(state) + ' '
    }
    expect<string>(terminal).toBe('closed reset aborted ')
    expect<string>(halfClosed).toBe('fin-wait closing ')
  })

  it('tell an establishment from other changes', () => {
    expect<bool>(isEstablishment(STATE_SYN_RECEIVED, STATE_ESTABLISHED)).toBe(true)
    expect<bool>(isEstablishment(STATE_ESTABLISHED, STATE_ESTABLISHED)).toBe(false)
    expect<bool>(isEstablishment(STATE_ESTABLISHED, STATE_FIN_WAIT)).toBe(false)
    expect<bool>(isEstablishment(STATE_ACTIVE, STATE_SYN_SENT)).toBe(false)
  })
})
