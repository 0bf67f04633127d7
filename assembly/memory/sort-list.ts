/**
 * Sorts a linked list by its nodes' keys, the lowest first, without memory of its own: runs that are in order already
 * are merged in pairs until one is left, so a list that is nearly in order costs little more than looking at it.
 */

let nextOf: (node: usize) => usize = noNext
let setNext: (node: usize, next: usize) => void = ignoreNext
let keyOf: (node: usize) => u64 = noKey
/** What stands behind the last node. */
let end: usize = 0

function noNext(_node: usize): usize {
  return 0
}

function ignoreNext(_node: usize, _next: usize): void {}

function noKey(_node: usize): u64 {
  return 0
}

/**
 * Sorts the list that begins with `first`, its last node followed by `last`, and answers with its new first node.
 * Links back are for the caller to mend.
 */
export function sortList(
  first: usize,
  last: usize,
  next: (node: usize) => usize,
  link: (node: usize, next: usize) => void,
  key: (node: usize) => u64,
): usize {
  nextOf = next
  setNext = link
  keyOf = key
  end = last
  let head = first
  while (true) {
    let merges = 0
    let tail = end
    let left = head
    head = end
    while (left != end) {
      const right = cutRun(left)
      const rest = right == end ? end : cutRun(right)
      merges++
      const merged = merge(left, right)
      if (tail == end) head = merged
      else setNext(tail, merged)
      tail = mergedLast
      left = rest
    }
    if (merges <= 1) return head
  }
}

/** Ends the run that begins here, and answers with what followed it. */
function cutRun(first: usize): usize {
  let node = first
  let key = keyOf(node)
  while (true) {
    const following = nextOf(node)
    if (following == end) return end
    const followingKey = keyOf(following)
    if (followingKey < key) {
      setNext(node, end)
      return following
    }
    node = following
    key = followingKey
  }
}

/** Last node of what `merge` answered with. */
let mergedLast: usize = 0

function merge(first: usize, second: usize): usize {
  let left = first
  let right = second
  let head = end
  let tail = end
  while (left != end || right != end) {
    const takesLeft = right == end || (left != end && keyOf(left) <= keyOf(right))
    const node = takesLeft ? left : right
    if (takesLeft) left = nextOf(node)
    else right = nextOf(node)
    if (tail == end) head = node
    else setNext(tail, node)
    tail = node
  }
  mergedLast = tail
  return head
}
