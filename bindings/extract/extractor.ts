import { ConfigError } from '../common/errors'
import { checkBoolean, checkFunction, checkInteger, checkOptions } from '../common/options'
import type { PacketView } from '../packet/packet-view'
import type { Protocol } from '../packet/protocol'
import type { CustomKey, FiveTupleKey, FlowKey, IpPairKey, MacPairKey } from './flow-key'

declare const keyType: unique symbol

/** Ties an extractor to the type of the keys that it makes. It has no value. */
interface Makes<K extends FlowKey> {
  readonly [keyType]?: K
}

/** Direction of a packet against its key: `forward` goes from `a` to `b`. */
export type Orientation = 'forward' | 'reverse'

/** What else {@link fiveTuple}, {@link ipPair} and {@link macPair} put into their keys. */
export interface TagOptions {
  /** Tell VLANs apart: up to four VLAN ids become part of the key. Default false. */
  readonly vlanKey?: boolean
  /** Tell tunnels apart: the innermost VNI, TEID or GRE key becomes part of the key. Default false. */
  readonly tunnelKey?: boolean
}

/** Options of {@link fiveTuple}. */
export interface FiveTupleOptions extends TagOptions {
  /** Make two flows of the two directions of a conversation. Default false. */
  readonly directional?: boolean
}

/** Layers that {@link autoDetectEncap} looks into. */
export interface EncapVariants {
  /** Default true. The crate has it; VLAN tags are always read through, whatever it says. */
  readonly vlan?: boolean
  /** MPLS, and Ethernet over MPLS. Default true. */
  readonly mpls?: boolean
  /** PPPoE sessions. Default true. */
  readonly pppoe?: boolean
  /** IP in IP, 6in4 and 4in6. Default true. */
  readonly ip?: boolean
  /** GRE, also PPTP and ERSPAN. Default true. */
  readonly gre?: boolean
  /** VXLAN and VXLAN-GPE. Default true. */
  readonly vxlan?: boolean
  /** Geneve. Default true. */
  readonly geneve?: boolean
  /** GTP-U. Default true. */
  readonly gtpu?: boolean
}

/** UDP ports that {@link autoDetectEncap} takes for those of tunnels. */
export interface EncapPorts {
  /** Default 4789 (RFC 7348). */
  readonly vxlan?: number
  /** Default 4790 (IANA). */
  readonly vxlanGpe?: number
  /** Default 6081 (RFC 8926). */
  readonly geneve?: number
  /** Default 2152 (3GPP TS 29.281). */
  readonly gtpu?: number
}

/** Options of {@link autoDetectEncap}. */
export interface AutoDetectOptions {
  /** Layers to look into: all unless told otherwise. */
  readonly variants?: EncapVariants
  /** UDP ports of tunnels: the registered ones unless told otherwise. */
  readonly ports?: EncapPorts
}

/** The UDP port that a tunnel is recognised by. */
export interface TunnelOptions {
  /** 1 to 65535, of either end. */
  readonly port?: number
}

/** What a custom extractor says of the TCP segment that it found. */
export interface CustomTcp {
  /** Bits of the wire, see {@link TcpFlag}. */
  readonly flags: number
  /** Sequence number. */
  readonly sequence: number
  /** Acknowledgement number, whether the ACK bit is set or not. */
  readonly acknowledgement: number
  /** As on the wire, unscaled. Default 0. */
  readonly window?: number
  /** Bytes from the start of the frame that the extractor was given to the payload. */
  readonly payloadOffset: number
  /** Bytes of payload, also those that a snap length has cut off. */
  readonly payloadLength: number
}

/** What a custom extractor answers for a packet that belongs to a flow. */
export interface CustomExtraction {
  /** Identity of the flow, 1 to 48 bytes; the same for both directions. Copied. */
  readonly key: Uint8Array
  /** Which of the two directions this packet goes. Default `forward`. */
  readonly orientation?: Orientation
  /** Chooses the idle timeout, and is reported. Default: unknown. */
  readonly protocol?: Protocol
  /** Without it there is no TCP state and no history. */
  readonly tcp?: CustomTcp
}

/**
 * Finds the flow of a packet in TypeScript.
 *
 * It sees the frame that the combinators around it have left. The bytes of `view.frame` lie in the core's memory and
 * are valid only until the function returns. Undefined means that the packet belongs to no flow.
 */
export type ExtractorFunction = (view: PacketView) => CustomExtraction | undefined

