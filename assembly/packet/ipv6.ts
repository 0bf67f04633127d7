import { D_FLOW_LABEL, PACKET_MALFORMED } from '../layout'
import { be16, be32 } from '../memory/bytes'
import { behindExtensions, jumboPayloadLength } from './extension-headers'
import { flag, malformed, networkFound, tooShort } from './found'
import { layerEnd, trim } from './layer'
import { PROTOCOL_HOP_BY_HOP } from './numbers'

/** Fixed header: RFC 8200 section 3. */
export const IPV6_HEADER: usize = 40

/** Of the first four bytes: RFC 6437 section 2. */
export const FLOW_LABEL: u32 = 0xfffff
const MIN_JUMBO: usize = 65536 // RFC 2675 section 3

/** IPv6 header with its extension headers. The flow is found; the layer returned is what they carry. */
export function ipv6(d: usize, p: usize): u64 {
  if (layerEnd - p < IPV6_HEADER) return tooShort(d)
  const first = be32(p)
  if (first >> 28 != 6) return malformed(d)
  const next = <u32>load<u8>(p, 6)
  const length = <usize>be16(p + 4)
  networkFound(d, p)
  store<u32>(d, first & FLOW_LABEL, D_FLOW_LABEL)
  if (length != 0) {
    trim(p + IPV6_HEADER, length)
  } else if (next == PROTOCOL_HOP_BY_HOP) {
    // Without a jumbo length 0 stands for what the network card is to fill in: the rest.
    const jumbo = jumboPayloadLength(p + IPV6_HEADER)
    if (jumbo >= MIN_JUMBO) trim(p + IPV6_HEADER, jumbo)
    else if (jumbo != 0) flag(d, PACKET_MALFORMED)
  }
  return behindExtensions(d, next, p + IPV6_HEADER)
}
