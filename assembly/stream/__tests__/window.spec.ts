import {
  OVERLAP_BSD,
  OVERLAP_FIRST,
  OVERLAP_LAST,
  OVERLAP_LINUX,
  OVERLAP_SOLARIS,
  OVERLAP_WINDOWS,
  X_BLOCKS,
  X_BUFFERED,
} from '../../layout'
import { newWins } from '../overlap'
import { blocksTaken } from '../pool'
import {
  blocksNeeded,
  bytesAt,
  clearWindow,
  firstBuffered,
  holds,
  insert,
  isWindowEmpty,
  NOTHING,
  release,
  runAt,
} from '../window'
import { begin, end, PAGE, PAYLOAD, random, seed, side } from './harness'

/** Six pages of a stream, the first of them this one. */
const BASE: u64 = 0x1fffff
const SIZE: u32 = 6 * 2048
const ORIGIN: u64 = BASE * 2048

/** The same as a byte, and the number of the segment that it came with, for each offset; 0: not there. */
const values: usize = memory.data(12288, 8)
const owners: usize = memory.data(49152, 8)
let low: u32 = 0
let wrong: u32 = 0

function owner(i: u32): u32 {
  return i < low || i >= SIZE ? 0 : load<u32>(owners + 4 * <usize>i)
}

function put(i: u32, number: u32): void {
  store<u8>(values + <usize>i, <u8>number)
  store<u32>(owners + 4 * <usize>i, number)
}

/** One segment into the model: whole pieces of old segments are compared with it before any byte is put. */
function insertNaively(start: u32, stop: u32, number: u32, policy: u32): void {
  let i = start
  while (i < stop) {
    const old = owner(i)
    let from = i
    let to = i + 1
    if (old != 0) {
      while (from > low && owner(from - 1) == old) from--
    }
    while (to < SIZE && owner(to) == old) to++
    const wins = old == 0 || newWins(policy, start, stop, from, to)
    for (; i < min(to, stop); i++) if (wins) put(i, number)
  }
}

function naiveRun(i: u32): u32 {
  let run: u32 = 0
  const last = (i & ~2047) + 2048
  while (i + run < last && owner(i + run) != 0) run++
  return run
}

function naiveFirst(i: u32): u64 {
  for (; i < SIZE; i++) if (owner(i) != 0) return ORIGIN + i
  return NOTHING
}

/** Compares window and model at every offset. */
function compare(): void {
  let buffered: u32 = 0
  for (let i = low; i < SIZE; i++) {
    if (owner(i) != 0) buffered++
    const run = runAt(side, ORIGIN + i)
    if ((run != 0) != (owner(i) != 0)) wrong++
    if (run != 0 && load<u8>(bytesAt(side, ORIGIN + i)) != load<u8>(values + <usize>i)) wrong++
  }
  if (load<u32>(side, X_BUFFERED) != buffered) wrong++
}

function pagesPresent(): u32 {
  let pages: u32 = 0
  for (let page: u32 = 0; page < SIZE; page += 2048) {
    const first = naiveFirst(max(page, low))
    if (max(page, low) < page + 2048 && first < ORIGIN + page + 2048) pages++
  }
  return pages
}

function step(number: u32, policy: u32): void {
  const start = low + 1 + random(SIZE - low - 1)
  const stop = min(SIZE, start + 1 + random(random(4) == 0 ? 5000 : 60))
  memory.fill(PAYLOAD, <u8>number, stop - start)
  let needed: usize = 0
  for (let page = start >> 11; page <= (stop - 1) >> 11; page++) {
    const from = max(page << 11, low)
    if (naiveFirst(from) >= ORIGIN + ((page + 1) << 11)) needed++
  }
  if (blocksNeeded(side, ORIGIN + start, ORIGIN + stop) != needed) wrong++
  insert(side, ORIGIN + start, ORIGIN + stop, PAYLOAD, true, policy, ORIGIN + start, ORIGIN + stop)
  insertNaively(start, stop, number, policy)
  const at = low + random(SIZE - low)
  if (runAt(side, ORIGIN + at) != naiveRun(at)) wrong++
  if (firstBuffered(side, ORIGIN + at) != naiveFirst(at)) wrong++
  if (!holds(side, ORIGIN + start, ORIGIN + stop)) wrong++
  if (holds(side, ORIGIN + low, ORIGIN + SIZE) != (naiveFirst(low) == ORIGIN + low && countFrom(low) == SIZE - low))
    wrong++
}

function countFrom(i: u32): u32 {
  let run: u32 = 0
  while (owner(i + run) != 0) run++
  return run
}

/** Everything below is delivered. */
function passTo(offset: u32): void {
  let delivered: u32 = 0
  for (; low < offset; low++) if (owner(low) != 0) delivered++
  store<u32>(side, load<u32>(side, X_BUFFERED) - delivered, X_BUFFERED)
  release(side, ORIGIN + low)
  if (load<u32>(side, X_BLOCKS) != pagesPresent()) wrong++
}

function run(policy: u32): void {
  for (let round: u32 = 0; round < 12; round++) {
    seed(round + 100 * policy)
    begin(policy)
    memory.fill(values, 0, SIZE)
    memory.fill(owners, 0, 4 * SIZE)
    low = 0
    for (let number: u32 = 1; number < 250; number++) {
      step(number, policy)
      if (random(40) == 0) {
        compare()
        // Up to a hole, as the reassembler does.
        let to = min(SIZE - 2, low + random(1500))
        while (to > low && owner(to) != 0) to--
        passTo(to)
      }
    }
    compare()
    expect<u32>(wrong).toBe(0, 'round ' + round.toString())
    passTo(SIZE)
    expect<bool>(isWindowEmpty(side)).toBe(true)
    expect<usize>(end()).toBe(0)
  }
}

describe('a window is what a map of bytes would be', () => {
  it('with the policy first', () => run(OVERLAP_FIRST))
  it('with the policy last', () => run(OVERLAP_LAST))
  it('with the policy bsd', () => run(OVERLAP_BSD))
  it('with the policy linux', () => run(OVERLAP_LINUX))
  it('with the policy windows', () => run(OVERLAP_WINDOWS))
  it('with the policy solaris', () => run(OVERLAP_SOLARIS))
})

describe('a window', () => {
  it('passes over pages without a block where none may be taken', () => {
    begin()
    memory.fill(PAYLOAD, 0x61, 4 * PAGE)
    insert(side, 5, 6, PAYLOAD, true, 0, 5, 6)
    insert(side, 2 * PAGE, 2 * PAGE + 1, PAYLOAD, true, 0, 2 * PAGE, 2 * PAGE + 1)
    insert(side, 0, 4 * PAGE, PAYLOAD, false, 0, 0, 4 * PAGE)
    expect<u32>(load<u32>(side, X_BLOCKS)).toBe(2)
    expect<u32>(load<u32>(side, X_BUFFERED)).toBe(2 * PAGE)
    expect<usize>(runAt(side, PAGE)).toBe(0)
    expect<u64>(firstBuffered(side, PAGE)).toBe(2 * PAGE)
    expect<u64>(firstBuffered(side, 3 * PAGE)).toBe(NOTHING)
    expect<bool>(holds(side, 0, PAGE)).toBe(true)
    expect<bool>(holds(side, 0, PAGE + 1)).toBe(false)
    clearWindow(side)
    expect<usize>(blocksTaken()).toBe(0)
    expect<u32>(load<u32>(side, X_BLOCKS) + load<u32>(side, X_BUFFERED)).toBe(0)
    end()
  })
})
