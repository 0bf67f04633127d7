import { concat } from '../frames/layer'
import { ByteWriter, type CaptureRecord } from './record'

/** Blocks of one section of a pcapng file, draft-ietf-opsawg-pcapng section 4; all in the byte order of the section. */
export class PcapngSection {
  readonly #blocks: Uint8Array[] = []
  readonly #littleEndian: boolean

  constructor(options: { littleEndian?: boolean; version?: readonly [major: number, minor: number] } = {}) {
    this.#littleEndian = options.littleEndian ?? true
    const [major, minor] = options.version ?? [1, 0]
    const unknownLength = 0xffff_ffff_ffff_ffffn
    this.block(0x0a0d0d0a, (body) => body.u32(0x1a2b3c4d).u16(major).u16(minor).u64(unknownLength))
  }

  /** Interface description. `resolution` is the byte of if_tsresol, `offset` the seconds of if_tsoffset. */
  interface(options: { linkType?: number; snapLength?: number; resolution?: number; offset?: bigint } = {}): this {
    return this.block(1, (body) => {
      body.u16(options.linkType ?? 1).u16(0)
      body.u32(options.snapLength ?? 0)
      if (options.resolution !== undefined) body.u16(9).u16(1).u8(options.resolution).pad(4)
      if (options.offset !== undefined) body.u16(14).u16(8).u64(BigInt.asUintN(64, options.offset))
      if (options.resolution !== undefined || options.offset !== undefined) body.u16(0).u16(0)
    })
  }

  /** Enhanced packet; `ticks` in the resolution of its interface. */
  enhancedPacket(ticks: bigint, frame: Uint8Array, options: { interface?: number; wireLength?: number } = {}): this {
    return this.block(6, (body) => {
      body.u32(options.interface ?? 0)
      body.u32(Number(ticks >> 32n)).u32(Number(ticks & 0xffff_ffffn))
      body.u32(frame.length).u32(options.wireLength ?? frame.length)
      body.bytes(frame)
    })
  }

  /** Simple packet of interface 0, without a time. */
  simplePacket(frame: Uint8Array, wireLength = frame.length): this {
    return this.block(3, (body) => body.u32(wireLength).bytes(frame))
  }

  /** The packet block that the enhanced packet has replaced. */
  obsoletePacket(ticks: bigint, frame: Uint8Array, options: { interface?: number; wireLength?: number } = {}): this {
    return this.block(2, (body) => {
      body.u16(options.interface ?? 0).u16(0xffff)
      body.u32(Number(ticks >> 32n)).u32(Number(ticks & 0xffff_ffffn))
      body.u32(frame.length).u32(options.wireLength ?? frame.length)
      body.bytes(frame)
    })
  }

  /** Any block: type, length, body padded to 32 bits, length again. */
  block(type: number, write: (body: ByteWriter) => void): this {
    const body = new ByteWriter(this.#littleEndian)
    write(body)
    body.pad(4)
    const length = 12 + body.length
    const block = new ByteWriter(this.#littleEndian).u32(type).u32(length).bytes(body.finish()).u32(length)
    this.#blocks.push(block.finish())
    return this
  }

  finish(): Uint8Array {
    return concat(...this.#blocks)
  }
}

/** A pcapng file of one section with one interface that counts nanoseconds. */
export function pcapng(
  records: readonly CaptureRecord[],
  options: { littleEndian?: boolean; linkType?: number; snapLength?: number } = {},
): Uint8Array {
  const section = new PcapngSection(options).interface({ ...options, resolution: 9 })
  for (const { time, frame, wireLength = frame.length } of records) section.enhancedPacket(time, frame, { wireLength })
  return section.finish()
}
