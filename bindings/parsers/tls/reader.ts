const FAILED = 0

/**
 * Reads numbers in network order and vectors (RFC 8446 section 3) out of a piece of a buffer. Reading past the end
 * gives zeros and sets `failed`.
 */
export class Reader {
  failed = false
  readonly #bytes: Uint8Array
  #at: number
  readonly #end: number

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#at = at
    this.#end = end
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.#end - this.#at
  }

  uint8(): number {
    return this.uint(1)
  }

  uint16(): number {
    return this.uint(2)
  }

  uint24(): number {
    return this.uint(3)
  }

  /** The next bytes, as a view. All that are left, and `failed`, where there are fewer. */
  bytes(length: number): Uint8Array {
    const taken = this.#take(length)
    return this.#bytes.subarray(this.#at - taken, this.#at)
  }

  /** A copy of the next bytes. */
  copy(length: number): Uint8Array {
    return this.bytes(length).slice()
  }

  /** The contents of a vector whose length is written before it, in so many bytes. */
  vector(lengthBytes: 1 | 2 | 3): Reader {
    const taken = this.#take(this.uint(lengthBytes))
    return new Reader(this.#bytes, this.#at - taken, this.#at)
  }

  /** All that is left, as numbers of so many bytes each. */
  list(itemBytes: 1 | 2 | 3): number[] {
    const items: number[] = []
    while (this.left >= itemBytes) items.push(this.uint(itemBytes))
    if (this.left > 0) this.failed = true
    return items
  }

  uint(length: 1 | 2 | 3): number {
    if (length > this.left) {
      this.failed = true
      this.#at = this.#end
      return FAILED
    }
    let value = 0
    for (let i = 0; i < length; i++) value = (value << 8) | (this.#bytes[this.#at++] ?? 0)
    return value
  }

  #take(length: number): number {
    if (length > this.left) this.failed = true
    const taken = Math.min(length, this.left)
    this.#at += taken
    return taken
  }
}

/** Text of printable ASCII; any other byte is U+FFFD. */
export function readableText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '\ufffd'
  return text
}
