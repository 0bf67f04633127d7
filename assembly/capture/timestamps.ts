import { NANOSECONDS_PER_SECOND } from './record'

/** if_tsresol with this bit set counts powers of two, else powers of ten: draft-ietf-opsawg-pcapng, section 4.2. */
const BINARY: u32 = 0x80

/** if_tsresol of an interface that does not say: microseconds. */
export const DEFAULT_RESOLUTION: u32 = 6

/** Last full second, and nanoseconds into it, that fit 64 bits of nanoseconds. */
const LAST_SECOND: u64 = u64.MAX_VALUE / NANOSECONDS_PER_SECOND
const LAST_NANOSECOND: u64 = u64.MAX_VALUE % NANOSECONDS_PER_SECOND

/** Nanoseconds in one tick, 0 if ticks are shorter or no whole number of them. */
export function nanosecondsPerTick(resolution: u32): u64 {
  return resolution <= 9 ? powerOfTen(9 - resolution) : 0
}

/**
 * Nanoseconds since 1970 of a pcapng time stamp, rounded down: `ticks` of the if_tsresol `resolution`, plus if_tsoffset
 * seconds (draft-ietf-opsawg-pcapng, sections 4.2 and 4.3). Exact for all values; times that 64 bits of nanoseconds
 * cannot hold become the nearest that they can.
 */
export function toNanoseconds(ticks: u64, resolution: u32, offset: i64): u64 {
  const exponent = resolution & ~BINARY
  if ((resolution & BINARY) == 0) {
    // 10^19 is the highest power of ten in 64 bits: from 10^-20 on, all ticks together are less than a second.
    if (exponent > 19) return add(0, exponent - 9 > 19 ? 0 : ticks / powerOfTen(exponent - 9), offset)
    const unit = powerOfTen(exponent)
    const rest = ticks % unit
    const part = exponent > 9 ? rest / powerOfTen(exponent - 9) : rest * powerOfTen(9 - exponent)
    return add(ticks / unit, part, offset)
  }
  if (exponent > 63) return add(0, binaryFraction(ticks, exponent), offset)
  const seconds = ticks >> <u64>exponent
  return add(seconds, binaryFraction(ticks - (seconds << (<u64>exponent)), exponent), offset)
}

/** The nanoseconds in `ticks` * 2^-exponent seconds, which are less than one second. */
function binaryFraction(ticks: u64, exponent: u32): u64 {
  // The product has up to 94 bits: `high` counts 2^32.
  const low = (ticks & 0xffffffff) * NANOSECONDS_PER_SECOND
  const high = (ticks >> 32) * NANOSECONDS_PER_SECOND + (low >> 32)
  if (exponent < 32) return low >> <u64>exponent // `ticks` have no more than 31 bits
  return exponent < 96 ? high >> <u64>(exponent - 32) : 0
}

/** Nanoseconds of seconds, a part of a second, and an offset in seconds. */
function add(seconds: u64, nanoseconds: u64, offset: i64): u64 {
  let sum = seconds + <u64>offset
  if (offset < 0) {
    if (seconds < 0 - <u64>offset) return 0
  } else if (sum < seconds) sum = u64.MAX_VALUE
  if (sum > LAST_SECOND || (sum == LAST_SECOND && nanoseconds > LAST_NANOSECOND)) return u64.MAX_VALUE
  return sum * NANOSECONDS_PER_SECOND + nanoseconds
}

/** 10^exponent, up to 10^19. */
function powerOfTen(exponent: u32): u64 {
  let power: u64 = 1
  for (let i: u32 = 0; i < exponent; i++) power *= 10
  return power
}
