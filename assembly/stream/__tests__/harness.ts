import {
  C_FLOW_BUFFER,
  C_HOLE_TIMEOUT,
  C_OVERLAP_POLICY,
  C_SIDE_BUFFER,
  C_STREAM_FLAGS,
  D_ACKNOWLEDGEMENT,
  D_PAYLOAD,
  D_PAYLOAD_CAPTURED,
  D_PAYLOAD_LENGTH,
  D_SEQUENCE,
  D_SIZE,
  D_TCP_FLAGS,
  D_TRANSPORT_KIND,
  E_DETAIL,
  E_FLOW,
  E_KIND,
  E_LENGTH,
  E_SIDE,
  EVENT_STREAM_CONFLICT,
  EVENT_STREAM_DATA,
  EVENT_STREAM_END,
  EVENT_STREAM_GAP,
  GAP_ACKNOWLEDGED,
  GAP_BUFFER,
  GAP_END,
  LISTEN_CONFLICTS,
  MAX_CONFLICT_BYTES,
  MAX_EVENTS_PER_PACKET,
  OVERLAP_FIRST,
  STREAM_EVENT_SIZE,
  TCP_ACK,
  TRANSPORT_TCP,
  X_EVENT_GAP,
  X_EVENT_LENGTH,
  X_EVENT_OFFSET,
  X_EVENT_OLD,
  X_EVENT_POINTER,
} from '../../layout'
import { takePages } from '../../memory/__tests__/pages'
import { clearRing, placeRing, RING_SIZE, ringEnd, ringStart, takeEvent } from '../../output/ring'
import { countSegment } from '../arrival'
import { readStreamConfig } from '../config'
import { beginConflicts } from '../emit'
import { BLOCK_BYTES, blocksTaken, placePool, poolBytes, reclaimDelivered } from '../pool'
import { acceptAcknowledgement, acceptSegment, beginSegment, expireHoles, flush } from '../reassembler'
import { freeStreams, openStreams, placeStreams, streamOf } from '../streams'

/** The reassembler without captures and flows: segments are described by hand, events come out as text. */

export const PAGE: u32 = <u32>BLOCK_BYTES
export const CONFLICTS: u32 = LISTEN_CONFLICTS
export const SECOND: u64 = 1_000_000_000
/** Blocks that the pool has room for. */
const BLOCKS: usize = 1600
const PAIRS: usize = 8

const config: usize = memory.data(512, 8)
/** What stands for the cold part of a flow's record. */
const colds: usize = memory.data(8 * 96, 8)
const descriptor: usize = memory.data(640, 8)

const AREA: usize = takePages(120)
const POOL: usize = AREA + RING_SIZE
const RECORDS: usize = POOL + (<usize>poolBytes(BLOCKS) & ~63) + 64
/** Where payloads lie: 1 MiB. */
export const PAYLOAD: usize = RECORDS + 65536

/** Stream records of the first flow: both sides; further flows are opened with `open`. */
export let side: usize = 0
export let peer: usize = 0
/** Initial sequence number of all sides. */
export let isn: u32 = 0
export let now: u64 = SECOND

/** What came out of the first flow since `begin`. */
export let log: string = ''
/** Bytes and gaps that came out of `side`: where its stream goes on. */
export let told: u64 = 0
/** Whether the end of `side` has been told. */
export let hasEnded: bool = false
/** False once an event did not begin where the one before had ended, or came behind the end. */
export let isContiguous: bool = true
/** Bytes of a tiny ring, 0 for a whole one. */
let ringRoom: usize = 0
/** Calls that had to be repeated because the ring was full. */
export let resumptions: u32 = 0
/** Receives what `side` delivers, by offset, 0 for none. */
export let sink: usize = 0
/** Whether events are written down as text; if not, they go into `digest`. */
export let writes: bool = true
/** What came out, as one number. */
export let digest: u64 = 0

export function useSink(address: usize): void {
  sink = address
  writes = address == 0
}

/** From the next `begin` on the ring has room for so many bytes, 0 for a whole ring. */
export function setRingRoom(bytes: usize): void {
  ringRoom = bytes
}

export function setIsn(value: u32): void {
  isn = value
}

export function setOffset(value: u64): void {
  told = value
}

export function wait(time: u64): void {
  now += time
}

