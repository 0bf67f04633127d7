import { randomBelow, seedRandom } from '../../flow/__tests__/random'
import { D_CAPTURED, D_FRAME, D_TIME } from '../../layout'
import { takePages } from '../../memory/__tests__/pages'
import { descriptor } from '../batch'
import { dedupBytes, dedups, isDuplicate, placeDedup, setDedupWindow } from '../dedup'

const D: usize = descriptor(0)
const PAGES: usize = takePages(4)
const FRAME: usize = PAGES
const RING: usize = PAGES + 65536
/** The model: a ring of content, length and time, searched from end to end. */
const MODEL: usize = PAGES + 3 * 65536

const MILLISECOND: u64 = 1_000_000

function restart(capacity: usize, window: u64 = MILLISECOND): void {
  placeDedup(RING, capacity, 7)
  setDedupWindow(window)
}

/** Shows a frame of `length` bytes with this content. */
function show(content: u32, time: u64, length: u32 = 60): bool {
  memory.fill(FRAME, 0, 2000)
  store<u32>(FRAME + 20, content)
  store<u64>(D, time, D_TIME)
  store<u32>(D, <u32>FRAME, D_FRAME)
  store<u32>(D, length, D_CAPTURED)
  return isDuplicate(D)
}

describe('deduplication', () => {
  it('is off without room', () => {
    restart(0)
    expect<bool>(dedups).toBe(false)
    expect<u64>(dedupBytes(0)).toBe(0)
    restart(1)
    expect<bool>(dedups).toBe(true)
  })

  it('finds an equal frame within the window', () => {
    restart(256)
    expect<bool>(show(1, 1000)).toBe(false)
    expect<bool>(show(1, 1000)).toBe(true)
    expect<bool>(show(1, 1000 + MILLISECOND)).toBe(true)
    expect<bool>(show(1, 1001 + 2 * MILLISECOND)).toBe(false)
  })

  it('wants equal bytes and lengths', () => {
    restart(256)
    expect<bool>(show(1, 0)).toBe(false)
    expect<bool>(show(2, 0)).toBe(false)
    expect<bool>(show(1, 0, 61)).toBe(false)
    expect<bool>(show(1, 0)).toBe(true)
  })

  it('remembers copies too, so that a chain of them goes on', () => {
    restart(256)
    show(1, 0)
    for (let i: u64 = 1; i < 20; i++) expect<bool>(show(1, i * MILLISECOND)).toBe(true)
  })

  it('takes an earlier time for the same', () => {
    restart(256, 0)
    expect<bool>(show(1, 5000)).toBe(false)
    expect<bool>(show(1, 4000)).toBe(true)
    expect<bool>(show(1, 4999)).toBe(true)
    expect<bool>(show(1, 5000)).toBe(true)
    expect<bool>(show(1, 5001)).toBe(false)
  })

  it('forgets the oldest frame when it is full', () => {
    restart(2)
    show(1, 0)
    show(2, 0)
    expect<bool>(show(1, 0)).toBe(true)
    show(3, 0)
    expect<bool>(show(2, 0)).toBe(false)
    restart(1)
    expect<bool>(show(1, 0)).toBe(false)
    expect<bool>(show(1, 0)).toBe(true)
    expect<bool>(show(2, 0)).toBe(false)
    expect<bool>(show(1, 0)).toBe(false)
  })

  it('answers as a search of the whole ring does', () => {
    let wrong = 0
    let duplicates = 0
    for (let run: u32 = 0; run < 60; run++) {
      seedRandom(run + 1)
      const capacity = 1 + randomBelow(40)
      const contents = 1 + randomBelow(30)
      const window = <u64>randomBelow(40)
      // Times go up, now and then by much, or jump back and forth.
      const isOrdered = run % 2 == 0
      restart(capacity, window)
      let time: u64 = 1000
      for (let i: u32 = 0; i < 2000; i++) {
        time = isOrdered ? time + <u64>randomBelow(4) : <u64>1000 + randomBelow(120)
        const content = randomBelow(contents)
        const length = 60 + randomBelow(2)
        const expected = search(i, capacity, content, length, time, window)
        const found = show(content, time, length)
        wrong += i32(found != expected)
        duplicates += i32(found)
      }
    }
    expect(wrong).toBe(0)
    expect(duplicates).toBeGreaterThan(1000)
  })

  it('stays quick when all frames are equal and apart', () => {
    restart(2000, 1)
    for (let i: u64 = 0; i < 100000; i++) show(1, i * 10)
    expect<bool>(show(1, 1000001)).toBe(false)
  })
})

/** Looks for a copy as the specification has it, then remembers the frame as number `n`. */
function search(n: u32, capacity: u32, content: u32, length: u32, time: u64, window: u64): bool {
  let found = false
  const kept = min<u32>(n, capacity)
  for (let back: u32 = 1; back <= kept; back++) {
    const at = MODEL + <usize>((n - back) % capacity) * 16
    const seen = load<u64>(at)
    if (load<u32>(at, 8) != content || load<u32>(at, 12) != length) continue
    if ((time < seen ? 0 : time - seen) <= window) found = true
  }
  const at = MODEL + <usize>(n % capacity) * 16
  store<u64>(at, time)
  store<u32>(at, content, 8)
  store<u32>(at, length, 12)
  return found
}
