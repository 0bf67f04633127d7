import {
  D_FLOW_LABEL,
  D_INNER,
  D_INNER_LINK_TYPE,
  D_PAYLOAD,
  D_TRANSPORT,
  D_TRANSPORT_KIND,
  PLAN_AUTO_DETECT,
  PLAN_CODE,
  PLAN_FLOW_LABEL,
  PLAN_INNER_GRE,
  PLAN_INNER_GTPU,
  PLAN_INNER_VXLAN,
  PLAN_MASK,
  PLAN_STRIP_MPLS,
  PROTOCOL_UDP,
  TRANSPORT_UDP,
} from '../layout'
import { be16 } from '../memory/bytes'
import { confirmEncapsulations, confirmInner, forgetFlow, innerFound, resumeInner } from '../packet/found'
import { gre } from '../packet/gre'
import { GTPU_PORT, gtpu } from '../packet/gtpu'
import { kindOf, LAYER_MPLS, LAYER_STOP, startOf, stop } from '../packet/layer'
import { link } from '../packet/link'
import { mpls } from '../packet/mpls'
import { PROTOCOL_GRE } from '../packet/numbers'
import { VXLAN_PORT, vxlan } from '../packet/vxlan'
import { walk } from '../packet/walk'
import { operation, planPort, setPlanPorts } from './plan'

/** Flow label that a step before the last walk took from an outer frame. */
export let stepLabel: u32 = 0

/**
 * Runs the plan's steps on the frame that begins with this layer, and returns the first layer of the frame that they
 * lead to, or LAYER_STOP when one of them does not match.
 */
export function runSteps(d: usize, first: u64, count: usize): u64 {
  stepLabel = 0
  let layer = first
  for (let i: usize = 0; i < count && kindOf(layer) != LAYER_STOP; i++) {
    const step = operation(i)
    switch (<u32>load<u8>(step, PLAN_CODE)) {
      case PLAN_AUTO_DETECT:
        layer = autoDetect(d, layer, step)
        break
      case PLAN_FLOW_LABEL:
        layer = readLabel(d, layer)
        break
      default:
        layer = decapsulated(d, decapsulate(d, layer, step))
    }
  }
  return layer
}

/** The inside of the one encapsulation that this step asks for. */
function decapsulate(d: usize, layer: u64, step: usize): u64 {
  const carried = walk(d, layer, 0)
  const p = startOf(carried)
  switch (<u32>load<u8>(step, PLAN_CODE)) {
    case PLAN_STRIP_MPLS:
      return kindOf(carried) == LAYER_MPLS ? mpls(d, p) : stop()
    case PLAN_INNER_GRE:
      return kindOf(carried) == PROTOCOL_GRE ? gre(d, p) : stop()
    case PLAN_INNER_VXLAN:
      return isUdp(d, carried, planPort(step, VXLAN_PORT)) ? vxlan(d, <usize>load<u32>(d, D_PAYLOAD), true) : stop()
    case PLAN_INNER_GTPU:
      return isUdp(d, carried, planPort(step, GTPU_PORT)) ? gtpu(d, <usize>load<u32>(d, D_PAYLOAD), true) : stop()
    default:
      return stop()
  }
}

function isUdp(d: usize, carried: u64, port: u32): bool {
  if (kindOf(carried) != PROTOCOL_UDP || <u32>load<u8>(d, D_TRANSPORT_KIND) != TRANSPORT_UDP) return false
  const header = <usize>load<u32>(d, D_TRANSPORT)
  return be16(header) == port || be16(header + 2) == port
}

/** Makes the inside of an encapsulation the frame that the next step sees. */
function decapsulated(d: usize, inside: u64): u64 {
  forgetFlow(d)
  if (kindOf(inside) == LAYER_STOP) return inside
  innerFound(inside)
  confirmInner(d)
  confirmEncapsulations(d)
  return inside
}

/** Makes the innermost frame that auto-detection finds the one that the next step sees; that may be the same frame. */
function autoDetect(d: usize, layer: u64, step: usize): u64 {
  setPlanPorts(step)
  walk(d, layer, load<u32>(step, PLAN_MASK))
  return frameAgain(d)
}

/** Reads the flow label of the frame at hand. */
function readLabel(d: usize, layer: u64): u64 {
  walk(d, layer, 0)
  stepLabel = load<u32>(d, D_FLOW_LABEL)
  return frameAgain(d)
}

/** First layer of the frame at D_INNER. */
function frameAgain(d: usize): u64 {
  resumeInner(d)
  return link(d, load<u32>(d, D_INNER_LINK_TYPE), <usize>load<u32>(d, D_INNER))
}
