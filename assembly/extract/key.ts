import {
  D_ENCAPSULATION_COUNT,
  D_ENCAPSULATIONS,
  D_FLOW_LABEL,
  D_KEY,
  D_NETWORK,
  D_ORIENTATION,
  D_PROTOCOL,
  D_TRANSPORT,
  D_TRANSPORT_KIND,
  ENCAPSULATION_GTPU,
  ENCAPSULATION_IP,
  ENCAPSULATION_SIZE,
  ENCAPSULATION_VLAN,
  KEY_ADDRESSES,
  KEY_HAS_PROTOCOL,
  KEY_KIND_IPV4,
  KEY_KIND_IPV6,
  KEY_KIND_MAC,
  KEY_KIND_SHIFT,
  KEY_LABEL_AND_TUNNEL_KIND,
  KEY_NO_PORTS,
  KEY_PROTOCOL_SHIFT,
  KEY_SIZE,
  KEY_TAGGED,
  KEY_TAGS,
  KEY_TUNNEL_ID,
  KEY_VLANS,
  KEY_WORD0,
  KEY_WORD1,
  N_HAS_ID,
  N_ID,
  N_KIND,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  TRANSPORT_ICMP,
  TRANSPORT_NONE,
} from '../layout'
import { be16, be32 } from '../memory/bytes'
import { stationDestination, stationSource } from '../packet/link'
import { planAnyLabel, planKeyBits, planLabel, planSwap, planTunnelKey, planVlanKey } from './plan'
import { stepLabel } from './steps'

// Keys are canonical: endpoint a is the lesser by address, then port, so that both directions have the same key. The
// directions of traffic are no pattern a branch predictor could learn, so endpoints are swapped without a branch.

const MAX_KEY_VLANS: usize = 4
const VLAN_PRESENT: u32 = 0x8000
const TUNNEL_KIND_SHIFT: u32 = 24
const FLOW_LABEL: u32 = 0xfffff

/** Makes the key of addresses, ports and protocol. There is an IP header. */
export function fiveTupleKey(d: usize): void {
  const kind = <u32>load<u8>(d, D_TRANSPORT_KIND)
  const protocol = <u32>load<u8>(d, D_PROTOCOL)
  const hasPorts = kind != TRANSPORT_NONE && kind != TRANSPORT_ICMP
  const bits = hasPorts || !isPortProtocol(protocol) ? KEY_HAS_PROTOCOL : KEY_HAS_PROTOCOL | KEY_NO_PORTS
  addressKey(d, hasPorts ? load<u32>(<usize>load<u32>(d, D_TRANSPORT)) : 0, protocol, bits)
}

function isPortProtocol(protocol: u32): bool {
  return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP || protocol == PROTOCOL_SCTP
}

/** Makes the key of addresses alone. There is an IP header. */
export function ipPairKey(d: usize): void {
  addressKey(d, 0, 0, 0)
}

/** Makes the key of the two station addresses that were found last. */
export function macPairKey(d: usize): void {
  const source = be48(stationSource)
  const destination = be48(stationDestination)
  const swap = planSwap & -(<u64>(source > destination))
  const difference = (source ^ destination) & swap
  const a = source ^ difference
  const b = destination ^ difference
  store<u8>(d, <u8>(swap & 1), D_ORIENTATION)
  finish(d, (a << 16) | (b >> 32), b & 0xffffffff, KEY_KIND_MAC)
  clearAddresses(d)
}

/** Clears the key, for whoever writes its bytes. */
export function emptyKey(d: usize): void {
  memory.fill(d + D_KEY, 0, KEY_SIZE)
}

/** `ports` are the four bytes as they lie in the header: source, destination. */
function addressKey(d: usize, ports: u32, protocol: u32, bits: u32): void {
  const network = <usize>load<u32>(d, D_NETWORK)
  const word1 = (<u64>protocol) << KEY_PROTOCOL_SHIFT
  if (<u32>load<u8>(network) >> 4 == 4) ipv4Key(d, network, ports, word1, bits | KEY_KIND_IPV4)
  else ipv6Key(d, network, ports, word1, bits | KEY_KIND_IPV6)
}

function ipv4Key(d: usize, network: usize, ports: u32, word1: u64, bits: u32): void {
  // Bytes 0-3 source, 4-7 destination, 8-9 and 10-11 their ports, 12-15 zero; then each endpoint as one number.
  const wire = i32x4.replace_lane(v128.load_zero<u64>(network + 12), 2, <i32>ports)
  const ends = i8x16.shuffle(wire, wire, 9, 8, 3, 2, 1, 0, 15, 15, 11, 10, 7, 6, 5, 4, 15, 15)
  const source = <u64>i64x2.extract_lane(ends, 0)
  const destination = <u64>i64x2.extract_lane(ends, 1)
  const swap = planSwap & -(<u64>(source > destination))
  const difference = (source ^ destination) & swap
  const a = source ^ difference
  const b = destination ^ difference
  store<u8>(d, <u8>(swap & 1), D_ORIENTATION)
  clearAddresses(d)
  finish(d, ((a >> 16) << 32) | (b >> 16), word1 | (a & 0xffff) | ((b & 0xffff) << 16), bits)
}

