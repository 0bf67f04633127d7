import { takePages } from '../../memory/__tests__/pages'
import {
  B_DATA,
  B_PAGE,
  B_PRESENT,
  BLOCK_BYTES,
  BLOCK_SIZE,
  blocksFree,
  blocksPeak,
  blocksRetired,
  blocksTaken,
  NO_BLOCK,
  placePool,
  poolBytes,
  reclaimDelivered,
  retireBlock,
  takeBlock,
} from '../pool'

const BLOCKS: usize = 4
const POOL: usize = takePages(1)
const blocks: usize = memory.data(16, 8)

function takeAll(): void {
  for (let i: usize = 0; i < BLOCKS; i++) store<u32>(blocks + 4 * i, <u32>takeBlock(i))
}

function block(i: usize): usize {
  return <usize>load<u32>(blocks + 4 * i)
}

describe('the pool', () => {
  it('has no more blocks than it has room for', () => {
    placePool(POOL, BLOCKS)
    expect<u64>(poolBytes(BLOCKS)).toBe(4 * 2624)
    expect<usize>(blocksFree()).toBe(BLOCKS)
    takeAll()
    for (let i: usize = 0; i < BLOCKS; i++) {
      expect<usize>(block(i)).toBe(POOL + i * BLOCK_SIZE)
      expect<u64>(load<u64>(block(i), B_PAGE)).toBe(<u64>i)
    }
    expect<usize>(blocksFree()).toBe(0)
    expect<usize>(blocksTaken()).toBe(BLOCKS)
    expect<usize>(takeBlock(9)).toBe(NO_BLOCK)
  })

  it('gives retired blocks out again only when the host has drained the ring', () => {
    retireBlock(block(2))
    retireBlock(block(0))
    expect<usize>(blocksFree()).toBe(0)
    expect<usize>(blocksRetired()).toBe(2)
    expect<usize>(blocksTaken()).toBe(2)
    expect<usize>(takeBlock(9)).toBe(NO_BLOCK)
    reclaimDelivered()
    expect<usize>(blocksFree()).toBe(2)
    expect<usize>(blocksRetired()).toBe(0)
    const first = takeBlock(10)
    const second = takeBlock(11)
    expect<bool>(first == block(0) || first == block(2)).toBe(true)
    expect<bool>(second == block(0) || second == block(2)).toBe(true)
    expect<bool>(first == second).toBe(false)
    expect<usize>(takeBlock(12)).toBe(NO_BLOCK)
    store<u32>(blocks, <u32>first)
    store<u32>(blocks + 8, <u32>second)
  })

  it('hands blocks out empty', () => {
    memory.fill(block(1) + B_PRESENT, 0xff, BLOCK_SIZE - B_PRESENT)
    retireBlock(block(1))
    reclaimDelivered()
    const again = takeBlock(5)
    expect<usize>(again).toBe(block(1))
    for (let i: usize = B_PRESENT; i < B_DATA; i++) expect<u8>(load<u8>(again + i)).toBe(0)
    expect<u64>(load<u64>(again, B_PAGE)).toBe(5)
  })

  it('knows how many blocks were taken at once', () => {
    for (let i: usize = 0; i < BLOCKS; i++) retireBlock(block(i))
    reclaimDelivered()
    reclaimDelivered()
    expect<usize>(blocksTaken()).toBe(0)
    expect<usize>(blocksFree()).toBe(BLOCKS)
    expect<usize>(blocksPeak()).toBe(BLOCKS)
    expect<usize>(B_DATA + BLOCK_BYTES).toBe(BLOCK_SIZE)
  })
})
