import { be16 } from '../memory/bytes'
import { behindAuthentication } from './extension-headers'
import { forgetFlow, malformed, networkFound, payloadBehind, payloadFound, tooShort } from './found'
import { fragmentFound } from './fragment'
import { reassembles } from './fragment-config'
import { PUT_ASIDE, SEPARATE } from './fragment-outcome'
import { ipv4Fragment } from './fragments'
import { layerAt, layerEnd, layerMissing, stop, trim } from './layer'
import { PROTOCOL_AUTHENTICATION } from './numbers'
import { becomeWhole, wholeNext, wholePayload } from './whole-datagram'

/** Header without options: RFC 791 section 3.1. */
export const IPV4_HEADER: usize = 20

/** First byte of the header without options: version and length in units of four bytes. */
export const VERSION_4_NO_OPTIONS: u32 = 0x45
const MORE_FRAGMENTS: u32 = 0x2000
const FRAGMENT_OFFSET: u32 = 0x1fff
/** Bits of the field at 6 of which one is set in every fragment. */
export const FRAGMENT: u32 = 0x3fff

/** IPv4 header: RFC 791. The flow is found; the layer returned is what the protocol field says, or none to be read. */
export function ipv4(d: usize, p: usize): u64 {
  const rest = layerEnd - p
  if (rest < IPV4_HEADER) return tooShort(d)
  const first = <u32>load<u8>(p)
  let header = IPV4_HEADER
  if (first != VERSION_4_NO_OPTIONS) {
    header = <usize>((first & 0x0f) << 2)
    if (first >> 4 != 4 || header < IPV4_HEADER || header > rest + layerMissing) return malformed(d)
  }
  // A total length of 0 stands for one that 16 bits cannot hold, or that the network card is to fill in: the rest.
  const total = <usize>be16(p + 2)
  if (total != 0) {
    if (total < header) return malformed(d)
    trim(p, total)
  }
  networkFound(d, p)
  const protocol = <u32>load<u8>(p, 9)
  if (header > layerEnd - p) {
    payloadFound(d, protocol, layerEnd)
    payloadBehind(d, p, header)
    return stop()
  }
  const fragment = be16(p + 6) & FRAGMENT
  if (fragment != 0) {
    const offset = fragment & FRAGMENT_OFFSET
    fragmentFound(d, be16(p + 4), offset << 3, (fragment & MORE_FRAGMENTS) != 0)
    const whole = reassembles ? ipv4Fragment(d, p, header) : SEPARATE
    if (whole == PUT_ASIDE) {
      forgetFlow(d)
      return stop()
    }
    if (whole != SEPARATE) {
      becomeWhole(d)
      return carried(d, wholeNext, wholePayload)
    }
    if (offset != 0) {
      payloadFound(d, protocol, p + header)
      return stop()
    }
  }
  return carried(d, protocol, p + header)
}

/** The layer that the header's payload is. */
function carried(d: usize, protocol: u32, p: usize): u64 {
  return protocol == PROTOCOL_AUTHENTICATION ? behindAuthentication(d, p) : layerAt(protocol, p)
}
