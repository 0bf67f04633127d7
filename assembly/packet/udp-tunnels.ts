import {
  D_PAYLOAD,
  D_TRANSPORT,
  D_TRANSPORT_KIND,
  DETECT_GENEVE,
  DETECT_GTPU,
  DETECT_VXLAN,
  TRANSPORT_UDP,
} from '../layout'
import { be16 } from '../memory/bytes'
import { gtpu } from './gtpu'
import { stop } from './layer'
import { geneve, vxlan, vxlanGpe } from './vxlan'

// Tunnels over UDP, told by port. The destination's port counts; only if that is no tunnel's, the source's: RFC 7348
// and RFC 8926 make the source port entropy, but GTP-U stacks and middleboxes exist that answer from the tunnel's port.
// What the header or the frame inside contradicts is not taken for a tunnel.

let vxlanPort: u32 = 0
let vxlanGpePort: u32 = 0
let genevePort: u32 = 0
let gtpuPort: u32 = 0

/** Each port twice, in network order, so that one compare tells whether either port of a packet is a tunnel's. */
const PORT_PAIRS: usize = memory.data(16, 16)

/** Sets the ports; 0 for one that is not to be detected. */
export function setTunnelPorts(vxlan: u32, gpe: u32, geneve: u32, gtpu: u32): void {
  vxlanPort = vxlan
  vxlanGpePort = gpe
  genevePort = geneve
  gtpuPort = gtpu
  setPair(0, vxlan)
  setPair(4, gpe)
  setPair(8, geneve)
  setPair(12, gtpu)
}

function setPair(offset: usize, port: u32): void {
  const swapped = bswap<u16>(<u16>port)
  store<u16>(PORT_PAIRS + offset, swapped)
  store<u16>(PORT_PAIRS + offset, swapped, 2)
}

/** Whether a port of the UDP header at `p` is a tunnel's. */
export function hasTunnelPort(p: usize): bool {
  return v128.any_true(i16x8.eq(v128.load_splat<u32>(p), v128.load(PORT_PAIRS)))
}

/** The layer inside the UDP datagram that was found, if it is one of the tunnels of this DETECT_* mask. */
export function udpTunnel(d: usize, detect: u32): u64 {
  if (<u32>load<u8>(d, D_TRANSPORT_KIND) != TRANSPORT_UDP) return stop()
  const header = <usize>load<u32>(d, D_TRANSPORT)
  if (!hasTunnelPort(header)) return stop()
  const destination = be16(header + 2)
  return inside(d, detect, isTunnelPort(destination) ? destination : be16(header))
}

function isTunnelPort(port: u32): bool {
  return port != 0 && (port == vxlanPort || port == vxlanGpePort || port == genevePort || port == gtpuPort)
}

function inside(d: usize, detect: u32, port: u32): u64 {
  const p = <usize>load<u32>(d, D_PAYLOAD)
  if (port == 0) return stop()
  if (port == vxlanPort && (detect & DETECT_VXLAN) != 0) return vxlan(d, p, false)
  if (port == vxlanGpePort && (detect & DETECT_VXLAN) != 0) return vxlanGpe(d, p)
  if (port == genevePort && (detect & DETECT_GENEVE) != 0) return geneve(d, p)
  if (port == gtpuPort && (detect & DETECT_GTPU) != 0) return gtpu(d, p, false)
  return stop()
}
