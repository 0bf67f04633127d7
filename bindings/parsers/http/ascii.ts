/** Octets of HTTP's syntax, and text out of octets that may be anything. */

export const TAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const SP = 0x20
export const COMMA = 0x2c
export const COLON = 0x3a
export const SEMICOLON = 0x3b

const FIRST_PRINTABLE = 0x20
const LAST_PRINTABLE = 0x7e
const REPLACEMENT = 0xfffd

/** `tchar` of RFC 9110, 5.6.2. */
const TOKEN_OCTETS = octetSet("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

/** Arguments that one call of a function takes in every engine. */
const MOST_ARGUMENTS = 4096

const decoder = new TextDecoder()

/** Whether an octet may stand in a token: a method or the name of a field (RFC 9110, 5.6.2). */
export function isTokenOctet(octet: number | undefined): boolean {
  return octet !== undefined && TOKEN_OCTETS[octet] === 1
}

/** Whether all octets from `from` to `to` may stand in a token, and there is one. */
export function isToken(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (TOKEN_OCTETS[bytes[i] as number] === 0) return false
  return to > from
}

/** SP or HTAB: `RWS`, `OWS` and `BWS` are made of them (RFC 9110, 5.6.3). */
export function isBlank(octet: number | undefined): boolean {
  return octet === SP || octet === TAB
}

/** Whether an octet is a decimal digit. */
export function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= 0x30 && octet <= 0x39
}

/** Octet of a letter in lower case; others as they are. */
export function lowerCase(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet
}

/** Whether the octets from `from` on are these, which must be within `to`. */
export function startsWith(bytes: Uint8Array, from: number, to: number, expected: Uint8Array): boolean {
  if (to - from < expected.length) return false
  for (let i = 0; i < expected.length; i++) if (bytes[from + i] !== expected[i]) return false
  return true
}

/** Whether the octets from `from` to `to` are this lower-case text, whatever their case. */
export function equalsIgnoringCase(bytes: Uint8Array, from: number, to: number, lower: string): boolean {
  if (to - from !== lower.length) return false
  for (let i = 0; i < lower.length; i++) if (lowerCase(bytes[from + i] as number) !== lower.charCodeAt(i)) return false
  return true
}

/** Octets of ASCII text. */
export function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/**
 * Text of as many UTF-16 units as there are octets, so that offsets hold in both: what is not printable ASCII becomes
 * U+FFFD (../shared/contract.md).
 */
export function decodeText(bytes: Uint8Array): string {
  for (let i = 0; i < bytes.length; i++) {
    const octet = bytes[i] as number
    // Ends of lines are never part of a field, and would send nearly every head the slow way.
    if ((octet < FIRST_PRINTABLE && octet !== CR && octet !== LF) || octet > LAST_PRINTABLE) return replaceOctets(bytes)
  }
  return decoder.decode(bytes)
}

function replaceOctets(bytes: Uint8Array): string {
  const units = Uint16Array.from(bytes, (octet) =>
    octet < FIRST_PRINTABLE || octet > LAST_PRINTABLE ? REPLACEMENT : octet,
  )
  let text = ''
  for (let i = 0; i < units.length; i += MOST_ARGUMENTS) {
    text += String.fromCharCode.apply(null, units.subarray(i, i + MOST_ARGUMENTS) as unknown as number[])
  }
  return text
}

function octetSet(characters: string): Uint8Array {
  const set = new Uint8Array(256)
  for (const octet of octets(characters)) set[octet] = 1
  return set
}
