import {
  ANOMALY_FRAGMENT_MALFORMED,
  ANOMALY_FRAGMENT_OVERLAP,
  C_FRAGMENT_BUFFER,
  C_FRAGMENT_TIMEOUT,
  C_MAX_DATAGRAMS,
  C_MAX_FRAGMENTS,
  D_CROWDED_OUT,
  D_EARLIER_BYTES,
  D_EARLIER_PACKETS,
  D_ENCAPSULATIONS,
  D_FLAGS,
  D_FRAGMENT_FAULT,
  D_FRAGMENT_VALUE,
  D_GIVEN_UP,
  D_NETWORK,
  D_TIME,
  D_TIMED_OUT,
  D_WIRE,
  ENCAPSULATION_MPLS,
  ENCAPSULATION_PPPOE,
  ENCAPSULATION_PSEUDOWIRE,
  ENCAPSULATION_SIZE,
  N_ID,
  N_KIND,
  PACKET_FRAGMENT,
  PACKET_FRAGMENT_CUT,
  PACKET_FRAGMENT_DROPPED,
  PACKET_FRAGMENT_NOTES,
  PACKET_HELD,
  PACKET_REASSEMBLED,
} from '../layout'
import { be16 } from '../memory/bytes'
import {
  addContext,
  beginDatagram,
  CUT,
  DISCARDED,
  datagramsBytes,
  findDatagram,
  freePages,
  G_BYTES,
  G_CONTEXT,
  G_DESTINATION,
  G_FRAGMENTS,
  G_HEADER,
  G_HEADER_LENGTH,
  G_HIGHEST,
  G_ID,
  G_LENGTH,
  G_NEXT_HEADER,
  G_PACKETS,
  G_PROTOCOL,
  G_RECEIVED,
  G_SOURCE,
  G_STATE,
  GATHERING,
  hasWaited,
  isTableFull,
  newerDatagram,
  oldestDatagram,
  openPage,
  pageOf,
  pagesWanted,
  placeDatagrams,
  removeDatagram,
  seedDatagrams,
  UNKNOWN,
  WANTED,
} from './datagrams'
import { encapsulations } from './encapsulation'
import { fragmentId, fragmentMore, fragmentOffset } from './fragment'
import {
  AREA_BYTES,
  blocksBytes,
  blocksFree,
  dataAt,
  hasAny,
  lengthAt,
  MAX_DATAGRAM,
  MAX_DATAGRAMS_A_FRAME,
  markPresent,
  PAGE_BYTES,
  placeArea,
  placeBlocks,
  setLengthAt,
  takeArea,
} from './fragment-pool'
import { layerEnd, layerMissing, resumeLayers } from './layer'

/**
 * Reassembly of IP datagrams: RFC 791 section 3.2, RFC 815, RFC 8200 section 4.5. The packet that completes a datagram
 * becomes the datagram, and stands for the packets before it; those are held, and belong to no flow till then.
 *
 * Fragments that overlap discard the datagram (RFC 5722, here for IPv4 too), but for exact copies of one that is
 * there. What happens is decided when packets are parsed, in the order of the capture and by its clock alone; the
 * tracker counts and tells it when the packet's turn has come.
 */

/** A fragment that is tracked for itself. */
export const SEPARATE: usize = 0
/** A fragment that is held, or dropped: its packet has no flow. */
export const PUT_ASIDE: usize = 1

const IPV4_VERSION: u32 = 4 << 8
const IPV6_VERSION: u32 = 6 << 8
const IPV6_HEADER: usize = 40

/** Whether fragments are put together. */
export let reassembles: bool = false
/** Longest time from the first fragment on, in nanoseconds. */
let timeout: u64 = 0
let maxFragments: u32 = 0
let maxDatagrams: usize = 0

// What has come of the packet's fragments, until `settleFragments` writes it into the descriptor.
let isTouched: bool = false
let isHeld: bool = false
let isDropped: bool = false
let isCut: bool = false
let earlierPackets: u32 = 0
let earlierBytes: u64 = 0
let fault: u32 = 0
let faultValue: u32 = 0

