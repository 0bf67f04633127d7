import { ConfigError } from './errors'

const NANOSECONDS = 1e9

/** Longest finite duration that is accepted: a hundred years of 365.25 days, in seconds. */
const LONGEST = 3_155_760_000

/** What "never" is to the core: 2^62 ns, 146 years, so that adding it to a time stamp does not wrap. */
const NEVER = 2n ** 62n

/**
 * Turns a duration in seconds into whole nanoseconds, rounded to the nearest: exact for every decimal of up to nine
 * places below 104 days (2^53 ns). `Infinity` means never.
 *
 * @throws ConfigError when it is not a number, negative, NaN, or finite and longer than a hundred years
 */
export function secondsToNanoseconds(seconds: number, option: string): bigint {
  if (seconds === Number.POSITIVE_INFINITY) return NEVER
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= LONGEST)) {
    throw new ConfigError(option, `must be from 0 to ${LONGEST} seconds, or Infinity: ${String(seconds)}`)
  }
  return BigInt(Math.round(seconds * NANOSECONDS))
}
