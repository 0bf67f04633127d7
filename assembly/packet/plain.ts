import {
  D_CAPTURED,
  D_ENCAPSULATION_COUNT,
  D_FLAGS,
  D_FLOW_LABEL,
  D_FRAME,
  D_INNER,
  D_INNER_LINK_TYPE,
  D_MATCHED,
  D_NETWORK,
  D_ORIENTATION,
  D_PAYLOAD,
  D_PAYLOAD_CAPTURED,
  D_PAYLOAD_LENGTH,
  D_PROTOCOL,
  D_SEQUENCE,
  D_TRANSPORT,
  D_TRANSPORT_KIND,
  D_WINDOW_SCALE,
  D_WIRE,
  ENCAPSULATION_VLAN,
  PACKET_TRUNCATED,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  TRANSPORT_TCP,
  TRANSPORT_UDP,
} from '../layout'
import { be16, be32 } from '../memory/bytes'
import { addLinkLayer, beginEncapsulations, encapsulations } from './encapsulation'
import { ETHERNET_HEADER, isVlan, VLAN_ID, VLAN_TAG } from './ethernet'
import { noSegment } from './found'
import { FRAGMENT, IPV4_HEADER, VERSION_4_NO_OPTIONS } from './ipv4'
import { FLOW_LABEL, IPV6_HEADER } from './ipv6'
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6, LINKTYPE_ETHERNET } from './numbers'
import { dataOffset, isSyn, TCP_HEADER, tcpFields, UDP_HEADER, windowScale } from './transport'
import { hasTunnelPort } from './udp-tunnels'

// The straight way for what nearly all packets are: Ethernet, perhaps VLAN tags, an IP header without options or
// extension headers, whole TCP or UDP. It takes half the time that `walk` needs for them and comes to the same descriptor, which a spec holds it
// to. Whatever is in any way different is left to `walk`.

/** Fills the descriptor of an Ethernet frame, but for its key; or returns false and leaves it to the long way. */
export function plain(d: usize, detect: u32): bool {
  const frame = <usize>load<u32>(d, D_FRAME)
  const captured = <usize>load<u32>(d, D_CAPTURED)
  const wire = <usize>load<u32>(d, D_WIRE)
  if (captured < ETHERNET_HEADER || wire < captured) return false
  beginEncapsulations()
  let network = frame + ETHERNET_HEADER
  let type = be16(frame + 12)
  if (type != ETHERTYPE_IPV4 && type != ETHERTYPE_IPV6) {
    network = behindTags(d, type, network, frame + captured)
    if (network == 0) return false
    type = be16(network - 2)
  }
  const rest = frame + captured - network
  let header: usize
  let length: usize
  let protocol: u32
  let label: u32 = 0
  if (type == ETHERTYPE_IPV4) {
    if (rest < IPV4_HEADER + UDP_HEADER || <u32>load<u8>(network) != VERSION_4_NO_OPTIONS) return false
    if ((be16(network + 6) & FRAGMENT) != 0) return false
    header = IPV4_HEADER
    length = <usize>be16(network + 2)
    protocol = <u32>load<u8>(network, 9)
  } else if (type == ETHERTYPE_IPV6) {
    if (rest < IPV6_HEADER + UDP_HEADER || <u32>load<u8>(network) >> 4 != 6) return false
    header = IPV6_HEADER
    length = <usize>be16(network + 4) + IPV6_HEADER
    protocol = <u32>load<u8>(network, 6)
    label = be32(network) & FLOW_LABEL
  } else {
    return false
  }
  // From here on `length` and `present` are those of the transport segment, on the wire and of what was captured.
  if (length < header + UDP_HEADER || length > wire - captured + rest) return false
  length -= header
  const present = min(length, rest - header)
  const p = network + header
  let skip: usize
  let kind: u32
  if (protocol == PROTOCOL_TCP) {
    if (present < TCP_HEADER) return false
    skip = dataOffset(p)
    if (skip < TCP_HEADER || skip > present) return false
    kind = TRANSPORT_TCP
    v128.store(d, tcpFields(p), D_SEQUENCE)
    if (isSyn(p)) store<u8>(d, <u8>windowScale(p + TCP_HEADER, p + skip), D_WINDOW_SCALE)
  } else if (protocol == PROTOCOL_UDP) {
    skip = UDP_HEADER
    if (<usize>be16(p + 4) != length || (detect != 0 && hasTunnelPort(p))) return false
    kind = TRANSPORT_UDP
    v128.store(d, noSegment(), D_SEQUENCE)
  } else {
    return false
  }
  store<u8>(d, <u8>encapsulations, D_ENCAPSULATION_COUNT)
  store<u8>(d, 0, D_MATCHED)
  store<u8>(d, 0, D_ORIENTATION)
  store<u8>(d, <u8>protocol, D_PROTOCOL)
  store<u8>(d, <u8>kind, D_TRANSPORT_KIND)
  store<u32>(d, captured < wire ? PACKET_TRUNCATED : 0, D_FLAGS)
  store<u32>(d, <u32>network, D_NETWORK)
  store<u32>(d, <u32>p, D_TRANSPORT)
  store<u32>(d, <u32>(p + skip), D_PAYLOAD)
  store<u32>(d, <u32>(length - skip), D_PAYLOAD_LENGTH)
  store<u32>(d, <u32>(present - skip), D_PAYLOAD_CAPTURED)
  store<u64>(d, load<u64>(d, D_FRAME), D_INNER) // with D_INNER_LENGTH
  store<u32>(d, LINKTYPE_ETHERNET, D_INNER_LINK_TYPE)
  store<u32>(d, label, D_FLOW_LABEL)
  return true
}

/** Address behind the VLAN tags at `p`, 0 when there are none, too many or cut ones. */
function behindTags(d: usize, first: u32, p: usize, end: usize): usize {
  let at = p
  let type = first
  while (isVlan(type)) {
    if (end - at < VLAN_TAG || !addLinkLayer(d, ENCAPSULATION_VLAN, be16(at) & VLAN_ID)) return 0
    type = be16(at + 2)
    at += VLAN_TAG
  }
  return at == p ? 0 : at
}
