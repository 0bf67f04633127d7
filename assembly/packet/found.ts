import {
  D_ENCAPSULATION_COUNT,
  D_FLAGS,
  D_FLOW_LABEL,
  D_FRAME,
  D_INNER,
  D_INNER_LENGTH,
  D_INNER_LINK_TYPE,
  D_LINK_TYPE,
  D_MATCHED,
  D_NETWORK,
  D_ORIENTATION,
  D_PAYLOAD,
  D_PAYLOAD_CAPTURED,
  D_PAYLOAD_LENGTH,
  D_PROTOCOL,
  D_SEQUENCE,
  D_TRANSPORT,
  NO_WINDOW_SCALE,
  PACKET_FRAGMENT,
  PACKET_MALFORMED,
  PACKET_TRUNCATED,
} from '../layout'
import { beginEncapsulations, encapsulations, resumeEncapsulations } from './encapsulation'
import { kindOf, LAYER_ETHERNET, LAYER_MPLS, layerEnd, layerMissing, resumeLayers, startOf, stop } from './layer'
import { LINKTYPE_ETHERNET, LINKTYPE_MPLS, LINKTYPE_RAW } from './numbers'

// What has been found of a packet. Whatever lies between two IP headers counts only once the inner one has proved
// sound: until then the descriptor shows the outer flow, so that falling back to it needs no undoing.

// The frame inside the last tunnel, until an IP header in it is found; start 0 for none.
let innerStart: usize = 0
let innerEnd: usize = 0
let innerMissing: usize = 0
let innerLinkType: u32 = 0
let innerEncapsulations: usize = 0

/** Bytes of the frame at D_INNER that were on the wire and were not captured. */
export let foundMissing: usize = 0
/** Encapsulations that were taken off before the frame at D_INNER. */
export let foundEncapsulations: usize = 0

/** Begins a descriptor, after the layers were begun: no flow, and the frame inside is the frame itself. */
export function beginDescriptor(d: usize): void {
  beginEncapsulations()
  innerStart = 0
  foundMissing = layerMissing
  foundEncapsulations = 0
  store<u8>(d, 0, D_MATCHED)
  store<u8>(d, 0, D_ORIENTATION)
  store<u32>(d, layerMissing != 0 ? PACKET_TRUNCATED : 0, D_FLAGS)
  store<u64>(d, load<u64>(d, D_FRAME), D_INNER) // with D_INNER_LENGTH
  store<u32>(d, load<u32>(d, D_LINK_TYPE), D_INNER_LINK_TYPE)
  forgetFlow(d)
}

/** What lies from D_SEQUENCE up to D_NETWORK where there is no TCP header: zeros, but no window scale. */
export function noSegment(): v128 {
  return i32x4(0, 0, <i32>(NO_WINDOW_SCALE << 24), 0)
}

/** Takes back all that is known of IP and transport headers. */
export function forgetFlow(d: usize): void {
  store<u16>(d, 0, D_PROTOCOL) // with D_TRANSPORT_KIND
  v128.store(d, noSegment(), D_SEQUENCE) // to D_ENCAPSULATION_COUNT
  v128.store(d, i64x2.splat(0), D_NETWORK) // to D_PAYLOAD_LENGTH
  store<u32>(d, 0, D_PAYLOAD_CAPTURED)
  store<u32>(d, 0, D_FLOW_LABEL)
}

/** Sets PACKET_* bits. */
export function flag(d: usize, bits: u32): void {
  store<u32>(d, load<u32>(d, D_FLAGS) | bits, D_FLAGS)
}

export function isFragment(d: usize): bool {
  return (load<u32>(d, D_FLAGS) & PACKET_FRAGMENT) != 0
}

/** A header that its layer has no room for: malformed, unless the snap length or fragmentation cut it. */
export function tooShort(d: usize): u64 {
  if (layerMissing == 0 && !isFragment(d)) flag(d, PACKET_MALFORMED)
  return stop()
}

/** A header that contradicts itself. */
export function malformed(d: usize): u64 {
  flag(d, PACKET_MALFORMED)
  return stop()
}

/** A sound IP header at `p`: from here on this packet is its flow's, with all that was taken off on the way. */
export function networkFound(d: usize, p: usize): void {
  if (load<u32>(d, D_NETWORK) != 0) forgetFlow(d)
  if (innerStart != 0) confirmInner(d)
  store<u32>(d, <u32>p, D_NETWORK)
  confirmEncapsulations(d)
}

/** What the IP header at D_NETWORK carries, from `p` on, of which no more is read. */
export function payloadFound(d: usize, protocol: u32, p: usize): void {
  store<u8>(d, <u8>protocol, D_PROTOCOL)
  store<u32>(d, <u32>p, D_TRANSPORT)
  payloadBehind(d, p, 0)
}

/** The payload begins behind a header of `header` bytes at `p`, which may lie wholly or partly behind what was captured. */
export function payloadBehind(d: usize, p: usize, header: usize): void {
  const rest = layerEnd - p
  const wire = rest + layerMissing
  const present = min(header, rest)
  store<u32>(d, <u32>(p + present), D_PAYLOAD)
  store<u32>(d, <u32>(wire - min(header, wire)), D_PAYLOAD_LENGTH)
  store<u32>(d, <u32>(rest - present), D_PAYLOAD_CAPTURED)
}

/** Notes the layer inside a tunnel as the frame that counts if an IP header is found in it. */
export function innerFound(layer: u64): void {
  innerStart = startOf(layer)
  innerEnd = layerEnd
  innerMissing = layerMissing
  innerLinkType = linkTypeOf(kindOf(layer))
  innerEncapsulations = encapsulations
}

function linkTypeOf(kind: u32): u32 {
  return kind == LAYER_ETHERNET ? LINKTYPE_ETHERNET : kind == LAYER_MPLS ? LINKTYPE_MPLS : LINKTYPE_RAW
}

/** Makes the frame noted last the one at D_INNER. */
export function confirmInner(d: usize): void {
  store<u32>(d, <u32>innerStart, D_INNER)
  store<u32>(d, <u32>(innerEnd - innerStart), D_INNER_LENGTH)
  store<u32>(d, innerLinkType, D_INNER_LINK_TYPE)
  foundMissing = innerMissing
  foundEncapsulations = innerEncapsulations
  innerStart = 0
}

/** Goes back to the frame at D_INNER, as if nothing had been found in it. */
export function resumeInner(d: usize): void {
  const start = <usize>load<u32>(d, D_INNER)
  resumeLayers(start + <usize>load<u32>(d, D_INNER_LENGTH), foundMissing)
  resumeEncapsulations(foundEncapsulations)
  innerStart = 0
  forgetFlow(d)
  confirmEncapsulations(d)
}

/** Makes the encapsulations noted so far those of the packet. */
export function confirmEncapsulations(d: usize): void {
  store<u8>(d, <u8>encapsulations, D_ENCAPSULATION_COUNT)
}
