import { ByteWriter, type CaptureRecord } from './record'

/** The magic numbers that libpcap reads, savefile(5) and sf-pcap.c. */
export const PCAP_MAGIC = {
  microseconds: 0xa1b2c3d4,
  nanoseconds: 0xa1b23c4d,
  /** Alexey Kuznetzov's patch: eight more bytes in each record header. */
  modified: 0xa1b2cd34,
} as const

export interface PcapOptions {
  format?: keyof typeof PCAP_MAGIC
  littleEndian?: boolean
  linkType?: number
  snapLength?: number
  /** Before 2.3 the two lengths of a record were the other way round. */
  version?: readonly [major: number, minor: number]
}

/** A classic capture file. */
export function pcap(records: readonly CaptureRecord[], options: PcapOptions = {}): Uint8Array {
  const { format = 'microseconds', littleEndian = true, linkType = 1, snapLength = 65535, version = [2, 4] } = options
  const out = new ByteWriter(littleEndian)
  out.u32(PCAP_MAGIC[format]).u16(version[0]).u16(version[1])
  out.u32(0).u32(0).u32(snapLength).u32(linkType)
  for (const { time, frame, wireLength = frame.length } of records) {
    const fraction = Number(time % 1_000_000_000n)
    out.u32(Number(time / 1_000_000_000n)).u32(format === 'nanoseconds' ? fraction : Math.floor(fraction / 1000))
    if (version[1] < 3) out.u32(wireLength).u32(frame.length)
    else out.u32(frame.length).u32(wireLength)
    if (format === 'modified') out.u32(1).u16(0x0800).u8(0).u8(0)
    out.bytes(frame)
  }
  return out.finish()
}
