/**
 * Memory of fragments. The bytes of a datagram in progress lie in blocks, each of which holds one page: PAGE_BYTES
 * bytes at a multiple of PAGE_BYTES. So a fragment is put in its place, whatever the order, without a search. A
 * complete datagram is copied into an area in which it lies in one piece until all that points to it has been read.
 */

export const PAGE_BYTES: usize = 2048
/** Pages of the longest datagram. */
export const MAX_PAGES: usize = 32
/** Bytes of the longest datagram: both IP headers count lengths in 16 bits. */
export const MAX_DATAGRAM: usize = 65535

/** Fragments begin at multiples of 8 bytes: RFC 791 section 3.1, RFC 8200 section 4.5. */
const UNIT_SHIFT: usize = 3
const B_NEXT: usize = 0 // u32, next free block
const B_PRESENT: usize = 8 // a bit for each unit that is there
const B_LENGTHS: usize = 40 // u16 for each unit: length of the fragment that begins there, 0 for none
const B_DATA: usize = 552
const BLOCK_SIZE: usize = 2600

let base: usize = 0
let capacity: usize = 0
/** Blocks that have ever been taken: memory behind them has not been touched. */
let used: usize = 0
let taken: usize = 0
/** Block that was given back last, 0 for none. */
let free: usize = 0

/** Bytes of memory that blocks for so many bytes take. */
export function blocksBytes(bytes: usize): u64 {
  return <u64>blocksFor(bytes) * BLOCK_SIZE
}

/** Puts blocks for so many bytes at this address. */
export function placeBlocks(address: usize, bytes: usize): void {
  base = address
  capacity = blocksFor(bytes)
  used = 0
  taken = 0
  free = 0
}

/** At least one datagram fits. */
function blocksFor(bytes: usize): usize {
  return max<usize>(bytes / PAGE_BYTES, MAX_PAGES)
}

export function blocksFree(): usize {
  return capacity - taken
}

export function blocksTaken(): usize {
  return taken
}

/** An empty block; there is one. */
export function takeBlock(): usize {
  let block = free
  if (block != 0) {
    free = <usize>load<u32>(block, B_NEXT)
  } else {
    block = base + used * BLOCK_SIZE
    used++
  }
  taken++
  memory.fill(block, 0, B_DATA)
  return block
}

export function giveBlockBack(block: usize): void {
  store<u32>(block, <u32>free, B_NEXT)
  free = block
  taken--
}

/** Address of the byte at `offset` of the block's page. */
export function dataAt(block: usize, offset: usize): usize {
  return block + B_DATA + offset
}

/** Notes that bytes `from` to `to` - 1 of the block's page are there. `from` is a multiple of 8. */
export function markPresent(block: usize, from: usize, to: usize): void {
  const end = unitsOf(to)
  for (let unit = from >> UNIT_SHIFT; unit < end; unit = nextWord(unit)) {
    const word = wordOf(block, unit)
    store<u64>(word, load<u64>(word) | maskOf(unit, end))
  }
}

/** Whether any of the bytes `from` to `to` - 1 of the block's page is there. */
export function hasAny(block: usize, from: usize, to: usize): bool {
  const end = unitsOf(to)
  for (let unit = from >> UNIT_SHIFT; unit < end; unit = nextWord(unit)) {
    if ((load<u64>(wordOf(block, unit)) & maskOf(unit, end)) != 0) return true
  }
  return false
}

function unitsOf(bytes: usize): usize {
  return (bytes + 7) >> UNIT_SHIFT
}

function wordOf(block: usize, unit: usize): usize {
  return block + B_PRESENT + ((unit >> 6) << 3)
}

function nextWord(unit: usize): usize {
  return (unit | 63) + 1
}

/** Bits of the units from this one on, up to `end` or the last of its word. */
function maskOf(unit: usize, end: usize): u64 {
  const first = unit & 63
  const count = min<usize>(end - unit, 64 - first)
  return (~(<u64>0) >> (64 - count)) << first
}

/** Length of the fragment that begins at `offset` of the block's page, 0 if none does. */
export function lengthAt(block: usize, offset: usize): usize {
  return <usize>load<u16>(block + ((offset >> UNIT_SHIFT) << 1), B_LENGTHS)
}

export function setLengthAt(block: usize, offset: usize, length: usize): void {
  store<u16>(block + ((offset >> UNIT_SHIFT) << 1), <u16>length, B_LENGTHS)
}

// The area of complete datagrams ---------------------------------------------------------------------------------

/** Most datagrams that one frame can complete: fragments of a tunnel that carries fragments, and so on. */
export const MAX_DATAGRAMS_A_FRAME: usize = 8
/** The longest IPv4 header and the longest datagram, on a cache line. */
const LONGEST: usize = 65600
/** Room for thirty frames that complete the longest datagram, and for one that completes all it can: 38 * LONGEST. */
export const AREA_BYTES: usize = 2492800

let areaStart: usize = 0
let areaCursor: usize = 0

/** Whether there is room for all datagrams that the next frame can complete. */
export let areaHasRoom: bool = true

/** Puts the area, AREA_BYTES long, at this address. */
export function placeArea(address: usize): void {
  areaStart = address
  clearArea()
}

/** Takes room for a complete datagram of so many bytes with its header. */
export function takeArea(length: usize): usize {
  const address = areaCursor
  areaCursor = (address + length + 15) & ~15
  areaHasRoom = AREA_BYTES - (areaCursor - areaStart) >= MAX_DATAGRAMS_A_FRAME * LONGEST
  return address
}

/** Nothing points to complete datagrams any more. */
export function clearArea(): void {
  areaCursor = areaStart
  areaHasRoom = true
}
