import { be16 } from '../memory/bytes'
import { etherType, llc } from './ethernet'
import { tooShort } from './found'
import { LAYER_ETHERNET, LAYER_IPV4, LAYER_IPV6, LAYER_STOP, layerAt, layerEnd, stop } from './layer'
import { ETHERTYPE_TRANSPARENT_ETHERNET, LINKTYPE_IEEE802_11_RADIOTAP } from './numbers'
import { frameRelay } from './serial'
import { wireless } from './wireless'

// Headers that capture libraries put in the place of the real link layer: www.tcpdump.org/linktypes.html.

const NULL_HEADER: usize = 4
const SLL_HEADER: usize = 16
const SLL2_HEADER: usize = 20
const MIN_ETHERTYPE: u32 = 0x0600
/** Protocol field of a frame that begins with an 802.2 header. */
const LLC_FRAME: u32 = 0x0004

// Device types, ARPHRD_* of Linux, that change what the protocol field and the payload are.
const DEVICE_FRAME_RELAY: u32 = 770
const DEVICE_GRE: u32 = 778
const DEVICE_RADIOTAP: u32 = 803
const DEVICE_GRE6: u32 = 823
const DEVICE_NETLINK: u32 = 824

// Address families of the systems that write LINKTYPE_NULL.
const FAMILY_IPV4: u32 = 2
const FAMILY_IPV6_LINUX: u32 = 10
const FAMILY_IPV6_NETBSD: u32 = 24 // also OpenBSD
const FAMILY_IPV6_FREEBSD: u32 = 28
const FAMILY_IPV6_DARWIN: u32 = 30

/**
 * BSD loopback, LINKTYPE_NULL and LINKTYPE_LOOP: the address family, in either byte order. Drivers that have none to
 * give write an EtherType into the last two bytes, as Wireshark knows too.
 */
export function loopback(d: usize, p: usize): u64 {
  if (layerEnd - p < NULL_HEADER) return tooShort(d)
  const field = load<u32>(p)
  const kind = familyLayer(field > 0xffff ? bswap<u32>(field) : field)
  return kind != LAYER_STOP ? layerAt(kind, p + NULL_HEADER) : cookedProtocol(be16(p + 2), p + NULL_HEADER)
}

function familyLayer(family: u32): u32 {
  switch (family) {
    case FAMILY_IPV4:
      return LAYER_IPV4
    case FAMILY_IPV6_LINUX:
    case FAMILY_IPV6_NETBSD:
    case FAMILY_IPV6_FREEBSD:
    case FAMILY_IPV6_DARWIN:
      return LAYER_IPV6
    default:
      return LAYER_STOP
  }
}

/** LINKTYPE_LINUX_SLL: www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html. */
export function linuxCooked(d: usize, p: usize): u64 {
  if (layerEnd - p < SLL_HEADER) return tooShort(d)
  return cooked(d, be16(p + 2), be16(p + 14), p + SLL_HEADER)
}

/** LINKTYPE_LINUX_SLL2: www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html. */
export function linuxCooked2(d: usize, p: usize): u64 {
  if (layerEnd - p < SLL2_HEADER) return tooShort(d)
  return cooked(d, be16(p + 8), be16(p), p + SLL2_HEADER)
}

function cooked(d: usize, device: u32, protocol: u32, p: usize): u64 {
  switch (device) {
    case DEVICE_FRAME_RELAY:
      return frameRelay(d, p)
    case DEVICE_RADIOTAP:
      return wireless(d, LINKTYPE_IEEE802_11_RADIOTAP, p)
    case DEVICE_NETLINK:
      return stop()
    case DEVICE_GRE:
    case DEVICE_GRE6:
      return protocol == ETHERTYPE_TRANSPARENT_ETHERNET ? layerAt(LAYER_ETHERNET, p) : cookedProtocol(protocol, p)
    default:
      return cookedProtocol(protocol, p)
  }
}

function cookedProtocol(protocol: u32, p: usize): u64 {
  if (protocol == LLC_FRAME) return llc(p)
  return protocol < MIN_ETHERTYPE ? stop() : etherType(protocol, p)
}
