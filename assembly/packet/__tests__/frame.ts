import { descriptor } from '../../capture/batch'
import {
  D_CAPTURED,
  D_ENCAPSULATION_COUNT,
  D_ENCAPSULATIONS,
  D_FLAGS,
  D_FRAME,
  D_LINK_TYPE,
  D_NETWORK,
  D_PAYLOAD_CAPTURED,
  D_PAYLOAD_LENGTH,
  D_PROTOCOL,
  D_SIZE,
  D_TRANSPORT,
  D_TRANSPORT_KIND,
  D_WIRE,
  ENCAPSULATION_SIZE,
  N_HAS_ID,
  N_ID,
  N_KIND,
  PROTOCOL_UDP,
} from '../../layout'
import { takePages } from '../../memory/__tests__/pages'
import { be16 } from '../../memory/bytes'
import { beginDescriptor } from '../found'
import { beginLayers } from '../layer'
import { link } from '../link'
import { walk } from '../walk'

// Frames are written header by header into SCRATCH and, length fields filled in, moved to the last bytes of memory, so
// that reading one byte too many traps.

const PAGES: usize = takePages(2)
const SCRATCH: usize = PAGES
const END: usize = PAGES + 2 * 65536
const MAX_LENGTHS: usize = 64

/** The descriptor that specs look at. */
export const D: usize = descriptor(0)

/** All DETECT_* bits. */
export const ALL: u32 = 0xff

let length: usize = 0

// Length fields that are to be filled in: address, bytes, where counting begins, what is counted beside.
const FIELDS: usize = memory.data(1024, 8)
let fields: usize = 0

/** Begins a new frame. */
export function begin(): void {
  length = 0
  fields = 0
}

/** Appends bytes, written as hexadecimal digits with blanks anywhere. */
export function hex(text: string): void {
  let high: i32 = -1
  for (let i = 0; i < text.length; i++) {
    const digit = digitOf(text.charCodeAt(i))
    if (digit < 0) continue
    if (high < 0) {
      high = digit
    } else {
      byte(<u32>(high * 16 + digit))
      high = -1
    }
  }
}

function digitOf(code: i32): i32 {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code >= 0x61 && code <= 0x66) return code - 0x61 + 10
  return -1
}

export function byte(value: u32): void {
  store<u8>(SCRATCH + length, <u8>value)
  length += 1
}

export function half(value: u32): void {
  byte(value >> 8)
  byte(value & 0xff)
}

export function word(value: u32): void {
  half(value >> 16)
  half(value & 0xffff)
}

/** As many bytes of this value. */
export function fill(count: u32, value: u32 = 0x70): void {
  for (let i: u32 = 0; i < count; i++) byte(value)
}

/** Bytes written since `begin`. */
export function bytesWritten(): usize {
  return length
}

/** Writes over a byte. */
export function patch(offset: u32, value: u32): void {
  store<u8>(SCRATCH + <usize>offset, <u8>value)
}

/** Appends a length field that will count the bytes from `begins` bytes behind it on. */
export function lengthField(bytes: usize, begins: i32): void {
  const field = FIELDS + (fields % MAX_LENGTHS) * 16
  fields += 1
  store<u32>(field, <u32>length)
  store<u32>(field, <u32>bytes, 4)
  store<i32>(field, <i32>length + begins, 8)
  fill(<u32>bytes, 0)
}

/** Ethernet II: 02:00:00:00:00:01 to 02:00:00:00:00:02. */
export function ethernet(type: u32): void {
  hex('020000000002 020000000001')
  half(type)
}

/** Tag control information and the EtherType of what follows. */
export function tag(id: u32, type: u32): void {
  half(id)
  half(type)
}

/** IPv4, 10.0.0.1 to 10.0.0.2 or, numbered, 10.0.n.1 to 10.0.n.2. */
export function ipv4(protocol: u32, n: u32 = 0): void {
  hex('45 00')
  lengthField(2, -2)
  hex('0007 0000 40')
  byte(protocol)
  hex('0000 0a00')
  byte(n)
  hex('01 0a00')
  byte(n)
  hex('02')
}

/** IPv6, 2001:db8::1 to 2001:db8::2, flow label 0x12345. */
export function ipv6(next: u32): void {
  hex('60012345')
  lengthField(2, 36)
  byte(next)
  hex('40 20010db8000000000000000000000001 20010db8000000000000000000000002')
}

export function udp(source: u32, destination: u32): void {
  half(source)
  half(destination)
  lengthField(2, -4)
  half(0)
}

