import { inspectSymbol } from '../common/inspect'
import { formatUtc } from './utc'

const NANOSECONDS_PER_SECOND = 1_000_000_000
const NANOSECONDS_PER_MILLISECOND = 1_000_000

/** The core keeps nanoseconds since the epoch in 64 bits: up to 2554-07-21T23:34:33.709551615Z. */
const MAX_SECONDS = 18_446_744_073
const MAX_NANOSECONDS = 709_551_615

/**
 * A point in time, exact to the nanosecond: whole seconds since 1970-01-01T00:00:00Z and the nanoseconds after them.
 * Immutable. Its range is that of 64 bits of nanoseconds, 1970 to 2554.
 *
 * Time stamps do not answer to `<` and `>`, which would compare them as text: use {@link Timestamp.compare}.
 */
export class Timestamp {
  /** The epoch, 1970-01-01T00:00:00Z. */
  static readonly ZERO = new Timestamp(0, 0)

  /** The last point in time there is. Sweeping a tracker with it ends every flow. */
  static readonly MAX = new Timestamp(MAX_SECONDS, MAX_NANOSECONDS)

  /**
   * @param seconds whole seconds since the epoch, 0 to 18446744073
   * @param nanoseconds nanoseconds after them, 0 to 999999999
   * @throws RangeError when either is not an integer in its range, or both together lie beyond {@link Timestamp.MAX}
   */
  constructor(
    readonly seconds: number,
    readonly nanoseconds = 0,
  ) {
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_SECONDS) {
      throw new RangeError(`seconds must be an integer from 0 to ${MAX_SECONDS}: ${seconds}`)
    }
    const most = seconds === MAX_SECONDS ? MAX_NANOSECONDS : NANOSECONDS_PER_SECOND - 1
    if (!Number.isInteger(nanoseconds) || nanoseconds < 0 || nanoseconds > most) {
      throw new RangeError(`nanoseconds must be an integer from 0 to ${most}: ${nanoseconds}`)
    }
  }

  /**
   * The time stamp so long after the epoch.
   *
   * @param nanoseconds since the epoch
   * @throws RangeError when it is negative or takes more than 64 bits
   */
  static fromNanoseconds(nanoseconds: bigint): Timestamp {
    const seconds = nanoseconds / BigInt(NANOSECONDS_PER_SECOND)
    return new Timestamp(Number(seconds), Number(nanoseconds - seconds * BigInt(NANOSECONDS_PER_SECOND)))
  }

  /**
   * The time stamp of a date.
   *
   * @param date exact to the millisecond, as `Date` is
   * @throws RangeError when it is invalid, before 1970 or after 2554
   */
  static fromDate(date: Date): Timestamp {
    const milliseconds = date.getTime()
    const seconds = Math.floor(milliseconds / 1000)
    return new Timestamp(seconds, (milliseconds - seconds * 1000) * NANOSECONDS_PER_MILLISECOND)
  }

  /** The system's clock, exact to the millisecond. */
  static now(): Timestamp {
    return Timestamp.fromDate(new Date())
  }

  /** Nanoseconds since the epoch, exact. */
  toNanoseconds(): bigint {
    return BigInt(this.seconds) * BigInt(NANOSECONDS_PER_SECOND) + BigInt(this.nanoseconds)
  }

  /** The same point in time cut to milliseconds, which is all that a `Date` can hold. */
  toDate(): Date {
    return new Date(this.seconds * 1000 + Math.floor(this.nanoseconds / NANOSECONDS_PER_MILLISECOND))
  }

  /** Seconds, a dot and nine digits: `1369170377.123456789`. */
  toString(): string {
    return `${this.seconds}.${this.#fraction()}`
  }

  /** RFC 3339 in UTC with nine fractional digits: `2013-05-21T21:06:17.123456789Z`. */
  toISOString(): string {
    return `${formatUtc(this.seconds)}.${this.#fraction()}Z`
  }

  /** What `JSON.stringify` writes: {@link Timestamp.toISOString}. */
  toJSON(): string {
    return this.toISOString()
  }

  /** Below 0 when this is earlier than `other`, 0 when both are the same, above 0 when it is later. */
  compare(other: Timestamp): number {
    return this.seconds - other.seconds || this.nanoseconds - other.nanoseconds
  }

  /** Whether both are the same point in time. */
  equals(other: Timestamp): boolean {
    return this.compare(other) === 0
  }

  /** Nanoseconds from `other` to this, 0 when `other` is later. */
  saturatingSub(other: Timestamp): bigint {
    return this.compare(other) <= 0 ? 0n : this.toNanoseconds() - other.toNanoseconds()
  }

  /**
   * The point in time this many nanoseconds later, or earlier where the number is negative, but never before
   * {@link Timestamp.ZERO} or after {@link Timestamp.MAX}.
   */
  saturatingAdd(nanoseconds: bigint): Timestamp {
    const sum = this.toNanoseconds() + nanoseconds
    if (sum < 0n) return Timestamp.ZERO
    return sum > Timestamp.MAX.toNanoseconds() ? Timestamp.MAX : Timestamp.fromNanoseconds(sum)
  }

  /**
   * Is not to be used.
   *
   * @throws TypeError always: `<`, `>`, `-` and `+` would not do what they seem to
   */
  valueOf(): never {
    throw new TypeError('time stamps are compared with compare(), and subtracted with saturatingSub()')
  }

  /** @internal */
  [inspectSymbol](): string {
    return `Timestamp ${this.toISOString()}`
  }

  #fraction(): string {
    return String(this.nanoseconds).padStart(9, '0')
  }
}

/**
 * Nanoseconds since the epoch as two unsigned 32-bit integers, without the cost of a bigint: what is called for every
 * frame.
 */
export function nanosecondHalves({ seconds, nanoseconds }: Timestamp): [low: number, high: number] {
  // Seconds are cut into their lower 16 bits and the rest, so that no product passes 2^53.
  const upper = Math.floor(seconds / 65536) * NANOSECONDS_PER_SECOND
  const lower = (seconds % 65536) * NANOSECONDS_PER_SECOND + nanoseconds
  const sum = (upper % 65536) * 65536 + lower
  return [sum % 2 ** 32, Math.floor(upper / 65536) + Math.floor(sum / 2 ** 32)]
}
