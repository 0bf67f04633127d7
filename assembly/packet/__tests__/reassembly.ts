import {
  C_FRAGMENT_BUFFER,
  C_FRAGMENT_TIMEOUT,
  C_MAX_DATAGRAMS,
  C_MAX_FRAGMENTS,
  D_CAPTURED,
  D_CROWDED_OUT,
  D_EARLIER_BYTES,
  D_EARLIER_PACKETS,
  D_FLAGS,
  D_FRAGMENT_FAULT,
  D_FRAGMENT_VALUE,
  D_GIVEN_UP,
  D_PAYLOAD,
  D_PAYLOAD_CAPTURED,
  D_TIME,
  D_TIMED_OUT,
  D_WIRE,
  PACKET_FRAGMENT_NOTES,
  PACKET_REASSEMBLED,
} from '../../layout'
import { takePages } from '../../memory/__tests__/pages'
import { beginDescriptor } from '../found'
import { fragmentsBytes, placeFragments, readFragmentConfig } from '../fragment-config'
import { beginFragments } from '../fragment-memo'
import { clearNotes, settleFragments } from '../fragment-outcome'
import { clearArea } from '../fragment-pool'
import { giveUpDatagrams } from '../fragments'
import { GTPU_PORT } from '../gtpu'
import { beginLayers } from '../layer'
import { link } from '../link'
import { setTunnelPorts } from '../udp-tunnels'
import { walk } from '../walk'
import { ALL, begin, byte, D, ethernet, half, hex, present, word } from './frame'

// Fragments of datagrams whose bytes are in SOURCE, shown to the parsers as the extractor does.

export const SECOND: u64 = 1_000_000_000
export const PROTOCOL: u32 = 17

const PAGES: usize = takePages(160)
/** Bytes that datagrams carry: 65536, with a UDP header that fits `udpHeader`. */
export const SOURCE: usize = PAGES
const MEMORY: usize = PAGES + 65536
const CONFIG: usize = memory.data(376, 8)

let now: u64 = 1000 * SECOND

/** Empty, with these bounds. */
export function restart(
  datagrams: u32 = 16,
  buffer: u32 = 1 << 20,
  fragments: u32 = 256,
  timeout: u64 = 30 * SECOND,
  isOn: bool = true,
): void {
  store<u32>(CONFIG, datagrams, C_MAX_DATAGRAMS)
  store<u32>(CONFIG, buffer, C_FRAGMENT_BUFFER)
  store<u32>(CONFIG, fragments, C_MAX_FRAGMENTS)
  store<u64>(CONFIG, timeout, C_FRAGMENT_TIMEOUT)
  if (fragmentsBytes(CONFIG) > 150 * 65536) unreachable()
  placeFragments(MEMORY, CONFIG, 99)
  readFragmentConfig(CONFIG, isOn)
  setTunnelPorts(0, 0, 0, GTPU_PORT)
  giveUpDatagrams(0, true)
  clearNotes()
  for (let i: usize = 0; i < 65536; i++) store<u8>(SOURCE + i, <u8>((i * 7) ^ (i >> 8)))
}

export function wait(nanoseconds: u64): void {
  now += nanoseconds
}

export function getNow(): u64 {
  return now
}

export function setNow(time: u64): void {
  now = time
}

/** Makes the first eight bytes a UDP header, of a datagram with so many bytes. */
export function udpHeader(length: u32, source: u32 = 53, destination: u32 = 1000): void {
  store<u16>(SOURCE, bswap<u16>(<u16>source))
  store<u16>(SOURCE, bswap<u16>(<u16>destination), 2)
  store<u16>(SOURCE, bswap<u16>(<u16>length), 4)
  store<u16>(SOURCE, 0, 6)
}

/** Makes the bytes that were written since `begin` the first of SOURCE. */
export function takeOver(): void {
  const p = present(1)
  memory.copy(SOURCE, p, <usize>load<u32>(D, D_CAPTURED))
}

