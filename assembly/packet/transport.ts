import {
  D_ICMP_CODE,
  D_ICMP_TYPE,
  D_PROTOCOL,
  D_SEQUENCE,
  D_TRANSPORT,
  D_TRANSPORT_KIND,
  D_WINDOW,
  D_WINDOW_SCALE,
  NO_WINDOW_SCALE,
  PROTOCOL_ICMP,
  PROTOCOL_ICMP6,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  TCP_SYN,
  TRANSPORT_ICMP,
  TRANSPORT_PORTS,
  TRANSPORT_SCTP,
  TRANSPORT_TCP,
  TRANSPORT_UDP,
} from '../layout'
import { be16 } from '../memory/bytes'
import { isFragment, malformed, payloadBehind, tooShort } from './found'
import { layerEnd, layerMissing, MAX_TCP_OPTIONS, trim } from './layer'

const PORTS: usize = 4 // source and destination, first in TCP, UDP and SCTP alike
/** Without options: RFC 9293 section 3.1. */
export const TCP_HEADER: usize = 20
/** RFC 768. */
export const UDP_HEADER: usize = 8
const SCTP_HEADER: usize = 12 // RFC 9260 section 3.1
const ICMP_TYPE_AND_CODE: usize = 2
// Four bytes common to all messages, four that each type has: RFC 792, RFC 4443 section 2.1, RFC 4861 section 4.
const ICMP_HEADER: usize = 8

const OPTION_END: u32 = 0 // RFC 9293 section 3.2
const OPTION_NO_OPERATION: u32 = 1
const OPTION_WINDOW_SCALE: u32 = 3 // RFC 7323 section 2.2
const WINDOW_SCALE_LENGTH: usize = 3
const MAX_WINDOW_SCALE: u32 = 14 // RFC 7323 section 2.3

/** The header of this IP protocol at `p`, as far as it was captured. */
export function transport(d: usize, protocol: u32, p: usize): void {
  store<u8>(d, <u8>protocol, D_PROTOCOL)
  store<u32>(d, <u32>p, D_TRANSPORT)
  switch (protocol) {
    case PROTOCOL_TCP:
      return tcp(d, p)
    case PROTOCOL_UDP:
      return udp(d, p)
    case PROTOCOL_SCTP:
      return sctp(d, p)
    case PROTOCOL_ICMP:
    case PROTOCOL_ICMP6:
      return icmp(d, p)
    default:
      payloadBehind(d, p, 0)
  }
}

/**
 * RFC 9293 section 3.1. With a data offset that cannot be, nothing behind the ports is believed and no payload told. Options
 * may lie in a later fragment.
 */
function tcp(d: usize, p: usize): void {
  const rest = layerEnd - p
  if (rest < TCP_HEADER) return cutTcp(d, p, rest)
  const header = dataOffset(p)
  payloadBehind(d, p, header)
  if (header < TCP_HEADER || (header > rest + layerMissing && !isFragment(d))) return badTcp(d, p)
  store<u8>(d, <u8>TRANSPORT_TCP, D_TRANSPORT_KIND)
  const fields = tcpFields(p)
  v128.store_lane<u64>(d, fields, 0, D_SEQUENCE) // with D_ACKNOWLEDGEMENT
  v128.store_lane<u32>(d, fields, 2, D_WINDOW) // with D_TCP_FLAGS and D_WINDOW_SCALE
  if (isSyn(p)) store<u8>(d, <u8>windowScale(p + TCP_HEADER, p + min(header, rest)), D_WINDOW_SCALE)
}

/**
 * Bytes 4 to 19 of a TCP header as the descriptor has them from D_SEQUENCE on: sequence and acknowledgement number,
 * window, flags, no window scale, and zeros up to D_NETWORK.
 */
export function tcpFields(p: usize): v128 {
  const none = i32x4(<i32>NO_WINDOW_SCALE, 0, 0, 0)
  return i8x16.shuffle(v128.load(p, 4), none, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 16, 17, 17, 17, 17)
}

export function isSyn(p: usize): bool {
  return (<u32>load<u8>(p, 13) & TCP_SYN) != 0
}

/** Header length in bytes: the first four bits of byte 12, in units of four. */
export function dataOffset(p: usize): usize {
  return <usize>((<u32>load<u8>(p, 12) >> 4) << 2)
}

function badTcp(d: usize, p: usize): void {
  malformed(d)
  store<u8>(d, <u8>TRANSPORT_PORTS, D_TRANSPORT_KIND)
  payloadBehind(d, p, layerEnd - p + layerMissing)
}

/** Cut before its 20th byte; the data offset may still be there. */
function cutTcp(d: usize, p: usize, rest: usize): void {
  cut(d, p, rest > 12 ? max(dataOffset(p), TCP_HEADER) : TCP_HEADER)
}

/** Shift count that a SYN's options, from `p` to `end`, offer: RFC 7323 section 2.2. */
export function windowScale(p: usize, end: usize): u32 {
  let at = p
  for (let options: usize = 0; options < MAX_TCP_OPTIONS && at < end; options++) {
    const kind = <u32>load<u8>(at)
    if (kind == OPTION_END) break
    if (kind == OPTION_NO_OPERATION) {
      at += 1
      continue
    }
    if (end - at < 2) break
    const length = <usize>load<u8>(at, 1)
    if (length < 2 || length > end - at) break
    if (kind == OPTION_WINDOW_SCALE && length == WINDOW_SCALE_LENGTH) return min(<u32>load<u8>(at, 2), MAX_WINDOW_SCALE)
    at += length
  }
  return NO_WINDOW_SCALE
}

/** RFC 768. A length of 0 is one that 16 bits cannot hold (RFC 2675 section 4) or that the card is to fill in. */
function udp(d: usize, p: usize): void {
  if (layerEnd - p < UDP_HEADER) return cut(d, p, UDP_HEADER)
  const length = <usize>be16(p + 4)
  store<u8>(d, <u8>TRANSPORT_UDP, D_TRANSPORT_KIND)
  if (length >= UDP_HEADER) trim(p, length)
  else if (length != 0) malformed(d)
  payloadBehind(d, p, UDP_HEADER)
}

/** RFC 9260 section 3.1: the payload is the chunks. */
function sctp(d: usize, p: usize): void {
  if (layerEnd - p < SCTP_HEADER) return cut(d, p, SCTP_HEADER)
  store<u8>(d, <u8>TRANSPORT_SCTP, D_TRANSPORT_KIND)
  payloadBehind(d, p, SCTP_HEADER)
}

/** RFC 792, RFC 4443. */
function icmp(d: usize, p: usize): void {
  if (layerEnd - p < ICMP_TYPE_AND_CODE) {
    tooShort(d)
  } else {
    store<u8>(d, <u8>TRANSPORT_ICMP, D_TRANSPORT_KIND)
    store<u8>(d, load<u8>(p), D_ICMP_TYPE)
    store<u8>(d, load<u8>(p, 1), D_ICMP_CODE)
  }
  payloadBehind(d, p, ICMP_HEADER)
}

/** A header that is not all there: its ports may be. */
function cut(d: usize, p: usize, header: usize): void {
  tooShort(d)
  if (layerEnd - p >= PORTS) store<u8>(d, <u8>TRANSPORT_PORTS, D_TRANSPORT_KIND)
  payloadBehind(d, p, header)
}
