import {
  Z_BUF_ERROR,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  ZStream,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
} from 'pako'
import { CaptureError } from '../../common/errors'
import type { CompressedInput, Decompression, Decompressor } from './decompression'

/** zlib.h, inflateInit2: a window of 2^15 bytes, the most there is, and 16 for the gzip format alone. */
const GZIP_WINDOW_BITS = 15 + 16

/** RFC 1952, 2.3.1: ID1 and ID2. */
const ID1 = 0x1f
const ID2 = 0x8b

const EMPTY = new Uint8Array(0)

/** The gzip format, RFC 1952: several members one after the other, too, and zeros behind the last one. */
export const gunzip: Decompression = {
  name: 'gzip',
  recognizes: (head) => head[0] === ID1 && head[1] === ID2,
  start: () => new Gunzip(),
}

/**
 * zlib writes straight to where the bytes are wanted, as many as fit, and says how far it came: so a fault costs none of
 * the bytes before it, and a bomb no memory. Streams that push their output to a callback can do neither.
 */
class Gunzip implements Decompressor {
  readonly #stream = new ZStream()
  #isBetweenMembers = false
  #fault: CaptureError | undefined

  constructor() {
    zlibInflateInit2(this.#stream, GZIP_WINDOW_BITS)
  }

  decompress(input: CompressedInput, target: Uint8Array): number {
    for (;;) {
      if (this.#fault) throw this.#fault
      if (this.#isBetweenMembers && !this.#enterMember(input)) return 0
      const written = this.#inflate(input, target)
      if (written > 0) return written
      if (this.#fault || this.#isBetweenMembers) continue
      if (!input.isComplete) return 0
      throw new CaptureError('compressed_truncated', input.offset + input.length, 0, 0, 'gzip')
    }
  }

  #inflate(input: CompressedInput, target: Uint8Array): number {
    const stream = this.#stream
    const { bytes } = input
    stream.input = bytes
    stream.next_in = 0
    stream.avail_in = bytes.length
    stream.output = target as Uint8Array<ArrayBuffer>
    stream.next_out = 0
    stream.avail_out = target.length
    const status = zlibInflate(stream, Z_NO_FLUSH)
    input.consume(bytes.length - stream.avail_in)
    stream.input = EMPTY
    stream.output = EMPTY
    if (status === Z_STREAM_END) this.#isBetweenMembers = true
    else if (status !== Z_OK && status !== Z_BUF_ERROR) {
      this.#fault = new CaptureError('compressed_data', input.offset, 0, 0, `gzip: ${stream.msg || 'invalid data'}`)
    }
    return target.length - stream.avail_out
  }

  /** Begins the next member, where there is one already. Zeros fill up what was written in blocks, as on tapes. */
  #enterMember(input: CompressedInput): boolean {
    const { bytes } = input
    const zeros = bytes.findIndex((byte) => byte !== 0)
    input.consume(zeros < 0 ? bytes.length : zeros)
    if (input.length === 0 || (input.length === 1 && !input.isComplete)) return false
    const [first = 0, second = 0] = input.bytes
    if (first !== ID1 || second !== ID2) {
      throw new CaptureError('compressed_trailer', input.offset, (first << 8) | second, (ID1 << 8) | ID2, 'gzip')
    }
    zlibInflateReset(this.#stream)
    this.#isBetweenMembers = false
    return true
  }
}
