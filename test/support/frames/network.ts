import { checksum, concat, ipv4Bytes, ipv6Bytes, type Layer, layerOf, type Payload, u16, u32, withU16 } from './layer'

const ETHERTYPE_IPV4 = 0x0800
const ETHERTYPE_IPV6 = 0x86dd
const PROTOCOL_IPV4 = 4
const PROTOCOL_UDP = 17
const PROTOCOL_IPV6 = 41
const NO_NEXT_HEADER = 59

export interface Ipv4Fields {
  source: string
  destination: string
  protocol?: number
  timeToLive?: number
  identification?: number
  moreFragments?: boolean
  /** Bytes, a multiple of eight. */
  fragmentOffset?: number
  /** A multiple of four bytes. */
  options?: Uint8Array | readonly number[]
  /** Overrides what the header says, as segmentation offload does with 0. */
  totalLength?: number
}

/** IPv4, RFC 791 section 3.1. */
export function ipv4(fields: Ipv4Fields, payload: Payload = ''): Layer {
  const layer = layerOf(payload)
  const source = ipv4Bytes(fields.source)
  const destination = ipv4Bytes(fields.destination)
  const protocol = fields.protocol ?? layer.protocol ?? 0xff
  const options = fields.options ?? []
  const headerLength = 20 + options.length
  const header = concat(
    [0x40 | (headerLength / 4), 0],
    u16(fields.totalLength ?? headerLength + layer.bytes.length),
    u16(fields.identification ?? 0),
    u16((fields.moreFragments ? 0x2000 : 0) | ((fields.fragmentOffset ?? 0) / 8)),
    [fields.timeToLive ?? 64, protocol],
    u16(0),
    source,
    destination,
    options,
  )
  const pseudoHeader = [...source, ...destination, 0, protocol, ...u16(layer.bytes.length)]
  return {
    bytes: concat(withU16(header, 10, checksum(header)), withChecksum(layer, pseudoHeader)),
    etherType: ETHERTYPE_IPV4,
    protocol: PROTOCOL_IPV4,
  }
}

export interface Ipv6Fields {
  source: string
  destination: string
  nextHeader?: number
  hopLimit?: number
  trafficClass?: number
  flowLabel?: number
  /** Overrides what the header says. */
  payloadLength?: number
}

/** IPv6, RFC 8200 section 3. */
export function ipv6(fields: Ipv6Fields, payload: Payload = ''): Layer {
  const layer = layerOf(payload)
  const source = ipv6Bytes(fields.source)
  const destination = ipv6Bytes(fields.destination)
  const nextHeader = fields.nextHeader ?? layer.protocol ?? NO_NEXT_HEADER
  const header = [
    ...u32(0x60000000 | ((fields.trafficClass ?? 0) << 20) | (fields.flowLabel ?? 0)),
    ...u16(fields.payloadLength ?? layer.bytes.length),
    nextHeader,
    fields.hopLimit ?? 64,
    ...source,
    ...destination,
  ]
  const pseudoHeader = [...source, ...destination, ...u32(layer.bytes.length), 0, 0, 0, nextHeader]
  return {
    bytes: concat(header, withChecksum(layer, pseudoHeader)),
    etherType: ETHERTYPE_IPV6,
    protocol: PROTOCOL_IPV6,
  }
}

/** Hop-by-hop options, RFC 8200 section 4.3. Extension headers leave the checksum of what follows zero. */
export const hopByHop = (payload: Payload): Layer => extension(0, [1, 4, ...u32(0)], payload)

/** A routing header of type 2 with no segment left, RFC 6275 section 6.4. */
export const routing = (payload: Payload): Layer =>
  extension(43, [2, 0, ...u32(0), ...ipv6Bytes('2001:db8::ff')], payload)

/** Destination options, RFC 8200 section 4.6. */
export const destinationOptions = (payload: Payload): Layer => extension(60, [1, 4, ...u32(0)], payload)

/** Fragment header, RFC 8200 section 4.5. The offset is in bytes, a multiple of eight. */
export function fragment(
  fields: { identification?: number; offset?: number; more?: boolean; nextHeader?: number },
  payload: Payload,
): Layer {
  const layer = layerOf(payload)
  const header = [
    fields.nextHeader ?? layer.protocol ?? NO_NEXT_HEADER,
    0,
    ...u16((fields.offset ?? 0) | (fields.more ? 1 : 0)),
    ...u32(fields.identification ?? 0),
  ]
  return { bytes: concat(header, layer.bytes), protocol: 44 }
}

/** Authentication header of 24 bytes, RFC 4302 section 2. */
export function authentication(payload: Payload): Layer {
  const layer = layerOf(payload)
  const header = [layer.protocol ?? NO_NEXT_HEADER, 4, ...u16(0), ...u32(0x100), ...u32(1), ...new Uint8Array(12)]
  return { bytes: concat(header, layer.bytes), protocol: 51 }
}

/** What extension headers have in common, RFC 8200 section 4: the length counts 8 bytes, without the first 8. */
function extension(protocol: number, body: readonly number[], payload: Payload): Layer {
  const layer = layerOf(payload)
  const length = (2 + body.length) / 8 - 1
  return { bytes: concat([layer.protocol ?? NO_NEXT_HEADER, length], body, layer.bytes), protocol }
}

function withChecksum(layer: Layer, pseudoHeader: readonly number[]): Uint8Array {
  if (layer.checksumAt === undefined) return layer.bytes
  const sum = checksum(pseudoHeader, layer.bytes)
  // To UDP a zero means that there is no checksum, RFC 768.
  return withU16(layer.bytes, layer.checksumAt, sum === 0 && layer.protocol === PROTOCOL_UDP ? 0xffff : sum)
}
