import { LONGEST_STEP_BACK } from '../layout'
import { mixIn, splitMix } from '../memory/mix'
import { giveBlockBack, MAX_PAGES, PAGE_BYTES, takeBlock } from './fragment-pool'

/**
 * IP datagrams in progress: a hash table with chains, and a list of all in the order in which they began. An address
 * of 0 is "none".
 */

const NANOSECONDS: u64 = 1_000_000_000

// One datagram. What tells it from others stands first, but for the time.
export const G_CONTEXT: usize = 0 // u64, stands for the tags and tunnels around
const G_SINCE: usize = 8 // u64, time of the fragment that came first
export const G_SOURCE: usize = 16 // 16 bytes, of which IPv4 uses four
export const G_DESTINATION: usize = 32
export const G_ID: usize = 48 // u32
export const G_PROTOCOL: usize = 52 // u32, IP version << 8, for IPv4 with the protocol
export const G_BYTES: usize = 56 // u64, length on the wire of its packets
const G_CHAIN: usize = 64 // u32, next in the bucket
const G_BUCKET: usize = 68 // u32, address of the bucket
const G_OLDER: usize = 72 // u32
const G_NEWER: usize = 76 // u32
export const G_STATE: usize = 80 // u32, GATHERING and what follows
export const G_PACKETS: usize = 84 // u32, packets held for it
export const G_FRAGMENTS: usize = 88 // u32, without copies of one
export const G_RECEIVED: usize = 92 // u32, bytes that are there
export const G_LENGTH: usize = 96 // u32, once the last fragment is there, else UNKNOWN
export const G_HIGHEST: usize = 100 // u32, end of the fragment that ends last
export const G_HEADER_LENGTH: usize = 104 // u32, 0 until the first fragment is there
export const G_NEXT_HEADER: usize = 108 // u32, protocol of what the datagram carries, by the first fragment
export const G_HEADER: usize = 112 // IP header of the first fragment: 60 bytes at the most
const G_PAGES: usize = 176 // MAX_PAGES u32, blocks
const DATAGRAM_SIZE: usize = 304

// What G_PROTOCOL has of the version.
export const IPV4_VERSION: u32 = 4 << 8
export const IPV6_VERSION: u32 = 6 << 8

export const UNKNOWN: u32 = u32.MAX_VALUE

export const GATHERING: u32 = 0
/** Faulty: what comes of it is dropped, as RFC 5722 section 4 asks, until its time is over. */
export const DISCARDED: u32 = 1
/** A fragment was cut: those that come are tracked each for itself. */
export const CUT: u32 = 2

/** Where the caller describes the datagram that is looked for or begun: G_CONTEXT, G_SOURCE to G_PROTOCOL. */
export const WANTED: usize = memory.data(64, 16)

let multiplier: u64 = 0x9e3779b97f4a7c15
let whitener: u64 = 0xc2b2ae3d27d4eb4f

let buckets: usize = 0
let bucketMask: u32 = 0
let base: usize = 0
let capacity: usize = 0
let used: usize = 0
let live: usize = 0
let free: usize = 0
let oldest: usize = 0
let newest: usize = 0

/** Bytes of memory that a table of so many datagrams takes. */
export function datagramsBytes(datagrams: usize): u64 {
  return <u64>bucketsFor(datagrams) * 4 + <u64>datagrams * DATAGRAM_SIZE
}

/** Puts an empty table of so many datagrams at this address. */
export function placeDatagrams(address: usize, datagrams: usize): void {
  const count = bucketsFor(datagrams)
  buckets = address
  bucketMask = <u32>count - 1
  base = address + count * 4
  capacity = datagrams
  used = 0
  live = 0
  free = 0
  oldest = 0
  newest = 0
  memory.fill(buckets, 0, count * 4)
}

/** A power of two, so that at most half of the buckets are in use. */
function bucketsFor(datagrams: usize): usize {
  return (<usize>1) << (33 - <usize>clz<u32>(<u32>max<usize>(datagrams, 2) - 1))
}

/** Derives the secrets of the hash. */
export function seedDatagrams(seed: u64): void {
  multiplier = splitMix(seed + 0x1f83d9abfb41bd6b) | 1
  whitener = splitMix(seed + 0x5be0cd19137e2179)
}

/** Takes what tells tags and tunnels apart into a value for G_CONTEXT, which is 0 without any. */
export function addContext(context: u64, layer: u64): u64 {
  return mixIn(context, layer ^ whitener, multiplier)
}

function bucketOf(datagram: usize): usize {
  let h = mixIn(whitener, load<u64>(datagram, G_CONTEXT), multiplier)
  h = mixIn(h, load<u64>(datagram, G_SOURCE), multiplier)
  h = mixIn(h, load<u64>(datagram, G_SOURCE + 8), multiplier)
  h = mixIn(h, load<u64>(datagram, G_DESTINATION), multiplier)
  h = mixIn(h, load<u64>(datagram, G_DESTINATION + 8), multiplier)
  h = mixIn(h, load<u64>(datagram, G_ID), multiplier) * multiplier
  return buckets + <usize>((<u32>(h >> 32) & bucketMask) << 2)
}

