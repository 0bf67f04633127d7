import { D_NETWORK, PACKET_LAYER_LIMIT } from '../layout'
import { be16, be32 } from '../memory/bytes'
import { flag, forgetFlow, payloadFound, tooShort } from './found'
import { fragmentFound, fragmentOffset } from './fragment'
import { reassembles } from './fragment-config'
import { PUT_ASIDE, SEPARATE } from './fragment-outcome'
import { ipv6Fragment } from './fragments'
import { layerAt, layerEnd, MAX_EXTENSION_HEADERS, MAX_HOP_BY_HOP_OPTIONS, stop } from './layer'
import {
  PROTOCOL_AUTHENTICATION,
  PROTOCOL_DESTINATION_OPTIONS,
  PROTOCOL_FRAGMENT,
  PROTOCOL_HIP,
  PROTOCOL_HOP_BY_HOP,
  PROTOCOL_MOBILITY,
  PROTOCOL_NO_NEXT_HEADER,
  PROTOCOL_ROUTING,
  PROTOCOL_SHIM6,
} from './numbers'
import { becomeWhole, wholeDatagram, wholeNext, wholePayload } from './whole-datagram'

const FRAGMENT_HEADER: usize = 8
const FRAGMENT_OFFSET: u32 = 0xfff8 // in bytes as it lies there: RFC 8200 section 4.5
const MORE_FRAGMENTS: u32 = 1

const OPTION_PAD1: u32 = 0 // RFC 8200 section 4.2
const OPTION_JUMBO_PAYLOAD: u32 = 0xc2 // RFC 2675 section 2
const JUMBO_PAYLOAD_LENGTH: u32 = 4

/**
 * Walks the extension headers from the one of type `first` at `p` on: RFC 8200 section 4, RFC 7045 section 3. Returns
 * the layer behind them; after a later fragment, or where the chain cannot be followed, the flow gets no ports.
 */
export function behindExtensions(d: usize, first: u32, p: usize): u64 {
  let type = first
  let at = p
  let signalling: u32 = PROTOCOL_NO_NEXT_HEADER
  let signallingAt: usize = 0
  for (let headers: usize = 0; isExtension(type); headers++) {
    if (headers == MAX_EXTENSION_HEADERS) {
      flag(d, PACKET_LAYER_LIMIT)
      return portless(d, type, at)
    }
    const rest = layerEnd - at
    if (rest < 2 || extensionLength(type, at) > rest) {
      tooShort(d)
      return portless(d, type, at)
    }
    if (isSignalling(type)) {
      signalling = type
      signallingAt = at
    }
    const next = <u32>load<u8>(at)
    if (type == PROTOCOL_FRAGMENT && isFragment(d, at)) {
      const whole = wholeFragment(d, at)
      if (whole == PUT_ASIDE) {
        forgetFlow(d)
        return stop()
      }
      if (whole != SEPARATE) {
        becomeWhole(d)
        type = wholeNext
        at = wholePayload
        signallingAt = 0
        continue
      }
      if (fragmentOffset != 0) return portless(d, next, at + FRAGMENT_HEADER)
    }
    at += extensionLength(type, at)
    type = next
  }
  // Mobility, HIP and Shim6 headers mostly come last and are then what the packet is about.
  if (type == PROTOCOL_NO_NEXT_HEADER && signallingAt != 0) return portless(d, signalling, signallingAt)
  return layerAt(type, at)
}

/** Behind authentication headers, the only ones of these that IPv4 knows too: RFC 4302. */
export function behindAuthentication(d: usize, p: usize): u64 {
  let at = p
  for (let headers: usize = 0; headers < MAX_EXTENSION_HEADERS; headers++) {
    const rest = layerEnd - at
    if (rest < 2 || extensionLength(PROTOCOL_AUTHENTICATION, at) > rest) {
      tooShort(d)
      return portless(d, PROTOCOL_AUTHENTICATION, at)
    }
    const next = <u32>load<u8>(at)
    at += extensionLength(PROTOCOL_AUTHENTICATION, at)
    if (next != PROTOCOL_AUTHENTICATION) return layerAt(next, at)
  }
  flag(d, PACKET_LAYER_LIMIT)
  return portless(d, PROTOCOL_AUTHENTICATION, at)
}

/** Length in the jumbo payload option of the hop-by-hop header at `p`, 0 where there is none: RFC 2675 section 2. */
export function jumboPayloadLength(p: usize): usize {
  const rest = layerEnd - p
  if (rest < 2) return 0
  const end = p + min(extensionLength(PROTOCOL_HOP_BY_HOP, p), rest)
  let at = p + 2
  for (let options: usize = 0; options < MAX_HOP_BY_HOP_OPTIONS && end - at >= 2; options++) {
    const type = <u32>load<u8>(at)
    const length = <u32>load<u8>(at, 1)
    if (type == OPTION_PAD1) {
      at += 1
    } else if (<usize>(length + 2) > end - at) {
      return 0
    } else if (type == OPTION_JUMBO_PAYLOAD && length == JUMBO_PAYLOAD_LENGTH) {
      return <usize>be32(at + 2)
    } else {
      at += <usize>(length + 2)
    }
  }
  return 0
}

function isExtension(type: u32): bool {
  switch (type) {
    case PROTOCOL_HOP_BY_HOP:
    case PROTOCOL_ROUTING:
    case PROTOCOL_FRAGMENT:
    case PROTOCOL_AUTHENTICATION:
    case PROTOCOL_DESTINATION_OPTIONS:
      return true
    default:
      return isSignalling(type)
  }
}

/** Extension headers that carry messages of their own: RFC 6275 section 6.1, RFC 7401 section 5.1, RFC 5533 section 5. */
function isSignalling(type: u32): bool {
  return type == PROTOCOL_MOBILITY || type == PROTOCOL_HIP || type == PROTOCOL_SHIM6
}

/** Bytes of the header at `p`, of which two are there: in units of 8 but for AH (RFC 4302 section 2.2) and fragment. */
function extensionLength(type: u32, p: usize): usize {
  if (type == PROTOCOL_FRAGMENT) return FRAGMENT_HEADER
  const units = <usize>load<u8>(p, 1)
  return type == PROTOCOL_AUTHENTICATION ? (units + 2) << 2 : (units + 1) << 3
}

/** Notes the fragment whose header is at `p`, if it is one: with neither offset nor more it is whole (RFC 6946). */
function isFragment(d: usize, p: usize): bool {
  const field = be16(p + 2)
  const offset = field & FRAGMENT_OFFSET
  const more = (field & MORE_FRAGMENTS) != 0
  if (offset == 0 && !more) return false
  fragmentFound(d, be32(p + 4), offset, more)
  return true
}

/** What the fragment header at `p` comes to, see `ipv6Fragment`. In a datagram that was put together it means nothing. */
function wholeFragment(d: usize, p: usize): usize {
  const network = <usize>load<u32>(d, D_NETWORK)
  return reassembles && network != wholeDatagram ? ipv6Fragment(d, network, p, FRAGMENT_HEADER) : SEPARATE
}

function portless(d: usize, protocol: u32, p: usize): u64 {
  payloadFound(d, protocol, p)
  return stop()
}