export function hexSource(text: string): void {
  begin()
  hex(text)
  takeOver()
}

/** IPv4 header of a fragment, 10.0.0.1 to 10.0.0.2; `options` words of options. */
export function header4(
  id: u32,
  start: u32,
  length: u32,
  more: bool,
  protocol: u32 = PROTOCOL,
  options: u32 = 0,
): void {
  byte(0x45 + options)
  byte(0)
  half(20 + 4 * options + length)
  half(id)
  half((more ? 0x2000 : 0) | 0x4000 | (start >> 3))
  byte(64)
  byte(protocol)
  hex('0000 0a000001 0a000002')
  for (let i: u32 = 0; i < options; i++) hex('01010101')
}

/** IPv6 and fragment header, 2001:db8::1 to 2001:db8::2. */
export function header6(id: u32, start: u32, length: u32, more: bool, next: u32 = PROTOCOL): void {
  hex('60012345')
  half(8 + length)
  hex('2c 40 20010db8000000000000000000000001 20010db8000000000000000000000002')
  byte(next)
  byte(0)
  half(start | u32(more))
  word(id)
}

/** Bytes of SOURCE. */
export function bytes(start: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) byte(<u32>load<u8>(SOURCE + start + i))
}

/** Shows bytes `start` to `end` - 1 of SOURCE as fragment of IPv4 in Ethernet. True: the packet has a flow. */
export function send4(id: u32, start: u32, end: u32, more: bool = true, protocol: u32 = PROTOCOL): bool {
  begin()
  ethernet(0x0800)
  header4(id, start, end - start, more, protocol)
  bytes(start, end - start)
  return show()
}

export function send6(id: u32, start: u32, end: u32, more: bool = true, next: u32 = PROTOCOL): bool {
  begin()
  ethernet(0x86dd)
  header6(id, start, end - start, more, next)
  bytes(start, end - start)
  return show()
}

/** Shows the frame that was written, cut to `captured` bytes. True: the packet can have a flow. */
export function show(captured: usize = 1 << 30, detect: u32 = ALL): bool {
  const p = present(1, captured)
  store<u64>(D, now, D_TIME)
  beginLayers(p, <usize>load<u32>(D, D_CAPTURED), <usize>load<u32>(D, D_WIRE))
  beginDescriptor(D)
  beginFragments()
  walk(D, link(D, 1, p), detect)
  return settleFragments(D)
}

/** The host has read everything. */
export function drain(): void {
  clearArea()
}

export function hasFlag(flag: u32): bool {
  return (load<u32>(D, D_FLAGS) & flag) != 0
}

/** Whether the payload of the packet is bytes `start` to `end` - 1 of SOURCE, in one piece. */
export function carries(start: u32, end: u32): bool {
  return (
    load<u32>(D, D_PAYLOAD_CAPTURED) == end - start &&
    memory.compare(<usize>load<u32>(D, D_PAYLOAD), SOURCE + start, end - start) == 0
  )
}

function note(field: usize): u32 {
  return hasFlag(PACKET_FRAGMENT_NOTES) ? load<u32>(D + field) : 0
}

export function givenUp(): u32 {
  return note(D_GIVEN_UP)
}

export function timedOut(): u32 {
  return note(D_TIMED_OUT)
}

export function crowdedOut(): u32 {
  return note(D_CROWDED_OUT)
}

export function fault(): u32 {
  return note(D_FRAGMENT_FAULT)
}

export function faultValue(): u32 {
  return note(D_FRAGMENT_VALUE)
}

export function earlierPackets(): u32 {
  return hasFlag(PACKET_REASSEMBLED) ? load<u32>(D, D_EARLIER_PACKETS) : 0
}

export function earlierBytes(): u64 {
  return hasFlag(PACKET_REASSEMBLED) ? load<u64>(D, D_EARLIER_BYTES) : 0
}
