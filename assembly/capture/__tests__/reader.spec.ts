import {
  DAMAGE_CAPTURED_LENGTH,
  DAMAGE_NONE,
  DAMAGE_TRUNCATED,
  DAMAGE_UNKNOWN_MAGIC,
  FEED_DAMAGED,
  FEED_NEEDS_INPUT,
  FORMAT_FRAMES,
  FORMAT_PCAP,
  FORMAT_PCAPNG,
  FORMAT_SNOOP,
  FORMAT_UNKNOWN,
  MAX_FRAME,
  R_SIZE,
} from '../../layout'
import { batchCount, endCapture, openCapture, readBatch, readStatus } from '../reader'
import {
  begin,
  capturedOf,
  clean,
  cut,
  damageCode,
  damageExpected,
  damageFound,
  damageOffset,
  length,
  linkTypeOf,
  patch32,
  put32,
  put64,
  putBytes,
  read,
  readsAlikeInPieces,
  records,
  timeOf,
  wireOf,
} from './capture'

const INPUT: usize = memory.data(64, 8)

function frame(time: u64, captured: u32, wire: u32, linkType: u32): void {
  put64(time)
  put32(captured)
  put32(wire)
  put32(linkType)
  put32(0)
  putBytes(captured, <usize>captured)
}

describe('frames of the host', () => {
  it('come out as they went in', () => {
    begin(false)
    frame(u64.MAX_VALUE, 61, 1500, 276)
    frame(5, 0, 0, 0)
    for (let i: u32 = 0; i < 200; i++) frame(i, i & 31, i, 1)
    expect(readsAlikeInPieces(FORMAT_FRAMES)).toBe(true)
    expect(clean).toBe(true)
    expect(records).toBe(202)
    expect(timeOf(0)).toBe(u64.MAX_VALUE)
    expect(capturedOf(0)).toBe(61)
    expect(wireOf(0)).toBe(1500)
    expect(linkTypeOf(0)).toBe(276)
  })

  it('may be none', () => {
    begin(false)
    read(FORMAT_FRAMES, 1)
    expect(clean).toBe(true)
  })

  it('are damaged when too long or unfinished', () => {
    begin(false)
    frame(1, 4, 4, 1)
    frame(2, 4, 4, 1)
    cut(length - 1)
    expect(readsAlikeInPieces(FORMAT_FRAMES)).toBe(true)
    expect(records).toBe(1)
    expect(damageCode()).toBe(DAMAGE_TRUNCATED)
    expect(damageOffset()).toBe(<u64>R_SIZE + 4)
    expect(damageFound()).toBe(<u32>R_SIZE + 3)
    expect(damageExpected()).toBe(<u32>R_SIZE + 4)
    patch32(R_SIZE + 4 + 8, <u32>MAX_FRAME + 1)
    read(FORMAT_FRAMES, 1)
    expect(damageCode()).toBe(DAMAGE_CAPTURED_LENGTH)
  })
})

describe('reader', () => {
  it('takes no unknown format', () => {
    begin(true)
    put32(0x1f8b0800) // gzip
    putBytes(0, 60)
    expect(readsAlikeInPieces(FORMAT_UNKNOWN)).toBe(true)
    expect(damageCode()).toBe(DAMAGE_UNKNOWN_MAGIC)
    expect(damageFound()).toBe(0x1f8b0800)
    expect(damageOffset()).toBe(0)
  })

  it('takes no empty capture', () => {
    begin(true)
    read(FORMAT_UNKNOWN, 1)
    expect(damageCode()).toBe(DAMAGE_TRUNCATED)
    expect(damageFound()).toBe(0)
    expect(damageExpected()).toBe(4)
    read(FORMAT_PCAP, 1)
    expect(damageExpected()).toBe(24)
    read(FORMAT_PCAPNG, 1)
    expect(damageExpected()).toBe(28)
    read(FORMAT_SNOOP, 1)
    expect(damageExpected()).toBe(16)
    putBytes(0xd4, 3)
    read(FORMAT_UNKNOWN, 1)
    expect(damageCode()).toBe(DAMAGE_TRUNCATED)
    expect(damageFound()).toBe(3)
  })

  it('stays damaged until the next capture', () => {
    openCapture(FORMAT_UNKNOWN)
    expect(readStatus).toBe(FEED_NEEDS_INPUT)
    memory.fill(INPUT, 0, 64)
    for (let i = 0; i < 3; i++) {
      expect(readBatch(INPUT, INPUT + 64)).toBe(INPUT)
      expect(batchCount).toBe(0)
      expect(readStatus).toBe(FEED_DAMAGED)
      store<u32>(INPUT, 0xa1b2c3d4) // input that looks better does not help
    }
    expect(endCapture(INPUT, INPUT)).toBe(false)
    expect(damageCode()).toBe(DAMAGE_UNKNOWN_MAGIC)
    memory.fill(INPUT, 0, 64)
    openCapture(FORMAT_FRAMES)
    expect(damageCode()).toBe(DAMAGE_NONE)
    expect(readStatus).toBe(FEED_NEEDS_INPUT)
    expect(readBatch(INPUT, INPUT + 48)).toBe(INPUT + 48)
    expect(batchCount).toBe(2)
    expect(endCapture(INPUT + 48, INPUT + 48)).toBe(true)
  })
})
