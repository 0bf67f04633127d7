import { D_CAPTURED, D_FRAME, D_TIME } from '../layout'
import { hashBytes, splitMix } from '../memory/mix'

/**
 * Tells copies of frames, as a capture of a loopback or mirrored interface has them. A frame is a copy of one of the
 * last `capacity` frames if it has the same length and 64-bit hash and is at most `window` younger; an earlier time
 * stamp counts as the same. A copy is remembered like any frame, so each of a series of copies is one.
 *
 * Frames are remembered in a ring; buckets lead to those of a hash, latest first. Of equal frames only those are in a
 * bucket that can still tell something: a frame after which an equal one came that is not earlier tells nothing that
 * the other does not, and leaves the ring before it. So a bucket's equal frames are ever earlier, the latest first.
 */

const R_HASH: usize = 0 // u64
const R_TIME: usize = 8 // u64
const R_LENGTH: usize = 16 // u32
const R_NEXT: usize = 20 // u32, next of the bucket, 0 for none
const R_LINK: usize = 24 // u32, address of the u32 that leads here, 0 for none
const RECORD_SIZE: usize = 32

let multiplier: u64 = 0x9e3779b97f4a7c15
let window: u64 = 0
let ring: usize = 0
let ringEnd: usize = 0
let buckets: usize = 0
let bucketMask: u32 = 0
/** Record that is written next: the one written longest ago. */
let next: usize = 0

/** Whether copies are looked for. */
export let dedups: bool = false

/** Bytes of memory for so many frames. */
export function dedupBytes(capacity: usize): u64 {
  return capacity == 0 ? 0 : <u64>capacity * RECORD_SIZE + <u64>bucketsFor(capacity) * 4
}

/** Places an empty ring of so many frames at this address; with none no copies are looked for. */
export function placeDedup(address: usize, capacity: usize, seed: u64): void {
  dedups = capacity != 0
  if (!dedups) return
  const count = bucketsFor(capacity)
  ring = address
  ringEnd = address + capacity * RECORD_SIZE
  buckets = ringEnd
  bucketMask = <u32>count - 1
  next = ring
  multiplier = splitMix(seed + 0x510e527fade682d1) | 1
  memory.fill(ring, 0, <usize>dedupBytes(capacity))
}

/** A power of two, so that at most half of the buckets are in use. */
function bucketsFor(capacity: usize): usize {
  return (<usize>1) << (33 - <usize>clz<u32>(<u32>max<usize>(capacity, 2) - 1))
}

/** Longest time in nanoseconds between a frame and its copy. */
export function setDedupWindow(nanoseconds: u64): void {
  window = nanoseconds
}

/** Whether the frame of this descriptor is a copy; remembers it. */
export function isDuplicate(d: usize): bool {
  const length = load<u32>(d, D_CAPTURED)
  const hash = hashBytes(<usize>load<u32>(d, D_FRAME), <usize>length, multiplier)
  const bucket = buckets + <usize>((<u32>(hash >> 32) & bucketMask) << 2)
  const time = load<u64>(d, D_TIME)
  const found = findEqual(bucket, hash, length, time)
  remember(bucket, hash, length, time)
  return found
}

/** Looks for an equal frame, and takes those out of the bucket that the frame at hand makes needless. */
function findEqual(bucket: usize, hash: u64, length: u32, time: u64): bool {
  let found = false
  let record = <usize>load<u32>(bucket)
  while (record != 0) {
    const following = <usize>load<u32>(record, R_NEXT)
    if (load<u64>(record, R_HASH) == hash && load<u32>(record, R_LENGTH) == length) {
      const seen = load<u64>(record, R_TIME)
      // Those behind it were later still.
      if (seen > time) return true
      if (time - seen <= window) found = true
      unlink(record)
    }
    record = following
  }
  return found
}

function remember(bucket: usize, hash: u64, length: u32, time: u64): void {
  const record = next
  if (load<u32>(record, R_LINK) != 0) unlink(record)
  const first = <usize>load<u32>(bucket)
  store<u64>(record, hash, R_HASH)
  store<u64>(record, time, R_TIME)
  store<u32>(record, length, R_LENGTH)
  store<u32>(record, <u32>first, R_NEXT)
  store<u32>(record, <u32>bucket, R_LINK)
  store<u32>(bucket, <u32>record)
  if (first != 0) store<u32>(first, <u32>(record + R_NEXT), R_LINK)
  next = record + RECORD_SIZE == ringEnd ? ring : record + RECORD_SIZE
}

function unlink(record: usize): void {
  const link = <usize>load<u32>(record, R_LINK)
  const following = <usize>load<u32>(record, R_NEXT)
  store<u32>(link, <u32>following)
  if (following != 0) store<u32>(following, <u32>link, R_LINK)
  store<u32>(record, 0, R_LINK)
}
