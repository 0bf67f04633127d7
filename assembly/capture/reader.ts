import {
  DAMAGE_UNKNOWN_MAGIC,
  FEED_DAMAGED,
  FEED_NEEDS_INPUT,
  FORMAT_FRAMES,
  FORMAT_PCAP,
  FORMAT_PCAPNG,
  FORMAT_SNOOP,
  FORMAT_UNKNOWN,
} from '../layout'
import { be32 } from '../memory/bytes'
import { clearDamage, isDamaged } from './damage'
import { endFrames, readFrames } from './frames'
import { beginsPcap, endPcap, openPcap, readPcap } from './pcap'
import { beginsPcapng, endPcapng, openPcapng, readPcapng } from './pcapng'
import { beginInput, damagedAt, endInput, offsetOf, resetPosition, truncated } from './position'
import { setBatchCount } from './record'
import { beginsSnoop, endSnoop, openSnoop, readSnoop } from './snoop'

/**
 * Records out of a capture that comes in pieces. What comes out, damage included, does not depend on where one piece
 * ends and the next begins: a reader looks at a field when it is there, and never goes back before what it consumed.
 */

/** Bytes by which formats are told apart. */
const MAGIC: usize = 4

/** Records that the last readBatch put into the batch, 0 to BATCH. */
export { batchCount } from './record'

/** FEED_NEEDS_INPUT, or FEED_DAMAGED when nothing more can be read: the records in the batch come before the damage. */
export let readStatus: u32 = FEED_NEEDS_INPUT

let format: u32 = FORMAT_UNKNOWN

/** Begins a new capture: of this FORMAT_*, or of the one that its first bytes tell if that is FORMAT_UNKNOWN. */
export function openCapture(captureFormat: u32): void {
  format = captureFormat <= FORMAT_FRAMES ? captureFormat : FORMAT_UNKNOWN
  readStatus = FEED_NEEDS_INPUT
  setBatchCount(0)
  clearDamage()
  resetPosition()
  openPcap()
  openPcapng()
  openSnoop()
}

/**
 * Reads from the bytes p..end, which begin with what the last call left over. Fills descriptors 0 to batchCount - 1 and
 * answers the address of the first byte that it has not read. While the batch comes out full there may be more to
 * read; if not, all that is left, MAX_UNFINISHED bytes at the most, has to come again with more input behind it.
 */
export function readBatch(p: usize, end: usize): usize {
  setBatchCount(0)
  if (isDamaged()) return p
  beginInput(p)
  if (format == FORMAT_UNKNOWN) {
    if (end - p < MAGIC) return p
    format = sniff(load<u32>(p))
    if (format == FORMAT_UNKNOWN) damagedAt(p, DAMAGE_UNKNOWN_MAGIC, be32(p), 0)
  }
  const next = readFormat(p, end)
  endInput(next)
  if (isDamaged()) readStatus = FEED_DAMAGED
  return next
}

/**
 * The capture ends, and p..end is what the last readBatch left over. True if it ends where a record does; else it is
 * damaged, and the report names the record that was cut.
 */
export function endCapture(p: usize, end: usize): bool {
  setBatchCount(0)
  if (isDamaged()) return false
  beginInput(p)
  const clean = endFormat(p, end)
  if (!clean) readStatus = FEED_DAMAGED
  return clean
}

function sniff(magic: u32): u32 {
  if (beginsPcap(magic)) return FORMAT_PCAP
  if (beginsPcapng(magic)) return FORMAT_PCAPNG
  return beginsSnoop(magic) ? FORMAT_SNOOP : FORMAT_UNKNOWN
}

function readFormat(p: usize, end: usize): usize {
  if (format == FORMAT_PCAP) return readPcap(p, end)
  if (format == FORMAT_PCAPNG) return readPcapng(p, end)
  if (format == FORMAT_SNOOP) return readSnoop(p, end)
  return format == FORMAT_FRAMES ? readFrames(p, end) : p
}

function endFormat(p: usize, end: usize): bool {
  if (format == FORMAT_PCAP) return endPcap(p, end)
  if (format == FORMAT_PCAPNG) return endPcapng(p, end)
  if (format == FORMAT_SNOOP) return endSnoop(p, end)
  if (format == FORMAT_FRAMES) return endFrames(p, end)
  truncated(offsetOf(p), end, MAGIC)
  return false
}
