import { OVERLAP_FIRST, X_BLOCKS, X_BUFFERED, X_ROOT } from '../layout'
import { clearBits, firstClear, firstSet, isSet, lastSet, setBits } from './bits'
import { reportConflict } from './emit'
import { newWins } from './overlap'
import { B_DATA, B_PAGE, B_PRESENT, B_STARTS, BLOCK_BYTES, BLOCK_SHIFT, NO_BLOCK, retireBlock, takeBlock } from './pool'
import { addBlock, findBlock, firstBlockFrom, removeFirstBlock } from './tree'

/**
 * The window of one side of a connection: bytes that arrived ahead of their turn, by stream offset. `side` is the
 * side's stream record. Inserting costs the bytes inserted plus one tree search a block, whatever the order.
 */

/** Answer of `firstBuffered` for an empty window. */
export const NOTHING: u64 = u64.MAX_VALUE

function pageOf(offset: u64): u64 {
  return offset >> BLOCK_SHIFT
}

function bitOf(offset: u64): usize {
  return <usize>(offset & (BLOCK_BYTES - 1))
}

export function isWindowEmpty(side: usize): bool {
  return <usize>load<u32>(side, X_ROOT) == NO_BLOCK
}

/** Blocks that bytes [start, end) need and that the window has not yet. */
export function blocksNeeded(side: usize, start: u64, end: u64): usize {
  let needed: usize = 0
  for (let page = pageOf(start); page <= pageOf(end - 1); page++) {
    if (findBlock(side + X_ROOT, page) == NO_BLOCK) needed++
  }
  return needed
}

/**
 * Puts `data` at [start, end). `segmentStart` and `segmentEnd` are those of the whole segment, of which a part may
 * have been delivered before. Where the window holds other bytes already, the policy decides. Pages without a block
 * are passed over unless blocks may be taken for them.
 */
export function insert(
  side: usize,
  start: u64,
  end: u64,
  data: usize,
  mayTakeBlocks: bool,
  policy: u32,
  segmentStart: i64,
  segmentEnd: i64,
): void {
  let offset = start
  // Whether the byte before `offset` is this segment's own, so that no new piece begins there.
  let continues = false
  while (offset < end) {
    const from = bitOf(offset)
    const to = <usize>min<u64>(BLOCK_BYTES, <u64>from + (end - offset))
    const origin = offset - from
    const block = mayTakeBlocks ? blockAt(side, pageOf(offset)) : findBlock(side + X_ROOT, pageOf(offset))
    offset = origin + to
    if (block == NO_BLOCK) {
      continues = false
      continue
    }
    let bit = from
    while (bit < to) {
      const source = data + <usize>(origin + bit - start)
      const isOld = isSet(block + B_PRESENT, bit)
      const run = isOld ? overlapRun(block, bit, to) : firstSet(block + B_PRESENT, bit, to)
      if (!isOld) {
        setBits(block + B_PRESENT, bit, run)
        store<u32>(side, load<u32>(side, X_BUFFERED) + <u32>(run - bit), X_BUFFERED)
        put(block, bit, run, source, continues)
        continues = true
      } else {
        continues = overlap(side, block, origin, bit, run, source, policy, segmentStart, segmentEnd, continues)
      }
      bit = run
    }
  }
}

function blockAt(side: usize, page: u64): usize {
  let block = findBlock(side + X_ROOT, page)
  if (block != NO_BLOCK) return block
  block = takeBlock(page)
  if (block == NO_BLOCK) return NO_BLOCK
  addBlock(side + X_ROOT, block)
  store<u32>(side, load<u32>(side, X_BLOCKS) + 1, X_BLOCKS)
  return block
}

function put(block: usize, from: usize, to: usize, source: usize, continues: bool): void {
  memory.copy(block + B_DATA + from, source, to - from)
  clearBits(block + B_STARTS, from, to)
  if (!continues) setBits(block + B_STARTS, from, from + 1)
}

/** End of the part of the old piece at `bit` that lies before `to` in this block. */
function overlapRun(block: usize, bit: usize, to: usize): usize {
  return firstSet(block + B_STARTS, bit + 1, firstClear(block + B_PRESENT, bit, to))
}

/** Settles who has bytes [from, to) of a block, all of one old piece. True: the new segment. */
function overlap(
  side: usize,
  block: usize,
  origin: u64,
  from: usize,
  to: usize,
  source: usize,
  policy: u32,
  segmentStart: i64,
  segmentEnd: i64,
  continues: bool,
): bool {
  const old = block + B_DATA + from
  const length = to - from
  let wins = false
  if (policy != OVERLAP_FIRST) {
    const oldStart = pieceStart(side, block, from)
    const oldEnd = pieceEnd(side, block, from)
    wins = newWins(policy, segmentStart, segmentEnd, <i64>oldStart, <i64>oldEnd)
  }
  if (memory.compare(old, source, length) != 0) reportConflict(side, origin + from, old, source, length, wins)
  if (!wins) return false
  splitAt(side, origin + to)
  put(block, from, to, source, continues)
  return true
}

