import { sortList } from '../sort-list'
import { takePages } from './pages'

const AREA: usize = takePages(1)
const END: usize = 9999

/** Nodes are numbered from 0: eight bytes of key, four of the node that follows. */
function nextOf(node: usize): usize {
  return <usize>load<u32>(AREA + node * 16, 8)
}

function link(node: usize, next: usize): void {
  store<u32>(AREA + node * 16, <u32>next, 8)
}

function keyOf(node: usize): u64 {
  return load<u64>(AREA + node * 16)
}

/** Makes a list of nodes with these keys and sorts it; answers with the first node. */
function sort(keys: StaticArray<u64>): usize {
  for (let i = 0; i < keys.length; i++) {
    store<u64>(AREA + <usize>i * 16, keys[i])
    link(<usize>i, i + 1 < keys.length ? <usize>i + 1 : END)
  }
  return sortList(0, END, nextOf, link, keyOf)
}

/** The sorted nodes as `NODE:KEY`. */
function sorted(keys: StaticArray<u64>): string {
  let text = ''
  for (let node = sort(keys); node != END; node = nextOf(node)) {
    text += (text.length > 0 ? ' ' : '') + node.toString() + ':' + keyOf(node).toString()
  }
  return text
}

describe('sorting a linked list', () => {
  it('leaves what is in order, also a single node', () => {
    expect<string>(sorted([7])).toBe('0:7')
    expect<string>(sorted([1, 2, 2, 9])).toBe('0:1 1:2 2:2 3:9')
  })

  it('puts the lowest first, and leaves equal ones as they were', () => {
    expect<string>(sorted([2, 1])).toBe('1:1 0:2')
    expect<string>(sorted([5, 4, 3, 2, 1])).toBe('4:1 3:2 2:3 1:4 0:5')
    expect<string>(sorted([3, 1, 3, 2, 1, 3])).toBe('1:1 4:1 3:2 0:3 2:3 5:3')
    expect<string>(sorted([u64.MAX_VALUE, 0, 1])).toBe('1:0 2:1 0:18446744073709551615')
  })

  it('sorts whatever order there is', () => {
    const keys = new StaticArray<u64>(300)
    let state: u64 = 1
    for (let round = 0; round < 50; round++) {
      let sum: u64 = 0
      for (let i = 0; i < keys.length; i++) {
        state = state * 6364136223846793005 + 1442695040888963407
        keys[i] = (state >> 40) % (<u64>round * 10 + 1)
        sum += keys[i]
      }
      let node = sort(keys)
      let count = 0
      for (let last: u64 = 0; node != END; node = nextOf(node)) {
        expect<bool>(keyOf(node) >= last).toBe(true)
        last = keyOf(node)
        sum -= last
        count++
      }
      expect<i32>(count).toBe(keys.length)
      expect<u64>(sum).toBe(0)
    }
  })
})
