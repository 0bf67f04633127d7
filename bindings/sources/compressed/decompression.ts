import { checkCount } from '../capture-source'

/** A way of compressing files, such as gzip: what a compressed capture is read with. */
export interface Decompression {
  /** For messages. */
  readonly name: string
  /** Whether a file begins like one of this kind, by its first `MAGIC_LENGTH` bytes, or all where it has less. */
  recognizes(head: Uint8Array): boolean
  /** What decompresses one file. */
  start(): Decompressor
}

/** Decompresses one file from its beginning to its end. */
export interface Decompressor {
  /**
   * Takes compressed bytes off the front of `input`, writes what becomes of them to the start of `target`, and tells
   * how many bytes that are: 0 when it needs more input, or when all has been written and `input` has ended.
   *
   * All that was sound before a fault is handed out before the fault is told.
   *
   * @throws CaptureError of a code `compressed_…` when the file is damaged, cut short, or followed by something else
   */
  decompress(input: CompressedInput, target: Uint8Array): number
}

/** Bytes that a {@link Decompression} is recognized by. */
export const MAGIC_LENGTH = 4

/** Room for the longest unit that is decompressed as a whole, a block of Zstandard, and for reading ahead of it. */
const CAPACITY = 1 << 18

/** Compressed bytes that wait to be decompressed. */
export class CompressedInput {
  readonly #bytes = new Uint8Array(CAPACITY)
  #start = 0
  #end = 0
  #offset = 0
  #isComplete = false

  /** The bytes at hand. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end)
  }

  /** How many there are. */
  get length(): number {
    return this.#end - this.#start
  }

  /** Bytes of the file before those at hand. */
  get offset(): number {
    return this.#offset
  }

  /** Whether the file has no more bytes than those at hand. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  /** So many bytes have been used. */
  consume(count: number): void {
    this.#start += count
    this.#offset += count
  }

  /** Where further bytes can be written to, to be told of with {@link CompressedInput.add}. */
  room(): Uint8Array {
    this.#bytes.copyWithin(0, this.#start, this.#end)
    this.#end -= this.#start
    this.#start = 0
    return this.#bytes.subarray(this.#end)
  }

  /**
   * So many bytes have been written: 0 at the end of the file.
   *
   * @throws SourceError when that is impossible
   */
  add(count: number): void {
    checkCount(count, this.#bytes.length - this.#end)
    if (count === 0) this.#isComplete = true
    this.#end += count
  }
}
