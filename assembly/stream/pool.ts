/**
 * Fixed blocks for bytes that arrived ahead of their turn. A block holds one page of a stream: BLOCK_BYTES bytes at
 * a multiple of BLOCK_BYTES of the stream's offsets, with a bit for each byte that is there and a bit for each byte
 * at which a piece (what was stored of one segment) begins.
 *
 * Blocks whose bytes have been delivered are given back only when the host has drained the ring that points to them.
 */

export const BLOCK_BYTES: usize = 2048
/** A stream offset's page is `offset >> BLOCK_SHIFT`. */
export const BLOCK_SHIFT: u64 = 11

export const B_PAGE: usize = 0 // u64
export const B_LEFT: usize = 8 // u32, block; tree of a window
export const B_RIGHT: usize = 12 // u32, block; next free block while free
export const B_PRIORITY: usize = 16 // u32, heap order of the tree
export const B_PRESENT: usize = 64 // BLOCK_BYTES bits
export const B_STARTS: usize = 320 // BLOCK_BYTES bits
export const B_DATA: usize = 576
export const BLOCK_SIZE: usize = 2624

export const NO_BLOCK: usize = 0

let base: usize = 0
let capacity: usize = 0
let used: usize = 0
let free: usize = NO_BLOCK
let delivered: usize = NO_BLOCK
let taken: usize = 0
let retired: usize = 0
let peak: usize = 0
let random: u32 = 0x9e3779b9

/** Puts a pool of `blocks` blocks at this address. Pages of memory become resident as blocks are first used. */
export function placePool(address: usize, blocks: usize): void {
  base = address
  capacity = blocks
}

/** Seeds the priorities of blocks, so that nobody who makes the traffic can unbalance a window. */
export function seedPool(seed: u32): void {
  random = seed | 1
}

/** Bytes of memory that `blocks` blocks take. */
export function poolBytes(blocks: usize): u64 {
  return <u64>blocks * BLOCK_SIZE
}

/** Blocks that hold bytes not yet delivered. */
export function blocksTaken(): usize {
  return taken
}

/** Most blocks ever taken at once. */
export function blocksPeak(): usize {
  return peak
}

/** An empty block for this page, or NO_BLOCK when all are taken. */
export function takeBlock(page: u64): usize {
  let block = free
  if (block != NO_BLOCK) {
    free = <usize>load<u32>(block, B_RIGHT)
  } else {
    if (used == capacity) return NO_BLOCK
    block = base + used * BLOCK_SIZE
    used++
  }
  taken++
  if (taken > peak) peak = taken
  random = random * 1664525 + 1013904223
  memory.fill(block, 0, B_DATA)
  store<u64>(block, page, B_PAGE)
  store<u32>(block, random, B_PRIORITY)
  return block
}

/** Gives a block back once the ring has been drained: events point to its bytes. */
export function retireBlock(block: usize): void {
  store<u32>(block, <u32>delivered, B_RIGHT)
  delivered = block
  taken--
  retired++
}

/** Blocks that can be taken at once. */
export function blocksFree(): usize {
  return capacity - taken - retired
}

/** Blocks that can be taken when the ring has been drained. */
export function blocksRetired(): usize {
  return retired
}

/** The ring has been drained: delivered blocks may be used again. */
export function reclaimDelivered(): void {
  while (delivered != NO_BLOCK) {
    const block = delivered
    delivered = <usize>load<u32>(block, B_RIGHT)
    store<u32>(block, <u32>free, B_RIGHT)
    free = block
  }
  retired = 0
}
