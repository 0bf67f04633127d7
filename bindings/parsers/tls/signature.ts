import { ALERT, CLIENT_HELLO, HANDSHAKE, LONGEST_RECORD, RECORD_HEADER, SERVER_HELLO, SSL_2 } from './constants'

/** Whether bytes are what is looked for: yes, no, or too few to tell. */
export type Verdict = 'yes' | 'no' | 'more'

/** Bytes that {@link tlsSignature} needs at most. */
export const SIGNATURE_BYTES = 11

/** Whether a version's two bytes are those of SSL 3.0 to TLS 1.3, as they stand in records and hellos. */
export function isRecordVersion(major: number, minor: number): boolean {
  return major === 3 && minor <= 4
}

/**
 * Whether the first bytes of a side of a stream are TLS that can be read: a hello, in TLS's or in SSL 2.0's framing,
 * or an alert. Wrong once in 2^32 streams of random bytes.
 */
export function tlsSignature(bytes: Uint8Array): Verdict {
  const record = recordSignature(bytes, 0)
  return record === 'no' ? ssl2Signature(bytes) : record
}

/**
 * Whether a ClientHello is anywhere in these bytes of a side: protocols that begin in the clear change to TLS within
 * their first few messages (STARTTLS in RFC 3207, 2595, 6120 and others, CONNECT in RFC 9110).
 *
 * @returns true, or before which byte there is none: behind it there may be more of it to come
 */
export function lateSignature(bytes: Uint8Array): true | number {
  for (let at = bytes.indexOf(HANDSHAKE); at >= 0; at = bytes.indexOf(HANDSHAKE, at + 1)) {
    const type = bytes[at + RECORD_HEADER] ?? CLIENT_HELLO
    const verdict = type === CLIENT_HELLO ? recordSignature(bytes, at) : 'no'
    if (verdict !== 'no') return verdict === 'yes' || at
  }
  return bytes.length
}

/** Where the next byte is, from here on, that a hello or an alert in TLS's framing may begin with; their end if none. */
export function nextBeginning(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] !== HANDSHAKE && bytes[at] !== ALERT) at++
  return at
}

/** Whether a hello or an alert in TLS's framing begins at some byte. */
export function recordSignature(bytes: Uint8Array, at: number): Verdict {
  const type = bytes[at]
  if (type === undefined) return 'more'
  if (type !== HANDSHAKE && type !== ALERT) return 'no'
  const left = bytes.length - at
  const byte = (i: number) => bytes[at + i] ?? 0
  if (left > 1 && byte(1) !== 3) return 'no'
  if (left > 2 && !isRecordVersion(byte(1), byte(2))) return 'no'
  if (left < RECORD_HEADER) return 'more'
  const length = (byte(3) << 8) | byte(4)
  return type === ALERT ? alertSignature(left, length, byte) : helloSignature(left, length, byte)
}

/** One alert, its level 1 or 2 (RFC 8446 section 6). */
function alertSignature(left: number, length: number, byte: (i: number) => number): Verdict {
  if (length !== 2) return 'no'
  if (left === RECORD_HEADER) return 'more'
  if (byte(5) !== 1 && byte(5) !== 2) return 'no'
  return left < RECORD_HEADER + length ? 'more' : 'yes'
}

/** Type, a length that agrees with the record's, and the version (RFC 8446 sections 4.1.2 and 4.1.3). */
function helloSignature(left: number, length: number, byte: (i: number) => number): Verdict {
  if (length === 0 || length > LONGEST_RECORD) return 'no'
  const seen = Math.min(left - RECORD_HEADER, length)
  if (seen > 0 && byte(5) !== CLIENT_HELLO && byte(5) !== SERVER_HELLO) return 'no'
  if (seen > 1 && byte(6) > 1) return 'no'
  // The version follows the length; drafts of TLS 1.3 had 0x7f and their number in a ServerHello.
  if (seen > 4 && byte(9) !== 3 && byte(9) !== 0x7f) return 'no'
  if (seen > 5 && byte(9) === 3 && byte(10) > 4) return 'no'
  return seen === length || seen >= SIGNATURE_BYTES - RECORD_HEADER ? 'yes' : 'more'
}

/** A CLIENT-HELLO in SSL 2.0 framing: length with its first bit set, type, version (RFC 5246 appendix E.2). */
export function ssl2Signature(bytes: Uint8Array): Verdict {
  if (bytes.length === 0) return 'more'
  const byte = (i: number) => bytes[i] ?? 0
  if (!(byte(0) & 0x80)) return 'no'
  if (bytes.length > 2 && byte(2) !== CLIENT_HELLO) return 'no'
  if (bytes.length > 3 && byte(3) !== 3 && byte(3) !== 0) return 'no'
  if (bytes.length < 5) return 'more'
  return ((byte(3) << 8) | byte(4)) === SSL_2 || isRecordVersion(byte(3), byte(4)) ? 'yes' : 'no'
}