// What was given up since the notes were cleared.
/** Packets that were held. */
export let givenUp: u32 = 0
/** Datagrams that were not complete in time. */
export let timedOut: u32 = 0
/** Datagrams that went because of a bound. */
export let crowdedOut: u32 = 0

// A plan with several steps walks a frame more than once: what a fragment came to is kept for the next walk.
const MEMO_HEADER: usize = 0 // u32, address of the header that says it is a fragment
const MEMO_RESULT: usize = 4 // u32, SEPARATE, PUT_ASIDE, or address of the whole datagram
const MEMO_PAYLOAD: usize = 8 // u32
const MEMO_END: usize = 12 // u32
const MEMO_NEXT: usize = 16 // u32
const MEMO_SIZE: usize = 20
const MEMOS: usize = memory.data(160, 4)
let memos: usize = 0

/** IP header of the datagram that was completed last, or found again. */
export let wholeDatagram: usize = 0
/** What it carries. */
export let wholePayload: usize = 0
/** Protocol of what it carries. */
export let wholeNext: u32 = 0
/** Address behind its last byte. */
export let wholeEnd: usize = 0

/** Bytes of memory that reassembly takes with this configuration. */
export function fragmentsBytes(config: usize): u64 {
  const datagrams = <usize>load<u32>(config, C_MAX_DATAGRAMS)
  if (datagrams == 0) return 0
  return datagramsBytes(datagrams) + blocksBytes(<usize>load<u32>(config, C_FRAGMENT_BUFFER)) + <u64>AREA_BYTES + 64
}

/** Lays out `fragmentsBytes` of memory at this address, a multiple of 64. */
export function placeFragments(address: usize, config: usize, seed: u64): void {
  maxDatagrams = <usize>load<u32>(config, C_MAX_DATAGRAMS)
  if (maxDatagrams == 0) return
  const bytes = <usize>load<u32>(config, C_FRAGMENT_BUFFER)
  const blocks = (address + <usize>datagramsBytes(maxDatagrams) + 7) & ~7
  placeDatagrams(address, maxDatagrams)
  placeBlocks(blocks, bytes)
  placeArea((blocks + <usize>blocksBytes(bytes) + 15) & ~15)
  seedDatagrams(seed)
}

/** Takes over what may change; `isWanted`: fragments are to be put together, if `placeFragments` made room for it. */
export function readFragmentConfig(config: usize, isWanted: bool): void {
  reassembles = isWanted && maxDatagrams != 0
  timeout = load<u64>(config, C_FRAGMENT_TIMEOUT)
  maxFragments = load<u32>(config, C_MAX_FRAGMENTS)
}

/** Begins a packet. */
export function beginFragments(): void {
  memos = 0
  wholeDatagram = 0
}

/** Writes what has come of the packet's fragments into its descriptor. False: the packet has no flow. */
export function settleFragments(d: usize): bool {
  if (!isTouched) return true
  let flags = load<u32>(d, D_FLAGS)
  if (earlierPackets != 0) {
    flags |= PACKET_REASSEMBLED
    store<u32>(d, earlierPackets, D_EARLIER_PACKETS)
    store<u64>(d, earlierBytes, D_EARLIER_BYTES)
  }
  if (isHeld) flags |= PACKET_HELD
  if (isDropped) flags |= PACKET_FRAGMENT_DROPPED
  if (isCut) flags |= PACKET_FRAGMENT_CUT
  if ((givenUp | timedOut | crowdedOut | fault) != 0) {
    flags |= PACKET_FRAGMENT_NOTES
    store<u32>(d, givenUp, D_GIVEN_UP)
    store<u32>(d, timedOut, D_TIMED_OUT)
    store<u32>(d, crowdedOut, D_CROWDED_OUT)
    store<u32>(d, fault, D_FRAGMENT_FAULT)
    store<u32>(d, faultValue, D_FRAGMENT_VALUE)
    clearNotes()
  }
  store<u32>(d, flags, D_FLAGS)
  const hasFlow = !isHeld && !isDropped
  isTouched = false
  isHeld = false
  isDropped = false
  isCut = false
  earlierPackets = 0
  earlierBytes = 0
  fault = 0
  return hasFlow
}

