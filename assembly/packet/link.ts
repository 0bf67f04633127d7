import { PACKET_UNSUPPORTED_LINK } from '../layout'
import { linuxCooked, linuxCooked2, loopback } from './cooked'
import { ETHERNET_HEADER, llc } from './ethernet'
import { flag, tooShort } from './found'
import {
  ipByVersion,
  LAYER_ETHERNET,
  LAYER_IPV4,
  LAYER_IPV6,
  LAYER_MPLS,
  LAYER_PPPOE,
  layerAt,
  layerEnd,
  stop,
} from './layer'
import { nflog } from './nflog'
import {
  LINKTYPE_C_HDLC,
  LINKTYPE_ETHERNET,
  LINKTYPE_FDDI,
  LINKTYPE_FRELAY,
  LINKTYPE_IPV4,
  LINKTYPE_IPV6,
  LINKTYPE_LINUX_SLL,
  LINKTYPE_LINUX_SLL2,
  LINKTYPE_LOOP,
  LINKTYPE_MPLS,
  LINKTYPE_NFLOG,
  LINKTYPE_NULL,
  LINKTYPE_PPP,
  LINKTYPE_PPP_ETHER,
  LINKTYPE_PPP_HDLC,
  LINKTYPE_RAW,
  LINKTYPE_RAW_BSD,
  LINKTYPE_RAW_OPENBSD,
} from './numbers'
import { ppp } from './ppp'
import { ciscoHdlc, frameRelay, pppOrCiscoHdlc } from './serial'
import { wireless, wirelessDestination, wirelessSource } from './wireless'
import { isWireless, wirelessHeader } from './wireless-capture'

const FDDI_HEADER: usize = 13 // frame control and two addresses
const FDDI_FRAME_FORMAT: u32 = 0x70 // of frame control, without class and address length: ISO 9314-2 section 7.3.1
const FDDI_LLC: u32 = 0x50

/** First layer of a frame of this link type that IP or a tag may follow. */
export function link(d: usize, linkType: u32, p: usize): u64 {
  switch (linkType) {
    case LINKTYPE_ETHERNET:
      return layerAt(LAYER_ETHERNET, p)
    case LINKTYPE_RAW_BSD:
    case LINKTYPE_RAW_OPENBSD:
    case LINKTYPE_RAW:
      return ipByVersion(p)
    case LINKTYPE_IPV4:
      return layerAt(LAYER_IPV4, p)
    case LINKTYPE_IPV6:
      return layerAt(LAYER_IPV6, p)
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
      return loopback(d, p)
    case LINKTYPE_LINUX_SLL:
      return linuxCooked(d, p)
    case LINKTYPE_LINUX_SLL2:
      return linuxCooked2(d, p)
    case LINKTYPE_PPP:
      return ppp(p)
    case LINKTYPE_PPP_HDLC:
      return pppOrCiscoHdlc(d, p)
    case LINKTYPE_PPP_ETHER:
      return layerAt(LAYER_PPPOE, p)
    case LINKTYPE_C_HDLC:
      return ciscoHdlc(d, p)
    case LINKTYPE_FRELAY:
      return frameRelay(d, p)
    case LINKTYPE_FDDI:
      return fddi(d, p)
    case LINKTYPE_MPLS:
      return layerAt(LAYER_MPLS, p)
    case LINKTYPE_NFLOG:
      return nflog(d, p)
    default:
      return rareLink(d, linkType, p)
  }
}

function rareLink(d: usize, linkType: u32, p: usize): u64 {
  if (isWireless(linkType)) return wireless(d, linkType, p)
  flag(d, PACKET_UNSUPPORTED_LINK)
  return stop()
}

/** FDDI: only frames with LLC carry packets; ISO 9314-2 section 7.3.1. */
function fddi(d: usize, p: usize): u64 {
  if (layerEnd - p < FDDI_HEADER) return tooShort(d)
  return isFddiLlc(p) ? llc(p + FDDI_HEADER) : stop()
}

function isFddiLlc(p: usize): bool {
  return (<u32>load<u8>(p) & FDDI_FRAME_FORMAT) == FDDI_LLC
}

/** Addresses of the two 6-byte station addresses found last. */
export let stationSource: usize = 0
export let stationDestination: usize = 0

/** Finds the station addresses of a frame of this link type at `p`; false where it has none. */
export function stations(linkType: u32, p: usize): bool {
  if (linkType == LINKTYPE_ETHERNET) return addressPair(p, ETHERNET_HEADER, p)
  if (linkType == LINKTYPE_FDDI) return addressPair(p, FDDI_HEADER, p + 1)
  const header = isWireless(linkType) ? wirelessHeader(linkType, p) : 0
  if (header == 0) return false
  stationDestination = wirelessDestination(header)
  if (stationDestination == 0) return false
  stationSource = wirelessSource(header)
  return true
}

/** A destination and a source address one behind the other, in a header of this length. */
function addressPair(p: usize, header: usize, addresses: usize): bool {
  if (layerEnd - p < header) return false
  stationDestination = addresses
  stationSource = addresses + 6
  return true
}
