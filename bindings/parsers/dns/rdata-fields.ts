import { formatIpv4, formatIpv6 } from '../../packet/address'
import type { RdataReader } from './rdata-reader'
import { rcodeName, typeName } from './registry'
import { base32Hex, base64, hex, hexGroups, quoted } from './text'

/** Reads one field of a record's data and gives its text; `''` where an optional one is not there. */
export type Field = (rdata: RdataReader) => string

const NOTHING = '-'

export const u8: Field = (r) => String(r.u8())
export const u16: Field = (r) => String(r.u16())
export const u32: Field = (r) => String(r.u32())
export const u48: Field = (r) => String(r.u48())
export const name: Field = (r) => r.name()
export const type: Field = (r) => typeName(r.u16())

/** RFC 8945 section 3: 16 means another thing here than in a header. */
export const signatureError: Field = (r) => {
  const code = r.u16()
  return code === 16 ? 'BADSIG' : rcodeName(code)
}

export const ipv4: Field = (r) => {
  const at = r.take(4)
  return at < 0 ? '' : formatIpv4(r.bytes, at)
}

export const ipv6: Field = (r) => {
  const at = r.take(16)
  return at < 0 ? '' : formatIpv6(r.bytes, at)
}

/** RFC 1035 section 3.3: a length byte and as many characters. */
export const characterString: Field = (r) => {
  const length = r.u8()
  const at = r.take(length)
  return at < 0 ? '' : quoted(r.bytes, at, at + length)
}

/** One character string or none: the subaddress of ISDN, RFC 1183 section 3.2. */
export const optionalCharacterString: Field = (r) => (r.left > 0 ? characterString(r) : '')

/** RFC 1035 section 3.3.14: one or more character strings. */
export const characterStrings: Field = (r) => {
  const strings: string[] = []
  do strings.push(characterString(r))
  while (r.left > 0)
  return strings.join(' ')
}

/** All that is left, as one quoted string: CAA (RFC 8659 section 4.1.1) and URI (RFC 7553 section 4.5). */
export const restString: Field = (r) => {
  const start = r.at
  r.at = r.end
  return quoted(r.bytes, start, r.end)
}

/** A tag of CAA: a length byte and letters and digits, RFC 8659 section 4.1. */
export const tag: Field = (r) => {
  const text = characterString(r).slice(1, -1)
  if (!/^[0-9A-Za-z]+$/.test(text)) r.fail()
  return text
}

export const restHex: Field = (r) => {
  const start = r.at
  r.at = r.end
  return hex(r.bytes, start, r.end)
}

export const restBase64: Field = (r) => {
  const start = r.at
  r.at = r.end
  return base64(r.bytes, start, r.end)
}

/** What is left must not be nothing: a row that ends early has no presentation form. */
export const some =
  (field: Field): Field =>
  (r) =>
    r.left > 0 ? field(r) : failure(r)

/** RFC 1706 section 6. */
export const nsap: Field = some((r) => `0x${restHex(r)}`)

/** RFC 7043 sections 3.2 and 4.2: an EUI of 6 or 8 bytes. */
export const eui =
  (length: number): Field =>
  (r) => {
    const at = r.take(length)
    return at < 0 ? '' : hexGroups(r.bytes, at, at + length, 1, '-')
  }

/** RFC 6742 sections 2.1.1 and 2.3.1: 64 bits in four groups. */
export const locator64: Field = (r) => {
  const at = r.take(8)
  return at < 0 ? '' : hexGroups(r.bytes, at, at + 8, 2, ':')
}

/** RFC 5155 section 3.3: a length byte and a salt in hexadecimal, `-` where it is empty. */
export const salt: Field = (r) => {
  const length = r.u8()
  const at = r.take(length)
  return at < 0 ? '' : length > 0 ? hex(r.bytes, at, at + length) : NOTHING
}

/** RFC 5155 section 3.3: a length byte and a hash in base32hex. */
export const hash: Field = (r) => {
  const length = r.u8()
  const at = r.take(length)
  if (at < 0 || length === 0) return failure(r)
  return base32Hex(r.bytes, at, at + length)
}

/**
 * RFC 4034 section 3.2: `YYYYMMDDHHmmSS` in UTC. The 32 bits are read as seconds since 1970, so up to 2106; section
 * 3.1.5 lets them stand for other times too, 2^32 seconds away.
 */
export const time: Field = (r) => new Date(r.u32() * 1000).toISOString().replace(/[-:T]|\..*/g, '')

/** RFC 4034 section 4.1.2: types of a name, as windows of up to 32 bytes of bits. May be empty, as that of NSEC3 may. */
export const typeBitmap: Field = (r) => {
  const types: string[] = []
  let before = -1
  while (r.left > 0) {
    const window = r.u8()
    const length = r.u8()
    const at = r.take(length)
    if (at < 0 || length === 0 || length > 32 || window <= before) return failure(r)
    before = window
    for (let i = 0; i < 8 * length; i++) {
      if ((r.bytes[at + (i >> 3)] as number) & (0x80 >> (i & 7))) types.push(typeName(window * 256 + i))
    }
  }
  return types.join(' ')
}

/** RFC 8945 sections 4.2 and 2930 section 2: a 16-bit length and as many bytes, in base64. */
export const sizedBase64: Field = (r) => {
  const length = r.u16()
  const at = r.take(length)
  return at < 0 ? '' : length > 0 ? `${length} ${base64(r.bytes, at, at + length)}` : '0'
}

/** RFC 1035 section 3.4.2: ports of a protocol, a bit each, up to port 65535. */
export const portBitmap: Field = (r) => {
  const ports: number[] = []
  const start = r.take(r.left)
  if (r.end - start > 8192) return failure(r)
  for (let i = 0; i < 8 * (r.end - start); i++) {
    if ((r.bytes[start + (i >> 3)] as number) & (0x80 >> (i & 7))) ports.push(i)
  }
  return ports.join(' ')
}

/** RFC 3123 section 4: address prefixes, trailing zero bytes left out. */
export const addressPrefixes: Field = (r) => {
  const items: string[] = []
  while (r.left > 0) {
    const family = r.u16()
    const prefix = r.u8()
    const length = r.u8()
    const at = r.take(length & 0x7f)
    const address = at < 0 ? undefined : paddedAddress(r, family, prefix, at, length & 0x7f)
    if (address === undefined) return failure(r)
    items.push(`${length & 0x80 ? '!' : ''}${family}:${address}/${prefix}`)
  }
  return items.join(' ')
}

/**
 * An address of which only the leading bytes are there, with zeros for the rest; undefined where the family is neither
 * IPv4 (1) nor IPv6 (2), or the lengths are none of it.
 */
export function paddedAddress(
  r: RdataReader,
  family: number,
  prefix: number,
  start: number,
  length: number,
): string | undefined {
  const size = family === 1 ? 4 : family === 2 ? 16 : 0
  if (size === 0 || length > size || prefix > 8 * size) return undefined
  const address = new Uint8Array(size)
  address.set(r.bytes.subarray(start, start + length))
  return size === 4 ? formatIpv4(address, 0) : formatIpv6(address, 0)
}

/** RFC 4025 section 2 and RFC 8777 section 4.2: nothing (shown as `.`), an address or a name, as a type says. */
export function gateway(r: RdataReader, kind: number): string {
  if (kind === 0) return '.'
  if (kind === 1) return ipv4(r)
  if (kind === 2) return ipv6(r)
  return kind === 3 ? name(r) : failure(r)
}

function failure(r: RdataReader): string {
  r.fail()
  return ''
}
