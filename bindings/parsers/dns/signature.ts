import { uint16 } from './rdata-reader'
import { isNamedType } from './registry'

/**
 * Tells DNS on other ports than its own by the first bytes. It is conservative: a message that is none is worth more
 * to be told than a rare one that is. A header and one question as all clients and servers make them.
 */

const HEADER = 12
/** Type and class behind the name of a question. */
const QUESTION_REST = 4
const MAX_NAME = 255
const ROOT_LENGTH = 1
/** Owner (a pointer), type, class, TTL and length: a record takes no less. */
const LEAST_RECORD = 11

const QR = 0x8000
const OPCODE_AND_AA = 0x7c00
const OPCODE = 0x7800
const RA = 0x0080
const Z = 0x0040
const RCODE = 0x000f

const OPCODE_QUERY = 0x0000
const OPCODE_NOTIFY = 0x2000
const OPCODE_UPDATE = 0x2800
const LAST_RCODE = 10

/** NB and NBSTAT, which are NIMLOC and SRV to DNS. */
const NETBIOS_NAME = 32
const NETBIOS_STATUS = 33

const CLASS_IN = 1
const CLASS_CHAOS = 3
const CLASS_ANY = 255

/** Whether a datagram is a DNS message. What a snap length cut off is not held against it. */
export function looksLikeDnsDatagram(bytes: Uint8Array): boolean {
  return looksLikeMessage(bytes, 0, bytes.length, bytes.length) === true
}

/** Whether a stream begins with the length of a DNS message and the message; undefined while that is not sure. */
export function looksLikeDnsStream(bytes: Uint8Array): boolean | undefined {
  if (bytes.length < 2) return undefined
  return looksLikeMessage(bytes, 2, bytes.length, uint16(bytes, 0))
}

/**
 * Whether a message of `length` bytes may begin at `start`: undefined while `end` is too near to tell.
 *
 * Held against it: opcodes but QUERY, NOTIFY and UPDATE, a Z bit that is set (RFC 1035 section 4.1.1), queries that
 * have answers, a response code or RA, other than one question (RFC 9619), compression in the question, a type
 * without a name, other classes than IN, CH and ANY, bytes in the question's name that no host, service or reverse
 * name has, names of NetBIOS (RFC 1002 section 4.2, the same format on port 137), counts that the length cannot hold, and bytes behind a message without records.
 */
function looksLikeMessage(bytes: Uint8Array, start: number, end: number, length: number): boolean | undefined {
  if (length < HEADER + ROOT_LENGTH + QUESTION_REST) return false
  if (end - start < HEADER) return undefined
  const records = recordsOf(bytes, start)
  if (records < 0 || records * LEAST_RECORD > length - HEADER - ROOT_LENGTH - QUESTION_REST) return false
  if (uint16(bytes, start + 4) !== 1) return false
  let at = start + HEADER
  for (;;) {
    if (at >= end) return undefined
    const label = bytes[at] as number
    if (label === 0) break
    if (label > 63 || at + label - start - HEADER > MAX_NAME) return false
    const after = at + 1 + label
    for (at++; at < after; at++) {
      if (at >= end) return undefined
      if (!isNameByte(bytes[at] as number)) return false
    }
  }
  at++
  if (end - at < QUESTION_REST) return undefined
  const type = uint16(bytes, at)
  if (!isNamedType(type) || !isClass(uint16(bytes, at + 2))) return false
  if ((type === NETBIOS_NAME || type === NETBIOS_STATUS) && isNetbiosName(bytes, start + HEADER)) return false
  at += QUESTION_REST
  return records > 0 || at - start === length
}

/** The number of records that a header counts; -1 where it is none that a program would send. */
function recordsOf(bytes: Uint8Array, start: number): number {
  const flags = uint16(bytes, start + 2)
  const answers = uint16(bytes, start + 6)
  const authorities = uint16(bytes, start + 8)
  const additionals = uint16(bytes, start + 10)
  const opcode = flags & OPCODE
  if (opcode !== OPCODE_QUERY && opcode !== OPCODE_NOTIFY && opcode !== OPCODE_UPDATE) return -1
  if (flags & Z || (flags & RCODE) > LAST_RCODE) return -1
  if (!(flags & QR)) {
    if (flags & (RA | RCODE)) return -1
    // IXFR has one authority (RFC 1995 section 3), a NOTIFY may have an answer (RFC 1996 section 3.7).
    if (opcode === OPCODE_QUERY && (flags & OPCODE_AND_AA || answers > 0 || authorities > 1 || additionals > 2))
      return -1
  }
  return answers + authorities + additionals
}

/** Letters, digits, hyphen and underscore, and what else labels of services have: no spaces, controls, other bytes. */
function isNameByte(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f
}

/** RFC 1001 section 14.1: a first label of 32 letters from A to P, two for each byte. */
function isNetbiosName(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 32 && bytes.subarray(at + 1, at + 33).every((byte) => byte >= 0x41 && byte <= 0x50)
}

function isClass(code: number): boolean {
  return code === CLASS_IN || code === CLASS_CHAOS || code === CLASS_ANY
}
