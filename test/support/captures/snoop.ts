import { ByteWriter, type CaptureRecord } from './record'

/** A Solaris snoop file, RFC 1761: version 2, big-endian, records padded to 32 bits. Data link type 4 is Ethernet. */
export function snoop(records: readonly CaptureRecord[], options: { dataLinkType?: number } = {}): Uint8Array {
  const out = new ByteWriter(false)
  out.bytes(new TextEncoder().encode('snoop\0\0\0'))
  out.u32(2).u32(options.dataLinkType ?? 4)
  for (const { time, frame, wireLength = frame.length } of records) {
    const padded = Math.ceil(frame.length / 4) * 4
    out
      .u32(wireLength)
      .u32(frame.length)
      .u32(24 + padded)
      .u32(0)
    out.u32(Number(time / 1_000_000_000n)).u32(Number((time % 1_000_000_000n) / 1000n))
    out.bytes(frame).pad(4)
  }
  return out.finish()
}
