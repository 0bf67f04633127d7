import { COLD_SIZE, F_LAST_SEEN, HOT_SIZE, KEY_SIZE } from '../../layout'
import { takePages } from '../../memory/__tests__/pages'
import { coldRecord, hotRecord, liveRecords, recordsBytes } from '../records'
import { slotsBytes } from '../slots'
import { addFlow, copyKey, findFlow, growTable, likelyFlow, NOT_FOUND, removeFlow } from '../table'
import { hang, unhang, wheelBytes } from '../wheel'
import { customKey, hashOf, ipv4Key, ipv6Key, macKey, tagKey } from './keys'
import { randomBelow, seedRandom } from './random'

const AREA: usize = takePages(64)
const KEY: usize = memory.data(64, 8)
const COPY: usize = memory.data(64, 8)

const KEYS: i32 = 400
const indices = new StaticArray<usize>(KEYS)

/** The nth of 400 keys of all kinds, few bits apart. */
function makeKey(n: i32): void {
  const k = <u32>(n >> 3)
  const kind = n & 7
  if (kind == 0) ipv4Key(KEY, 0x0a000001, 0x0a000002, 1000 + k, 80)
  else if (kind == 1) ipv4Key(KEY, 0x0a000001, 0x0a000002, 1000, 80, 100 + k)
  else if (kind == 2) ipv6Key(KEY, 1, k, 1000, 80, 17)
  else if (kind == 3) ipv6Key(KEY, 1, 2, 1000, 100 + k, 17)
  else if (kind == 4) macKey(KEY, 0x020000000001, (<u64>k) << 24)
  else if (kind == 5) customKey(KEY, k % 48, k < 48 ? 0x62 : 0x63)
  else if (kind == 6) {
    ipv4Key(KEY, 0x0a000001, 0x0a000002, 1000, 80)
    tagKey(KEY, k & 15, 1 + (k >> 4))
  } else {
    ipv6Key(KEY, 1, 2, 1000, 80)
    tagKey(KEY, k & 15, 1 + (k >> 4))
  }
}

function find(n: i32): usize {
  makeKey(n)
  return findFlow(KEY, hashOf(KEY))
}

function add(n: i32): void {
  makeKey(n)
  const index = addFlow(KEY, hashOf(KEY))
  // Hanging in the wheel is the business of others, but growing must keep it.
  hang(index, <u64>n)
  indices[n] = index
  memory.fill(hotRecord(index) + 32, <u8>n, HOT_SIZE - 32)
  store<u64>(hotRecord(index), <u64>n, F_LAST_SEEN)
}

function remove(n: i32): void {
  unhang(indices[n])
  removeFlow(indices[n])
  indices[n] = NOT_FOUND
}

function allFound(): i32 {
  let wrong = 0
  for (let n = 0; n < KEYS; n++) wrong += i32(find(n) != indices[n])
  return wrong
}

