import { customKey, hashOf, ipv4Key, ipv6Key, macKey, tagKey } from '../../flow/__tests__/keys'
import { homeSlot, insertSlot, nextSlot, placeSlots } from '../../flow/slots'
import { KEY_SIZE, KEY_WORD0 } from '../../layout'
import { takePages } from '../../memory/__tests__/pages'
import { seedHash } from '../hash'

const KEY: usize = memory.data(64, 8)
const OTHER: usize = memory.data(64, 8)
const BUCKETS: i32 = 1024
const KEYS: i32 = 65536
const buckets = new StaticArray<u32>(BUCKETS)
const AREA: usize = takePages(20)

/** The nth key of a pattern that traffic of scanners, servers and tests shows. */
function makePattern(pattern: i32, n: u32): void {
  if (pattern == 0) ipv4Key(KEY, 0x0a000000 + n, 0xc0a80001, 40000, 443)
  else if (pattern == 1) ipv4Key(KEY, 0xc0a80001, 0x0a000000 + n, 40000, 443)
  else if (pattern == 2) ipv4Key(KEY, 0x0a000001, 0xc0a80001, n & 0xffff, 443)
  else if (pattern == 3) ipv4Key(KEY, 0x0a000001, 0xc0a80001, 40000, n & 0xffff)
  else if (pattern == 4) ipv4Key(KEY, 0x0a000000 + (n >> 8), 0xc0a80000 + (n & 255), 53, 53, 17)
  else if (pattern == 5) ipv4Key(KEY, 0x0a000000 + (n << 8), 0xc0a80001, 40000 + (n >> 12), 443)
  else if (pattern == 6) ipv6Key(KEY, 1, <u64>n, 40000, 443)
  else if (pattern == 7) ipv6Key(KEY, (<u64>n) << 40, 1, 40000, 443)
  else if (pattern == 8) macKey(KEY, 0x020000000000 + n, 0xffffffffffff)
  else if (pattern == 9) macKey(KEY, 0x020000000001, 0x030000000000 + n)
  else if (pattern == 10) {
    ipv4Key(KEY, 0x0a000001, 0xc0a80001, 40000, 443)
    tagKey(KEY, 0, n & 255)
    tagKey(KEY, 8, n >> 8)
  } else if (pattern == 11) {
    // Some clients, each with ever new ports, and one server.
    ipv4Key(KEY, 0x0a000000 + (n & 63), 0xc0a80001, 32768 + (n >> 6), 443)
  } else {
    customKey(KEY, 0, n & 255)
    store<u8>(KEY + 60, <u8>(n >> 8))
  }
}

const PATTERNS: i32 = 13

/** Chi-square of how the low bits of the hashes fall into 1024 buckets; 1023 is to be expected of chance. */
function chiSquare(pattern: i32): f64 {
  for (let i = 0; i < BUCKETS; i++) buckets[i] = 0
  for (let n = 0; n < KEYS; n++) {
    makePattern(pattern, <u32>n)
    const bucket = <i32>(hashOf(KEY) & <u32>(BUCKETS - 1))
    buckets[bucket] = buckets[bucket] + 1
  }
  const expected = <f64>KEYS / <f64>BUCKETS
  let sum: f64 = 0
  for (let i = 0; i < BUCKETS; i++) {
    const difference = <f64>buckets[i] - expected
    sum += (difference * difference) / expected
  }
  return sum
}

/** Mean number of slots that a search looks at in a table as full as it may be. */
function meanProbes(pattern: i32): f64 {
  const flows = 49152
  placeSlots(AREA, flows, false)
  let probes: f64 = 0
  for (let n = 0; n < flows; n++) {
    makePattern(pattern, <u32>n)
    insertSlot(hashOf(KEY), n)
  }
  for (let n = 0; n < flows; n++) {
    makePattern(pattern, <u32>n)
    let slot = homeSlot(hashOf(KEY))
    probes++
    while (<u32>(load<u64>(slot) >> 32) != <u32>n + 1) {
      slot = nextSlot(slot)
      probes++
    }
  }
  return probes / flows
}

describe('hash of a key', () => {
  beforeEach(() => {
    seedHash(0x0123456789abcdef)
  })

  it('is the same for the same key, wherever it lies', () => {
    for (let pattern = 0; pattern < PATTERNS; pattern++) {
      makePattern(pattern, 4711)
      const hash = hashOf(KEY)
      memory.copy(OTHER, KEY, KEY_SIZE)
      // Word 0 of long keys is made by the hash: what was there before does not matter.
      if (pattern == 6 || pattern == 7 || pattern == 12) store<u64>(OTHER, 0x5555, KEY_WORD0)
      expect<u32>(hashOf(OTHER)).toBe(hash)
      expect<u32>(hashOf(OTHER)).toBe(hash)
      expect<i32>(memory.compare(OTHER, KEY, KEY_SIZE)).toBe(0)
    }
  })

  it('is another with another seed', () => {
    for (let pattern = 0; pattern < PATTERNS; pattern++) {
      let equal = 0
      for (let n: u32 = 0; n < 256; n++) {
        seedHash(1)
        makePattern(pattern, n)
        const first = hashOf(KEY)
        seedHash(2)
        makePattern(pattern, n)
        equal += i32(first == hashOf(KEY))
      }
      expect<i32>(equal).toBeLessThanOrEqual(1)
    }
  })

  it('depends on the tags of tagged keys, all of them', () => {
    ipv4Key(KEY, 1, 2, 3, 4)
    const untagged = hashOf(KEY)
    for (let position: usize = 0; position < 16; position++) {
      ipv4Key(KEY, 1, 2, 3, 4)
      tagKey(KEY, position, 1)
      const one = hashOf(KEY)
      tagKey(KEY, position, 2)
      expect<bool>(one != untagged && hashOf(KEY) != one).toBe(true, position.toString())
    }
  })

  it('gives long keys another first word for each byte that differs', () => {
    customKey(KEY, 0, 0x61)
    hashOf(KEY)
    const same = load<u64>(KEY, KEY_WORD0)
    for (let position: usize = 0; position < 48; position++) {
      customKey(KEY, position, 0x62)
      hashOf(KEY)
      expect<bool>(load<u64>(KEY, KEY_WORD0) != same).toBe(true, position.toString())
    }
  })

  it('leaves the addresses of short keys as they are', () => {
    ipv4Key(KEY, 0x0a000001, 0x0a000002, 3, 4)
    hashOf(KEY)
    expect<u64>(load<u64>(KEY, KEY_WORD0)).toBe(0x0a0000010a000002)
  })

  it('spreads keys that lie side by side over the low bits as chance would, or better, with any seed', () => {
    for (let seed: u64 = 1; seed <= 12; seed++) {
      seedHash(seed * 0x1234567)
      for (let pattern = 0; pattern < PATTERNS; pattern++) {
        // Six standard deviations above the mean of chi-square with 1023 degrees of freedom.
        expect<f64>(chiSquare(pattern)).toBeLessThan(1023 + 6 * 45.2, pattern.toString() + ' ' + seed.toString())
      }
    }
  })

  it('keeps searches short in a full table, with any seed', () => {
    for (let seed: u64 = 1; seed <= 12; seed++) {
      seedHash(seed * 0x1234567)
      for (let pattern = 0; pattern < PATTERNS; pattern++) {
        // Knuth: (1 + 1 / (1 - 3/4)) / 2 = 2.5 slots for random hashes.
        expect<f64>(meanProbes(pattern)).toBeLessThan(3, pattern.toString() + ' ' + seed.toString())
      }
    }
  })
})
