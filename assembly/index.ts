import { descriptor } from './capture/batch'
import { damageReport } from './capture/damage'
import { dedupBytes, dedups, isDuplicate, placeDedup, setDedupWindow } from './capture/dedup'
import {
  endCapture as endOfCapture,
  openCapture as openReader,
  batchCount as packetsRead,
  readBatch,
  readStatus,
} from './capture/reader'
import { compilePlan, extract } from './extract/extract'
import { finishKey, hashKey, seedHash } from './extract/hash'
import { needsDatagrams, planKey } from './extract/plan'
import { maxFlows, readConfig, sweepInterval } from './flow/config'
import * as ends from './flow/ends'
import { shrink } from './flow/eviction'
import { askIdleTimeout, changeInterval, resetTime, schedule, unschedule } from './flow/expiry'
import { forgetFlow as forget } from './flow/lifecycle'
import { coldRecord, coldRecords, hotRecord, hotRecords, isLive, usedRecords } from './flow/records'
import { statistics } from './flow/statistics'
import { findFlow as find, growTable, NOT_FOUND } from './flow/table'
import { touchBatch } from './flow/touch'
import { abandonPacket, trackBatch } from './flow/tracker'
import {
  C_DEDUP_CAPACITY,
  C_DEDUP_WINDOW,
  C_FLAGS,
  C_MAX_STREAMS,
  C_PLAN,
  C_SEED,
  C_SHARDS,
  C_TOTAL_BUFFER,
  CONFIG_REASSEMBLE,
  D_CAPTURED,
  D_FLAGS,
  D_FRAME,
  D_LINK_TYPE,
  D_MATCHED,
  D_TIME,
  D_WIRE,
  F_FLAGS,
  FEED_DAMAGED,
  FEED_EVENTS,
  FEED_EXTRACT,
  FEED_NEEDS_INPUT,
  FLOW_HEARD,
  K_NUMBER,
  KEY_TAGS,
  KEY_WORD0,
  KEY_WORD1,
  PACKET_DUPLICATE,
  PLAN_CUSTOM,
  PROTOCOL_TCP,
  RECONFIGURE_DONE,
  RECONFIGURE_EVENTS,
  RECONFIGURE_NO_MEMORY,
} from './layout'
import { align64, arenaBase, reserveUntil } from './memory/arena'
import { tellPlaces } from './output/place'
import { clearRing, placeRing, RING_SIZE, ringEnd, ringStart } from './output/ring'
import { fragmentsBytes, placeFragments, readFragmentConfig } from './packet/fragment-config'
import { areaHasRoom, clearArea } from './packet/fragment-pool'
import { readStreamConfig } from './stream/config'
import { BLOCK_BYTES, BLOCK_SIZE, blocksPeak, placePool, poolBytes, reclaimDelivered, seedPool } from './stream/pool'
import {
  finishSide,
  hasStreams,
  placeStreams,
  skipUntil,
  streamOf,
  streamsBytes,
  tcpPorts,
  udpPorts,
} from './stream/streams'

/**
 * The interface of the module, and nothing else. Addresses are u32; 64-bit values come as two u32 or in memory.
 * No export grows memory but `init` and `reconfigure`.
 */

const config: usize = memory.data(376, 8)
const keyScratch: usize = memory.data(64, 8)

let input: usize = 0
let inputBytes: usize = 0
let tableBase: usize = 0

/** Packets of the batch at work that have been tracked. */
let tracked: usize = 0
/** Packets of it that have been extracted: all, unless complete datagrams have filled their area. */
let extracted: usize = 0
/** Packets in the batch at work. */
let batched: usize = 0
let status: u32 = FEED_NEEDS_INPUT
/** Whether the host's extractor has yet to fill the batch. */
let awaitsExtractor: bool = false

/** Address of CONFIG_SIZE bytes that the host fills before `init` and `reconfigure`. */
export function configPointer(): usize {
  return config
}

