import { u16, u32 } from '../frames/layer'

/** One packet of a capture. */
export interface CaptureRecord {
  /** Nanoseconds since 1970. */
  readonly time: bigint
  readonly frame: Uint8Array
  /** Bytes on the wire, where the frame was cut. */
  readonly wireLength?: number
}

/** Records of these frames, `step` nanoseconds apart. */
export function everyNanoseconds(step: bigint, frames: readonly Uint8Array[], start = 0n): CaptureRecord[] {
  return frames.map((frame, i) => ({ time: start + BigInt(i) * step, frame }))
}

/** Integers of one byte order and bytes, put one after another. */
export class ByteWriter {
  readonly #bytes: number[] = []

  constructor(readonly littleEndian: boolean) {}

  u8(value: number): this {
    this.#bytes.push(value & 0xff)
    return this
  }

  u16(value: number): this {
    return this.#integer(u16(value))
  }

  u32(value: number): this {
    return this.#integer(u32(value))
  }

  u64(value: bigint): this {
    return this.#integer([...u32(Number(value >> 32n)), ...u32(Number(value & 0xffff_ffffn))])
  }

  bytes(value: Uint8Array): this {
    for (const byte of value) this.#bytes.push(byte)
    return this
  }

  /** Zeros up to a multiple of `alignment`. */
  pad(alignment: number): this {
    while (this.#bytes.length % alignment !== 0) this.#bytes.push(0)
    return this
  }

  get length(): number {
    return this.#bytes.length
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }

  #integer(bytes: number[]): this {
    this.#bytes.push(...(this.littleEndian ? bytes.reverse() : bytes))
    return this
  }
}