describe('flow table', () => {
  beforeAll(() => {
    for (let n = 0; n < KEYS; n++) indices[n] = NOT_FOUND
    expect<bool>(growTable(AREA, KEYS)).toBe(true)
  })

  afterEach(() => {
    for (let n = 0; n < KEYS; n++) if (indices[n] != NOT_FOUND) remove(n)
  })

  it('finds nothing at first', () => {
    for (let n = 0; n < KEYS; n++) expect<usize>(find(n)).toBe(NOT_FOUND)
  })

  it('finds each of many keys of all kinds, and none that was taken out', () => {
    for (let n = 0; n < KEYS; n++) {
      expect<usize>(find(n)).toBe(NOT_FOUND, 'key ' + n.toString() + ' is one of the others')
      add(n)
    }
    expect<i32>(allFound()).toBe(0)
    for (let n = 0; n < KEYS; n += 3) remove(n)
    expect<i32>(allFound()).toBe(0)
    for (let n = 0; n < KEYS; n += 3) add(n)
    expect<i32>(allFound()).toBe(0)
    expect<usize>(liveRecords()).toBe(KEYS)
  })

  it('gives the index that became free last to the next flow', () => {
    for (let n = 0; n < 10; n++) add(n)
    const third = indices[3]
    const eighth = indices[8]
    remove(3)
    remove(8)
    add(100)
    add(101)
    expect<usize>(indices[100]).toBe(eighth)
    expect<usize>(indices[101]).toBe(third)
  })

  it('keeps the whole key and gives it back', () => {
    for (let n = 0; n < 64; n++) {
      add(n)
      memory.fill(COPY, 0xee, KEY_SIZE)
      copyKey(indices[n], COPY)
      expect<i32>(memory.compare(COPY, KEY, KEY_SIZE)).toBe(0)
    }
  })

  it('tells keys with one hash from one another', () => {
    ipv4Key(KEY, 1, 2, 3, 4)
    const first = addFlow(KEY, 99)
    ipv4Key(KEY, 1, 2, 3, 5)
    expect<usize>(findFlow(KEY, 99)).toBe(NOT_FOUND)
    expect<usize>(likelyFlow(99)).toBe(first)
    const second = addFlow(KEY, 99)
    expect<usize>(findFlow(KEY, 99)).toBe(second)
    ipv4Key(KEY, 1, 2, 3, 4)
    expect<usize>(findFlow(KEY, 99)).toBe(first)
    // They hang in slots of a hash that is not theirs: growing puts that right.
    expect<bool>(growTable(AREA, KEYS + 1)).toBe(true)
    expect<usize>(findFlow(KEY, hashOf(KEY))).toBe(first)
    removeFlow(first)
    removeFlow(second)
  })

  it('compares all words of an IPv6 key, though the fingerprint of its addresses were the same', () => {
    for (let word: usize = 0; word < 4; word++) {
      ipv6Key(KEY, 7, 9, 3, 4)
      const hash = hashOf(KEY)
      const index = addFlow(KEY, hash)
      expect<usize>(findFlow(KEY, hash)).toBe(index)
      store<u8>(KEY + 16 + word * 8, 0x5a)
      expect<usize>(findFlow(KEY, hash)).toBe(NOT_FOUND)
      removeFlow(index)
    }
  })

  it('compares all tags and all bytes of a custom key, though the hash were the same', () => {
    for (let position: usize = 0; position < 48; position++) {
      customKey(KEY, 5, 0x77)
      const hash = hashOf(KEY)
      const index = addFlow(KEY, hash)
      store<u8>(KEY + 16 + position, 0x5a)
      expect<usize>(findFlow(KEY, hash)).toBe(NOT_FOUND, position.toString())
      removeFlow(index)
    }
    for (let position: usize = 0; position < 16; position++) {
      ipv4Key(KEY, 1, 2, 3, 4)
      tagKey(KEY, 0, 9)
      const hash = hashOf(KEY)
      const index = addFlow(KEY, hash)
      store<u8>(KEY + 48 + position, 0x5a)
      expect<usize>(findFlow(KEY, hash)).toBe(NOT_FOUND, position.toString())
      removeFlow(index)
    }
  })

  it('keeps flows findable with all they hold when it grows, again and again', () => {
    for (let n = 0; n < KEYS; n++) add(n)
    for (let n = 0; n < KEYS; n += 7) remove(n)
    for (let flows: usize = KEYS + 2; flows < 12_000; flows = (flows * 5) / 4) {
      expect<bool>(growTable(AREA, flows)).toBe(true)
      expect<i32>(allFound()).toBe(0)
    }
    let wrong = 0
    for (let n = 0; n < KEYS; n++) {
      if (indices[n] == NOT_FOUND) continue
      const hot = hotRecord(indices[n])
      makeKey(n)
      hashOf(KEY)
      copyKey(indices[n], COPY)
      wrong += i32(memory.compare(COPY, KEY, KEY_SIZE) != 0)
      wrong += i32(load<u64>(hot, F_LAST_SEEN) != <u64>n)
      for (let byte: usize = 32; byte < HOT_SIZE; byte++) wrong += i32(load<u8>(hot + byte) != <u8>n)
    }
    expect<i32>(wrong).toBe(0)
  })

  it('does nothing where there is room enough', () => {
    add(1)
    const hot = hotRecord(indices[1])
    expect<bool>(growTable(AREA, 10)).toBe(true)
    expect<usize>(hotRecord(indices[1])).toBe(hot)
    expect<i32>(allFound()).toBe(0)
  })

  it('says no to more than memory holds, and keeps all as it was', () => {
    for (let n = 0; n < KEYS; n++) add(n)
    const pages = memory.size()
    expect<bool>(growTable(AREA, 18_000_000)).toBe(false)
    expect<bool>(growTable(AREA, 0x7fffffff)).toBe(false)
    expect<bool>(growTable(AREA, 0xffffffff)).toBe(false)
    expect<i32>(memory.size()).toBe(pages)
    expect<i32>(allFound()).toBe(0)
  })

  it('holds as many flows as it has room for, without touching what lies behind', () => {
    const flows: usize = 12_288
    expect<bool>(growTable(AREA, flows)).toBe(true)
    const end = AREA + <usize>(recordsBytes(flows) + wheelBytes(flows) + slotsBytes(flows))
    memory.fill(end, 0xdd, 64)
    let wrong = 0
    for (let i: usize = 0; i < flows; i++) {
      ipv4Key(KEY, <u32>i, 1, 1, 1)
      const index = addFlow(KEY, hashOf(KEY))
      hang(index, <u64>i)
      wrong += i32(index >= flows)
      store<u64>(hotRecord(index), <u64>i, HOT_SIZE - 8)
      store<u64>(coldRecord(index), <u64>i, COLD_SIZE - 8)
    }
    for (let i: usize = 0; i < flows; i++) {
      ipv4Key(KEY, <u32>i, 1, 1, 1)
      const index = findFlow(KEY, hashOf(KEY))
      wrong += i32(index == NOT_FOUND)
      wrong += i32(load<u64>(hotRecord(index), HOT_SIZE - 8) != <u64>i)
      wrong += i32(load<u64>(coldRecord(index), COLD_SIZE - 8) != <u64>i)
    }
    expect<i32>(wrong).toBe(0)
    for (let i: usize = 0; i < 64; i++) expect<u8>(load<u8>(end + i)).toBe(0xdd)
    for (let i: usize = 0; i < flows; i++) {
      unhang(i)
      removeFlow(i)
    }
    expect<usize>(liveRecords()).toBe(0)
  })

  it('agrees with a plain model over 30 000 random additions and removals', () => {
    seedRandom(3)
    let wrong = 0
    for (let step = 0; step < 30_000; step++) {
      const n = <i32>randomBelow(KEYS)
      wrong += i32(find(n) != indices[n])
      if (indices[n] == NOT_FOUND) add(n)
      else remove(n)
      if (step % 1000 == 0) wrong += allFound()
    }
    wrong += allFound()
    expect<i32>(wrong).toBe(0)
  })
})

/** Bytes of all arrays, a flow. */
function bytesPerFlow(flows: usize): f64 {
  return <f64>(recordsBytes(flows) + wheelBytes(flows) + slotsBytes(flows)) / <f64>flows
}

describe('memory', () => {
  it('is at most 256 bytes a flow', () => {
    expect<f64>(bytesPerFlow(1000)).toBeLessThanOrEqual(256)
    expect<f64>(bytesPerFlow(65_536)).toBeLessThanOrEqual(256)
    expect<f64>(bytesPerFlow(65_537)).toBeLessThanOrEqual(256)
    expect<f64>(bytesPerFlow(98_305)).toBeLessThanOrEqual(256)
    expect<f64>(bytesPerFlow(100_000)).toBeLessThanOrEqual(256)
    expect<f64>(bytesPerFlow(1_000_000)).toBeLessThanOrEqual(256)
  })
})
