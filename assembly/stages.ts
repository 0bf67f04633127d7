/**
 * The core with its first stages callable alone, for the benchmarks: not part of what is shipped. Each stage reads
 * all records of [start, end) and stops short of what the next one adds; answers with the packets seen.
 */

import { descriptor } from './capture/batch'
import { batchCount, readBatch } from './capture/reader'
import { extract } from './extract/extract'
import { findFlow, NOT_FOUND } from './flow/table'
import { touchBatch } from './flow/touch'
import { D_HASH, D_KEY } from './layout'

export * from './index'

/** Flows found by the last `lookUpFlows`. */
export let flowsFound: usize = 0

export function walkRecords(start: usize, end: usize): usize {
  let p = start
  let packets: usize = 0
  while (true) {
    p = readBatch(p, end)
    if (batchCount == 0) return packets
    packets += batchCount
  }
}

export function parsePackets(start: usize, end: usize): usize {
  let p = start
  let packets: usize = 0
  while (true) {
    p = readBatch(p, end)
    if (batchCount == 0) return packets
    for (let i: usize = 0; i < batchCount; i++) extract(descriptor(i))
    packets += batchCount
  }
}

export function lookUpFlows(start: usize, end: usize): usize {
  let p = start
  let packets: usize = 0
  flowsFound = 0
  while (true) {
    p = readBatch(p, end)
    if (batchCount == 0) return packets
    for (let i: usize = 0; i < batchCount; i++) extract(descriptor(i))
    touchBatch(batchCount)
    for (let i: usize = 0; i < batchCount; i++) {
      const d = descriptor(i)
      if (findFlow(d + D_KEY, load<u32>(d, D_HASH)) != NOT_FOUND) flowsFound++
    }
    packets += batchCount
  }
}
