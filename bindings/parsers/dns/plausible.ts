import { uint16 } from './rdata-reader'

/** Whether bytes look like a message, by the header alone: RFC 1035 section 4.1.1. */

/** Bytes of the header. */
export const HEADER = 12
const LEAST_QUESTION = 5
const LEAST_RECORD = 11

const QR = 0x8000
const Z = 0x0040
const RCODE = 0x000f
const LAST_RCODE = 10

const QUERY = 0
const NOTIFY = 4
const UPDATE = 5
/** Stateful operations, RFC 8490. */
const LAST_OPCODE = 6

/** Nobody asks more than one (RFC 9619); multicast DNS does, but not here. */
const MOST_QUESTIONS = 16

/**
 * Whether this may be the header of a message of `length` bytes: an opcode there is, no query with a response code or
 * answers, no more questions than a program would ask, and no more records than can lie in it. A stream whose first
 * bytes fail this does not begin with a message.
 */
export function isPossible(bytes: Uint8Array, at: number, length: number): boolean {
  const opcode = opcodeOf(bytes, at)
  if (length < HEADER || opcode > LAST_OPCODE) return false
  const flags = uint16(bytes, at + 2)
  if (opcode === QUERY && !(flags & QR) && (flags & RCODE || uint16(bytes, at + 6) > 0)) return false
  return uint16(bytes, at + 4) <= MOST_QUESTIONS && leastLength(bytes, at) <= length
}

/** Whether it looks like a usual one, too: what a search goes by before it tries the whole message. */
export function isPlausible(bytes: Uint8Array, at: number, length: number): boolean {
  if (!isPossible(bytes, at, length)) return false
  const flags = uint16(bytes, at + 2)
  const opcode = opcodeOf(bytes, at)
  if ((opcode !== QUERY && opcode !== NOTIFY && opcode !== UPDATE) || flags & Z || (flags & RCODE) > LAST_RCODE) {
    return false
  }
  const questions = uint16(bytes, at + 4)
  // Messages of a transfer after the first may have no question, RFC 5936 section 2.2.
  return questions === 1 || (questions === 0 && (flags & QR) !== 0 && leastLength(bytes, at) > HEADER)
}

function opcodeOf(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 2] as number) >> 3) & 15
}

function leastLength(bytes: Uint8Array, at: number): number {
  const records = uint16(bytes, at + 6) + uint16(bytes, at + 8) + uint16(bytes, at + 10)
  return HEADER + LEAST_QUESTION * uint16(bytes, at + 4) + LEAST_RECORD * records
}
