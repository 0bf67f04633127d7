import {
  CONFIG_TUNNEL_KEY,
  CONFIG_VLAN_KEY,
  DETECT_GENEVE,
  DETECT_GRE,
  DETECT_GTPU,
  DETECT_IP,
  DETECT_MPLS,
  DETECT_PPPOE,
  DETECT_VLAN,
  DETECT_VXLAN,
  PLAN_AUTO_DETECT,
  PLAN_CODE,
  PLAN_CUSTOM,
  PLAN_DIRECTIONAL,
  PLAN_FIVE_TUPLE,
  PLAN_FLOW_LABEL,
  PLAN_GENEVE_PORT,
  PLAN_GTPU_PORT,
  PLAN_INNER_GRE,
  PLAN_INNER_GTPU,
  PLAN_INNER_VXLAN,
  PLAN_IP_PAIR,
  PLAN_MAC_PAIR,
  PLAN_MASK,
  PLAN_MAX,
  PLAN_OPERATION_SIZE,
  PLAN_PORT,
  PLAN_STRIP_MPLS,
  PLAN_VXLAN_GPE_PORT,
  PLAN_VXLAN_PORT,
} from '../../assembly/layout'
import { ConfigError } from '../common/errors'
import type { EncapVariants, ExtractorFunction, ExtractorNode } from './extractor'

/** An extractor in the form that the core executes. */
export interface Plan {
  /** PLAN_MAX operations of PLAN_OPERATION_SIZE bytes; unused ones are zero. */
  readonly operations: Uint8Array
  /** CONFIG_VLAN_KEY and CONFIG_TUNNEL_KEY. */
  readonly flags: number
  /** The function at the plan's end, where there is one. */
  readonly custom: ExtractorFunction | undefined
  /** Text of custom keys. */
  readonly format: ((key: Uint8Array) => string) | undefined
}

const DETECT: Readonly<Record<keyof EncapVariants, number>> = {
  vlan: DETECT_VLAN,
  mpls: DETECT_MPLS,
  pppoe: DETECT_PPPOE,
  ip: DETECT_IP,
  gre: DETECT_GRE,
  vxlan: DETECT_VXLAN,
  geneve: DETECT_GENEVE,
  gtpu: DETECT_GTPU,
}

/**
 * Compiles an extractor into the core's plan.
 *
 * @throws ConfigError when it is nested more than PLAN_MAX deep
 */
export function compilePlan(extractor: ExtractorNode): Plan {
  const operations = new Uint8Array(PLAN_MAX * PLAN_OPERATION_SIZE)
  let count = 0
  let node = extractor
  for (;;) {
    const code = CODES[node.kind]
    if (code !== undefined) {
      if (count === PLAN_MAX) throw new ConfigError('extractor', `must be nested at most ${PLAN_MAX} deep`)
      writeOperation(new DataView(operations.buffer, count * PLAN_OPERATION_SIZE, PLAN_OPERATION_SIZE), code, node)
      count++
    }
    if (!('inner' in node)) break
    node = node.inner
  }
  return {
    operations,
    flags: 'vlanKey' in node ? (node.vlanKey ? CONFIG_VLAN_KEY : 0) | (node.tunnelKey ? CONFIG_TUNNEL_KEY : 0) : 0,
    custom: node.kind === 'custom' ? node.extract : undefined,
    format: node.kind === 'custom' ? node.format : undefined,
  }
}

/** Tags are read through by all extractors, so stripping VLANs is no operation. */
const CODES: Readonly<Partial<Record<ExtractorNode['kind'], number>>> = {
  'strip-mpls': PLAN_STRIP_MPLS,
  'inner-vxlan': PLAN_INNER_VXLAN,
  'inner-gtpu': PLAN_INNER_GTPU,
  'inner-gre': PLAN_INNER_GRE,
  'auto-detect': PLAN_AUTO_DETECT,
  'flow-label': PLAN_FLOW_LABEL,
  'five-tuple': PLAN_FIVE_TUPLE,
  'ip-pair': PLAN_IP_PAIR,
  'mac-pair': PLAN_MAC_PAIR,
  custom: PLAN_CUSTOM,
}

function writeOperation(operation: DataView, code: number, node: ExtractorNode): void {
  operation.setUint8(PLAN_CODE, code)
  if (node.kind === 'five-tuple') operation.setUint8(PLAN_DIRECTIONAL, node.directional ? 1 : 0)
  if ('port' in node) operation.setUint16(PLAN_PORT, node.port, true)
  if (node.kind === 'auto-detect') {
    operation.setUint32(PLAN_MASK, detectMask(node.variants), true)
    operation.setUint16(PLAN_VXLAN_PORT, node.ports.vxlan, true)
    operation.setUint16(PLAN_VXLAN_GPE_PORT, node.ports.vxlanGpe, true)
    operation.setUint16(PLAN_GENEVE_PORT, node.ports.geneve, true)
    operation.setUint16(PLAN_GTPU_PORT, node.ports.gtpu, true)
  }
}

function detectMask(variants: Readonly<Required<EncapVariants>>): number {
  let mask = 0
  for (const [name, bit] of Object.entries(DETECT)) if (variants[name as keyof EncapVariants]) mask |= bit
  return mask
}
