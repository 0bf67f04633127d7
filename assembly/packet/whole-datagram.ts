import { D_FLAGS, D_NETWORK, PACKET_FRAGMENT } from '../layout'
import { be16 } from '../memory/bytes'
import { copyBytes } from './datagram-bytes'
import { G_HEADER, G_HEADER_LENGTH, G_LENGTH, G_NEXT_HEADER, G_PROTOCOL, IPV6_VERSION } from './datagrams'
import { MAX_DATAGRAM, takeArea } from './fragment-pool'
import { resumeLayers } from './layer'

/** The datagram in one piece, its header as if it had never been fragmented. */

/** IP header of the datagram that was completed last, or found again. */
export let wholeDatagram: usize = 0
/** What it carries. */
export let wholePayload: usize = 0
/** Protocol of what it carries. */
export let wholeNext: u32 = 0
/** Address behind its last byte. */
export let wholeEnd: usize = 0

/** None yet. */
export function forgetWhole(): void {
  wholeDatagram = 0
}

/** Goes on with the layers of this datagram. */
export function useWhole(datagram: usize, payload: usize, end: usize, next: u32): void {
  wholeDatagram = datagram
  wholePayload = payload
  wholeNext = next
  wholeEnd = end
  resumeLayers(end, 0)
}

/** Puts a datagram together whose fragments are all there. 0: it would be longer than an IPv4 datagram can be. */
export function putTogether(datagram: usize): usize {
  const header = <usize>load<u32>(datagram, G_HEADER_LENGTH)
  const length = <usize>load<u32>(datagram, G_LENGTH)
  const isV4 = load<u32>(datagram, G_PROTOCOL) != IPV6_VERSION
  // The first fragment's options may be longer than those of the others.
  if (isV4 && header + length > MAX_DATAGRAM) return 0
  const next = load<u32>(datagram, G_NEXT_HEADER)
  const whole = takeArea(header + length)
  memory.copy(whole, datagram + G_HEADER, header)
  copyBytes(datagram, length, whole + header)
  if (isV4) mendIpv4(whole, header, length)
  else mendIpv6(whole, length, next)
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