/** TCP without options: sequence number 0x01020304, acknowledgement 0x05060708, window 0x1000. */
export function tcp(source: u32, destination: u32, flags: u32 = 0x18): void {
  half(source)
  half(destination)
  hex('01020304 05060708 50')
  byte(flags)
  hex('1000 0000 0000')
}

/** A whole flow to recognise: IPv4 10.0.9.1:1111 to 10.0.9.2:2222, UDP, 5 bytes of payload. */
export function inner(): void {
  ipv4(PROTOCOL_UDP, 9)
  udp(1111, 2222)
  fill(5)
}

/** Makes the frame the descriptor's, cut to `captured` bytes of `wire`, by default whole. All else in it is garbage. */
export function present(linkType: u32, captured: usize = 1 << 30, wire: usize = 0): usize {
  seal()
  const cut = min(captured, length)
  const p = END - cut
  memory.copy(p, SCRATCH, cut)
  memory.fill(D, 0xee, D_SIZE)
  store<u32>(D, <u32>p, D_FRAME)
  store<u32>(D, <u32>cut, D_CAPTURED)
  store<u32>(D, <u32>(wire == 0 ? length : wire), D_WIRE)
  store<u32>(D, linkType, D_LINK_TYPE)
  return p
}

/** Fills in all lengths: what is appended from here on is padding. */
export function seal(): void {
  for (let i: usize = 0; i < fields; i++) fillIn(FIELDS + i * 16)
  fields = 0
}

function fillIn(field: usize): void {
  const at = SCRATCH + <usize>load<u32>(field)
  const count = <u32>(<i32>length - load<i32>(field, 8))
  if (load<u32>(field, 4) == 2) store<u16>(at, bswap<u16>(<u16>count))
  else store<u32>(at, bswap<u32>(count))
}

/** Runs the parsers on the frame as the extractor does without steps, and returns where the walk stopped. */
export function dissect(linkType: u32 = 1, detect: u32 = ALL, captured: usize = 1 << 30, wire: usize = 0): u64 {
  const p = present(linkType, captured, wire)
  const bytes = <usize>load<u32>(D, D_CAPTURED)
  beginLayers(p, bytes, <usize>load<u32>(D, D_WIRE))
  beginDescriptor(D)
  return walk(D, link(D, linkType, p), detect)
}

/** Offset in the frame of the address in this field, -1 for none. */
export function offsetOf(field: usize): i32 {
  const p = load<u32>(D + field)
  return p == 0 ? -1 : <i32>(p - load<u32>(D, D_FRAME))
}

export function flags(): u32 {
  return load<u32>(D, D_FLAGS)
}

export function protocol(): u32 {
  return <u32>load<u8>(D, D_PROTOCOL)
}

export function transportKind(): u32 {
  return <u32>load<u8>(D, D_TRANSPORT_KIND)
}

export function payloadLength(): u32 {
  return load<u32>(D, D_PAYLOAD_LENGTH)
}

export function payloadCaptured(): u32 {
  return load<u32>(D, D_PAYLOAD_CAPTURED)
}

export function isFound(): bool {
  return load<u32>(D, D_NETWORK) != 0
}

/** Whether the flow found is that of `inner`. */
export function foundInner(): bool {
  return isFound() && thirdByte() == 9 && sourcePort() == 1111 && destinationPort() == 2222 && payloadLength() == 5
}

/** Whether the flow found is IPv4, numbered as `ipv4` numbers them. */
export function foundOuter(n: u32 = 0): bool {
  return isFound() && thirdByte() == n
}

function thirdByte(): u32 {
  return <u32>load<u8>(<usize>load<u32>(D, D_NETWORK), 14)
}

export function sourcePort(): u32 {
  return be16(<usize>load<u32>(D, D_TRANSPORT))
}

export function destinationPort(): u32 {
  return be16(<usize>load<u32>(D, D_TRANSPORT) + 2)
}

export function encapsulations(): i32 {
  return <i32>load<u8>(D, D_ENCAPSULATION_COUNT)
}

/** Address of an entry. */
export function encapsulation(index: usize): usize {
  return D + D_ENCAPSULATIONS + index * ENCAPSULATION_SIZE
}

export function kindAt(index: usize): u32 {
  return <u32>load<u8>(encapsulation(index), N_KIND)
}

/** Id of an entry, -1 if it has none. */
export function idAt(index: usize): i64 {
  const entry = encapsulation(index)
  return load<u8>(entry, N_HAS_ID) != 0 ? <i64>load<u32>(entry, N_ID) : -1
}