/** What was given up has been told. */
export function clearNotes(): void {
  givenUp = 0
  timedOut = 0
  crowdedOut = 0
}

/** Gives up datagrams that are not complete in time, or all that there are. */
export function giveUpDatagrams(time: u64, all: bool): void {
  let datagram = oldestDatagram()
  while (datagram != 0 && (all || hasWaited(datagram, timeout, time))) {
    timeOut(datagram)
    datagram = oldestDatagram()
  }
}

/** Whether any packet is held. */
export function hasDatagrams(): bool {
  return oldestDatagram() != 0
}

/**
 * The fragment with the IPv4 header of `header` bytes at `p`: SEPARATE, PUT_ASIDE, or the address of the datagram that
 * it completes; then the layers are those of the datagram, see `wholePayload`.
 */
export function ipv4Fragment(d: usize, p: usize, header: usize): usize {
  if (isKnown(p)) return recall(p)
  const protocol = <u32>load<u8>(p, 9)
  v128.store(WANTED, v128.load_zero<u32>(p + 12), G_SOURCE)
  v128.store(WANTED, v128.load_zero<u32>(p + 16), G_DESTINATION)
  store<u32>(WANTED, IPV4_VERSION | protocol, G_PROTOCOL)
  const total = <usize>be16(p + 2)
  return remember(p, reassemble(d, p, header, p + header, protocol, layerEnd - p < total))
}

/** Likewise for the fragment header at `p` in a packet with an IPv6 header at `network`. */
export function ipv6Fragment(d: usize, network: usize, p: usize, header: usize): usize {
  if (isKnown(p)) return recall(p)
  v128.store(WANTED, v128.load(network, 8), G_SOURCE)
  v128.store(WANTED, v128.load(network, 24), G_DESTINATION)
  // Only the next header of the first fragment counts: RFC 8200 section 4.5.
  store<u32>(WANTED, IPV6_VERSION, G_PROTOCOL)
  const length = <usize>be16(network + 4)
  const isShort = layerEnd - network - IPV6_HEADER < length
  return remember(p, reassemble(d, network, IPV6_HEADER, p + header, <u32>load<u8>(p), isShort))
}

/** Without room to remember it a fragment cannot be put with others. */
function isKnown(p: usize): bool {
  if (memos == MAX_DATAGRAMS_A_FRAME) return true
  for (let i: usize = 0; i < memos; i++) {
    if (<usize>load<u32>(MEMOS + i * MEMO_SIZE, MEMO_HEADER) == p) return true
  }
  return false
}

function recall(p: usize): usize {
  for (let i: usize = 0; i < memos; i++) {
    const memo = MEMOS + i * MEMO_SIZE
    if (<usize>load<u32>(memo, MEMO_HEADER) != p) continue
    const result = <usize>load<u32>(memo, MEMO_RESULT)
    if (result != SEPARATE && result != PUT_ASIDE) {
      useWhole(
        result,
        <usize>load<u32>(memo, MEMO_PAYLOAD),
        <usize>load<u32>(memo, MEMO_END),
        load<u32>(memo, MEMO_NEXT),
      )
    }
    return result
  }
  return SEPARATE
}

function remember(p: usize, result: usize): usize {
  const memo = MEMOS + memos * MEMO_SIZE
  store<u32>(memo, <u32>p, MEMO_HEADER)
  store<u32>(memo, <u32>result, MEMO_RESULT)
  store<u32>(memo, <u32>wholePayload, MEMO_PAYLOAD)
  store<u32>(memo, <u32>wholeEnd, MEMO_END)
  store<u32>(memo, wholeNext, MEMO_NEXT)
  memos++
  return result
}

