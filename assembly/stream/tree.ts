import { B_LEFT, B_PAGE, B_PRIORITY, B_RIGHT, NO_BLOCK } from './pool'

/**
 * The blocks of one window as a treap (Seidel and Aragon, 1996): a search tree by page, a heap by random priority, so
 * finding and adding take O(log n) steps expected whatever the order of arrival. Roots are kept by the caller, in a
 * u32 of memory whose address is passed as `root`.
 */

function left(block: usize): usize {
  return <usize>load<u32>(block, B_LEFT)
}

function right(block: usize): usize {
  return <usize>load<u32>(block, B_RIGHT)
}

/** The block of this page, or NO_BLOCK. */
export function findBlock(root: usize, page: u64): usize {
  let block = <usize>load<u32>(root)
  while (block != NO_BLOCK) {
    const at = load<u64>(block, B_PAGE)
    if (page == at) return block
    block = page < at ? left(block) : right(block)
  }
  return NO_BLOCK
}

/** The block of the lowest page at or above this one, or NO_BLOCK. */
export function firstBlockFrom(root: usize, page: u64): usize {
  let block = <usize>load<u32>(root)
  let best: usize = NO_BLOCK
  while (block != NO_BLOCK) {
    const at = load<u64>(block, B_PAGE)
    if (page == at) return block
    if (page < at) {
      best = block
      block = left(block)
    } else {
      block = right(block)
    }
  }
  return best
}

/** Adds a block whose page is not in the tree. */
export function addBlock(root: usize, block: usize): void {
  const page = load<u64>(block, B_PAGE)
  const priority = load<u32>(block, B_PRIORITY)
  // Down to where the heap order wants the block; `link` is the u32 that names the subtree there.
  let link = root
  let below = <usize>load<u32>(link)
  while (below != NO_BLOCK && load<u32>(below, B_PRIORITY) >= priority) {
    link = below + (page < load<u64>(below, B_PAGE) ? B_LEFT : B_RIGHT)
    below = <usize>load<u32>(link)
  }
  store<u32>(link, <u32>block)
  // The subtree that was there is split by page into the block's two.
  let lower = block + B_LEFT
  let upper = block + B_RIGHT
  while (below != NO_BLOCK) {
    if (load<u64>(below, B_PAGE) < page) {
      store<u32>(lower, <u32>below)
      lower = below + B_RIGHT
      below = <usize>load<u32>(lower)
    } else {
      store<u32>(upper, <u32>below)
      upper = below + B_LEFT
      below = <usize>load<u32>(upper)
    }
  }
  store<u32>(lower, <u32>NO_BLOCK)
  store<u32>(upper, <u32>NO_BLOCK)
}

/** Takes the block of the lowest page out of a tree that is not empty. */
export function removeFirstBlock(root: usize): usize {
  let link = root
  let block = <usize>load<u32>(link)
  while (left(block) != NO_BLOCK) {
    link = block + B_LEFT
    block = left(block)
  }
  store<u32>(link, <u32>right(block))
  return block
}