function isWanted(datagram: usize): bool {
  return (
    load<u64>(datagram, G_ID) == load<u64>(WANTED, G_ID) &&
    load<u64>(datagram, G_CONTEXT) == load<u64>(WANTED, G_CONTEXT) &&
    i8x16.all_true(i8x16.eq(v128.load(datagram, G_SOURCE), v128.load(WANTED, G_SOURCE))) &&
    i8x16.all_true(i8x16.eq(v128.load(datagram, G_DESTINATION), v128.load(WANTED, G_DESTINATION)))
  )
}

/** The datagram that WANTED describes, 0 for none. */
export function findDatagram(): usize {
  let datagram = <usize>load<u32>(bucketOf(WANTED))
  while (datagram != 0 && !isWanted(datagram)) datagram = <usize>load<u32>(datagram, G_CHAIN)
  return datagram
}

/** Whether no more datagram can be begun. */
export function isTableFull(): bool {
  return live == capacity
}

export function datagramsLive(): usize {
  return live
}

export function oldestDatagram(): usize {
  return oldest
}

/** The datagram that began next after this one. */
export function newerDatagram(datagram: usize): usize {
  return <usize>load<u32>(datagram, G_NEWER)
}

/** Begins the datagram that WANTED describes, which is not in the table; the table is not full. */
export function beginDatagram(time: u64): usize {
  let datagram = free
  if (datagram != 0) {
    free = <usize>load<u32>(datagram, G_CHAIN)
  } else {
    datagram = base + used * DATAGRAM_SIZE
    used++
  }
  live++
  memory.fill(datagram, 0, DATAGRAM_SIZE)
  memory.copy(datagram, WANTED, G_BYTES)
  store<u64>(datagram, time, G_SINCE)
  store<u32>(datagram, UNKNOWN, G_LENGTH)
  const bucket = bucketOf(datagram)
  store<u32>(datagram, <u32>bucket, G_BUCKET)
  store<u32>(datagram, load<u32>(bucket), G_CHAIN)
  store<u32>(bucket, <u32>datagram)
  store<u32>(datagram, <u32>newest, G_OLDER)
  if (newest != 0) store<u32>(newest, <u32>datagram, G_NEWER)
  else oldest = datagram
  newest = datagram
  return datagram
}

/** Takes a datagram out, with its bytes. */
export function removeDatagram(datagram: usize): void {
  freePages(datagram)
  let link = <usize>load<u32>(datagram, G_BUCKET)
  while (<usize>load<u32>(link) != datagram) link = <usize>load<u32>(link) + G_CHAIN
  store<u32>(link, load<u32>(datagram, G_CHAIN))
  const older = <usize>load<u32>(datagram, G_OLDER)
  const newer = <usize>load<u32>(datagram, G_NEWER)
  if (older != 0) store<u32>(older, <u32>newer, G_NEWER)
  else oldest = newer
  if (newer != 0) store<u32>(newer, <u32>older, G_OLDER)
  else newest = older
  store<u32>(datagram, <u32>free, G_CHAIN)
  free = datagram
  live--
}

/**
 * Whether it has waited this long or longer. A time a little before its beginning is none after it; where the time lies
 * far before, that of its beginning was wrong, and it waits from now on.
 */
export function hasWaited(datagram: usize, timeout: u64, time: u64): bool {
  const since = load<u64>(datagram, G_SINCE)
  if (time >= since) return time - since >= timeout
  if (since - time > <u64>LONGEST_STEP_BACK * NANOSECONDS) store<u64>(datagram, time, G_SINCE)
  return false
}

/** The block of this page, 0 if there is none. */
export function pageOf(datagram: usize, page: usize): usize {
  return <usize>load<u32>(datagram + (page << 2), G_PAGES)
}

/** Blocks that bytes `from` to `to` - 1, at least one, would take in addition. */
export function pagesWanted(datagram: usize, from: usize, to: usize): usize {
  let count: usize = 0
  const last = (to - 1) / PAGE_BYTES
  for (let page = from / PAGE_BYTES; page <= last; page++) count += <usize>(pageOf(datagram, page) == 0)
  return count
}

/** The block of this page, new if need be; then `blocksFree` is not 0. */
export function openPage(datagram: usize, page: usize): usize {
  let block = pageOf(datagram, page)
  if (block == 0) {
    block = takeBlock()
    store<u32>(datagram + (page << 2), <u32>block, G_PAGES)
  }
  return block
}

/** Gives the bytes of a datagram up. */
export function freePages(datagram: usize): void {
  for (let page: usize = 0; page < MAX_PAGES; page++) {
    const block = pageOf(datagram, page)
    if (block == 0) continue
    giveBlockBack(block)
    store<u32>(datagram + (page << 2), 0, G_PAGES)
  }
}