function useWhole(datagram: usize, payload: usize, end: usize, next: u32): void {
  wholeDatagram = datagram
  wholePayload = payload
  wholeNext = next
  wholeEnd = end
  resumeLayers(end, 0)
}

/**
 * Takes in the fragment whose bytes begin at `payload`; the datagram is that of WANTED, but for id and context.
 * `isShort`: the frame ends before the packet does.
 */
function reassemble(d: usize, header: usize, headerLength: usize, payload: usize, next: u32, isShort: bool): usize {
  isTouched = true
  const time = load<u64>(d, D_TIME)
  const length = layerEnd - payload
  const start = <usize>fragmentOffset
  const isMissing = isShort || layerMissing != 0
  giveUpDatagrams(time, false)
  if (!isMissing && isImpossible(headerLength, start, length)) return drop(ANOMALY_FRAGMENT_MALFORMED)
  store<u32>(WANTED, fragmentId, G_ID)
  store<u64>(WANTED, contextOf(d), G_CONTEXT)
  const datagram = datagramAt(time)
  if (load<u32>(datagram, G_STATE) == DISCARDED) return drop(0)
  if (isMissing) return cut(datagram)
  if (load<u32>(datagram, G_STATE) == CUT) return SEPARATE
  if (contradictsEnd(datagram, start + length)) return discard(datagram, ANOMALY_FRAGMENT_MALFORMED)
  if (overlaps(datagram, start, start + length)) {
    if (!isCopy(datagram, start, payload, length)) return discard(datagram, ANOMALY_FRAGMENT_OVERLAP)
    return hold(d, datagram)
  }
  if (load<u32>(datagram, G_FRAGMENTS) == maxFragments || !makeRoom(datagram, start, start + length)) {
    crowdedOut++
    return discard(datagram, 0)
  }
  if (start == 0) keepHeader(datagram, header, headerLength, next)
  keepBytes(datagram, start, payload, length)
  if (load<u32>(datagram, G_RECEIVED) != load<u32>(datagram, G_LENGTH)) return hold(d, datagram)
  return complete(datagram)
}

/**
 * A fragment that no receiver takes: RFC 8200 section 4.5. An empty one would only tell where the datagram ends; Linux
 * drops it, too.
 */
function isImpossible(headerLength: usize, start: usize, length: usize): bool {
  if (length == 0 || (fragmentMore && (length & 7) != 0)) return true
  const counted: usize = load<u32>(WANTED, G_PROTOCOL) == IPV6_VERSION ? 0 : headerLength
  return length > MAX_DATAGRAM - counted || start > MAX_DATAGRAM - counted - length
}

/**
 * Tags and tunnels around the header at hand: equal addresses in another network are others. MPLS labels and PPPoE
 * sessions name a link or path, and fragments may take several.
 */
function contextOf(d: usize): u64 {
  let context: u64 = 0
  for (let i: usize = 0; i < encapsulations; i++) {
    const entry = d + D_ENCAPSULATIONS + i * ENCAPSULATION_SIZE
    const kind = <u32>load<u8>(entry, N_KIND)
    if (kind == ENCAPSULATION_MPLS || kind == ENCAPSULATION_PPPOE || kind == ENCAPSULATION_PSEUDOWIRE) continue
    context = addContext(context, ((<u64>kind) << 32) | <u64>load<u32>(entry, N_ID))
  }
  return context
}

/** The datagram that WANTED describes, a new one if there is none or its time is over. */
function datagramAt(time: u64): usize {
  const datagram = findDatagram()
  if (datagram != 0) {
    if (!hasWaited(datagram, timeout, time)) return datagram
    timeOut(datagram)
  }
  if (isTableFull()) crowdOut(oldestDatagram())
  return beginDatagram(time)
}

