import {
  BATCH,
  DAMAGE_BLOCK_LENGTH,
  DAMAGE_BLOCK_TRAILER,
  DAMAGE_BYTE_ORDER_MAGIC,
  DAMAGE_CAPTURED_LENGTH,
  DAMAGE_INTERFACE,
  DAMAGE_INTERFACE_LIMIT,
  DAMAGE_OPTION_LENGTH,
  DAMAGE_UNKNOWN_MAGIC,
  DAMAGE_VERSION,
  MAX_FRAME,
  MAX_INTERFACES,
} from '../layout'
import { be32 } from '../memory/bytes'
import { descriptor } from './batch'
import { u16In, u32In, u64In } from './byte-order'
import { reportDamage } from './damage'
import {
  addInterface,
  clearInterfaces,
  interfaceAt,
  interfaceCount,
  linkTypeOf,
  setResolution,
  setTimeOffset,
  snapped,
  timeOf,
} from './interfaces'
import { damagedAt, offsetOf, truncated } from './position'
import { setBatchCount, storeRecord } from './record'

// Sections are those of draft-ietf-opsawg-pcapng. Every block: section 3.1.
const TYPE: usize = 0 // u32
const LENGTH: usize = 4 // u32, all of the block, a multiple of 4
const BLOCK_HEADER: usize = 8
const BLOCK_TRAILER: usize = 4 // the length once more
const LEAST_BLOCK: u32 = 12

// Section Header Block: section 4.1. The type reads the same in both byte orders.
const SECTION_HEADER: u32 = 0x0a0d0d0a
const BYTE_ORDER_MAGIC: u32 = 0x1a2b3c4d
const H_BYTE_ORDER: usize = 8 // u32
const H_MAJOR: usize = 12 // u16
const SECTION_FIXED: usize = 16 // the section's length and options follow, and are skipped
const LEAST_SECTION_HEADER: u32 = 28
const MAJOR: u32 = 1

// Interface Description Block: section 4.2.
const INTERFACE: u32 = 1
const I_LINK_TYPE: usize = 8 // u16
const I_SNAP_LENGTH: usize = 12 // u32
const INTERFACE_FIXED: usize = 16
const LEAST_INTERFACE: u32 = 20

// Options: section 3.5.
const OPTION_LENGTH: usize = 2 // u16, without padding to a multiple of 4
const OPTION_HEADER: usize = 4
const END_OF_OPTIONS: u32 = 0
const IF_TSRESOL: u32 = 9 // u8
const IF_TSOFFSET: u32 = 14 // i64

// Enhanced Packet Block, section 4.3, and Packet Block, appendix A, which differ in the first field.
const ENHANCED_PACKET: u32 = 6
const PACKET: u32 = 2
const P_INTERFACE: usize = 8 // u32; u16 in the Packet Block, before a count of drops
const P_TIME_HIGH: usize = 12 // u32
const P_TIME_LOW: usize = 16 // u32
const P_CAPTURED: usize = 20 // u32
const P_WIRE: usize = 24 // u32
const PACKET_FIXED: usize = 28
const LEAST_PACKET: u32 = 32

// Simple Packet Block: section 4.4.
const SIMPLE_PACKET: u32 = 3
const S_WIRE: usize = 8 // u32
const SIMPLE_FIXED: usize = 12
const LEAST_SIMPLE: u32 = 16

// Where the reader is.
const AT_BLOCK: u32 = 0 // before a block
const IN_OPTIONS: u32 = 1 // before an option of an interface
const IN_BLOCK: u32 = 2 // within what is skipped of a block

let state: u32 = AT_BLOCK
let opened: bool = false // a section header has been read
let swapped: bool = false // the section's byte order is not ours

// The block that was begun, unless `state` is AT_BLOCK.
let blockStart: u64 = 0 // offset in the capture
let blockLength: u32 = 0
let remaining: u32 = 0 // bytes of it that come before its trailer

export function openPcapng(): void {
  state = AT_BLOCK
  opened = false
  swapped = false
  clearInterfaces()
}

/** Whether these four bytes, loaded in either byte order, begin a pcapng capture. */
export function beginsPcapng(magic: u32): bool {
  return magic == SECTION_HEADER
}

/**
 * Reads pcapng. Fills the batch and answers the new `p`, as readPcap does. A packet comes out as soon as its data is
 * there; what follows in its block is skipped, and the block's trailer looked at, when it comes.
 */
