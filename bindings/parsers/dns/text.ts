/** Text of bytes as records show them in presentation form. */

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0').toUpperCase())

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** RFC 4648 section 7: base32 with extended hex alphabet, which keeps the order of hashes. */
const BASE32_HEX = '0123456789ABCDEFGHIJKLMNOPQRSTUV'

const SPACE = 0x20
const FIRST_GRAPHIC = 0x21
const LAST_GRAPHIC = 0x7e
const BACKSLASH = '\\'

/**
 * Text of each byte inside a label, RFC 4343 section 2.1: what is no graphic ASCII character (the space is none) as
 * `\DDD`, and a backslash before a backslash or a dot that separates no labels.
 */
export const LABEL_TEXT: readonly string[] = Array.from({ length: 256 }, (_, byte) => escaped(byte, FIRST_GRAPHIC, '.'))

/** Text of each byte inside a quoted character string, RFC 1035 section 5.1. */
const STRING_TEXT: readonly string[] = Array.from({ length: 256 }, (_, byte) => escaped(byte, SPACE, '"'))

function escaped(byte: number, firstPlain: number, special: string): string {
  if (byte < firstPlain || byte > LAST_GRAPHIC) return BACKSLASH + String(byte).padStart(3, '0')
  const character = String.fromCharCode(byte)
  return character === BACKSLASH || character === special ? BACKSLASH + character : character
}

/** Characters from `start` to `end` in quotation marks. */
export function quoted(bytes: Uint8Array, start: number, end: number): string {
  return `"${escapedString(bytes, start, end)}"`
}

/** Characters from `start` to `end` as they stand inside quotation marks. */
export function escapedString(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let i = start; i < end; i++) text += STRING_TEXT[bytes[i] as number]
  return text
}

/** Bytes from `start` to `end` in upper-case hexadecimal. */
export function hex(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let i = start; i < end; i++) text += HEX[bytes[i] as number]
  return text
}

/** Bytes from `start` to `end` in hexadecimal, `group` bytes at a time, with a separator between the groups. */
export function hexGroups(bytes: Uint8Array, start: number, end: number, group: number, separator: string): string {
  const groups: string[] = []
  for (let i = start; i < end; i += group) groups.push(hex(bytes, i, Math.min(i + group, end)).toLowerCase())
  return groups.join(separator)
}

/** Bytes from `start` to `end` in base64 with padding, RFC 4648 section 4. */
export function base64(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let i = start; i < end; i += 3) {
    const left = end - i
    const group =
      ((bytes[i] as number) << 16) |
      (left > 1 ? (bytes[i + 1] as number) << 8 : 0) |
      (left > 2 ? (bytes[i + 2] as number) : 0)
    text += BASE64.charAt(group >> 18) + BASE64.charAt((group >> 12) & 63)
    text += (left > 1 ? BASE64.charAt((group >> 6) & 63) : '=') + (left > 2 ? BASE64.charAt(group & 63) : '=')
  }
  return text
}

/** Bytes from `start` to `end` in base32 with extended hex alphabet, without padding, as RFC 5155 section 3.3 has it. */
export function base32Hex(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  let bits = 0
  let value = 0
  for (let i = start; i < end; i++) {
    value = ((value << 8) | (bytes[i] as number)) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32_HEX.charAt((value >> (bits - 5)) & 31)
  }
  return bits > 0 ? text + BASE32_HEX.charAt((value << (5 - bits)) & 31) : text
}

/** RFC 3597 section 5: the form in which data of any type can be written. */
export function opaqueData(bytes: Uint8Array, start: number, end: number): string {
  return end > start ? `\\# ${end - start} ${hex(bytes, start, end)}` : '\\# 0'
}