/** Options of {@link customExtractor}. */
export interface CustomOptions {
  /** Text of a key, for `toString()`. It must differ for different keys. Default: hexadecimal. */
  readonly format?: (key: Uint8Array) => string
}

/** An extractor as data: which layers to take off, outermost first, and at the end what to make the key of. */
export type ExtractorNode =
  | {
      readonly kind: 'five-tuple'
      readonly directional: boolean
      readonly vlanKey: boolean
      readonly tunnelKey: boolean
    }
  | { readonly kind: 'ip-pair' | 'mac-pair'; readonly vlanKey: boolean; readonly tunnelKey: boolean }
  | { readonly kind: 'custom'; readonly extract: ExtractorFunction; readonly format?: (key: Uint8Array) => string }
  | { readonly kind: 'strip-vlan' | 'strip-mpls' | 'inner-gre' | 'flow-label'; readonly inner: ExtractorNode }
  | { readonly kind: 'inner-vxlan' | 'inner-gtpu'; readonly port: number; readonly inner: ExtractorNode }
  | {
      readonly kind: 'auto-detect'
      readonly variants: Readonly<Required<EncapVariants>>
      readonly ports: Readonly<Required<EncapPorts>>
      readonly inner: ExtractorNode
    }

/**
 * Says which flow a packet belongs to: a plain immutable value, made by {@link fiveTuple} and its like and by the
 * combinators around them, such as `stripVlan(innerVxlan(fiveTuple()))`. The core executes it.
 */
export type Extractor<K extends FlowKey = FlowKey> = ExtractorNode & Makes<K>

const MAX_PORT = 65535

const ALL_VARIANTS: Readonly<Required<EncapVariants>> = Object.freeze({
  vlan: true,
  mpls: true,
  pppoe: true,
  ip: true,
  gre: true,
  vxlan: true,
  geneve: true,
  gtpu: true,
})

const DEFAULT_PORTS: Readonly<Required<EncapPorts>> = Object.freeze({
  vxlan: 4789,
  vxlanGpe: 4790,
  geneve: 6081,
  gtpu: 2152,
})

function freeze<K extends FlowKey>(node: ExtractorNode): Extractor<K> {
  return Object.freeze(node)
}

function checkExtractor(inner: ExtractorNode, where: string): ExtractorNode {
  if (typeof inner?.kind !== 'string') throw new ConfigError(where, 'must be an extractor, such as fiveTuple()')
  return inner
}

function readTags(options: TagOptions, where: string): Required<TagOptions> {
  return {
    vlanKey: checkBoolean(options.vlanKey ?? false, `${where}.vlanKey`),
    tunnelKey: checkBoolean(options.tunnelKey ?? false, `${where}.tunnelKey`),
  }
}

function readPort(port: number, option: string): number {
  return checkInteger(port, 1, MAX_PORT, option)
}

/**
 * Flows by transport protocol, addresses and ports; both directions are one flow unless `directional` says otherwise.
 *
 * The key's endpoint `a` is the lower one: IPv4 before IPv6, then by address, then by port.
 *
 * @throws ConfigError when an option is unknown or of the wrong type
 */
export function fiveTuple(options: FiveTupleOptions = {}): Extractor<FiveTupleKey> {
  checkOptions(options, ['directional', 'vlanKey', 'tunnelKey'], 'fiveTuple')
  const directional = checkBoolean(options.directional ?? false, 'fiveTuple.directional')
  return freeze({ kind: 'five-tuple', directional, ...readTags(options, 'fiveTuple') })
}

/**
 * Flows by the two IP addresses, whatever is spoken between them. They have no TCP state.
 *
 * @throws ConfigError when an option is unknown or of the wrong type
 */
export function ipPair(options: TagOptions = {}): Extractor<IpPairKey> {
  checkOptions(options, ['vlanKey', 'tunnelKey'], 'ipPair')
  return freeze({ kind: 'ip-pair', ...readTags(options, 'ipPair') })
}

/**
 * Flows by the two MAC addresses of Ethernet frames, whatever they carry. They have no TCP state.
 *
 * @throws ConfigError when an option is unknown or of the wrong type
 */
export function macPair(options: TagOptions = {}): Extractor<MacPairKey> {
  checkOptions(options, ['vlanKey', 'tunnelKey'], 'macPair')
  return freeze({ kind: 'mac-pair', ...readTags(options, 'macPair') })
}

