import { BATCH, DAMAGE_CAPTURED_LENGTH, MAX_FRAME, R_CAPTURED, R_LINK_TYPE, R_SIZE, R_TIME, R_WIRE } from '../layout'
import { descriptor } from './batch'
import { damagedAt, offsetOf, truncated } from './position'
import { setBatchCount, storeRecord } from './record'

/** Reads frames that the host hands over one by one, each right behind its R_* header. Answers the new `p`. */
export function readFrames(p: usize, end: usize): usize {
  let count: usize = 0
  while (count < BATCH && end - p >= R_SIZE) {
    const captured = load<u32>(p, R_CAPTURED)
    if (captured > <u32>MAX_FRAME) {
      damagedAt(p, DAMAGE_CAPTURED_LENGTH, captured, <u32>MAX_FRAME)
      break
    }
    if (<usize>captured > end - p - R_SIZE) break
    const frame = p + R_SIZE
    storeRecord(
      descriptor(count),
      load<u64>(p, R_TIME),
      frame,
      captured,
      load<u32>(p, R_WIRE),
      load<u32>(p, R_LINK_TYPE),
    )
    p = frame + <usize>captured
    count++
  }
  setBatchCount(count)
  return p
}

/** The host has no more frames: true if none of them is unfinished. */
export function endFrames(p: usize, end: usize): bool {
  if (p == end) return true
  const known = end - p >= R_SIZE
  truncated(offsetOf(p), end, known ? R_SIZE + <usize>load<u32>(p, R_CAPTURED) : R_SIZE)
  return false
}
