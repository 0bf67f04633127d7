import {
  BATCH,
  DAMAGE_CAPTURED_LENGTH,
  DAMAGE_RECORD_LENGTH,
  DAMAGE_UNKNOWN_MAGIC,
  DAMAGE_VERSION,
  MAX_FRAME,
} from '../layout'
import { be32, be64 } from '../memory/bytes'
import { descriptor } from './batch'
import { damagedAt, offsetOf, truncated } from './position'
import { NANOSECONDS_PER_SECOND, setBatchCount, storeRecord } from './record'

// File header: RFC 1761, "File Header". All fields are big-endian.
const MAGIC: u64 = 0x736e6f6f70000000 // "snoop" and three zeros
const H_VERSION: usize = 8 // u32
const H_DATALINK: usize = 12 // u32
const FILE_HEADER: usize = 16

const VERSION: u32 = 2
const LAST_VERSION: u32 = 5 // 3 to 5 are Shomiti Surveyor's, with the same records: wiretap/snoop.c

// Record header: RFC 1761, "Packet Record".
const WIRE: usize = 0 // u32
const CAPTURED: usize = 4 // u32
const RECORD_LENGTH: usize = 8 // u32, header and padding included
const SECONDS: usize = 16 // u32
const MICROSECONDS: usize = 20 // u32
const RECORD_HEADER: usize = 24

/** Added to datalink types that have no LINKTYPE_, whose numbers end below. */
const NO_LINK_TYPE: u32 = 0x10000

let opened: bool = false
let linkType: u32 = 0
let padding: u32 = 0 // bytes to skip before the next record
let recordStart: u64 = 0 // offset of the record that is being skipped
let recordLength: u32 = 0

export function openSnoop(): void {
  opened = false
  padding = 0
}

/** Whether these four bytes, loaded little-endian, may begin a snoop capture. */
export function beginsSnoop(magic: u32): bool {
  return bswap<u32>(magic) == <u32>(MAGIC >> 32)
}

/** Reads Solaris snoop. Fills the batch and answers the new `p`, as readPcap does. */
export function readSnoop(p: usize, end: usize): usize {
  if (!opened) {
    p = readFileHeader(p, end)
    if (!opened) return p
  }
  let count: usize = 0
  while (count < BATCH) {
    p = skipPadding(p, end)
    if (padding != 0 || end - p < RECORD_HEADER) break
    const captured = be32(p + CAPTURED)
    const length = be32(p + RECORD_LENGTH)
    if (captured > <u32>MAX_FRAME) {
      damagedAt(p, DAMAGE_CAPTURED_LENGTH, captured, <u32>MAX_FRAME)
      break
    }
    const used = <u32>RECORD_HEADER + captured
    if (length < used) {
      damagedAt(p, DAMAGE_RECORD_LENGTH, length, used)
      break
    }
    const frame = p + RECORD_HEADER
    if (<usize>captured > end - frame) break
    const time = <u64>be32(p + SECONDS) * NANOSECONDS_PER_SECOND + <u64>be32(p + MICROSECONDS) * 1000
    storeRecord(descriptor(count), time, frame, captured, be32(p + WIRE), linkType)
    count++
    recordStart = offsetOf(p)
    recordLength = length
    padding = length - used
    p = frame + <usize>captured
  }
  setBatchCount(count)
  return p
}

/** The capture ends with p..end left over: true if that is nothing, and nothing is missing. */
export function endSnoop(p: usize, end: usize): bool {
  if (!opened) truncated(offsetOf(p), end, FILE_HEADER)
  else if (padding != 0) truncated(recordStart, end, <usize>recordLength)
  else if (p == end) return true
  else truncated(offsetOf(p), end, end - p < RECORD_HEADER ? RECORD_HEADER : <usize>be32(p + RECORD_LENGTH))
  return false
}

function readFileHeader(p: usize, end: usize): usize {
  if (end - p < FILE_HEADER) return p
  if (be64(p) != MAGIC) return damagedAt(p, DAMAGE_UNKNOWN_MAGIC, be32(p), 0)
  const version = be32(p + H_VERSION)
  if (version < VERSION || version > LAST_VERSION) return damagedAt(p, DAMAGE_VERSION, version, VERSION)
  linkType = linkTypeOf(be32(p + H_DATALINK))
  opened = true
  return p + FILE_HEADER
}

function skipPadding(p: usize, end: usize): usize {
  const skipped = min<u32>(padding, <u32>(end - p))
  padding -= skipped
  return p + <usize>skipped
}

/** The LINKTYPE_ of a datalink type: RFC 1761, "Datalink Type", and Solaris' and Shomiti's own in wiretap/snoop.c. */
function linkTypeOf(datalink: u32): u32 {
  switch (datalink) {
    case 0: // IEEE 802.3
    case 4: // Ethernet
    case 10: // Fast Ethernet, Shomiti
    case 12: // Gigabit Ethernet, Shomiti
    case 19: // 10 Gigabit Ethernet, Shomiti
      return 1
    case 2: // IEEE 802.5 Token Ring
    case 11: // the same at 4 Mbit/s, Shomiti
    case 13: // the same, Shomiti
      return 6
    case 8: // FDDI
      return 10
    case 9: // other
    case 14: // software loopback
      return 0
    case 16: // Fibre Channel
      return 122
    case 18: // Classical IP over ATM, behind SunATM's header
      return 123
    case 0x80000005: // Solaris ipnet
      return 226
    default:
      return NO_LINK_TYPE | (datalink & 0xffff)
  }
}
