import {
  BATCH,
  D_SIZE,
  DAMAGE_CAPTURED_LENGTH,
  DAMAGE_LINK_TYPE,
  DAMAGE_UNKNOWN_MAGIC,
  DAMAGE_VERSION,
  MAX_FRAME,
} from '../layout'
import { be32 } from '../memory/bytes'
import { descriptor } from './batch'
import { u16In, u32In } from './byte-order'
import { damagedAt, offsetOf, truncated } from './position'
import { NANOSECONDS_PER_SECOND, setBatchCount, storeRecord } from './record'

// Magic numbers, in the writer's byte order. The first two: draft-ietf-opsawg-pcap, section 4; Kuznetzov's: libpcap
// sf-pcap.c; Ixia's: Wireshark wiretap/libpcap.h. Neither of those programs reads the other numbers that are reserved.
const MAGIC_MICROSECONDS: u32 = 0xa1b2c3d4
const MAGIC_NANOSECONDS: u32 = 0xa1b23c4d
const MAGIC_KUZNETZOV: u32 = 0xa1b2cd34
const MAGIC_IXIA_HARDWARE: u32 = 0x1c0001ac // nanoseconds
const MAGIC_IXIA_SOFTWARE: u32 = 0x1c0001ab // microseconds

// File header: draft-ietf-opsawg-pcap, section 4.
const H_MAJOR: usize = 4 // u16
const H_MINOR: usize = 6 // u16
const H_LINK_TYPE: usize = 20 // u32: FCS length, flags and reserved bits above the LINKTYPE_
const FILE_HEADER: usize = 24
const IXIA_FILE_HEADER: usize = 28 // ends in the length of all records: wiretap/libpcap.c

const LINK_TYPE_MASK: u32 = 0x0000ffff
const LINK_TYPE_RESERVED: u32 = 0x03ff0000 // LT_RESERVED1 of libpcap pcap-common.c, which rejects what sets it

const MAJOR: u32 = 2
const MAJOR_DG_UX: u32 = 543 // DG/UX tcpdump: libpcap sf-pcap.c

// Record header: draft-ietf-opsawg-pcap, section 5.
const SECONDS: usize = 0 // u32
const FRACTION: usize = 4 // u32, micro- or nanoseconds
const CAPTURED: usize = 8 // u32
const WIRE: usize = 12 // u32
const RECORD_HEADER: usize = 16
const KUZNETZOV_RECORD_HEADER: usize = 24 // and interface index, protocol, packet type: libpcap sf-pcap.c

// Order of the two lengths. Version 2.3 interchanged them, but some of its files have the old order: libpcap sf-pcap.c.
const LENGTHS_IN_ORDER: u32 = 0
const LENGTHS_INTERCHANGED: u32 = 1
const LENGTHS_UNCERTAIN: u32 = 2

let opened: bool = false
let swapped: bool = false
let recordHeader: usize = 0
let lengths: u32 = 0
let nanosecondsPerTick: u64 = 0
let linkType: u32 = 0

export function openPcap(): void {
  opened = false
}

/** Whether these four bytes, loaded little-endian, begin a capture that this module reads. */
export function beginsPcap(magic: u32): bool {
  return isMagic(magic) || isMagic(bswap<u32>(magic))
}

/**
 * Reads classic pcap, in either byte order. Fills the batch and answers the new `p`: where damage was found, or the
 * first record that is unfinished or finds no place.
 */
export function readPcap(p: usize, end: usize): usize {
  if (!opened) {
    p = readFileHeader(p, end)
    if (!opened) return p
  }
  // Locals, so that the loop below keeps them in registers.
  const isSwapped = swapped
  const header = recordHeader
  const order = lengths
  const tick = nanosecondsPerTick
  const link = linkType
  const first = descriptor(0)
  const last = descriptor(BATCH)
  let d = first
  while (d < last && end - p >= header) {
    let captured = u32In(p + CAPTURED, isSwapped)
    let wire = u32In(p + WIRE, isSwapped)
    if (order != LENGTHS_IN_ORDER && (order == LENGTHS_INTERCHANGED || captured > wire)) {
      const written = captured
      captured = wire
      wire = written
    }
    if (captured > <u32>MAX_FRAME) {
      damagedAt(p, DAMAGE_CAPTURED_LENGTH, captured, <u32>MAX_FRAME)
      break
    }
    const frame = p + header
    if (<usize>captured > end - frame) break
    const seconds = <u64>u32In(p + SECONDS, isSwapped)
    const fraction = <u64>u32In(p + FRACTION, isSwapped)
    storeRecord(d, seconds * NANOSECONDS_PER_SECOND + fraction * tick, frame, captured, wire, link)
    p = frame + <usize>captured
    d += D_SIZE
  }
  setBatchCount((d - first) / D_SIZE)
  return p
}

