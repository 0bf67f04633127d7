import {
  END_EVICTED,
  END_FIN,
  END_FORCED,
  END_IDLE_TIMEOUT,
  END_OF_CAPTURE,
  END_PORT_REUSE,
  END_RST,
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
} from '../../assembly/layout'

/** Who sent a packet: the initiator opened the flow, as far as the capture shows. */
export type FlowSide = 'initiator' | 'responder'

/** State of a flow. All but TCP flows with readable headers are `active` for life; the last three are final. */
export type FlowState =
  | 'active'
  | 'syn_sent'
  | 'syn_received'
  | 'established'
  | 'fin_wait'
  | 'closing'
  | 'closed'
  | 'reset'
  | 'aborted'

/**
 * Why a flow ended.
 *
 * | reason | meaning |
 * |---|---|
 * | `fin` | both sides of a TCP connection have closed it |
 * | `rst` | a RST inside the window, or any RST where `acceptAnyRst` is set |
 * | `idle_timeout` | no packet for as long as its idle timeout |
 * | `evicted` | the longest unused one when there were more than `maxFlows` |
 * | `port_reuse` | a SYN on a closing connection began a new one with the same key |
 * | `forced` | {@link FlowTracker.forceClose} |
 * | `end_of_capture` | {@link FlowTracker.finish}, or the end of the capture in `events()` and `flows()` |
 */
export type EndReason = 'fin' | 'rst' | 'idle_timeout' | 'evicted' | 'forced' | 'end_of_capture' | 'port_reuse'

const STATES: Readonly<Record<number, FlowState>> = {
  [STATE_ACTIVE]: 'active',
  [STATE_SYN_SENT]: 'syn_sent',
  [STATE_SYN_RECEIVED]: 'syn_received',
  [STATE_ESTABLISHED]: 'established',
  [STATE_FIN_WAIT]: 'fin_wait',
  [STATE_CLOSING]: 'closing',
  [STATE_CLOSED]: 'closed',
  [STATE_RESET]: 'reset',
  [STATE_ABORTED]: 'aborted',
}

const END_REASONS: Readonly<Record<number, EndReason>> = {
  [END_FIN]: 'fin',
  [END_RST]: 'rst',
  [END_IDLE_TIMEOUT]: 'idle_timeout',
  [END_EVICTED]: 'evicted',
  [END_FORCED]: 'forced',
  [END_OF_CAPTURE]: 'end_of_capture',
  [END_PORT_REUSE]: 'port_reuse',
}

/** Whether a flow in this state has ended. */
export function isTerminal(state: FlowState): boolean {
  return state === 'closed' || state === 'reset' || state === 'aborted'
}

/** Name of a `STATE_*` code. */
export function flowState(code: number): FlowState {
  return nameOf(STATES, code, 'flow state')
}

/** Name of an `END_*` code. */
export function endReason(code: number): EndReason {
  return nameOf(END_REASONS, code, 'end reason')
}

/** Name of a `SIDE_*` code. */
export function flowSide(code: number): FlowSide {
  return code === SIDE_RESPONDER ? 'responder' : 'initiator'
}

/** Name of a code of the core. */
export function nameOf<T>(names: Readonly<Record<number, T>>, code: number, what: string): T {
  const name = names[code]
  if (name === undefined) throw new RangeError(`not a ${what}: ${code}`)
  return name
}