export function readPcapng(p: usize, end: usize): usize {
  let count: usize = 0
  while (count < BATCH) {
    let next = p
    if (state == AT_BLOCK) {
      if (end - p < BLOCK_HEADER) break
      const type = u32In(p + TYPE, swapped)
      if (opened && (type == ENHANCED_PACKET || type == PACKET || type == SIMPLE_PACKET)) {
        next = readPacket(p, end, type, descriptor(count))
        if (next != p) count++
      } else next = beginBlock(p, end, type)
    } else next = continueBlock(p, end)
    if (next == p) break
    p = next
  }
  setBatchCount(count)
  return p
}

/** The capture ends with p..end left over: true if that is nothing, and no block is unfinished. */
export function endPcapng(p: usize, end: usize): bool {
  if (state != AT_BLOCK) truncated(blockStart, end, <usize>blockLength)
  else if (p != end || !opened) truncated(offsetOf(p), end, lengthToExpect(p, end))
  else return true
  return false
}

/** Length of the block at `p`, which is not whole; the least it may be while that cannot be told. */
function lengthToExpect(p: usize, end: usize): usize {
  if (!opened) return <usize>LEAST_SECTION_HEADER
  if (end - p < BLOCK_HEADER) return <usize>LEAST_BLOCK
  if (load<u32>(p, TYPE) == SECTION_HEADER) return <usize>LEAST_SECTION_HEADER
  return <usize>u32In(p + LENGTH, swapped)
}

/** Whether a block's length is possible; reports it if not. */
function checkLength(p: usize, length: u32, least: u32): bool {
  if (length < least) damagedAt(p, DAMAGE_BLOCK_LENGTH, length, least)
  else if ((length & 3) != 0) damagedAt(p, DAMAGE_BLOCK_LENGTH, length, length & ~3)
  else return true
  return false
}

/** The block at `p` has been read up to `read` bytes; answers the address there. */
function enterBlock(p: usize, length: u32, read: usize, next: u32): usize {
  blockStart = offsetOf(p)
  blockLength = length
  remaining = length - <u32>read - <u32>BLOCK_TRAILER
  state = next
  return p + read
}

/** Reads the fixed part of a block that is no packet. Answers `p` if that needs more input, or is damaged. */
function beginBlock(p: usize, end: usize, type: u32): usize {
  if (type == SECTION_HEADER) return beginSection(p, end)
  if (!opened) return damagedAt(p, DAMAGE_UNKNOWN_MAGIC, be32(p), 0)
  const length = u32In(p + LENGTH, swapped)
  if (type == INTERFACE) return beginInterface(p, end, length)
  return checkLength(p, length, LEAST_BLOCK) ? enterBlock(p, length, BLOCK_HEADER, IN_BLOCK) : p
}

function beginSection(p: usize, end: usize): usize {
  if (end - p < SECTION_FIXED) return p
  const byteOrder = load<u32>(p, H_BYTE_ORDER)
  if (byteOrder != BYTE_ORDER_MAGIC && bswap<u32>(byteOrder) != BYTE_ORDER_MAGIC) {
    return damagedAt(p, DAMAGE_BYTE_ORDER_MAGIC, bswap<u32>(byteOrder), BYTE_ORDER_MAGIC)
  }
  const isSwapped = byteOrder != BYTE_ORDER_MAGIC
  const length = u32In(p + LENGTH, isSwapped)
  if (!checkLength(p, length, LEAST_SECTION_HEADER)) return p
  const major = u16In(p + H_MAJOR, isSwapped)
  if (major != MAJOR) return damagedAt(p, DAMAGE_VERSION, major, MAJOR)
  swapped = isSwapped
  opened = true
  clearInterfaces()
  return enterBlock(p, length, SECTION_FIXED, IN_BLOCK)
}

function beginInterface(p: usize, end: usize, length: u32): usize {
  if (!checkLength(p, length, LEAST_INTERFACE)) return p
  if (end - p < INTERFACE_FIXED) return p
  if (!addInterface(u16In(p + I_LINK_TYPE, swapped), u32In(p + I_SNAP_LENGTH, swapped))) {
    return damagedAt(p, DAMAGE_INTERFACE_LIMIT, <u32>MAX_INTERFACES + 1, <u32>MAX_INTERFACES)
  }
  return enterBlock(p, length, INTERFACE_FIXED, IN_OPTIONS)
}