/** The capture ends with p..end left over: true if that is nothing. */
export function endPcap(p: usize, end: usize): bool {
  if (opened && p == end) return true
  truncated(offsetOf(p), end, opened ? recordLength(p, end) : fileHeaderLength(p, end))
  return false
}

function isMagic(magic: u32): bool {
  return magic == MAGIC_MICROSECONDS || magic == MAGIC_NANOSECONDS || magic == MAGIC_KUZNETZOV || isIxiaMagic(magic)
}

function isIxiaMagic(magic: u32): bool {
  return magic == MAGIC_IXIA_HARDWARE || magic == MAGIC_IXIA_SOFTWARE
}

/** Reads the file header as soon as it is whole, and answers the address behind it; else `p`. */
function readFileHeader(p: usize, end: usize): usize {
  if (end - p < 4) return p
  if (!beginsPcap(load<u32>(p))) return damagedAt(p, DAMAGE_UNKNOWN_MAGIC, be32(p), 0)
  const length = fileHeaderLength(p, end)
  if (end - p < length) return p

  swapped = !isMagic(load<u32>(p))
  const magic = u32In(p, swapped)
  const major = u16In(p + H_MAJOR, swapped)
  const minor = u16In(p + H_MINOR, swapped)
  const link = u32In(p + H_LINK_TYPE, swapped)
  if (major != MAJOR && major != MAJOR_DG_UX) return damagedAt(p, DAMAGE_VERSION, major, MAJOR)
  if ((link & LINK_TYPE_RESERVED) != 0) return damagedAt(p, DAMAGE_LINK_TYPE, link, link & ~LINK_TYPE_RESERVED)

  // Other record headers were written under these same magic numbers (Red Hat 6.1, SuSE 6.3, Nokia). Wireshark tells
  // them by reading the first records in all ways; like libpcap, which also reads streams, this does not guess.
  recordHeader = magic == MAGIC_KUZNETZOV ? KUZNETZOV_RECORD_HEADER : RECORD_HEADER
  lengths = orderOfLengths(major, minor)
  linkType = link & LINK_TYPE_MASK
  nanosecondsPerTick = magic == MAGIC_NANOSECONDS || magic == MAGIC_IXIA_HARDWARE ? 1 : 1000
  if (magic == MAGIC_MICROSECONDS && major == 2 && minor == 2) adaptToAix()
  opened = true
  return p + length
}

/** Length of the file header; the least it may be while its magic number is not there. */
function fileHeaderLength(p: usize, end: usize): usize {
  if (end - p < 4) return FILE_HEADER
  const magic = load<u32>(p)
  return isIxiaMagic(magic) || isIxiaMagic(bswap<u32>(magic)) ? IXIA_FILE_HEADER : FILE_HEADER
}

/** Length of the record at `p`; the least it may be while its header is not whole. */
function recordLength(p: usize, end: usize): usize {
  if (end - p < recordHeader) return recordHeader
  const captured = u32In(p + CAPTURED, swapped)
  const wire = u32In(p + WIRE, swapped)
  const interchanged = lengths == LENGTHS_INTERCHANGED || (lengths == LENGTHS_UNCERTAIN && captured > wire)
  return recordHeader + <usize>(interchanged ? wire : captured)
}

function orderOfLengths(major: u32, minor: u32): u32 {
  if (major == MAJOR_DG_UX || minor < 3) return LENGTHS_INTERCHANGED
  return minor == 3 ? LENGTHS_UNCERTAIN : LENGTHS_IN_ORDER
}

/**
 * AIX writes version 2.2 with nanoseconds and with interface types of RFC 1573 for link types, which old libpcap did
 * not use: wiretap/libpcap.c. Its FDDI, 15, stays unknown, for three bytes of padding precede those frames.
 */
function adaptToAix(): void {
  switch (linkType) {
    case 6: // ethernetCsmacd
      linkType = 1
      break
    case 9: // iso88025TokenRing
      linkType = 6
      break
    case 15: // fddi
      break
    case 24: // softwareLoopback
      linkType = 0
      break
    default:
      return
  }
  nanosecondsPerTick = 1
}