/**
 * Flows by whatever a function of yours makes of a frame. Far slower than the extractors of the core: it is called
 * for every packet, and each call crosses from WebAssembly to JavaScript's side.
 *
 * @throws ConfigError when `extract` is not a function
 */
export function customExtractor(extract: ExtractorFunction, options: CustomOptions = {}): Extractor<CustomKey> {
  if (typeof extract !== 'function') throw new ConfigError('customExtractor.extract', 'must be a function')
  checkOptions(options, ['format'], 'customExtractor')
  const format = checkFunction(options.format, 'customExtractor.format')
  return freeze({ kind: 'custom', extract, ...(format && { format }) })
}

/**
 * Reads through VLAN tags (802.1Q, 802.1ad). All extractors do; this says so, as in the Rust crate.
 */
export function stripVlan<K extends FlowKey>(inner: Extractor<K>): Extractor<K> {
  return freeze({ kind: 'strip-vlan', inner: checkExtractor(inner, 'stripVlan') })
}

/** Takes off an MPLS label stack (RFC 3032). Frames without one belong to no flow. */
export function stripMpls<K extends FlowKey>(inner: Extractor<K>): Extractor<K> {
  return freeze({ kind: 'strip-mpls', inner: checkExtractor(inner, 'stripMpls') })
}

/**
 * Takes off a VXLAN tunnel (RFC 7348). Frames that are not of one belong to no flow.
 *
 * @param options `port`, source or destination: 4789 unless given
 * @throws ConfigError when the port is not one
 */
export function innerVxlan<K extends FlowKey>(inner: Extractor<K>, options: TunnelOptions = {}): Extractor<K> {
  checkOptions(options, ['port'], 'innerVxlan')
  const port = readPort(options.port ?? DEFAULT_PORTS.vxlan, 'innerVxlan.port')
  return freeze({ kind: 'inner-vxlan', port, inner: checkExtractor(inner, 'innerVxlan') })
}

/**
 * Takes off a GTP-U tunnel with its extension headers (3GPP TS 29.281). Frames that are not of one belong to no flow.
 *
 * @param options `port`, source or destination: 2152 unless given
 * @throws ConfigError when the port is not one
 */
export function innerGtpU<K extends FlowKey>(inner: Extractor<K>, options: TunnelOptions = {}): Extractor<K> {
  checkOptions(options, ['port'], 'innerGtpU')
  const port = readPort(options.port ?? DEFAULT_PORTS.gtpu, 'innerGtpU.port')
  return freeze({ kind: 'inner-gtpu', port, inner: checkExtractor(inner, 'innerGtpU') })
}

/** Takes off a GRE tunnel (RFC 2784, RFC 2890). Frames that are not of one belong to no flow. */
export function innerGre<K extends FlowKey>(inner: Extractor<K>): Extractor<K> {
  return freeze({ kind: 'inner-gre', inner: checkExtractor(inner, 'innerGre') })
}

/**
 * Takes off whatever tunnels and tags there are, down to the innermost packet, which the inner extractor then sees;
 * a frame without any is seen as it is. Layers are bounded: at most eight are taken off.
 *
 * @throws ConfigError when a variant is not a boolean or a port is not one
 */
export function autoDetectEncap<K extends FlowKey>(inner: Extractor<K>, options: AutoDetectOptions = {}): Extractor<K> {
  checkOptions(options, ['variants', 'ports'], 'autoDetectEncap')
  const variants = { ...ALL_VARIANTS, ...options.variants }
  checkOptions(variants, Object.keys(ALL_VARIANTS), 'autoDetectEncap.variants')
  for (const [name, value] of Object.entries(variants)) checkBoolean(value, `autoDetectEncap.variants.${name}`)
  const ports = { ...DEFAULT_PORTS, ...options.ports }
  checkOptions(ports, Object.keys(DEFAULT_PORTS), 'autoDetectEncap.ports')
  for (const [name, value] of Object.entries(ports)) readPort(value, `autoDetectEncap.ports.${name}`)
  return freeze({
    kind: 'auto-detect',
    variants: Object.freeze(variants),
    ports: Object.freeze(ports),
    inner: checkExtractor(inner, 'autoDetectEncap'),
  })
}

/**
 * Adds to the key the IPv6 flow label of the frame that it is given, 0 for IPv4. The two directions of a connection
 * usually have different labels, and so become two flows.
 */
export function flowLabel<K extends FlowKey>(inner: Extractor<K>): Extractor<K> {
  return freeze({ kind: 'flow-label', inner: checkExtractor(inner, 'flowLabel') })
}