/** Reads the configuration and lays out memory with an input buffer of this many bytes. 1: done, 0: no memory. */
export function init(inputCapacity: u32): u32 {
  applyConfig()
  seedHash(load<u64>(config, C_SEED))
  const ring = arenaBase()
  input = align64(ring + RING_SIZE)
  inputBytes = inputCapacity
  const base = <u64>input + inputCapacity + 64
  placeRing(ring)
  const streams = <usize>load<u32>(config, C_MAX_STREAMS)
  const blocks: usize = streams == 0 ? 0 : <usize>load<u32>(config, C_TOTAL_BUFFER) / BLOCK_BYTES
  const pool = base + streamsBytes(streams)
  const fragments = pool + poolBytes(blocks)
  const copies = fragments + fragmentsBytes(config) + 64
  const dedupCapacity = <usize>load<u32>(config, C_DEDUP_CAPACITY)
  const table = copies + dedupBytes(dedupCapacity)
  if (!reserveUntil(table + 64)) return 0
  placeStreams(align64(<usize>base), streams)
  placePool(align64(<usize>pool), blocks)
  seedPool(<u32>load<u64>(config, C_SEED))
  placeFragments(align64(<usize>fragments), config, load<u64>(config, C_SEED))
  placeDedup(align64(<usize>copies), dedupCapacity, load<u64>(config, C_SEED))
  applyFragmentConfig()
  tableBase = align64(<usize>table + 64)
  return growTable(tableBase, maxFlows) ? 1 : 0
}

/**
 * Reads the configuration again; the hash's seed stays. RECONFIGURE_*: without memory flows stay as they are. The host
 * calls `refreshIdleTimeouts` afterwards, so that flows hang where the new timeouts want them.
 */
export function reconfigure(): u32 {
  const interval = sweepInterval
  applyConfig()
  changeInterval(interval)
  if (!growTable(tableBase, maxFlows)) return RECONFIGURE_NO_MEMORY
  return shrink() ? RECONFIGURE_DONE : RECONFIGURE_EVENTS
}

function applyConfig(): void {
  readConfig(config)
  readStreamConfig(config)
  compilePlan(config + C_PLAN, load<u32>(config, C_FLAGS))
  applyFragmentConfig()
  setDedupWindow(load<u64>(config, C_DEDUP_WINDOW))
  tellPlaces(load<u32>(config, C_SHARDS) > 1)
}

function applyFragmentConfig(): void {
  readFragmentConfig(config, (load<u32>(config, C_FLAGS) & CONFIG_REASSEMBLE) != 0 && needsDatagrams())
}

export function inputPointer(): usize {
  return input
}

export function inputCapacity(): usize {
  return inputBytes
}

/** Begins to read a capture of this FORMAT_*, FORMAT_UNKNOWN to find out. Flows go on. */
export function openCapture(format: u32): void {
  openReader(format)
  resetTime()
  abandonPacket()
  tracked = 0
  extracted = 0
  batched = 0
  awaitsExtractor = false
}

/** Tracks the records in [start, end); answers with the address of the first byte not consumed, see `feedStatus`. */
export function feed(start: usize, end: usize): usize {
  let p = start
  while (true) {
    if (tracked == batched) {
      p = readBatch(p, end)
      tracked = 0
      extracted = 0
      batched = packetsRead
      if (batched == 0) {
        status = readStatus == FEED_DAMAGED ? FEED_DAMAGED : FEED_NEEDS_INPUT
        return p
      }
    }
    if (tracked == extracted) {
      extractBatch()
      if (planKey == PLAN_CUSTOM && tracked < extracted) {
        awaitsExtractor = true
        status = FEED_EXTRACT
        return p
      }
      touchBatch(extracted, tracked)
    } else if (awaitsExtractor) {
      awaitsExtractor = false
      touchBatch(extracted, tracked)
    }
    tracked = trackBatch(tracked, extracted)
    if (tracked < extracted || !areaHasRoom) {
      status = FEED_EVENTS
      return p
    }
  }
}

/** Extracts packets of the batch, until complete datagrams have filled their area. */
function extractBatch(): void {
  for (; extracted < batched && areaHasRoom; extracted++) {
    const d = descriptor(extracted)
    if (dedups && isDuplicate(d)) {
      store<u8>(d, 0, D_MATCHED)
      store<u32>(d, PACKET_DUPLICATE, D_FLAGS)
    } else {
      extract(d)
    }
  }
}

/** FEED_* of the last `feed`. */
export function feedStatus(): u32 {
  return status
}

/** The capture ends with [start, end) left over. 1: clean, 0: damaged, see `damagePointer`. */
export function endCapture(start: usize, end: usize): u32 {
  return <u32>endOfCapture(start, end)
}

export function damagePointer(): usize {
  return damageReport
}

export function eventsPointer(): usize {
  return ringStart()
}

export function eventsEnd(): usize {
  return ringEnd()
}

/** The host has read all events. */
export function clearEvents(): void {
  clearRing()
  reclaimDelivered()
  // The packets at work may be complete datagrams whose turn has not come.
  if (tracked == extracted) clearArea()
}

