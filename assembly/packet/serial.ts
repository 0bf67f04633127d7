import { be16 } from '../memory/bytes'
import { etherType, llc, snap } from './ethernet'
import { tooShort } from './found'
import { LAYER_IPV4, LAYER_IPV6, layerAt, layerEnd, stop } from './layer'
import { ppp } from './ppp'

const CISCO_HEADER: usize = 4
const CISCO_UNICAST: u32 = 0x0f // RFC 1547 section 4.3.1
const CISCO_MULTICAST: u32 = 0x8f

const EXTENDED_ADDRESS: u32 = 0x01 // set in the last byte of the address: ITU-T Q.922 section 3.3.1
const MAX_ADDRESS: usize = 4
const UNNUMBERED_INFORMATION: u32 = 0x03
// Network layer protocol identifiers: RFC 2427 section 3.
const NLPID_PAD: u32 = 0x00
const NLPID_SNAP: u32 = 0x80
const NLPID_IPV6: u32 = 0x8e
const NLPID_IPV4: u32 = 0xcc
const NLPID_PPP: u32 = 0xcf // RFC 1973 section 3
const LLC_SNAP: u32 = 0xaaaa

/** Cisco HDLC: address, control, EtherType; RFC 1547 section 4.3.1. */
export function ciscoHdlc(d: usize, p: usize): u64 {
  if (layerEnd - p < CISCO_HEADER) return tooShort(d)
  return etherType(be16(p + 2), p + CISCO_HEADER)
}

/** LINKTYPE_PPP_HDLC: PPP in HDLC-like framing (RFC 1662) or Cisco HDLC, by the address. */
export function pppOrCiscoHdlc(d: usize, p: usize): u64 {
  if (p >= layerEnd) return tooShort(d)
  const address = <u32>load<u8>(p)
  return address == CISCO_UNICAST || address == CISCO_MULTICAST ? ciscoHdlc(d, p) : ppp(p)
}

/** Frame Relay: address of two to four bytes, then RFC 2427 or, without a control field, Cisco's EtherType. */
export function frameRelay(d: usize, p: usize): u64 {
  let at = p
  let last = false
  for (let bytes: usize = 0; bytes < MAX_ADDRESS && at < layerEnd && !last; bytes++) {
    last = (<u32>load<u8>(at) & EXTENDED_ADDRESS) != 0
    at += 1
  }
  if (layerEnd - at < 2) return tooShort(d)
  if (!last) return stop()
  if (<u32>load<u8>(at) != UNNUMBERED_INFORMATION) return be16(at) == LLC_SNAP ? llc(at) : etherType(be16(at), at + 2)
  at += 1
  if (<u32>load<u8>(at) == NLPID_PAD) at += 1
  if (at >= layerEnd) return tooShort(d)
  return nlpid(<u32>load<u8>(at), at + 1)
}

function nlpid(id: u32, p: usize): u64 {
  switch (id) {
    case NLPID_IPV4:
      return layerAt(LAYER_IPV4, p)
    case NLPID_IPV6:
      return layerAt(LAYER_IPV6, p)
    case NLPID_SNAP:
      return snap(p)
    case NLPID_PPP:
      return ppp(p)
    default:
      return stop()
  }
}