/** Whether a fragment that ends here contradicts what is known of the datagram's end; notes it if not. */
function contradictsEnd(datagram: usize, fragmentEnd: usize): bool {
  const end = <u32>fragmentEnd
  const length = load<u32>(datagram, G_LENGTH)
  const highest = max<u32>(load<u32>(datagram, G_HIGHEST), end)
  store<u32>(datagram, highest, G_HIGHEST)
  if (fragmentMore) return length != UNKNOWN && end >= length
  if (length != UNKNOWN) return end != length
  store<u32>(datagram, end, G_LENGTH)
  return highest != end
}

function overlaps(datagram: usize, start: usize, end: usize): bool {
  for (let at = start; at < end; at = nextPage(at)) {
    const block = pageOf(datagram, at / PAGE_BYTES)
    if (block != 0 && hasAny(block, at % PAGE_BYTES, inPage(at, end))) return true
  }
  return false
}

function nextPage(at: usize): usize {
  return (at | (PAGE_BYTES - 1)) + 1
}

/** Where in the page of `at` bytes that go on to `end` end. */
function inPage(at: usize, end: usize): usize {
  return min<usize>(end, nextPage(at)) - (at & ~(PAGE_BYTES - 1))
}

/** Whether exactly these bytes came as one fragment before. */
function isCopy(datagram: usize, start: usize, payload: usize, length: usize): bool {
  const first = pageOf(datagram, start / PAGE_BYTES)
  if (first == 0 || lengthAt(first, start % PAGE_BYTES) != length) return false
  const end = start + length
  for (let at = start; at < end; at = nextPage(at)) {
    const from = at % PAGE_BYTES
    const block = pageOf(datagram, at / PAGE_BYTES)
    if (memory.compare(dataAt(block, from), payload + (at - start), inPage(at, end) - from) != 0) return false
  }
  return true
}

/** Sees to it that there are blocks for these bytes: the oldest datagrams go. False: there are not enough even so. */
function makeRoom(datagram: usize, start: usize, end: usize): bool {
  const wanted = pagesWanted(datagram, start, end)
  while (blocksFree() < wanted) {
    let victim = oldestDatagram()
    if (victim == datagram) victim = newerDatagram(victim)
    if (victim == 0) return false
    crowdOut(victim)
  }
  return true
}

function keepHeader(datagram: usize, header: usize, headerLength: usize, next: u32): void {
  memory.copy(datagram + G_HEADER, header, headerLength)
  store<u32>(datagram, <u32>headerLength, G_HEADER_LENGTH)
  store<u32>(datagram, next, G_NEXT_HEADER)
}

function keepBytes(datagram: usize, start: usize, payload: usize, length: usize): void {
  const end = start + length
  for (let at = start; at < end; at = nextPage(at)) {
    const from = at % PAGE_BYTES
    const to = inPage(at, end)
    const block = openPage(datagram, at / PAGE_BYTES)
    memory.copy(dataAt(block, from), payload + (at - start), to - from)
    markPresent(block, from, to)
  }
  setLengthAt(pageOf(datagram, start / PAGE_BYTES), start % PAGE_BYTES, length)
  store<u32>(datagram, load<u32>(datagram, G_FRAGMENTS) + 1, G_FRAGMENTS)
  store<u32>(datagram, load<u32>(datagram, G_RECEIVED) + <u32>length, G_RECEIVED)
}

// What comes of a fragment ---------------------------------------------------------------------------------------

/** Its packet, and those it stands for, wait for the rest. */
function hold(d: usize, datagram: usize): usize {
  addPackets(d, datagram)
  earlierPackets = 0
  earlierBytes = 0
  isHeld = true
  return PUT_ASIDE
}

function addPackets(d: usize, datagram: usize): void {
  store<u32>(datagram, load<u32>(datagram, G_PACKETS) + earlierPackets + 1, G_PACKETS)
  store<u64>(datagram, load<u64>(datagram, G_BYTES) + earlierBytes + <u64>load<u32>(d, D_WIRE), G_BYTES)
}

