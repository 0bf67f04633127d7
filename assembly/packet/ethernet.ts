import { ENCAPSULATION_VLAN, PACKET_LAYER_LIMIT } from '../layout'
import { be16, be32 } from '../memory/bytes'
import { addLinkLayer } from './encapsulation'
import { flag, tooShort } from './found'
import {
  LAYER_ETHERNET,
  LAYER_IPV4,
  LAYER_IPV6,
  LAYER_MPLS,
  LAYER_PPPOE,
  LAYER_STOP,
  LAYER_VLAN,
  layerAt,
  layerEnd,
  MAX_VLAN_TAGS,
  stop,
  trim,
} from './layer'
import {
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPE_MPLS,
  ETHERTYPE_MPLS_UPSTREAM,
  ETHERTYPE_PPPOE_SESSION,
  ETHERTYPE_QINQ,
  ETHERTYPE_QINQ_2,
  ETHERTYPE_QINQ_3,
  ETHERTYPE_SERVICE_VLAN,
  ETHERTYPE_VLAN,
  MAX_802_3_LENGTH,
} from './numbers'

/** Two addresses and the type: IEEE 802.3 section 3.1.1, without preamble and check sequence. */
export const ETHERNET_HEADER: usize = 14

/** Tag control information and the next EtherType. */
export const VLAN_TAG: usize = 4
/** Of the tag control information: IEEE 802.1Q section 9.6. */
export const VLAN_ID: u32 = 0x0fff
const LLC_SNAP: u32 = 0xaaaa03 // RFC 1042: both access points 170, unnumbered information
const LLC_IP: u32 = 0x060603 // access point 6 is IP: RFC 1060, "IEEE 802 numbers"
const LLC_HEADER: usize = 3
const SNAP_HEADER: usize = 5
const OUI_ETHERTYPE: u32 = 0x000000 // RFC 1042
const OUI_BRIDGE_TUNNEL: u32 = 0x0000f8 // IEEE 802.1H
const OUI_802_1: u32 = 0x0080c2 // RFC 2427 section 4.2, RFC 2684 section 5.2
const BRIDGED_ETHERNET: u32 = 0x0007
const BRIDGED_ETHERNET_FCS: u32 = 0x0001

/** Ethernet II or 802.3 with LLC. */
export function ethernet(d: usize, p: usize): u64 {
  if (layerEnd - p < ETHERNET_HEADER) return tooShort(d)
  return afterType(be16(p + 12), p + ETHERNET_HEADER)
}

/** VLAN tags in a row, of any of the tag protocols. */
export function vlan(d: usize, p: usize): u64 {
  let at = p
  for (let tags: usize = 0; tags < MAX_VLAN_TAGS; tags++) {
    if (layerEnd - at < VLAN_TAG) return tooShort(d)
    if (!addLinkLayer(d, ENCAPSULATION_VLAN, be16(at) & VLAN_ID)) flag(d, PACKET_LAYER_LIMIT)
    const type = be16(at + 2)
    at += VLAN_TAG
    if (!isVlan(type)) return afterType(type, at)
  }
  flag(d, PACKET_LAYER_LIMIT)
  return stop()
}

/** What follows a field that is an EtherType or, up to 1500, the length of an LLC frame. */
function afterType(type: u32, p: usize): u64 {
  if (type > MAX_802_3_LENGTH) return etherType(type, p)
  trim(p, <usize>type)
  return llc(p)
}

/** The layer that an EtherType announces. */
export function etherType(type: u32, p: usize): u64 {
  if (type == ETHERTYPE_IPV4) return layerAt(LAYER_IPV4, p)
  if (type == ETHERTYPE_IPV6) return layerAt(LAYER_IPV6, p)
  return layerAt(otherType(type), p)
}

function otherType(type: u32): u32 {
  if (isVlan(type)) return LAYER_VLAN
  switch (type) {
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_UPSTREAM:
      return LAYER_MPLS
    case ETHERTYPE_PPPOE_SESSION:
      return LAYER_PPPOE
    default:
      return LAYER_STOP
  }
}

/** Whether an EtherType announces a VLAN tag. */
export function isVlan(type: u32): bool {
  return (
    type == ETHERTYPE_VLAN ||
    type == ETHERTYPE_SERVICE_VLAN ||
    type == ETHERTYPE_QINQ ||
    type == ETHERTYPE_QINQ_2 ||
    type == ETHERTYPE_QINQ_3
  )
}

/** Logical link control: IEEE 802.2, with the subnetwork access protocol of RFC 1042. */
export function llc(p: usize): u64 {
  if (layerEnd - p < LLC_HEADER) return stop()
  const header = (be16(p) << 8) | <u32>load<u8>(p, 2)
  if (header == LLC_SNAP) return snap(p + LLC_HEADER)
  if (header == LLC_IP) return layerAt(LAYER_IPV4, p + LLC_HEADER)
  return stop()
}

/** Subnetwork access protocol: organisation and its protocol number. */
export function snap(p: usize): u64 {
  if (layerEnd - p < SNAP_HEADER) return stop()
  const organisation = be32(p) >> 8
  const protocol = be16(p + 3)
  if (organisation == OUI_ETHERTYPE || organisation == OUI_BRIDGE_TUNNEL) return etherType(protocol, p + SNAP_HEADER)
  if (organisation == OUI_802_1 && (protocol == BRIDGED_ETHERNET || protocol == BRIDGED_ETHERNET_FCS)) {
    return layerAt(LAYER_ETHERNET, p + SNAP_HEADER)
  }
  return stop()
}
