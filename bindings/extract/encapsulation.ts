import {
  ENCAPSULATION_ERSPAN,
  ENCAPSULATION_GENEVE,
  ENCAPSULATION_GRE,
  ENCAPSULATION_GTPU,
  ENCAPSULATION_IP,
  ENCAPSULATION_MPLS,
  ENCAPSULATION_PPPOE,
  ENCAPSULATION_PPTP,
  ENCAPSULATION_PSEUDOWIRE,
  ENCAPSULATION_SIZE,
  ENCAPSULATION_VLAN,
  ENCAPSULATION_VXLAN,
  ENCAPSULATION_VXLAN_GPE,
  N_DESTINATION,
  N_DESTINATION_PORT,
  N_FAMILY,
  N_HAS_ID,
  N_ID,
  N_KIND,
  N_SOURCE,
  N_SOURCE_PORT,
} from '../../assembly/layout'
import { formatIpv4, formatIpv6 } from '../packet/address'
import type { IpEndpoint } from './endpoint'

const KINDS = {
  [ENCAPSULATION_VLAN]: 'vlan',
  [ENCAPSULATION_MPLS]: 'mpls',
  [ENCAPSULATION_PPPOE]: 'pppoe',
  [ENCAPSULATION_IP]: 'ip',
  [ENCAPSULATION_GRE]: 'gre',
  [ENCAPSULATION_PPTP]: 'pptp',
  [ENCAPSULATION_ERSPAN]: 'erspan',
  [ENCAPSULATION_VXLAN]: 'vxlan',
  [ENCAPSULATION_VXLAN_GPE]: 'vxlan_gpe',
  [ENCAPSULATION_GENEVE]: 'geneve',
  [ENCAPSULATION_GTPU]: 'gtpu',
  [ENCAPSULATION_PSEUDOWIRE]: 'pseudowire',
} as const

/** What a layer that was taken off is: `ip` stands for IP in IP, 6in4 and 4in6, `pseudowire` for Ethernet over MPLS. */
export type EncapsulationKind =
  | 'vlan'
  | 'mpls'
  | 'pppoe'
  | 'ip'
  | 'gre'
  | 'pptp'
  | 'erspan'
  | 'vxlan'
  | 'vxlan_gpe'
  | 'geneve'
  | 'gtpu'
  | 'pseudowire'

/** One layer that was taken off a packet before its flow was looked up. */
export interface Encapsulation {
  /** What it is. */
  readonly kind: EncapsulationKind
  /**
   * VLAN id, bottom MPLS label, PPPoE session, GRE key, PPTP call id, ERSPAN session, VNI (VXLAN, Geneve) or TEID
   * (GTP-U); absent where the layer has none.
   */
  readonly id?: number
  /** The tunnel's own source, as the packet has it; absent for layers below IP. */
  readonly source?: IpEndpoint
  /** The tunnel's own destination. */
  readonly destination?: IpEndpoint
}

/** What most packets have. */
export const NO_ENCAPSULATIONS: readonly Encapsulation[] = Object.freeze([])

/** Name of an `ENCAPSULATION_*` code. */
export function encapsulationKind(code: number): EncapsulationKind {
  const kind = (KINDS as Readonly<Record<number, EncapsulationKind>>)[code]
  if (kind === undefined) throw new RangeError(`not an encapsulation: ${code}`)
  return kind
}

/**
 * Decodes `count` records of ENCAPSULATION_SIZE bytes from `offset` on.
 *
 * @returns outermost first
 */
export function decodeEncapsulations(bytes: Uint8Array, offset: number, count: number): readonly Encapsulation[] {
  if (count === 0) return NO_ENCAPSULATIONS
  // Of a copy: what is decoded must not alias the core's memory.
  const view = new DataView(bytes.slice(offset, offset + count * ENCAPSULATION_SIZE).buffer)
  const layers: Encapsulation[] = []
  for (let i = 0; i < count; i++) layers.push(decodeEncapsulation(view, i * ENCAPSULATION_SIZE))
  return Object.freeze(layers)
}

function decodeEncapsulation(view: DataView, at: number): Encapsulation {
  const kind = encapsulationKind(view.getUint8(at + N_KIND))
  const family = view.getUint8(at + N_FAMILY)
  return Object.freeze({
    kind,
    ...(view.getUint8(at + N_HAS_ID) !== 0 && { id: view.getUint32(at + N_ID, true) }),
    ...(family !== 0 && {
      source: decodeEndpoint(view, family, at + N_SOURCE, view.getUint16(at + N_SOURCE_PORT, true)),
      destination: decodeEndpoint(view, family, at + N_DESTINATION, view.getUint16(at + N_DESTINATION_PORT, true)),
    }),
  })
}

/** Only tunnels over UDP have ports; the core leaves 0 for others. */
function decodeEndpoint(view: DataView, family: number, at: number, port: number): IpEndpoint {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, 16)
  const address = family === 4 ? formatIpv4(bytes, 0) : formatIpv6(bytes, 0)
  return Object.freeze(port === 0 ? { address } : { address, port })
}