/** It is of no use. */
function drop(anomaly: u32): usize {
  isDropped = true
  if (anomaly != 0) {
    fault = anomaly
    faultValue = fragmentOffset
  }
  return PUT_ASIDE
}

/** Neither it nor any other of its datagram is of use. */
function discard(datagram: usize, anomaly: u32): usize {
  empty(datagram)
  store<u32>(datagram, DISCARDED, G_STATE)
  return drop(anomaly)
}

/** Its datagram cannot be put together: not all of it was captured. */
function cut(datagram: usize): usize {
  empty(datagram)
  store<u32>(datagram, CUT, G_STATE)
  isCut = true
  return SEPARATE
}

/** Gives up what is held of a datagram. */
function empty(datagram: usize): void {
  givenUp += load<u32>(datagram, G_PACKETS)
  store<u32>(datagram, 0, G_PACKETS)
  freePages(datagram)
}

function timeOut(datagram: usize): void {
  if (load<u32>(datagram, G_STATE) == GATHERING) timedOut++
  empty(datagram)
  removeDatagram(datagram)
}

function crowdOut(datagram: usize): void {
  if (load<u32>(datagram, G_STATE) == GATHERING) crowdedOut++
  empty(datagram)
  removeDatagram(datagram)
}

/** All fragments are there: the datagram in one piece, its header as if it had never been fragmented. */
function complete(datagram: usize): usize {
  const header = <usize>load<u32>(datagram, G_HEADER_LENGTH)
  const length = <usize>load<u32>(datagram, G_LENGTH)
  const isV4 = load<u32>(datagram, G_PROTOCOL) != IPV6_VERSION
  // The first fragment's options may be longer than those of the others.
  if (isV4 && header + length > MAX_DATAGRAM) return discard(datagram, ANOMALY_FRAGMENT_MALFORMED)
  const next = load<u32>(datagram, G_NEXT_HEADER)
  const whole = takeArea(header + length)
  memory.copy(whole, datagram + G_HEADER, header)
  for (let at: usize = 0; at < length; at += PAGE_BYTES) {
    const block = pageOf(datagram, at / PAGE_BYTES)
    memory.copy(whole + header + at, dataAt(block, 0), inPage(at, length))
  }
  if (isV4) mendIpv4(whole, header, length)
  else mendIpv6(whole, length, next)
  earlierPackets += load<u32>(datagram, G_PACKETS)
  earlierBytes += load<u64>(datagram, G_BYTES)
  removeDatagram(datagram)
  useWhole(whole, whole + header, whole + header + length, next)
  return whole
}

/** RFC 791 section 3.1: total length, neither more to come nor an offset, checksum. */
function mendIpv4(p: usize, header: usize, length: usize): void {
  store<u16>(p, bswap<u16>(<u16>(header + length)), 2)
  store<u16>(p, load<u16>(p, 6) & 0x00c0, 6) // in network order: only the flags above "more fragments" stay
  store<u16>(p, 0, 10)
  let sum: u32 = 0
  for (let at: usize = 0; at < header; at += 2) sum += be16(p + at)
  sum = (sum & 0xffff) + (sum >> 16)
  sum = (sum & 0xffff) + (sum >> 16)
  store<u16>(p, bswap<u16>(<u16>~sum), 10)
}

/** RFC 8200 section 4.5; headers before the fragment header are left out. */
function mendIpv6(p: usize, length: usize, next: u32): void {
  store<u16>(p, bswap<u16>(<u16>length), 4)
  store<u8>(p, <u8>next, 6)
}

/** Makes the whole datagram the packet that is parsed on. It is no fragment any more. */
export function becomeWhole(d: usize): void {
  store<u32>(d, load<u32>(d, D_FLAGS) & ~PACKET_FRAGMENT, D_FLAGS)
  store<u32>(d, <u32>wholeDatagram, D_NETWORK)
}
