import {
  KEY_ADDRESSES,
  KEY_DIRECTIONAL,
  KEY_HAS_LABEL,
  KEY_HAS_PROTOCOL,
  KEY_KIND_CUSTOM,
  KEY_KIND_IPV4,
  KEY_KIND_IPV6,
  KEY_KIND_MAC,
  KEY_KIND_MASK,
  KEY_LABEL_AND_TUNNEL_KIND,
  KEY_NO_PORTS,
  KEY_SIZE,
  KEY_TUNNEL_ID,
  KEY_VLANS,
  KEY_WORD1,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from '../../assembly/layout'
import { inspectSymbol } from '../common/inspect'
import { formatIpv4, formatIpv6, formatMac } from '../packet/address'
import { type Protocol, protocolName } from '../packet/protocol'
import { type EncapsulationKind, encapsulationKind } from './encapsulation'
import { type Endpoint, formatEndpoint, type IpEndpoint, type MacEndpoint } from './endpoint'

// KEY_WORD1 and KEY_WORD0 by byte, see assembly/layout.ts. Bytes, because a view of 64 bytes is cheap only while
// nobody asks for its buffer.
const PORT_A = KEY_WORD1
const PORT_B = KEY_WORD1 + 2
const PROTOCOL = KEY_WORD1 + 4
const KIND = KEY_WORD1 + 5
const LENGTH = KEY_WORD1 + 6

const VLANS = 4
const VLAN_PRESENT = 0x8000
const VLAN_ID = 0x0fff
const FLOW_LABEL = 0x0f_ffff

function uint16(block: Uint8Array, at: number): number {
  return (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8)
}

function uint32(block: Uint8Array, at: number): number {
  return (uint16(block, at) | (uint16(block, at + 2) << 16)) >>> 0
}

/** The tunnel that a key tells apart, where the extractor was asked to put it into the key. */
export interface TunnelTag {
  /** What it is: `gre`, `vxlan`, `geneve`, `gtpu` and their like. */
  readonly kind: EncapsulationKind
  /** VNI, TEID or GRE key. */
  readonly id: number
}

/** A key as `JSON.stringify` writes it. Properties that a key has not are absent. */
export interface FlowKeyJson {
  /** Kind of key. */
  readonly kind: FlowKey['kind']
  /** Of five-tuples. */
  readonly protocol?: Protocol
  /** Of all but custom keys, like `b`. */
  readonly a?: Endpoint
  /** The other endpoint. */
  readonly b?: Endpoint
  /** Of custom keys, in hexadecimal. */
  readonly bytes?: string
  /** Outermost first. */
  readonly vlanIds?: readonly number[]
  /** See {@link TunnelTag}. */
  readonly tunnel?: TunnelTag
  /** Of `flowLabel(…)`. */
  readonly flowLabel?: number
}

let blockOf: (key: KeyBase) => Uint8Array

/**
 * What all keys have in common. A key owns a copy of the core's 64 bytes and decodes what it is asked for.
 */
abstract class KeyBase {
  static {
    blockOf = (key) => key.#block
  }

  abstract readonly kind: 'five-tuple' | 'ip-pair' | 'mac-pair' | 'custom'
  readonly #block: Uint8Array

  /** @internal */
  constructor(block: Uint8Array) {
    this.#block = block
  }

  /** Whether both keys name the same flow, also when they come from different trackers. */
  equals(other: FlowKey): boolean {
    const [mine, others] = [this.block, blockOf(other)]
    for (let i = hasHashedWord(mine) ? KEY_WORD1 : 0; i < KEY_SIZE; i++) if (mine[i] !== others[i]) return false
    return true
  }

  /** The key as text. Two keys of one extractor are equal when their texts are, so it can be a `Map`'s key. */
  abstract toString(): string

  /** What `JSON.stringify` writes. */
  abstract toJSON(): FlowKeyJson

  /** @internal */
  [inspectSymbol](): string {
    return `${this.constructor.name} ${this}`
  }

  protected get block(): Uint8Array {
    return this.#block
  }

  protected has(flag: number): boolean {
    return ((this.block[KIND] ?? 0) & flag) !== 0
  }
}

/** Word 0 of these keys is a hash under the tracker's secret: it differs between trackers, and adds nothing. */
function hasHashedWord(block: Uint8Array): boolean {
  const kind = (block[KIND] ?? 0) & KEY_KIND_MASK
  return kind === KEY_KIND_IPV6 || kind === KEY_KIND_CUSTOM
}

/** What keys of two endpoints have in common: direction and tags. */
abstract class PairKey extends KeyBase {
  /** True when `a` is always the source: the two directions of a conversation are two flows. */
  get directional(): boolean {
    return this.has(KEY_DIRECTIONAL)
  }

  /** VLAN ids in the key, outermost first: empty unless the extractor was given `vlanKey` and the frame had tags. */
  get vlanIds(): readonly number[] {
    const ids: number[] = []
    for (let i = 0; i < VLANS; i++) {
      const tag = uint16(this.block, KEY_VLANS + 2 * i)
      if ((tag & VLAN_PRESENT) !== 0) ids.push(tag & VLAN_ID)
    }
    return ids
  }

  /** The tunnel in the key: only where the extractor was given `tunnelKey` and there was one with an id. */
  get tunnel(): TunnelTag | undefined {
    const kind = this.block[KEY_LABEL_AND_TUNNEL_KIND + 3] ?? 0
    if (kind === 0) return undefined
    return { kind: encapsulationKind(kind), id: uint32(this.block, KEY_TUNNEL_ID) }
  }

  /** The IPv6 flow label in the key, 0 for IPv4: only with `flowLabel(…)`. */
  get flowLabel(): number | undefined {
    if (!this.has(KEY_HAS_LABEL)) return undefined
    return uint32(this.block, KEY_LABEL_AND_TUNNEL_KIND) & FLOW_LABEL
  }

  protected pairToString(a: Endpoint, b: Endpoint): string {
    const vlans = this.vlanIds
    const { tunnel, flowLabel } = this
    return [
      `${formatEndpoint(a)} ${this.directional ? '->' : '<->'} ${formatEndpoint(b)}`,
      ...(vlans.length > 0 ? [`vlan ${vlans.join('.')}`] : []),
      ...(tunnel ? [`${tunnel.kind} ${tunnel.id}`] : []),
      ...(flowLabel === undefined ? [] : [`label 0x${flowLabel.toString(16)}`]),
    ].join(' ')
  }

  protected tagsToJson(): Pick<FlowKeyJson, 'vlanIds' | 'tunnel' | 'flowLabel'> {
    const { vlanIds, tunnel, flowLabel } = this
    return {
      ...(vlanIds.length > 0 && { vlanIds }),
      ...(tunnel && { tunnel }),
      ...(flowLabel !== undefined && { flowLabel }),
    }
  }
}

/**
 * The 4 or 16 bytes of an address. Address a of an IPv4 key is the upper half of word 0, b the lower one, each
 * little-endian in memory.
 */
function addressOf(block: Uint8Array, end: 'a' | 'b'): Uint8Array {
  if (((block[KIND] ?? 0) & KEY_KIND_MASK) === KEY_KIND_IPV6) {
    const at = end === 'a' ? KEY_ADDRESSES : KEY_ADDRESSES + 16
    return block.slice(at, at + 16)
  }
  const at = end === 'a' ? 4 : 0
  return block.slice(at, at + 4).reverse()
}

function decodeAddress(block: Uint8Array, end: 'a' | 'b'): string {
  const address = addressOf(block, end)
  return address.length === 4 ? formatIpv4(address, 0) : formatIpv6(address, 0)
}

/** Key of {@link fiveTuple}: transport protocol, two addresses, and ports where the protocol has them. */
export class FiveTupleKey extends PairKey {
  readonly kind = 'five-tuple'
  #a: IpEndpoint | undefined
  #b: IpEndpoint | undefined

  /**
   * Transport protocol. Flows of IP fragments whose ports are not known have the number of their protocol in place of
   * its name, such as `6`, and no ports.
   */
  get protocol(): Protocol {
    return this.has(KEY_NO_PORTS) ? `${this.protocolNumber}` : protocolName(this.protocolNumber)
  }

  /** IP protocol number of the transport. */
  get protocolNumber(): number {
    return this.block[PROTOCOL] ?? 0
  }

  /** The lower endpoint, by IP version, address and port; of a directional key the source. */
  get a(): IpEndpoint {
    this.#a ??= this.#endpoint('a', PORT_A)
    return this.#a
  }

  /** The higher endpoint; of a directional key the destination. */
  get b(): IpEndpoint {
    this.#b ??= this.#endpoint('b', PORT_B)
    return this.#b
  }

  /** Addresses in network order, 4 or 16 bytes each, a's first. */
  get addressBytes(): readonly [a: Uint8Array, b: Uint8Array] {
    return [addressOf(this.block, 'a'), addressOf(this.block, 'b')]
  }

  /** Whether one of the two ports is this one. */
  eitherPort(port: number): boolean {
    return this.#hasPorts && (uint16(this.block, PORT_A) === port || uint16(this.block, PORT_B) === port)
  }

  override toString(): string {
    return `${this.protocol} ${this.pairToString(this.a, this.b)}`
  }

  override toJSON(): FlowKeyJson {
    return { kind: this.kind, protocol: this.protocol, a: this.a, b: this.b, ...this.tagsToJson() }
  }

  get #hasPorts(): boolean {
    if (this.has(KEY_NO_PORTS)) return false
    const protocol = this.protocolNumber
    if (protocol === PROTOCOL_TCP || protocol === PROTOCOL_UDP || protocol === PROTOCOL_SCTP) return true
    return uint32(this.block, PORT_A) !== 0
  }

  #endpoint(end: 'a' | 'b', portAt: number): IpEndpoint {
    const address = decodeAddress(this.block, end)
    return Object.freeze(this.#hasPorts ? { address, port: uint16(this.block, portAt) } : { address })
  }
}

