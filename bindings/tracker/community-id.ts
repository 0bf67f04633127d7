import { sha1 } from '@noble/hashes/legacy.js'
import { PROTOCOL_ICMP, PROTOCOL_ICMP6 } from '../../assembly/layout'
import type { FiveTupleKey } from '../extract/flow-key'

/** First ICMP message of a flow, which stands in for its ports. */
export interface IcmpMessage {
  readonly type: number
  readonly code: number
}

/** What identifies a flow for the Community ID, in the direction of its first packet. */
export interface CommunityTuple {
  /** 4 or 16 bytes in network order, like `destination`. */
  readonly source: Uint8Array
  readonly destination: Uint8Array
  /** IP protocol number. */
  readonly protocol: number
  /** Absent for protocols without. */
  readonly ports?: readonly [source: number, destination: number]
}

/**
 * ICMP types that answer one another, by Zeek's ICMP4_counterpart: a message and its answer have the same ID. The
 * other types are one-way: their code takes the place of the second port, and the direction is kept.
 */
const ICMP_COUNTERPARTS = pairs([8, 0], [13, 14], [15, 16], [17, 18], [10, 9])

/** The same for ICMPv6: echo, router and neighbour solicitation, multicast listeners, node information, home agents. */
const ICMP6_COUNTERPARTS = pairs([128, 129], [133, 134], [135, 136], [130, 131], [139, 140], [144, 145])

function pairs(...types: readonly (readonly [number, number])[]): ReadonlyMap<number, number> {
  return new Map(types.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]))
}

/**
 * Community ID version 1 of a flow, see github.com/corelight/community-id-spec.
 *
 * @param initiatorIsB the flow's first packet went from the key's endpoint b to a
 * @param icmp the flow's first message, where its protocol is ICMP or ICMPv6
 * @param seed 16 bits that tell domains of use apart
 * @returns `1:` and the base64 of 20 bytes
 */
export function communityIdOf(key: FiveTupleKey, initiatorIsB: boolean, icmp: IcmpMessage, seed = 0): string {
  const [a, b] = key.addressBytes
  const [source, destination] = initiatorIsB ? [b, a] : [a, b]
  const protocol = key.protocolNumber
  const counterparts = counterpartsOf(protocol)
  if (counterparts) {
    const counterpart = counterparts.get(icmp.type)
    const tuple = { source, destination, protocol, ports: [icmp.type, counterpart ?? icmp.code] } as const
    return hashTuple(counterpart === undefined ? tuple : inOrder(tuple), seed)
  }
  const [portA, portB] = [key.a.port, key.b.port]
  if (portA === undefined || portB === undefined)
    return hashTuple(inOrder({ source: a, destination: b, protocol }), seed)
  return hashTuple(inOrder({ source: a, destination: b, protocol, ports: [portA, portB] }), seed)
}

function counterpartsOf(protocol: number): ReadonlyMap<number, number> | undefined {
  if (protocol === PROTOCOL_ICMP) return ICMP_COUNTERPARTS
  return protocol === PROTOCOL_ICMP6 ? ICMP6_COUNTERPARTS : undefined
}

/** The smaller address, and of equal addresses the smaller port, comes first: both directions have one ID. */
function inOrder(tuple: CommunityTuple): CommunityTuple {
  const { source, destination, protocol, ports } = tuple
  const difference = compareBytes(source, destination) || (ports ? ports[0] - ports[1] : 0)
  if (difference <= 0) return tuple
  return { source: destination, destination: source, protocol, ...(ports && { ports: [ports[1], ports[0]] as const }) }
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const differing = left.findIndex((byte, i) => byte !== right[i])
  return differing < 0 ? 0 : (left[differing] ?? 0) - (right[differing] ?? 0)
}

/** SHA-1 of seed, addresses, protocol, a zero byte and the ports, all in network order. */
function hashTuple({ source, destination, protocol, ports }: CommunityTuple, seed: number): string {
  const bytes = Uint8Array.of(
    ...uint16(seed),
    ...source,
    ...destination,
    protocol,
    0,
    ...(ports ? [...uint16(ports[0]), ...uint16(ports[1])] : []),
  )
  return `1:${btoa(String.fromCharCode(...sha1(bytes)))}`
}

function uint16(value: number): [number, number] {
  return [value >> 8, value & 0xff]
}
