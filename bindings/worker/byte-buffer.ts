const FIRST_CAPACITY = 8192

/** Bytes that are gathered, and then given away as a whole. */
export class ByteBuffer {
  #bytes = new Uint8Array(FIRST_CAPACITY)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Appends a copy, and tells at which offset it lies. */
  append(bytes: Uint8Array): number {
    const at = this.#length
    const end = at + bytes.length
    if (end > this.#bytes.length) this.#grow(end)
    this.#bytes.set(bytes, at)
    this.#length = end
    return at
  }

  /** Overwrites a little-endian u32 of what was appended. */
  setUint32(at: number, value: number): void {
    new DataView(this.#bytes.buffer).setUint32(at, value, true)
  }

  /** Gives all bytes away. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.subarray(0, this.#length)
    this.#bytes = new Uint8Array(FIRST_CAPACITY)
    this.#length = 0
    return bytes
  }

  #grow(length: number): void {
    const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.length))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
