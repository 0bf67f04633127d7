/**
 * The layer at hand: what header parsers hand to each other.
 *
 * A layer is one u64: the address of its first byte in the low half, what it is in the high half. So parsers pass both in
 * a register. All layers of a packet end at `layerEnd`, which only moves down, as inner lengths cut padding off.
 * Invariant: frame <= start of the layer <= layerEnd <= frame + captured. Nothing at or behind layerEnd is read.
 */

// What a layer is: below 256 the payload of an IP header, by protocol number; from here on all else.
export const LAYER_STOP: u32 = 256 // nothing that can be read on
export const LAYER_ETHERNET: u32 = 257
export const LAYER_IPV4: u32 = 258
export const LAYER_IPV6: u32 = 259
export const LAYER_VLAN: u32 = 260 // the tag control information, behind the EtherType that announced it
export const LAYER_MPLS: u32 = 261
export const LAYER_PPPOE: u32 = 262

// Bounds. A packet with more gets PACKET_LAYER_LIMIT and counts as the last flow that was found above the bound.

/** VLAN tags in a row: twice what the deepest carrier stacks use. */
export const MAX_VLAN_TAGS: usize = 8
/** Labels of one MPLS stack, as many as the crate follows. */
export const MAX_MPLS_LABELS: usize = 17
/** Extension headers behind one IP header; RFC 8200 section 4.1 wants each once, destination options twice. */
export const MAX_EXTENSION_HEADERS: usize = 16
/** Options of one hop-by-hop header that are looked at for a jumbo length: RFC 8504 section 5.3 lets hosts stop at 8. */
export const MAX_HOP_BY_HOP_OPTIONS: usize = 16
/** Options of a TCP header: 40 bytes hold no more (RFC 9293 section 3.1). */
export const MAX_TCP_OPTIONS: usize = 40
/** Source route entries of a GRE header. */
export const MAX_GRE_ROUTES: usize = 16
/** Extension headers of one GTP-U header. */
export const MAX_GTPU_EXTENSIONS: usize = 16
/** Tunnels and MPLS stacks, one in the other: twice the default limit of RFC 2473 section 6.6. */
export const MAX_TUNNELS: usize = 8
/** Header parsers that are called for one packet, so that no chain of headers goes on for long. */
export const MAX_LAYERS: usize = 64

/** Address behind the last byte of the layer that was captured. */
export let layerEnd: usize = 0

/** Bytes that lay behind `layerEnd` on the wire and were not captured. */
export let layerMissing: usize = 0

/** Begins a frame. */
export function beginLayers(frame: usize, captured: usize, wire: usize): void {
  layerEnd = frame + captured
  layerMissing = wire > captured ? wire - captured : 0
}

/** Begins again at bytes that were found before. */
export function resumeLayers(end: usize, missing: usize): void {
  layerEnd = end
  layerMissing = missing
}

/** Makes the layers end `length` bytes behind `p` at most; what lies behind is padding or another's trailer. */
export function trim(p: usize, length: usize): void {
  const rest = layerEnd - p
  if (length <= rest) {
    layerEnd = p + length
    layerMissing = 0
  } else if (length - rest < layerMissing) {
    layerMissing = length - rest
  }
}

/** Takes `length` bytes of trailer off the end: of those that were not captured first. */
export function dropTrailer(p: usize, length: usize): void {
  const wire = layerEnd - p + layerMissing
  if (length < wire) trim(p, wire - length)
}

/** The layer of this kind that begins at `p`. */
export function layerAt(kind: u32, p: usize): u64 {
  return ((<u64>kind) << 32) | <u64>p
}

export function kindOf(layer: u64): u32 {
  return <u32>(layer >> 32)
}

export function startOf(layer: u64): usize {
  return <usize>layer
}

/** Nothing that can be read on. */
export function stop(): u64 {
  return layerAt(LAYER_STOP, 0)
}

/** IPv4 or IPv6, by the version in the first four bits: for carriers that do not say which. */
export function ipByVersion(p: usize): u64 {
  if (p >= layerEnd) return stop()
  const version: u32 = <u32>load<u8>(p) >> 4
  return layerAt(version == 4 ? LAYER_IPV4 : version == 6 ? LAYER_IPV6 : LAYER_STOP, p)
}
