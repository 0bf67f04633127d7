import { PACKET_LAYER_LIMIT } from '../layout'
import { addTunnel } from './encapsulation'
import { flag } from './found'
import { kindOf, LAYER_ETHERNET, LAYER_IPV4, LAYER_IPV6, LAYER_MPLS, stop } from './layer'

/** Notes a tunnel and returns the layer inside; a tunnel of anything but Ethernet, IP or MPLS cannot be read. */
export function tunnel(d: usize, kind: u32, hasId: bool, id: u32, inside: u64): u64 {
  const layer = kindOf(inside)
  if (layer != LAYER_ETHERNET && layer != LAYER_IPV4 && layer != LAYER_IPV6 && layer != LAYER_MPLS) return stop()
  if (!addTunnel(d, kind, hasId, id)) flag(d, PACKET_LAYER_LIMIT)
  return inside
}
