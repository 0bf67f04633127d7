import { ENCAPSULATION_MPLS, ENCAPSULATION_PSEUDOWIRE, PACKET_LAYER_LIMIT } from '../layout'
import { be16, be32 } from '../memory/bytes'
import { addLinkLayer } from './encapsulation'
import { flag, tooShort } from './found'
import { LAYER_ETHERNET, LAYER_IPV4, LAYER_IPV6, layerAt, layerEnd, MAX_MPLS_LABELS, stop } from './layer'

const LABEL_ENTRY: usize = 4
const BOTTOM_OF_STACK: u32 = 0x100 // RFC 3032 section 2.1
const LABEL_SHIFT: u32 = 12
const CONTROL_WORD: usize = 4
const MIN_IHL: u32 = 5

/**
 * MPLS label stack: RFC 3032. The entry's id is the bottom label: it names the service (the VPN of RFC 4364, the
 * pseudowire of RFC 4448) and stays the same along the path, whereas those above it change from hop to hop.
 */
export function mpls(d: usize, p: usize): u64 {
  let at = p
  for (let labels: usize = 0; labels < MAX_MPLS_LABELS; labels++) {
    if (layerEnd - at < LABEL_ENTRY) return tooShort(d)
    const entry = be32(at)
    at += LABEL_ENTRY
    if ((entry & BOTTOM_OF_STACK) != 0) return underStack(d, entry >> LABEL_SHIFT, at)
  }
  flag(d, PACKET_LAYER_LIMIT)
  return stop()
}

/**
 * Nothing in the stack says what it carries. IP tells by its version (RFC 4928 section 3); a pseudowire's control word
 * begins with four zero bits and twelve reserved ones, sent as zero (RFC 4448 section 4.6); all else can only be
 * Ethernet without a control word.
 */
function underStack(d: usize, label: u32, p: usize): u64 {
  if (layerEnd - p < CONTROL_WORD) return tooShort(d)
  const first = <u32>load<u8>(p)
  if (first >> 4 == 4 && (first & 0x0f) >= MIN_IHL) return carried(d, ENCAPSULATION_MPLS, label, LAYER_IPV4, p)
  if (first >> 4 == 6) return carried(d, ENCAPSULATION_MPLS, label, LAYER_IPV6, p)
  return carried(d, ENCAPSULATION_PSEUDOWIRE, label, LAYER_ETHERNET, be16(p) == 0 ? p + CONTROL_WORD : p)
}

function carried(d: usize, encapsulation: u32, label: u32, layer: u32, p: usize): u64 {
  if (!addLinkLayer(d, encapsulation, label)) flag(d, PACKET_LAYER_LIMIT)
  return layerAt(layer, p)
}
