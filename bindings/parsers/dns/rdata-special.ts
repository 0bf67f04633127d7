/** Types whose data is no mere row of fields. */
import { type Field, gateway, name } from './rdata-fields'
import type { RdataReader } from './rdata-reader'
import { base64, hex } from './text'

/** RFC 4025 section 2.1: the kind of gateway stands before the algorithm, the gateway behind. */
export const ipsecKey: Field = (r) => {
  const precedence = r.u8()
  const kind = r.u8()
  const algorithm = r.u8()
  const peer = gateway(r, kind)
  return row(`${precedence} ${kind} ${algorithm} ${peer}`, base64(r.bytes, r.at, toEnd(r)))
}

/** RFC 8777 section 4: the top bit of the kind says whether discovery is optional. */
export const amtRelay: Field = (r) => {
  const precedence = r.u8()
  const kind = r.u8()
  return `${precedence} ${kind >> 7} ${kind & 0x7f} ${gateway(r, kind & 0x7f)}`
}

/** RFC 8005 section 5: the lengths of host identity tag and public key stand before both. */
export const hip: Field = (r) => {
  const tagLength = r.u8()
  const algorithm = r.u8()
  const keyLength = r.u16()
  const tag = r.take(tagLength)
  const key = r.take(keyLength)
  if (tag < 0 || key < 0) return ''
  const fields = [String(algorithm), hex(r.bytes, tag, tag + tagLength), base64(r.bytes, key, key + keyLength)]
  while (r.left > 0) fields.push(name(r))
  return fields.join(' ')
}

const EQUATOR = 2 ** 31
const MILLISECONDS_PER_DEGREE = 3_600_000
const ALTITUDE_ZERO = 10_000_000

/** RFC 1876: where a host is. Only version 0 has a format. */
export const location: Field = (r) => {
  if (r.u8() !== 0) r.fail()
  const [size, horizontal, vertical] = [r.u8(), r.u8(), r.u8()]
  const [latitude, longitude] = [r.u32() - EQUATOR, r.u32() - EQUATOR]
  const altitude = r.u32() - ALTITUDE_ZERO
  const known =
    Math.abs(latitude) <= 90 * MILLISECONDS_PER_DEGREE && Math.abs(longitude) <= 180 * MILLISECONDS_PER_DEGREE
  if (!known || ![size, horizontal, vertical].every(isPrecision)) r.fail()
  const metres = `${altitude < 0 ? '-' : ''}${centimetres(Math.abs(altitude))}`
  const precisions = [size, horizontal, vertical].map(precision).join(' ')
  return `${angle(latitude, 'N', 'S')} ${angle(longitude, 'E', 'W')} ${metres} ${precisions}`
}

function angle(milliseconds: number, positive: string, negative: string): string {
  const size = Math.abs(milliseconds)
  const degrees = Math.floor(size / MILLISECONDS_PER_DEGREE)
  const minutes = Math.floor(size / 60_000) % 60
  const seconds = ((size % 60_000) / 1000).toFixed(3)
  return `${degrees} ${minutes} ${seconds} ${milliseconds < 0 ? negative : positive}`
}

/** RFC 1876 section 2: two decimal digits, base and exponent, of centimetres. */
function isPrecision(byte: number): boolean {
  return byte >> 4 <= 9 && (byte & 15) <= 9
}

function precision(byte: number): string {
  const value = (byte >> 4) * 10 ** (byte & 15)
  return value % 100 === 0 ? `${value / 100}m` : centimetres(value)
}

function centimetres(value: number): string {
  return `${(value / 100).toFixed(2)}m`
}

function toEnd(r: RdataReader): number {
  const { end } = r
  r.at = end
  return end
}

function row(fields: string, last: string): string {
  return last === '' ? fields : `${fields} ${last}`
}
