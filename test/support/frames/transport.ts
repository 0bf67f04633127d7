import { checksum, concat, type Layer, layerOf, type Payload, u16, u32, withU16 } from './layer'

const PROTOCOL_ICMP = 1
const PROTOCOL_TCP = 6
const PROTOCOL_UDP = 17
const PROTOCOL_ICMP6 = 58
const PROTOCOL_SCTP = 132

export interface TcpFields {
  source: number
  destination: number
  sequence?: number
  acknowledgement?: number
  /** Letters of the set bits, in any order: Fin, Syn, Rst, Psh, Ack, Urg, Ece, Cwr. */
  flags?: string
  window?: number
  urgent?: number
  /** Padded with end-of-option bytes to a multiple of four. */
  options?: Uint8Array | readonly number[]
}

/** TCP, RFC 9293 section 3.1. Without flags named: PSH and ACK. */
export function tcp(fields: TcpFields, payload: Payload = ''): Layer {
  const options = padded(fields.options ?? [])
  const header = [
    ...u16(fields.source),
    ...u16(fields.destination),
    ...u32(fields.sequence ?? 0),
    ...u32(fields.acknowledgement ?? 0),
    ((20 + options.length) / 4) << 4,
    tcpFlags(fields.flags ?? 'PA'),
    ...u16(fields.window ?? 65535),
    ...u16(0),
    ...u16(fields.urgent ?? 0),
  ]
  return { bytes: concat(header, options, layerOf(payload).bytes), protocol: PROTOCOL_TCP, checksumAt: 16 }
}

/** The flag byte for letters such as 'SA'. */
export function tcpFlags(letters: string): number {
  let bits = 0
  for (const letter of letters) {
    const bit = 'FSRPAUEC'.indexOf(letter)
    if (bit < 0) throw new Error(`no TCP flag begins with ${letter}`)
    bits |= 1 << bit
  }
  return bits
}

/** The options that open a connection, RFC 9293 section 3.2 and RFC 7323 section 2. */
export const tcpOptions = {
  maximumSegmentSize: (bytes: number): number[] => [2, 4, ...u16(bytes)],
  windowScale: (shift: number): number[] => [3, 3, shift],
  timestamps: (value: number, echo: number): number[] => [8, 10, ...u32(value), ...u32(echo)],
  noOperation: [1],
}

/** UDP, RFC 768. `length` overrides what the header says. */
export function udp(fields: { source: number; destination: number; length?: number }, payload: Payload = ''): Layer {
  const { bytes } = layerOf(payload)
  const header = [...u16(fields.source), ...u16(fields.destination), ...u16(fields.length ?? 8 + bytes.length), 0, 0]
  return { bytes: concat(header, bytes), protocol: PROTOCOL_UDP, checksumAt: 6 }
}

export interface IcmpFields {
  type: number
  code?: number
  identifier?: number
  sequence?: number
}

/** ICMP, RFC 792. */
export function icmp(fields: IcmpFields, payload: Payload = ''): Layer {
  const bytes = icmpBytes(fields, payload)
  return { bytes: withU16(bytes, 2, checksum(bytes)), protocol: PROTOCOL_ICMP }
}

/** ICMPv6, RFC 4443 section 2.1. */
export function icmp6(fields: IcmpFields, payload: Payload = ''): Layer {
  return { bytes: icmpBytes(fields, payload), protocol: PROTOCOL_ICMP6, checksumAt: 2 }
}

/** SCTP common header, RFC 9260 section 3.1; the CRC is left zero. */
export function sctp(fields: { source: number; destination: number; tag?: number }, chunks: Payload = ''): Layer {
  const header = [...u16(fields.source), ...u16(fields.destination), ...u32(fields.tag ?? 0), ...u32(0)]
  return { bytes: concat(header, layerOf(chunks).bytes), protocol: PROTOCOL_SCTP }
}

function icmpBytes(fields: IcmpFields, payload: Payload): Uint8Array {
  const header = [fields.type, fields.code ?? 0, 0, 0, ...u16(fields.identifier ?? 0), ...u16(fields.sequence ?? 0)]
  return concat(header, layerOf(payload).bytes)
}

function padded(options: Uint8Array | readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(options.length / 4) * 4)
  bytes.set(options)
  return bytes
}
