import { ENCAPSULATION_GENEVE, ENCAPSULATION_VXLAN, ENCAPSULATION_VXLAN_GPE } from '../layout'
import { be16, be32 } from '../memory/bytes'
import { etherType } from './ethernet'
import { tooShort } from './found'
import { LAYER_ETHERNET, LAYER_IPV4, LAYER_IPV6, LAYER_MPLS, LAYER_STOP, layerAt, layerEnd, stop } from './layer'
import { ETHERTYPE_TRANSPARENT_ETHERNET } from './numbers'
import { tunnel } from './tunnel'

// Overlay networks with a 24-bit virtual network identifier in bytes 4 to 6 of an 8-byte header.

/** UDP ports: RFC 7348 section 5, draft-ietf-nvo3-vxlan-gpe-13, RFC 8926 section 3.3. */
export const VXLAN_PORT: u32 = 4789
export const VXLAN_GPE_PORT: u32 = 4790
export const GENEVE_PORT: u32 = 6081

const HEADER: usize = 8
const VNI_SHIFT: u32 = 8

const VXLAN_VNI_VALID: u32 = 0x08 // the I flag: RFC 7348 section 5
const GPE_VERSION: u32 = 0x30 // draft-ietf-nvo3-vxlan-gpe-13 section 3, as is the next
const GPE_NEXT_PROTOCOL: u32 = 0x04 // the P flag
const GENEVE_VERSION: u32 = 0xc0 // RFC 8926 section 3.4
const GENEVE_OPTIONS: u32 = 0x3f

/** VXLAN: RFC 7348 section 5. `anyFlags` takes a header without the I flag too, as the crate's InnerVxlan does. */
export function vxlan(d: usize, p: usize, anyFlags: bool): u64 {
  if (layerEnd - p < HEADER) return tooShort(d)
  if (!anyFlags && (<u32>load<u8>(p) & VXLAN_VNI_VALID) == 0) return stop()
  return tunnel(d, ENCAPSULATION_VXLAN, true, be32(p + 4) >> VNI_SHIFT, layerAt(LAYER_ETHERNET, p + HEADER))
}

/** VXLAN with a field for what is inside: draft-ietf-nvo3-vxlan-gpe-13 section 3. */
export function vxlanGpe(d: usize, p: usize): u64 {
  if (layerEnd - p < HEADER) return tooShort(d)
  const flags = <u32>load<u8>(p)
  if ((flags & GPE_VERSION) != 0 || (flags & VXLAN_VNI_VALID) == 0) return stop()
  const kind = (flags & GPE_NEXT_PROTOCOL) != 0 ? gpeLayer(<u32>load<u8>(p, 3)) : LAYER_ETHERNET
  return tunnel(d, ENCAPSULATION_VXLAN_GPE, true, be32(p + 4) >> VNI_SHIFT, layerAt(kind, p + HEADER))
}

/** Next protocol numbers: draft-ietf-nvo3-vxlan-gpe-13; 5 for MPLS is of the earlier drafts. */
function gpeLayer(protocol: u32): u32 {
  switch (protocol) {
    case 1:
      return LAYER_IPV4
    case 2:
      return LAYER_IPV6
    case 3:
      return LAYER_ETHERNET
    case 5:
      return LAYER_MPLS
    default:
      return LAYER_STOP
  }
}

/** Geneve with its options: RFC 8926 section 3.4. */
export function geneve(d: usize, p: usize): u64 {
  if (layerEnd - p < HEADER) return tooShort(d)
  const first = <u32>load<u8>(p)
  if ((first & GENEVE_VERSION) != 0) return stop()
  const header = HEADER + ((<usize>(first & GENEVE_OPTIONS)) << 2)
  if (header > layerEnd - p) return tooShort(d)
  const type = be16(p + 2)
  const at = p + header
  const inside = type == ETHERTYPE_TRANSPARENT_ETHERNET ? layerAt(LAYER_ETHERNET, at) : etherType(type, at)
  return tunnel(d, ENCAPSULATION_GENEVE, true, be32(p + 4) >> VNI_SHIFT, inside)
}