/** A connection without segments, SYN seen on both sides, next byte 0; and an empty pool of `blocks` blocks. */
export function begin(
  policy: u32 = OVERLAP_FIRST,
  sideBuffer: usize = 1 << 20,
  blocks: usize = BLOCKS,
  flags: u32 = 0,
  holeTimeout: u64 = u64.MAX_VALUE,
  flowBuffer: usize = 2 << 20,
): void {
  store<u32>(config, flags, C_STREAM_FLAGS)
  store<u32>(config, policy, C_OVERLAP_POLICY)
  store<u32>(config, <u32>sideBuffer, C_SIDE_BUFFER)
  store<u32>(config, <u32>flowBuffer, C_FLOW_BUFFER)
  store<u64>(config, holeTimeout, C_HOLE_TIMEOUT)
  readStreamConfig(config)
  placeRing(AREA)
  placePool(POOL, blocks)
  placeStreams(RECORDS, PAIRS)
  now = SECOND
  restart()
  openStreams(0, 1, colds)
  side = streamOf(colds, 0)
  peer = streamOf(colds, 1)
}

/** Forgets what came out. */
export function restart(): void {
  log = ''
  told = 0
  resumptions = 0
  isContiguous = true
  hasEnded = false
  sink = 0
  writes = true
  digest = 0
  tighten()
}

/** The initiator's side of another flow, number 1 to 7, to be closed with `close`. */
export function open(flow: usize): usize {
  openStreams(flow, <u64>flow + 1, colds + flow * 96)
  return streamOf(colds + flow * 96, 0)
}

/** Gives a flow's streams back. */
export function close(flow: usize = 0): void {
  freeStreams(colds + flow * 96)
  drain()
}

/** Gives the first flow back; answers with the blocks that are then still taken. */
export function end(): usize {
  repeatFlush(side)
  repeatFlush(peer)
  close()
  return blocksTaken()
}

export function repeatFlush(which: usize): void {
  while (!flush(which, now)) again()
  drain()
}

export function expire(): void {
  while (!expireHoles(now)) again()
  drain()
}

/** Leaves as much room in the ring as was asked for. */
function tighten(): void {
  clearRing()
  if (ringRoom == 0) return
  let filler = RING_SIZE - MAX_EVENTS_PER_PACKET - ringRoom
  while (filler > 0) {
    const part = min<usize>(filler, 32768)
    store<u8>(takeEvent(part), 0, E_KIND)
    filler -= part
  }
}

function again(): void {
  resumptions++
  drain()
}

export function describe(offset: i64, length: u32, captured: u32, flags: u32): usize {
  memory.fill(descriptor, 0, D_SIZE)
  store<u8>(descriptor, <u8>TRANSPORT_TCP, D_TRANSPORT_KIND)
  store<u8>(descriptor, <u8>flags, D_TCP_FLAGS)
  store<u32>(descriptor, isn + 1 + <u32>offset, D_SEQUENCE)
  store<u32>(descriptor, <u32>PAYLOAD, D_PAYLOAD)
  store<u32>(descriptor, length, D_PAYLOAD_LENGTH)
  store<u32>(descriptor, captured, D_PAYLOAD_CAPTURED)
  return descriptor
}

/** Has a side take the segment described; answers with its bytes behind the FIN. */
export function take(d: usize, which: usize): u32 {
  beginConflicts(now)
  beginSegment()
  const past = countSegment(d, which, now)
  while (!acceptSegment(d, which, now)) again()
  drain()
  return past
}

/** A segment of `side` at this stream offset. */
export function send(offset: i64, text: string, flags: u32 = TCP_ACK): u32 {
  const length = String.UTF8.byteLength(text)
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, PAYLOAD)
  return take(describe(offset, length, length, flags), side)
}

/** A segment of `length` bytes at PAYLOAD. */
export function sendBytes(offset: i64, length: u32, which: usize = side): u32 {
  return take(describe(offset, length, length, TCP_ACK), which)
}

/** The peer acknowledges what lies below this offset of a side. */
export function acknowledge(offset: i64, which: usize = side): void {
  const d = describe(0, 0, 0, TCP_ACK)
  store<u32>(d, isn + 1 + <u32>offset, D_ACKNOWLEDGEMENT)
  while (!acceptAcknowledgement(d, which, now)) again()
  drain()
}

