import { CR, LF } from './ascii'

const NOTHING = new Uint8Array(0)
const FIRST_BUFFER = 512

/** Room that is kept from one line to the next; what is larger is given back. */
const LARGEST_KEPT = 4096

/** Lines of a head or trailer section that came in several parts, up to a bound that its user keeps. */
export class SectionBuffer {
  bytes = NOTHING
  length = 0

  append(bytes: Uint8Array, from: number, to: number): void {
    const length = this.length + to - from
    if (length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.bytes.length, FIRST_BUFFER))
      larger.set(this.bytes.subarray(0, this.length))
      this.bytes = larger
    }
    this.bytes.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to), this.length)
    this.length = length
  }

  /** A copy of the first `length` bytes. */
  copy(length = this.length): Uint8Array {
    return this.bytes.slice(0, length)
  }

  /** Drops the first bytes. */
  drop(count: number): void {
    this.bytes.copyWithin(0, count, this.length)
    this.length -= count
  }

  clear(): void {
    this.length = 0
    if (this.bytes.length > LARGEST_KEPT) this.bytes = NOTHING
  }
}

/** Collects the lines of a section up to the empty one that ends it. */
export class SectionReader {
  readonly buffer = new SectionBuffer()
  /** Where the line at work begins, counted from the beginning of the section. */
  lineStart = 0

  /**
   * Searches for the empty line.
   *
   * @param from where in `bytes` those begin that are not in the buffer
   * @param scan where to begin to search
   * @returns where what follows the section begins, -1 when it does not end before `limit`
   */
  findEnd(bytes: Uint8Array, from: number, scan: number, limit: number): number {
    const { buffer } = this
    // What is in the buffer comes before bytes[from].
    const before = buffer.length - from
    for (let i = scan; i < limit; i++) {
      if (bytes[i] !== LF) continue
      const length = before + i - this.lineStart
      if (length === 0) return i + 1
      if (length === 1 && (i > from ? bytes[i - 1] : buffer.bytes[buffer.length - 1]) === CR) return i + 1
      this.lineStart = before + i + 1
    }
    return -1
  }

  /** What is in the buffer and what follows it, as a view that holds until more is taken. */
  collect(bytes: Uint8Array, from: number, to: number): Uint8Array {
    const { buffer } = this
    this.lineStart = 0
    if (buffer.length === 0) return bytes.subarray(from, to)
    buffer.append(bytes, from, to)
    const section = buffer.bytes.subarray(0, buffer.length)
    buffer.clear()
    return section
  }

  clear(): void {
    this.buffer.clear()
    this.lineStart = 0
  }
}

/** Bytes that are put by, up to a bound: all of them or none. */
export class HeldBytes {
  /** Some are missing. */
  isBroken = false
  readonly #buffer = new SectionBuffer()
  readonly #maxLength: number

  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  get length(): number {
    return this.#buffer.length
  }

  append(bytes: Uint8Array, from: number): void {
    if (this.isBroken) return
    if (this.#buffer.length + bytes.length - from > this.#maxLength) this.break()
    else this.#buffer.append(bytes, from, bytes.length)
  }

  break(): void {
    this.#buffer.clear()
    this.isBroken = true
  }

  /** A copy of what was put by. */
  get bytes(): Uint8Array {
    return this.#buffer.copy()
  }
}
