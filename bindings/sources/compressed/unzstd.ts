import { Decompress } from 'fzstd'
import { CaptureError } from '../../common/errors'
import { checkInteger } from '../../common/options'
import type { CompressedInput, Decompression, Decompressor } from './decompression'
import { readFrameHeader, SKIPPABLE_HEADER, skippableLength, ZSTD_MAGIC } from './zstd-frame'

/** RFC 8878, 3.1.1.2: Block_Header. */
const BLOCK_HEADER = 3
const BLOCK_RLE = 1
const BLOCK_RESERVED = 3

/** Bytes of Content_Checksum, where there is one. */
const CHECKSUM = 4

/** What fzstd wants to have seen of a frame before it begins. */
const LEAST_FRAME = 18

const EMPTY = new Uint8Array(0)

/** RFC 8878, 3.1.1.1.2: the smallest window there is. */
const LEAST_WINDOW = 1 << 10

/** The largest window that is accepted unless said otherwise, in bytes: what `zstd` decompresses without being told to. */
const MOST_WINDOW = 128 << 20

/**
 * The Zstandard format, RFC 8878: several frames one after the other, skippable ones among them, with windows of up to
 * 128 MiB. The checksums of frames are not looked at.
 */
export const unzstd: Decompression = unzstdWithin(MOST_WINDOW)

/**
 * The same with windows of up to so many bytes, where memory is short: a frame that asks for more is damage, a
 * `CaptureError`. Decompressing takes about as much memory as the window is long. `zstd` asks for 8 MiB at most, unless
 * it is told `--ultra` or `--long`; RFC 8878 section 3.1.1.1.2 recommends that decoders accept that much.
 *
 * @param maxWindow bytes, 1 KiB to 128 MiB
 * @throws ConfigError when it is another number
 */
export function unzstdWithin(maxWindow: number): Decompression {
  checkInteger(maxWindow, LEAST_WINDOW, MOST_WINDOW, 'maxWindow')
  return {
    name: 'zstd',
    recognizes: (head) => magicOf(head) === ZSTD_MAGIC || isSkippable(magicOf(head)),
    start: () => new Unzstd(maxWindow),
  }
}

type Part = 'frame' | 'skippable' | 'block' | 'checksum'

/**
 * Cuts a file into blocks, and gives them to the library one by one. Left to itself it would decompress all that is at
 * hand at once, which may be 30,000 times as much, and lose what it has when a fault follows.
 */
class Unzstd implements Decompressor {
  readonly #maxWindow: number
  #part: Part = 'frame'
  /** What is left of the bytes that the last block became. */
  #output: Uint8Array = EMPTY
  #frame: Decompress | undefined
  /** Bytes of the frame that the library has got. */
  #given = 0
  #hasChecksum = false
  /** Bytes of a block of this frame, before and after decompression. */
  #mostBlock = 0
  /** Bytes of a skippable frame that are still to come. */
  #toSkip = 0

  constructor(maxWindow: number) {
    this.#maxWindow = maxWindow
  }

  decompress(input: CompressedInput, target: Uint8Array): number {
    while (this.#output.length === 0) if (!this.#advance(input)) return this.#stop(input)
    const piece = this.#output.subarray(0, target.length)
    target.set(piece)
    this.#output = this.#output.subarray(piece.length)
    return piece.length
  }

  /** Takes the next unit of the format, unless it is not there yet. */
  #advance(input: CompressedInput): boolean {
    switch (this.#part) {
      case 'frame':
        return this.#enterFrame(input)
      case 'skippable':
        return this.#skip(input)
      case 'block':
        return this.#takeBlock(input)
      case 'checksum':
        if (input.length < CHECKSUM) return false
        input.consume(CHECKSUM)
        this.#part = 'frame'
        return true
    }
  }

  /** More is needed: an error where there is no more. */
  #stop(input: CompressedInput): number {
    const isOver = this.#part === 'frame' && input.length === 0
    if (!input.isComplete || isOver) return 0
    throw new CaptureError('compressed_truncated', input.offset + input.length, 0, 0, 'zstd')
  }

  #enterFrame(input: CompressedInput): boolean {
    const { bytes } = input
    if (bytes.length < 4) return false
    const magic = magicOf(bytes)
    if (isSkippable(magic)) {
      if (bytes.length < SKIPPABLE_HEADER) return false
      this.#toSkip = skippableLength(bytes)
      this.#part = 'skippable'
      return true
    }
    if (magic !== ZSTD_MAGIC) throw new CaptureError('compressed_trailer', input.offset, magic, ZSTD_MAGIC, 'zstd')
    const header = readFrameHeader(bytes, this.#maxWindow)
    if (header === undefined) return false
    if (header.fault !== undefined) throw this.#damage(input, header.fault)
    this.#frame = new Decompress((piece) => {
      // A frame's first blocks may come together, when they are small.
      this.#output = this.#output.length === 0 ? piece : concatenate(this.#output, piece)
    })
    this.#given = 0
    this.#hasChecksum = header.hasChecksum
    this.#mostBlock = header.mostBlock
    this.#give(input, header.length)
    this.#part = 'block'
    return true
  }

  #skip(input: CompressedInput): boolean {
    const count = Math.min(this.#toSkip, input.length)
    input.consume(count)
    this.#toSkip -= count
    if (this.#toSkip > 0) return false
    this.#part = 'frame'
    return true
  }

  #takeBlock(input: CompressedInput): boolean {
    const { bytes } = input
    if (bytes.length < BLOCK_HEADER) return false
    const header = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8) | ((bytes[2] ?? 0) << 16)
    const type = (header >> 1) & 3
    const size = header >> 3
    if (type === BLOCK_RESERVED) throw this.#damage(input, 'reserved block type')
    if (size > this.#mostBlock) throw this.#damage(input, `block of ${size} bytes`)
    const length = BLOCK_HEADER + (type === BLOCK_RLE ? 1 : size)
    if (bytes.length < length) return false
    const isLast = (header & 1) === 1
    // Where nothing comes of a block the library need not see it: to it each costs as much as the window is long.
    if (size === 0) input.consume(length)
    else this.#give(input, length)
    if (!isLast) return true
    if (this.#given < LEAST_FRAME) this.#push(input, new Uint8Array(LEAST_FRAME - this.#given))
    this.#frame = undefined
    this.#part = this.#hasChecksum ? 'checksum' : 'frame'
    return true
  }

  /** Gives the library a copy, for it keeps what it cannot use yet. */
  #give(input: CompressedInput, length: number): void {
    const bytes = input.bytes.slice(0, length)
    this.#push(input, bytes)
    this.#given += length
    input.consume(length)
  }

  #push(input: CompressedInput, bytes: Uint8Array): void {
    try {
      this.#frame?.push(bytes)
    } catch (error) {
      throw this.#damage(input, error instanceof Error ? error.message : String(error))
    }
  }

  #damage(input: CompressedInput, reason: string): CaptureError {
    return new CaptureError('compressed_data', input.offset, 0, 0, `zstd: ${reason}`)
  }
}

function magicOf([a = 0, b = 0, c = 0, d = 0]: Uint8Array): number {
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0
}

/** RFC 8878, 3.1.2: sixteen magic numbers. */
function isSkippable(magic: number): boolean {
  return magic >>> 4 === 0x184d2a5
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