/** Key of {@link ipPair}: two addresses. */
export class IpPairKey extends PairKey {
  readonly kind = 'ip-pair'
  #a: IpEndpoint | undefined
  #b: IpEndpoint | undefined

  /** The lower address. */
  get a(): IpEndpoint {
    this.#a ??= Object.freeze({ address: decodeAddress(this.block, 'a') })
    return this.#a
  }

  /** The higher address. */
  get b(): IpEndpoint {
    this.#b ??= Object.freeze({ address: decodeAddress(this.block, 'b') })
    return this.#b
  }

  override toString(): string {
    return this.pairToString(this.a, this.b)
  }

  override toJSON(): FlowKeyJson {
    return { kind: this.kind, a: this.a, b: this.b, ...this.tagsToJson() }
  }
}

/** Key of {@link macPair}: two MAC addresses. */
export class MacPairKey extends PairKey {
  readonly kind = 'mac-pair'

  /** The lower address: the upper 48 bits of word 0. */
  get a(): MacEndpoint {
    return Object.freeze({ mac: formatMac(this.block.slice(2, 8).reverse(), 0) })
  }

  /** The higher address: the lower 16 bits of word 0, then the lower 32 of word 1. */
  get b(): MacEndpoint {
    const block = this.block
    const high = block.slice(0, 2).reverse()
    const low = block.slice(KEY_WORD1, KEY_WORD1 + 4).reverse()
    return Object.freeze({ mac: formatMac(Uint8Array.of(...high, ...low), 0) })
  }

