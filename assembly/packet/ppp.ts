import { ENCAPSULATION_PPPOE, PACKET_LAYER_LIMIT } from '../layout'
import { be16 } from '../memory/bytes'
import { addLinkLayer } from './encapsulation'
import { flag, malformed, tooShort } from './found'
import { LAYER_IPV4, LAYER_IPV6, LAYER_MPLS, layerAt, layerEnd, stop, trim } from './layer'
import { PPP_IPV4, PPP_IPV6, PPP_MPLS, PPP_MPLS_UPSTREAM } from './numbers'

const PPPOE_HEADER: usize = 6
const PPPOE_SESSION_DATA: u32 = 0x1100 // version 1, type 1, code 0: RFC 2516 sections 4 and 6
const HDLC_ADDRESS_CONTROL: u32 = 0xff03 // RFC 1662 section 3.1: all stations, unnumbered information
const COMPRESSED: u32 = 0x01 // an odd first byte ends the protocol number: RFC 1661 section 6.5

/** PPP over Ethernet, session stage: RFC 2516 section 4. */
export function pppoe(d: usize, p: usize): u64 {
  if (layerEnd - p < PPPOE_HEADER) return tooShort(d)
  if (be16(p) != PPPOE_SESSION_DATA) return malformed(d)
  if (!addLinkLayer(d, ENCAPSULATION_PPPOE, be16(p + 2))) flag(d, PACKET_LAYER_LIMIT)
  trim(p + PPPOE_HEADER, <usize>be16(p + 4))
  return ppp(p + PPPOE_HEADER)
}

/** PPP frame, with or without HDLC-like address and control, protocol field of one or two bytes: RFC 1661, RFC 1662. */
export function ppp(p: usize): u64 {
  let at = p
  if (layerEnd - at >= 2 && be16(at) == HDLC_ADDRESS_CONTROL) at += 2
  if (layerEnd - at < 2) return stop()
  let protocol = <u32>load<u8>(at)
  if ((protocol & COMPRESSED) != 0) {
    at += 1
  } else {
    protocol = be16(at)
    at += 2
  }
  switch (protocol) {
    case PPP_IPV4:
      return layerAt(LAYER_IPV4, at)
    case PPP_IPV6:
      return layerAt(LAYER_IPV6, at)
    case PPP_MPLS:
    case PPP_MPLS_UPSTREAM:
      return layerAt(LAYER_MPLS, at)
    default:
      return stop()
  }
}
