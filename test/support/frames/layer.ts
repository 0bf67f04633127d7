import { isIPv4, isIPv6 } from 'node:net'

/** The bytes of one header and all that it carries, and what the header before has to say of them. */
export interface Layer {
  readonly bytes: Uint8Array
  /** EtherType by which a link header announces this layer. */
  readonly etherType?: number
  /** Protocol number by which an IP header announces this layer. */
  readonly protocol?: number
  /** Where the checksum lies that also covers the addresses of the IP header (RFC 9293 section 3.1, RFC 8200 section 8.1). */
  readonly checksumAt?: number
}

export type Payload = Layer | Uint8Array | string

/** A payload as a layer: text becomes UTF-8. */
export function layerOf(payload: Payload): Layer {
  if (typeof payload === 'string') return { bytes: new TextEncoder().encode(payload) }
  return payload instanceof Uint8Array ? { bytes: payload } : payload
}

export function concat(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export const u16 = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff]

export const u24 = (value: number): number[] => [(value >>> 16) & 0xff, ...u16(value)]

export const u32 = (value: number): number[] => [(value >>> 24) & 0xff, ...u24(value)]

/** Bytes of hexadecimal text; white space between them is ignored. */
export function hex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '')
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) throw new Error(`not hexadecimal: ${text}`)
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16))
}

export function macBytes(address: string): number[] {
  const bytes = address.split(':').map((part) => Number.parseInt(part, 16))
  if (bytes.length !== 6 || bytes.some(Number.isNaN)) throw new Error(`not a MAC address: ${address}`)
  return bytes
}

export function ipv4Bytes(address: string): number[] {
  if (!isIPv4(address)) throw new Error(`not an IPv4 address: ${address}`)
  return address.split('.').map(Number)
}

export function ipv6Bytes(address: string): number[] {
  if (!isIPv6(address) || address.includes('.')) throw new Error(`not an IPv6 address in hexadecimal: ${address}`)
  const groups = (text: string | undefined) => (text ? text.split(':').map((group) => Number.parseInt(group, 16)) : [])
  const [head, tail] = address.split('::')
  const first = groups(head)
  const last = groups(tail)
  const zeros = new Array<number>(8 - first.length - last.length).fill(0)
  return [...first, ...zeros, ...last].flatMap(u16)
}

/** Internet checksum, RFC 1071: the complement of the sum in ones' complement arithmetic. */
export function checksum(...parts: readonly (Uint8Array | readonly number[])[]): number {
  const bytes = concat(...parts)
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** A copy in which two bytes are replaced by a value in network order. */
export function withU16(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice()
  copy.set(u16(value), at)
  return copy
}
