const NOTHING = new Uint8Array(0)
const FIRST_BUFFER = 512

/** Room that is kept from one section to the next; what is larger is given back. */
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
