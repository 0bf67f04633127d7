import { describe, expect, it } from 'vitest'
import { PcapngSection, pcap, pcapng, snoop } from './captures'
import { concat, hex } from './frames'

const frame = Uint8Array.of(1, 2, 3)
const record = { time: 1_000_000_002_000_003_004n, frame, wireLength: 9 }

describe('pcap', () => {
  it('is little-endian and counts microseconds unless asked otherwise', () => {
    expect(pcap([record])).toEqual(
      concat(
        hex('d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000'),
        hex('02ca9a3b 03000000 03000000 09000000'),
        frame,
      ),
    )
  })

  it('is written in big-endian order, in nanoseconds, with any link type and snap length', () => {
    const bytes = pcap([record], { format: 'nanoseconds', littleEndian: false, linkType: 113, snapLength: 96 })
    expect(bytes).toEqual(
      concat(
        hex('a1b23c4d 0002 0004 00000000 00000000 00000060 00000071'),
        hex('3b9aca02 00000bbc 00000003 00000009'),
        frame,
      ),
    )
  })

  it('holds frames of any size', () => {
    const long = { time: 0n, frame: new Uint8Array(100_000).fill(7) }
    expect(pcap([long, long]).subarray(-100_000)).toEqual(long.frame)
  })

  it('has eight more bytes a record in the modified format', () => {
    const bytes = pcap([record, record], { format: 'modified' })
    expect(bytes.subarray(0, 4)).toEqual(hex('34cdb2a1'))
    expect(bytes.length).toBe(24 + 2 * (24 + 3))
  })

  it('has the lengths of version 2.2 the other way round', () => {
    expect(pcap([record], { version: [2, 2] }).subarray(32, 40)).toEqual(hex('09000000 03000000'))
  })
})

describe('pcapng', () => {
  it('holds a section, an interface that counts nanoseconds, and packets', () => {
    expect(pcapng([record], { littleEndian: false })).toEqual(
      concat(
        hex('0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c'),
        hex('00000001 00000020 0001 0000 00000000 0009 0001 09000000 0000 0000 00000020'),
        hex('00000006 00000024 00000000 0de0b6b4 1e999fbc 00000003 00000009 01020300 00000024'),
      ),
    )
  })

  it('is written in little-endian order', () => {
    const bytes = pcapng([record])
    expect(bytes.subarray(8, 12)).toEqual(hex('4d3c2b1a'))
    expect(bytes.subarray(-4)).toEqual(hex('24000000'))
  })

  it('is put together from blocks of every kind', () => {
    const bytes = new PcapngSection({ littleEndian: false })
      .interface({ offset: -1n })
      .simplePacket(frame, 9)
      .obsoletePacket(1n, frame)
      .block(0x0bad, (body) => body.u8(1))
      .finish()
    expect(bytes.subarray(28)).toEqual(
      concat(
        hex('00000001 00000024 0001 0000 00000000 000e 0008 ffffffffffffffff 0000 0000 00000024'),
        hex('00000003 00000014 00000009 01020300 00000014'),
        hex('00000002 00000024 0000 ffff 00000000 00000001 00000003 00000003 01020300 00000024'),
        hex('00000bad 00000010 01000000 00000010'),
      ),
    )
  })
})

describe('snoop', () => {
  it('pads records to 32 bits', () => {
    expect(snoop([record])).toEqual(
      concat(
        hex('736e6f6f70000000 00000002 00000004'),
        hex('00000009 00000003 0000001c 00000000 3b9aca02 00000003 01020300'),
      ),
    )
  })
})