/** Reads on in a block that was begun. Answers `p` if that needs more input, or is damaged. */
function continueBlock(p: usize, end: usize): usize {
  if (state == IN_OPTIONS) p = readOptions(p, end)
  if (state == IN_OPTIONS) return p
  const skipped = min<u32>(remaining, <u32>(end - p))
  remaining -= skipped
  p += <usize>skipped
  if (remaining != 0 || end - p < BLOCK_TRAILER) return p
  const trailer = u32In(p, swapped)
  if (trailer != blockLength) {
    reportDamage(DAMAGE_BLOCK_TRAILER, blockStart, trailer, blockLength)
    return p
  }
  state = AT_BLOCK
  return p + BLOCK_TRAILER
}

/** Reads an interface's options, as far as they are there. All is done when `state` is no longer IN_OPTIONS. */
function readOptions(p: usize, end: usize): usize {
  while (remaining != 0) {
    if (end - p < OPTION_HEADER) return p
    const code = u16In(p, swapped)
    if (code == END_OF_OPTIONS) break
    const length = u16In(p + OPTION_LENGTH, swapped)
    const size = <u32>OPTION_HEADER + ((length + 3) & ~3)
    if (size > remaining) return badOption(p, length, remaining - <u32>OPTION_HEADER)
    if (<usize>size > end - p) return p
    if (code == IF_TSRESOL) {
      if (length != 1) return badOption(p, length, 1)
      setResolution(<u32>load<u8>(p, OPTION_HEADER))
    } else if (code == IF_TSOFFSET) {
      if (length != 8) return badOption(p, length, 8)
      setTimeOffset(<i64>u64In(p + OPTION_HEADER, swapped))
    }
    p += <usize>size
    remaining -= size
  }
  state = IN_BLOCK
  return p
}

function badOption(p: usize, length: u32, expected: u32): usize {
  reportDamage(DAMAGE_OPTION_LENGTH, blockStart, length, expected)
  return p
}

/** Reads a packet into the descriptor `d`. Answers `p` if that needs more input, or is damaged. */
function readPacket(p: usize, end: usize, type: u32, d: usize): usize {
  const isSwapped = swapped
  const isSimple = type == SIMPLE_PACKET
  const fixed = isSimple ? SIMPLE_FIXED : PACKET_FIXED
  const length = u32In(p + LENGTH, isSwapped)
  if (!checkLength(p, length, isSimple ? LEAST_SIMPLE : LEAST_PACKET)) return p
  if (end - p < fixed) return p

  // A Simple Packet Block belongs to the first interface.
  let id: u32 = 0
  if (type == ENHANCED_PACKET) id = u32In(p + P_INTERFACE, isSwapped)
  else if (type == PACKET) id = u16In(p + P_INTERFACE, isSwapped)
  if (id >= <u32>interfaceCount) return damagedAt(p, DAMAGE_INTERFACE, id, <u32>interfaceCount)
  const entry = interfaceAt(id)

  const wire = u32In(p + (isSimple ? S_WIRE : P_WIRE), isSwapped)
  const captured = isSimple ? snapped(entry, wire) : u32In(p + P_CAPTURED, isSwapped)
  if (captured > <u32>MAX_FRAME) return damagedAt(p, DAMAGE_CAPTURED_LENGTH, captured, <u32>MAX_FRAME)
  const least = <u32>fixed + ((captured + 3) & ~3) + <u32>BLOCK_TRAILER
  if (length < least) return damagedAt(p, DAMAGE_BLOCK_LENGTH, length, least)
  if (<usize>captured > end - p - fixed) return p

  let time: u64 = 0 // of a Simple Packet Block
  if (!isSimple) {
    const high = <u64>u32In(p + P_TIME_HIGH, isSwapped)
    time = timeOf(entry, (high << 32) | <u64>u32In(p + P_TIME_LOW, isSwapped))
  }
  storeRecord(d, time, p + fixed, captured, wire, linkTypeOf(entry))

  // Most often all of the block is there, and sound.
  if (<usize>length <= end - p && u32In(p + <usize>length - BLOCK_TRAILER, isSwapped) == length) {
    return p + <usize>length
  }
  return enterBlock(p, length, fixed + <usize>captured, IN_BLOCK)
}