/** Reads the ring empty, as the host does. */
export function drain(): void {
  for (let event = ringStart(); event < ringEnd(); event += <usize>load<u16>(event, E_LENGTH)) tell(event)
  tighten()
  reclaimDelivered()
}

function tell(event: usize): void {
  const kind = <u32>load<u8>(event, E_KIND)
  // Fillers, and what comes of other flows.
  if (kind == 0 || load<u32>(event, E_FLOW) != 0) return
  const offset = <u64>load<f64>(event, X_EVENT_OFFSET)
  const length = load<u32>(event, X_EVENT_LENGTH)
  const isOwn = load<u8>(event, E_SIDE) == 0
  if (!writes && sink == 0) foldEvent(event, kind)
  if (kind == EVENT_STREAM_DATA) {
    if (isOwn) follow(offset, length)
    const bytes = <usize>load<u32>(event, X_EVENT_POINTER)
    if (sink != 0 && isOwn) memory.copy(sink + <usize>offset, bytes, length)
    if (writes) write(offset.toString() + ':' + String.UTF8.decodeUnsafe(bytes, length))
  } else if (kind == EVENT_STREAM_GAP) {
    const gap = <u64>load<f64>(event, X_EVENT_GAP)
    if (isOwn) follow(offset, gap)
    if (writes) write(offset.toString() + '+' + gap.toString() + reasonName(load<u32>(event, E_DETAIL)))
  } else if (kind == EVENT_STREAM_CONFLICT) {
    if (writes) write(conflict(event, offset))
  } else if (writes) {
    write(offset.toString() + (kind == EVENT_STREAM_END ? ' fin' : ' stopped'))
  }
  if (kind == EVENT_STREAM_END && isOwn) {
    if (hasEnded || offset != told) isContiguous = false
    hasEnded = true
  }
}

function follow(offset: u64, length: u64): void {
  if (offset != told || length == 0 || hasEnded) isContiguous = false
  told = offset + length
}

function fold(value: u64): void {
  digest = rotl<u64>((digest ^ value) * 0x9e3779b97f4a7c15, 23)
}

/** Takes an event into the digest, but for addresses. */
function foldEvent(event: usize, kind: u32): void {
  // Only a gap fills its event: behind that is whatever the ring held.
  const size: usize = kind == EVENT_STREAM_GAP ? STREAM_EVENT_SIZE : X_EVENT_POINTER
  for (let at: usize = 0; at < size; at += 8) fold(load<u64>(event + at))
  if (kind == EVENT_STREAM_CONFLICT) fold(<u64>load<u8>(event, X_EVENT_OLD + MAX_CONFLICT_BYTES))
  if (kind != EVENT_STREAM_DATA) return
  const bytes = <usize>load<u32>(event, X_EVENT_POINTER)
  const length = <usize>load<u32>(event, X_EVENT_LENGTH)
  for (let at: usize = 0; at < length; at++) fold(load<u8>(bytes + at))
}

/** From here on events go into the digest, and are not written down. */
export function beginDigest(): void {
  writes = false
  digest = 0
}

function write(text: string): void {
  log += log.length == 0 ? text : ' ' + text
}

function reasonName(reason: u32): string {
  if (reason == GAP_ACKNOWLEDGED) return ' acknowledged'
  if (reason == GAP_BUFFER) return ' buffer'
  return reason == GAP_END ? ' end' : ' timeout'
}

function conflict(event: usize, offset: u64): string {
  const detail = load<u32>(event, E_DETAIL)
  const length = detail & 0x7fffffff
  const old = String.UTF8.decodeUnsafe(event + X_EVENT_OLD, min<u32>(length, <u32>MAX_CONFLICT_BYTES))
  const fresh = String.UTF8.decodeUnsafe(
    event + X_EVENT_OLD + MAX_CONFLICT_BYTES,
    min<u32>(length, <u32>MAX_CONFLICT_BYTES),
  )
  return offset.toString() + (detail >> 31 != 0 ? ' old ' + old + ' NEW ' + fresh : ' OLD ' + old + ' new ' + fresh)
}

// Random numbers ----------------------------------------------------------------------------------------------------

let state: u32 = 1

export function seed(value: u32): void {
  state = value * 2654435761 + 1
}

/** A number below `limit`. */
export function random(limit: u32): u32 {
  state ^= state << 13
  state ^= state >> 17
  state ^= state << 5
  return <u32>((<u64>state * limit) >> 32)
}
