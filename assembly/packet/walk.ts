import {
  D_FLAGS,
  D_NETWORK,
  DETECT_GRE,
  DETECT_IP,
  DETECT_MPLS,
  ENCAPSULATION_IP,
  PACKET_LAYER_LIMIT,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from '../layout'
import { ethernet, vlan } from './ethernet'
import { confirmEncapsulations, flag, innerFound } from './found'
import { gre } from './gre'
import { ipv4 } from './ipv4'
import { ipv6 } from './ipv6'
import {
  kindOf,
  LAYER_ETHERNET,
  LAYER_IPV4,
  LAYER_IPV6,
  LAYER_MPLS,
  LAYER_PPPOE,
  LAYER_STOP,
  LAYER_VLAN,
  layerAt,
  MAX_LAYERS,
  MAX_TUNNELS,
  startOf,
  stop,
} from './layer'
import { mpls } from './mpls'
import { PROTOCOL_GRE, PROTOCOL_IPV4, PROTOCOL_IPV6 } from './numbers'
import { pppoe } from './ppp'
import { transport } from './transport'
import { tunnel } from './tunnel'
import { udpTunnel } from './udp-tunnels'

/**
 * Takes layers off from this one on until the innermost flow that `detect`, a DETECT_* mask, lets it reach, and fills
 * the descriptor with it. VLAN tags and PPPoE are always taken off. A tunnel in which no IP header is found was none:
 * the flow that carries it stays. Returns the layer at which it stopped, with the layers' end as it is there: an MPLS
 * stack that is not to be taken off, or what the last IP header carries; LAYER_STOP where nothing can be read on.
 */
export function walk(d: usize, first: u64, detect: u32): u64 {
  let layer = first
  let tunnels: usize = 0
  let carrier: u32 = 0
  let carrierFlags: u32 = 0
  for (let layers: usize = 0; layers < MAX_LAYERS; layers++) {
    const p = startOf(layer)
    const kind = kindOf(layer)
    switch (kind) {
      case LAYER_ETHERNET:
        layer = ethernet(d, p)
        continue
      case LAYER_IPV4:
        layer = ipv4(d, p)
        continue
      case LAYER_IPV6:
        layer = ipv6(d, p)
        continue
      case LAYER_VLAN:
      case LAYER_PPPOE:
        layer = kind == LAYER_VLAN ? vlan(d, p) : pppoe(d, p)
        if (tunnels == 0) confirmEncapsulations(d)
        continue
      case LAYER_STOP:
        if (carrier != 0 && load<u32>(d, D_NETWORK) == carrier) restoreFlags(d, carrierFlags)
        return layer
      case LAYER_MPLS:
        if ((detect & DETECT_MPLS) == 0) return layer
        layer = mpls(d, p)
        break
      default:
        transport(d, kind, p)
        if (kind == PROTOCOL_TCP || detect == 0) return layer
        carrier = load<u32>(d, D_NETWORK)
        carrierFlags = load<u32>(d, D_FLAGS)
        layer = inside(d, kind, p, detect)
    }
    if (kindOf(layer) == LAYER_STOP) continue
    if (tunnels == MAX_TUNNELS) break
    tunnels += 1
    innerFound(layer)
  }
  flag(d, PACKET_LAYER_LIMIT)
  return stop()
}

/** What a tunnel that was none looked like says nothing about the packet, but that a bound was hit. */
function restoreFlags(d: usize, flags: u32): void {
  store<u32>(d, flags | (load<u32>(d, D_FLAGS) & PACKET_LAYER_LIMIT), D_FLAGS)
}

/** The layer inside the tunnel that this payload of an IP header is. */
function inside(d: usize, protocol: u32, p: usize, detect: u32): u64 {
  switch (protocol) {
    case PROTOCOL_UDP:
      return udpTunnel(d, detect)
    case PROTOCOL_GRE:
      return (detect & DETECT_GRE) != 0 ? gre(d, p) : stop()
    case PROTOCOL_IPV4:
      return ipInIp(d, LAYER_IPV4, p, detect)
    case PROTOCOL_IPV6:
      return ipInIp(d, LAYER_IPV6, p, detect)
    default:
      return stop()
  }
}

/** RFC 2003, RFC 2473, RFC 4213: IP in IP of either version. */
function ipInIp(d: usize, kind: u32, p: usize, detect: u32): u64 {
  return (detect & DETECT_IP) != 0 ? tunnel(d, ENCAPSULATION_IP, false, 0, layerAt(kind, p)) : stop()
}
