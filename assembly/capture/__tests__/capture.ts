import {
  BATCH,
  D_CAPTURED,
  D_FRAME,
  D_LINK_TYPE,
  D_TIME,
  D_WIRE,
  DAMAGE_CODE,
  DAMAGE_EXPECTED,
  DAMAGE_FOUND,
  DAMAGE_OFFSET,
  FEED_DAMAGED,
  MAX_UNFINISHED,
} from '../../layout'
import { descriptor } from '../batch'
import { damageReport } from '../damage'
import { batchCount, endCapture, openCapture, readBatch, readStatus } from '../reader'

/** Builds captures in memory for specs, and reads them back in pieces of any size. */

const CAPACITY: usize = 1048576
const CAPTURE: usize = memory.data(1048576, 8)
const WINDOW: usize = memory.data(1048576, 8)
const RECORD: usize = 32
const MAX_RECORDS: usize = 4096
const RECORDS: usize = memory.data(131072, 8)

/** Bytes of the capture that is being built. */
export let length: usize = 0
let bigEndian: bool = false

/** What the last read found. */
export let records: usize = 0
export let clean: bool = false
export let longestTail: usize = 0
/** FNV-1a over all records, their frames and the damage. */
export let digest: u64 = 0

export function begin(isBigEndian: bool): void {
  length = 0
  bigEndian = isBigEndian
}

export function setByteOrder(isBigEndian: bool): void {
  bigEndian = isBigEndian
}

export function putBytes(value: u32, times: usize): void {
  memory.fill(CAPTURE + length, <u8>value, times)
  length += times
}

export function put16(value: u32): void {
  store<u16>(CAPTURE + length, bigEndian ? bswap<u16>(<u16>value) : <u16>value)
  length += 2
}

export function put32(value: u32): void {
  store<u32>(CAPTURE + length, bigEndian ? bswap<u32>(value) : value)
  length += 4
}

export function put64(value: u64): void {
  store<u64>(CAPTURE + length, bigEndian ? bswap<u64>(value) : value)
  length += 8
}

/** Overwrites a field that was written before. */
export function patch32(offset: usize, value: u32): void {
  store<u32>(CAPTURE + offset, bigEndian ? bswap<u32>(value) : value)
}

/** Cuts the capture off. */
export function cut(to: usize): void {
  length = to
}

/** Reads the capture in pieces of `piece` bytes; what a reader leaves over is presented again. */
export function read(format: u32, piece: usize): void {
  openCapture(format)
  records = 0
  longestTail = 0
  digest = ((<u64>0xcbf29ce4) << 32) | 0x84222325
  let tail: usize = 0
  let fed: usize = 0
  while (fed < length && readStatus != FEED_DAMAGED) {
    const size = min<usize>(piece, length - fed)
    memory.copy(WINDOW + tail, CAPTURE + fed, size)
    fed += size
    const end = WINDOW + tail + size
    const p = readAll(WINDOW, end)
    tail = end - p
    memory.copy(WINDOW, p, tail)
    // Nothing may be taken from behind the end.
    memory.fill(WINDOW + tail, 0xaa, min<usize>(64, CAPACITY - tail))
    longestTail = max<usize>(longestTail, tail)
  }
  clean = endCapture(WINDOW, WINDOW + tail)
  mix(<u64>clean)
  for (let i: usize = 0; i < 24; i++) mix(<u64>load<u8>(damageReport + i))
}

/** Reads the capture whole, then in pieces of many sizes, and tells whether all readings say the same. */
export function readsAlikeInPieces(format: u32): bool {
  let alike = true
  read(format, CAPACITY)
  const whole = digest
  for (let piece: usize = 1; piece <= 80; piece++) {
    read(format, piece)
    alike = alike && digest == whole && longestTail <= MAX_UNFINISHED
  }
  read(format, CAPACITY)
  return alike
}

function readAll(p: usize, end: usize): usize {
  do {
    p = readBatch(p, end)
    for (let i: usize = 0; i < batchCount; i++) keep(descriptor(i))
  } while (batchCount == BATCH)
  return p
}

function keep(d: usize): void {
  if (records < MAX_RECORDS) memory.copy(RECORDS + records * RECORD, d, 24)
  records++
  mix(load<u64>(d, D_TIME))
  mix(<u64>load<u32>(d, D_CAPTURED))
  mix(<u64>load<u32>(d, D_WIRE))
  mix(<u64>load<u32>(d, D_LINK_TYPE))
  const frame = <usize>load<u32>(d, D_FRAME)
  for (let i: usize = 0; i < <usize>load<u32>(d, D_CAPTURED); i++) mix(<u64>load<u8>(frame + i))
}

function mix(value: u64): void {
  digest = (digest ^ value) * 0x100000001b3
}

export function timeOf(record: usize): u64 {
  return load<u64>(RECORDS + record * RECORD, D_TIME)
}

export function capturedOf(record: usize): u32 {
  return load<u32>(RECORDS + record * RECORD, D_CAPTURED)
}

export function wireOf(record: usize): u32 {
  return load<u32>(RECORDS + record * RECORD, D_WIRE)
}

export function linkTypeOf(record: usize): u32 {
  return load<u32>(RECORDS + record * RECORD, D_LINK_TYPE)
}

export function damageCode(): u32 {
  return load<u32>(damageReport, DAMAGE_CODE)
}

export function damageOffset(): u64 {
  return load<u64>(damageReport, DAMAGE_OFFSET)
}

export function damageFound(): u32 {
  return load<u32>(damageReport, DAMAGE_FOUND)
}

export function damageExpected(): u32 {
  return load<u32>(damageReport, DAMAGE_EXPECTED)
}
