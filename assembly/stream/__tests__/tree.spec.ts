import { takePages } from '../../memory/__tests__/pages'
import {
  B_LEFT,
  B_PAGE,
  B_RIGHT,
  NO_BLOCK,
  placePool,
  poolBytes,
  reclaimDelivered,
  retireBlock,
  takeBlock,
} from '../pool'
import { addBlock, findBlock, firstBlockFrom, removeFirstBlock } from '../tree'
import { random, seed } from './harness'

const BLOCKS: usize = 5000
const POOL: usize = takePages(<i32>(poolBytes(BLOCKS) >> 16) + 1)
const root: usize = memory.data(8, 8)

/** Answers that differ from the model's. */
let wrong: u32 = 0

function add(page: u64): void {
  addBlock(root, takeBlock(page))
}

function empty(): void {
  while (<usize>load<u32>(root) != NO_BLOCK) retireBlock(removeFirstBlock(root))
  reclaimDelivered()
}

function depth(block: usize): u32 {
  if (block == NO_BLOCK) return 0
  return 1 + max<u32>(depth(<usize>load<u32>(block, B_LEFT)), depth(<usize>load<u32>(block, B_RIGHT)))
}

function deepest(): u32 {
  return depth(<usize>load<u32>(root))
}

/** A random tree of 4,000 nodes is about 29 deep; one of a million orders is deeper than 60. */
const MOST: u32 = 60

/** How an adversary may choose the i-th page of `n`. */
function ordered(order: u32, i: u64, n: u64): u64 {
  if (order == 0) return i
  if (order == 1) return n - 1 - i
  if (order == 2) return (i & 1) == 0 ? i / 2 : n - 1 - i / 2
  if (order == 3) return (i & 1) == 0 ? n / 2 + i / 2 : n / 2 - 1 - i / 2
  // Each number with its bits in reverse: halves of halves.
  let reversed: u64 = 0
  for (let bit = 0; bit < 12; bit++) reversed |= ((i >> bit) & 1) << (11 - bit)
  return reversed
}

describe('the tree of blocks', () => {
  beforeAll(() => {
    placePool(POOL, BLOCKS)
  })

  it('finds, and takes out lowest first, what was put in, as a sorted list does', () => {
    seed(3)
    const pages: u64[] = []
    for (let step = 0; step < 6000; step++) {
      const page = <u64>random(4000)
      const at = pages.indexOf(page)
      if ((findBlock(root, page) != NO_BLOCK) != at >= 0) wrong++
      if (random(3) != 0 && at < 0) {
        add(page)
        pages.push(page)
        pages.sort((a, b) => <i32>(a - b))
      } else if (pages.length > 0 && random(2) == 0) {
        const block = removeFirstBlock(root)
        if (load<u64>(block, B_PAGE) != pages.shift()) wrong++
        retireBlock(block)
        reclaimDelivered()
      }
      const from = <u64>random(4100)
      let expected: u64 = u64.MAX_VALUE
      for (let i = 0; i < pages.length; i++) {
        if (pages[i] >= from) {
          expected = pages[i]
          break
        }
      }
      const found = firstBlockFrom(root, from)
      if ((found == NO_BLOCK ? u64.MAX_VALUE : load<u64>(found, B_PAGE)) != expected) wrong++
    }
    expect<u32>(wrong).toBe(0)
    empty()
  })

  it('stays shallow whatever the order', () => {
    for (let order: u32 = 0; order < 5; order++) {
      for (let i: u64 = 0; i < 4096; i++) add(ordered(order, i, 4096))
      expect<u32>(deepest()).toBeLessThan(MOST, 'order ' + order.toString())
      for (let i: u64 = 0; i < 4096; i++) {
        const block = removeFirstBlock(root)
        if (load<u64>(block, B_PAGE) != i) wrong++
        retireBlock(block)
      }
      expect<u32>(deepest()).toBe(0)
      expect<u32>(wrong).toBe(0)
      reclaimDelivered()
    }
  })

  it('stays shallow as a window that moves', () => {
    for (let i: u64 = 0; i < 1000; i++) add(i)
    for (let i: u64 = 1000; i < 30_000; i++) {
      retireBlock(removeFirstBlock(root))
      reclaimDelivered()
      add(i)
    }
    expect<u32>(deepest()).toBeLessThan(MOST)
    empty()
  })

  it('holds pages beyond 2^32', () => {
    add(0x100000000)
    add(0)
    add(0xffffffff)
    expect<u64>(load<u64>(firstBlockFrom(root, 1), B_PAGE)).toBe(0xffffffff)
    expect<u64>(load<u64>(findBlock(root, 0x100000000), B_PAGE)).toBe(0x100000000)
    expect<usize>(firstBlockFrom(root, 0x100000001)).toBe(NO_BLOCK)
    empty()
  })
})