/** Makes a piece begin at `offset` if one goes on there. */
function splitAt(side: usize, offset: u64): void {
  const block = findBlock(side + X_ROOT, pageOf(offset))
  if (block == NO_BLOCK) return
  const bit = bitOf(offset)
  if (isSet(block + B_PRESENT, bit)) setBits(block + B_STARTS, bit, bit + 1)
}

/** Where the piece begins whose byte lies at `at` in the block `first`. */
function pieceStart(side: usize, first: usize, at: usize): u64 {
  let block = first
  let bit = at
  let page = load<u64>(block, B_PAGE)
  while (true) {
    const start = lastSet(block + B_STARTS, bit)
    if (start >= 0) return (page << BLOCK_SHIFT) + <u64>start
    const before = findBlock(side + X_ROOT, page - 1)
    // Blocks that were delivered are gone: the piece counts from what is left of it.
    if (before == NO_BLOCK) return page << BLOCK_SHIFT
    page--
    bit = BLOCK_BYTES - 1
    block = before
  }
}

/** Where the piece ends whose byte lies at `at` in the block `first`. */
function pieceEnd(side: usize, first: usize, at: usize): u64 {
  let block = first
  let bit = at
  let page = load<u64>(block, B_PAGE)
  while (true) {
    const end = overlapRun(block, bit, BLOCK_BYTES)
    if (end < BLOCK_BYTES) return (page << BLOCK_SHIFT) + end
    page++
    block = findBlock(side + X_ROOT, page)
    if (block == NO_BLOCK || !isSet(block + B_PRESENT, 0) || isSet(block + B_STARTS, 0)) return page << BLOCK_SHIFT
    bit = 0
  }
}

/** Bytes from `offset` on that lie together in one block; 0 when the byte at `offset` is missing. */
export function runAt(side: usize, offset: u64): usize {
  const block = findBlock(side + X_ROOT, pageOf(offset))
  if (block == NO_BLOCK) return 0
  const bit = bitOf(offset)
  return firstClear(block + B_PRESENT, bit, BLOCK_BYTES) - bit
}

/** Whether all bytes [start, end) are in the window. */
export function holds(side: usize, start: u64, end: u64): bool {
  let offset = start
  while (offset < end) {
    const run = runAt(side, offset)
    if (run == 0) return false
    offset += run
  }
  return true
}

/** Address of the byte at `offset`, which is in the window. */
export function bytesAt(side: usize, offset: u64): usize {
  return findBlock(side + X_ROOT, pageOf(offset)) + B_DATA + bitOf(offset)
}

/** Lowest offset at or above this one whose byte is in the window, NOTHING if there is none. */
export function firstBuffered(side: usize, offset: u64): u64 {
  let from = offset
  while (true) {
    const block = firstBlockFrom(side + X_ROOT, pageOf(from))
    if (block == NO_BLOCK) return NOTHING
    const page = load<u64>(block, B_PAGE)
    const bit = firstSet(block + B_PRESENT, page == pageOf(from) ? bitOf(from) : 0, BLOCK_BYTES)
    if (bit < BLOCK_BYTES) return (page << BLOCK_SHIFT) + bit
    from = (page + 1) << BLOCK_SHIFT
  }
}

/** Bytes below `offset` have been delivered: gives back the blocks that hold no others, once the ring is drained. */
export function release(side: usize, offset: u64): void {
  while (!isWindowEmpty(side)) {
    const block = firstBlockFrom(side + X_ROOT, 0)
    const page = load<u64>(block, B_PAGE)
    const rest = page < pageOf(offset) ? BLOCK_BYTES : page == pageOf(offset) ? bitOf(offset) : 0
    if (rest == 0 || firstSet(block + B_PRESENT, rest, BLOCK_BYTES) < BLOCK_BYTES) return
    removeFirstBlock(side + X_ROOT)
    retireBlock(block)
    store<u32>(side, load<u32>(side, X_BLOCKS) - 1, X_BLOCKS)
  }
}

/** Gives all blocks back, once the ring is drained: events may point into them. */
export function clearWindow(side: usize): void {
  while (!isWindowEmpty(side)) {
    retireBlock(removeFirstBlock(side + X_ROOT))
  }
  store<u32>(side, 0, X_BLOCKS)
  store<u32>(side, 0, X_BUFFERED)
}