  override toString(): string {
    return this.pairToString(this.a, this.b)
  }

  override toJSON(): FlowKeyJson {
    return { kind: this.kind, a: this.a, b: this.b, ...this.tagsToJson() }
  }
}

/** Key of {@link customExtractor}: bytes that mean something to whoever wrote it. */
export class CustomKey extends KeyBase {
  readonly kind = 'custom'
  readonly #format: ((bytes: Uint8Array) => string) | undefined

  /** @internal */
  constructor(block: Uint8Array, format: ((bytes: Uint8Array) => string) | undefined) {
    super(block)
    this.#format = format
  }

  /** A copy of the bytes that the extractor gave. */
  get bytes(): Uint8Array {
    return this.block.slice(KEY_ADDRESSES, KEY_ADDRESSES + uint16(this.block, LENGTH))
  }

  /** What the extractor's `format` makes of the bytes, or else the bytes in hexadecimal. */
  override toString(): string {
    return this.#format ? this.#format(this.bytes) : hexadecimal(this.bytes)
  }

  override toJSON(): FlowKeyJson {
    return { kind: this.kind, bytes: hexadecimal(this.bytes) }
  }
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Identity of a flow. Which kind a tracker's keys are of follows from its extractor. */
export type FlowKey = FiveTupleKey | IpPairKey | MacPairKey | CustomKey

/** What the two ends of a flow with keys `K` are: undefined where keys are custom. */
export type EndpointOf<K extends FlowKey> = K extends { readonly a: infer E } ? E : undefined

/**
 * Transport protocol as it is reported: that of the key where the key has one, else that of the
 * flow's first packet; undefined where there is none.
 */
export function reportedProtocol(key: FlowKey, number: number): Protocol | undefined {
  if (key.kind === 'five-tuple') return key.protocol
  return key.kind === 'mac-pair' || number === 0 ? undefined : protocolName(number)
}

/** The KEY_SIZE bytes of a key as the core has them. For this library's own use: not to be changed. */
export function keyBlock(key: FlowKey): Uint8Array {
  return blockOf(key)
}

/**
 * Makes a key of the KEY_SIZE bytes that the core made.
 *
 * @param block kept, not copied
 * @param format of a custom extractor
 */
export function decodeKey(block: Uint8Array, format?: (bytes: Uint8Array) => string): FlowKey {
  const kind = block[KIND] ?? 0
  switch (kind & KEY_KIND_MASK) {
    case KEY_KIND_IPV4:
    case KEY_KIND_IPV6:
      return (kind & KEY_HAS_PROTOCOL) !== 0 ? new FiveTupleKey(block) : new IpPairKey(block)
    case KEY_KIND_MAC:
      return new MacPairKey(block)
    case KEY_KIND_CUSTOM:
      return new CustomKey(block, format)
    default:
      throw new RangeError(`not a flow key: kind ${kind}`)
  }
}
