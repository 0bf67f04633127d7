import {
  CONFIG_TUNNEL_KEY,
  CONFIG_VLAN_KEY,
  KEY_DIRECTIONAL,
  KEY_HAS_LABEL,
  PLAN_AUTO_DETECT,
  PLAN_CODE,
  PLAN_CUSTOM,
  PLAN_DIRECTIONAL,
  PLAN_FIVE_TUPLE,
  PLAN_FLOW_LABEL,
  PLAN_GENEVE_PORT,
  PLAN_GTPU_PORT,
  PLAN_IP_PAIR,
  PLAN_MAC_PAIR,
  PLAN_MASK,
  PLAN_MAX,
  PLAN_OPERATION_SIZE,
  PLAN_PORT,
  PLAN_VXLAN_GPE_PORT,
  PLAN_VXLAN_PORT,
} from '../layout'
import { GTPU_PORT } from '../packet/gtpu'
import { setTunnelPorts } from '../packet/udp-tunnels'
import { GENEVE_PORT, VXLAN_GPE_PORT, VXLAN_PORT } from '../packet/vxlan'

// The plan, taken apart once. Its usual end, auto-detection and flow label directly before the key, costs no extra walk:
// both come out of the walk that finds the flow. What stands before them is run operation by operation.

/** Copy of the operations that are run one by one before the last walk. */
export const PLAN_STEPS: usize = memory.data(256, 16)
export let planSteps: usize = 0
/** DETECT_* mask of the last walk; 0 to stop at the outermost IP header. */
export let planDetect: u32 = 0
/** The auto-detect operation that belongs to it, 0 for none. */
export let planDetectStep: usize = 0
/** PLAN_* code of the operation that makes the key; 0 for a plan without one, which matches nothing. */
export let planKey: u32 = 0
/** All ones when endpoints are put in canonical order, 0 when a is always the source. */
export let planSwap: u64 = 0
/** Whether the key has the flow label of the frame that the last walk sees. */
export let planLabel: bool = false
/** Whether the key has any label. */
export let planAnyLabel: bool = false
/** Whether the key has any tag: a label, VLAN ids or a tunnel's id. */
export let planAnyTag: bool = false
/** KEY_* bits that all keys of the plan have. */
export let planKeyBits: u32 = 0
export let planVlanKey: bool = false
export let planTunnelKey: bool = false

/** Takes a plan, PLAN_MAX operations at `plan`, and the CONFIG_* flags. It ends with the first operation that makes a key. */
export function compilePlan(plan: usize, flags: u32): void {
  planVlanKey = (flags & CONFIG_VLAN_KEY) != 0
  planTunnelKey = (flags & CONFIG_TUNNEL_KEY) != 0
  planKey = 0
  planDetect = 0
  planDetectStep = 0
  planLabel = false
  planAnyLabel = false
  memory.copy(PLAN_STEPS, plan, PLAN_MAX * PLAN_OPERATION_SIZE)
  let count: usize = 0
  while (count < PLAN_MAX && !makesKey(codeAt(count))) {
    if (codeAt(count) == PLAN_FLOW_LABEL) planAnyLabel = true
    count += 1
  }
  planSteps = 0
  if (count == PLAN_MAX) return
  planKey = codeAt(count)
  planSwap = planKey == PLAN_FIVE_TUPLE && load<u8>(operation(count), PLAN_DIRECTIONAL) != 0 ? 0 : ~(<u64>0)
  planKeyBits = (planAnyLabel ? KEY_HAS_LABEL : 0) | (planSwap == 0 ? KEY_DIRECTIONAL : 0)
  // The host writes custom keys whole: they have no room for tags.
  planAnyTag = planKey != PLAN_CUSTOM && (planAnyLabel || planVlanKey || planTunnelKey)
  if (count > 0 && codeAt(count - 1) == PLAN_FLOW_LABEL) {
    planLabel = true
    count -= 1
  }
  if (count > 0 && codeAt(count - 1) == PLAN_AUTO_DETECT) {
    count -= 1
    planDetectStep = operation(count)
    planDetect = load<u32>(planDetectStep, PLAN_MASK)
    setPlanPorts(planDetectStep)
  }
  planSteps = count
}

/** Whether keys depend on what lies behind an IP header, so that a fragment alone may not tell its flow. */
export function needsDatagrams(): bool {
  return planKey == PLAN_FIVE_TUPLE || planKey == PLAN_CUSTOM || planDetect != 0 || planSteps != 0
}

/** Makes the ports of an auto-detect operation those that are looked for; 0 stands for the registered port. */
export function setPlanPorts(step: usize): void {
  setTunnelPorts(
    portOr(load<u16>(step, PLAN_VXLAN_PORT), VXLAN_PORT),
    portOr(load<u16>(step, PLAN_VXLAN_GPE_PORT), VXLAN_GPE_PORT),
    portOr(load<u16>(step, PLAN_GENEVE_PORT), GENEVE_PORT),
    portOr(load<u16>(step, PLAN_GTPU_PORT), GTPU_PORT),
  )
}

/** The port of an operation, or this one for 0. */
export function planPort(step: usize, registered: u32): u32 {
  return portOr(load<u16>(step, PLAN_PORT), registered)
}

function portOr(port: u16, registered: u32): u32 {
  return port != 0 ? <u32>port : registered
}

/** Address of a step. */
export function operation(index: usize): usize {
  return PLAN_STEPS + index * PLAN_OPERATION_SIZE
}

function codeAt(index: usize): u32 {
  return <u32>load<u8>(operation(index), PLAN_CODE)
}

function makesKey(code: u32): bool {
  return code == PLAN_FIVE_TUPLE || code == PLAN_IP_PAIR || code == PLAN_MAC_PAIR || code == PLAN_CUSTOM
}