/** Ends flows idle at this time. 1: done, 0: drain the events and call again. */
export function sweep(low: u32, high: u32): u32 {
  return <u32>ends.sweep(((<u64>high) << 32) | low)
}

/** Ends all flows for this END_*. 1: done, 0: drain the events and call again. */
export function finish(reason: u32): u32 {
  return <u32>ends.finish(reason)
}

export function statsPointer(): usize {
  return statistics
}

/** Address of KEY_SIZE bytes for `findFlow`. */
export function keyPointer(): usize {
  return keyScratch
}

/** Index + 1 of the flow whose key lies at `keyPointer`, 0 if there is none. */
export function findFlow(): u32 {
  finishKey(keyScratch)
  const hash = hashKey(load<u64>(keyScratch, KEY_WORD0), load<u64>(keyScratch, KEY_WORD1), keyScratch + KEY_TAGS)
  const index = find(keyScratch, hash)
  return index == NOT_FOUND ? 0 : <u32>index + 1
}

/** Takes a flow out without an event. */
export function forgetFlow(index: u32): void {
  forget(index)
}

/** Ends a flow for this END_*. 1: done, or no flow has this record; 0: drain the events and call again. */
export function closeFlow(index: u32, reason: u32): u32 {
  return <u32>ends.closeFlow(index, reason)
}

/** Index + 1 of the first live flow at or after `index`, 0 if there is none. */
export function nextFlow(index: u32): u32 {
  for (let i: usize = index; i < usedRecords(); i++) {
    if (isLive(i)) return <u32>i + 1
  }
  return 0
}

export function hotPointer(): usize {
  return hotRecords()
}

export function coldPointer(): usize {
  return coldRecords()
}

/** Asks the host for the idle timeout of every live flow again. */
export function refreshIdleTimeouts(): void {
  for (let i: usize = 0; i < usedRecords(); i++) {
    if (!isLive(i)) continue
    askIdleTimeout(i)
    unschedule(i)
    schedule(i)
  }
}

/** Extracts the frame of `length` bytes at the start of the input buffer; answers with its descriptor's address. */
export function extractFrame(length: u32, wire: u32, linkType: u32): u32 {
  const d = descriptor(0)
  store<u64>(d, 0, D_TIME)
  store<u32>(d, <u32>input, D_FRAME)
  store<u32>(d, length, D_CAPTURED)
  store<u32>(d, wire, D_WIRE)
  store<u32>(d, linkType, D_LINK_TYPE)
  extract(d)
  return <u32>d
}

export function batchPointer(): usize {
  return descriptor(tracked)
}

/** Packets in the batch that waits for the host's extractor. */
export function batchCount(): usize {
  return extracted - tracked
}

/** Address of PORT_SET_SIZE bytes: one bit for each TCP (6) or UDP (17) port whose new flows are listened to. */
export function portsPointer(protocol: u32): usize {
  return protocol == PROTOCOL_TCP ? tcpPorts : udpPorts
}

/** Whether the flow with this record and number still lives, so that a late answer of the host hits no other flow. */
function isFlow(index: u32, number: f64): bool {
  return isLive(index) && <f64>load<u64>(coldRecord(index), K_NUMBER) == number
}

/** The listener wants no more bytes of this side (SIDE_*) of a TCP flow, or of a UDP flow. */
export function stopListening(index: u32, number: f64, side: u32): void {
  if (!isFlow(index, number)) return
  const hot = hotRecord(index)
  if (hasStreams(coldRecord(index))) finishSide(streamOf(coldRecord(index), side & 1))
  else store<u8>(hot, load<u8>(hot, F_FLAGS) & <u8>~FLOW_HEARD, F_FLAGS)
}

/** Bytes below this stream offset are counted and not delivered. */
export function skipStream(index: u32, number: f64, side: u32, offset: f64): void {
  if (isFlow(index, number) && hasStreams(coldRecord(index))) {
    skipUntil(streamOf(coldRecord(index), side & 1), <u64>offset)
  }
}

/** Address of the stream record of a side of a live flow, 0 if it has none. */
export function streamPointer(index: u32, side: u32): usize {
  return isLive(index) && hasStreams(coldRecord(index)) ? streamOf(coldRecord(index), side & 1) : 0
}

/** Most bytes of blocks that streams have held at once. */
export function bufferPeak(): usize {
  return blocksPeak() * BLOCK_SIZE
}