/** Word 0 of an IPv6 key is the hash's to fill. */
function ipv6Key(d: usize, network: usize, ports: u32, word1: u64, bits: u32): void {
  const source = v128.load(network, 8)
  const destination = v128.load(network, 24)
  const swap = planSwap & -(<u64>isGreater(source, destination, ports))
  const mask = i64x2.splat(swap)
  v128.store(d, v128.bitselect(destination, source, mask), D_KEY + KEY_ADDRESSES)
  v128.store(d, v128.bitselect(source, destination, mask), D_KEY + KEY_ADDRESSES + 16)
  store<u8>(d, <u8>(swap & 1), D_ORIENTATION)
  // Port a in the low half: that of the source if the order is kept, else that of the destination.
  const swapped = bswap<u32>(ports)
  finish(d, 0, word1 | <u64>rotl<u32>(swapped, 16 - (<u32>swap & 16)), bits)
}

/** Whether the source, 16 bytes in network order with its port, is the greater endpoint. */
function isGreater(source: v128, destination: v128, ports: u32): bool {
  const from = reversed(source)
  const to = reversed(destination)
  const fromHigh = <u64>i64x2.extract_lane(from, 1)
  const toHigh = <u64>i64x2.extract_lane(to, 1)
  if (fromHigh != toHigh) return fromHigh > toHigh
  const fromLow = <u64>i64x2.extract_lane(from, 0)
  const toLow = <u64>i64x2.extract_lane(to, 0)
  if (fromLow != toLow) return fromLow > toLow
  const swapped = bswap<u32>(ports)
  return swapped >> 16 > (swapped & 0xffff)
}

function reversed(bytes: v128): v128 {
  return i8x16.shuffle(bytes, bytes, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
}

function clearAddresses(d: usize): void {
  v128.store(d, i64x2.splat(0), D_KEY + KEY_ADDRESSES)
  v128.store(d, i64x2.splat(0), D_KEY + KEY_ADDRESSES + 16)
}

/** Writes the words, and no tags. */
function finish(d: usize, word0: u64, word1: u64, bits: u32): void {
  store<u64>(d, word0, D_KEY + KEY_WORD0)
  store<u64>(d, word1 | ((<u64>(bits | planKeyBits)) << KEY_KIND_SHIFT), D_KEY + KEY_WORD1)
  v128.store(d, i64x2.splat(0), D_KEY + KEY_TAGS)
}

/**
 * Adds the tags that the plan asks for to a key: flow label, VLAN ids from the outermost on, as many as fit, and the id of
 * the innermost tunnel that has one.
 */
export function tagKey(d: usize): void {
  let vlans: usize = 0
  let label: u32 = planAnyLabel ? (planLabel ? load<u32>(d, D_FLOW_LABEL) : stepLabel) : 0
  const count = <usize>load<u8>(d, D_ENCAPSULATION_COUNT)
  for (let i: usize = 0; i < count; i++) {
    const entry = d + D_ENCAPSULATIONS + i * ENCAPSULATION_SIZE
    const kind = <u32>load<u8>(entry, N_KIND)
    const id = load<u32>(entry, N_ID)
    if (kind == ENCAPSULATION_VLAN) {
      if (!planVlanKey || vlans == MAX_KEY_VLANS) continue
      store<u16>(d + D_KEY + KEY_VLANS + (vlans << 1), <u16>(id | VLAN_PRESENT))
      vlans += 1
    } else if (planTunnelKey && isTunnel(kind) && load<u8>(entry, N_HAS_ID) != 0) {
      store<u32>(d, id, D_KEY + KEY_TUNNEL_ID)
      label = (label & FLOW_LABEL) | (kind << TUNNEL_KIND_SHIFT)
    }
  }
  store<u32>(d, label, D_KEY + KEY_LABEL_AND_TUNNEL_KIND)
  if ((load<u64>(d, D_KEY + KEY_TAGS) | load<u64>(d, D_KEY + KEY_TAGS + 8)) == 0) return
  const word1 = load<u64>(d, D_KEY + KEY_WORD1)
  store<u64>(d, word1 | ((<u64>KEY_TAGGED) << KEY_KIND_SHIFT), D_KEY + KEY_WORD1)
}

/** Encapsulations that an IP header carries; labels of MPLS and sessions of PPPoE differ between the directions or links. */
function isTunnel(kind: u32): bool {
  return kind >= ENCAPSULATION_IP && kind <= ENCAPSULATION_GTPU
}

function be48(p: usize): u64 {
  return ((<u64>be32(p)) << 16) | <u64>be16(p + 4)
}
