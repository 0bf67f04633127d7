import { ENCAPSULATION_ERSPAN, ENCAPSULATION_GRE, ENCAPSULATION_PPTP, PACKET_LAYER_LIMIT } from '../layout'
import { be16, be32 } from '../memory/bytes'
import { erspan2, erspan3 } from './erspan'
import { etherType } from './ethernet'
import { flag, tooShort } from './found'
import { LAYER_ETHERNET, layerAt, layerEnd, MAX_GRE_ROUTES, stop, trim } from './layer'
import { ETHERTYPE_ERSPAN_2, ETHERTYPE_ERSPAN_3, ETHERTYPE_PPP, ETHERTYPE_TRANSPARENT_ETHERNET } from './numbers'
import { ppp } from './ppp'
import { tunnel } from './tunnel'

const GRE_HEADER: usize = 4
const FIELD: usize = 4
const ROUTE_HEADER: usize = 4

// Flags: RFC 1701, as RFC 2784 and RFC 2890 keep them.
const CHECKSUM: u32 = 0x8000
const ROUTING: u32 = 0x4000
const KEY: u32 = 0x2000
const SEQUENCE: u32 = 0x1000
const ACKNOWLEDGEMENT: u32 = 0x0080 // RFC 2637 section 4.1
const VERSION: u32 = 0x0007

/** GRE of version 0, RFC 2784 with RFC 2890 and the routing of RFC 1701, or of version 1, RFC 2637. */
export function gre(d: usize, p: usize): u64 {
  if (layerEnd - p < GRE_HEADER) return tooShort(d)
  const flags = be16(p)
  const type = be16(p + 2)
  const version = flags & VERSION
  if (version == 0) return version0(d, flags, type, p + GRE_HEADER)
  if (version == 1 && type == ETHERTYPE_PPP) return pptp(d, flags, p + GRE_HEADER)
  return stop()
}

function version0(d: usize, flags: u32, type: u32, p: usize): u64 {
  const hasKey = (flags & KEY) != 0
  const hasSequence = (flags & SEQUENCE) != 0
  const beforeKey: usize = (flags & (CHECKSUM | ROUTING)) != 0 ? FIELD : 0
  const fields = beforeKey + (hasKey ? FIELD : 0) + (hasSequence ? FIELD : 0)
  if (layerEnd - p < fields) return tooShort(d)
  const key = hasKey ? be32(p + beforeKey) : 0
  const at = (flags & ROUTING) != 0 ? behindRoutes(d, p + fields) : p + fields
  if (at == 0) return stop()
  switch (type) {
    case ETHERTYPE_TRANSPARENT_ETHERNET:
      return tunnel(d, ENCAPSULATION_GRE, hasKey, key, layerAt(LAYER_ETHERNET, at))
    case ETHERTYPE_ERSPAN_2:
      // Type I has neither sequence number nor header of its own: draft-foschiano-erspan-03.
      if (!hasSequence) return tunnel(d, ENCAPSULATION_ERSPAN, false, 0, layerAt(LAYER_ETHERNET, at))
      return erspan2(d, at)
    case ETHERTYPE_ERSPAN_3:
      return erspan3(d, at)
    default:
      return tunnel(d, ENCAPSULATION_GRE, hasKey, key, etherType(type, at))
  }
}

/** Address behind the source route entries at `p`, 0 if they do not end: RFC 1701, "Routing". */
function behindRoutes(d: usize, p: usize): usize {
  let at = p
  for (let routes: usize = 0; routes < MAX_GRE_ROUTES; routes++) {
    const rest = layerEnd - at
    const length: usize = rest < ROUTE_HEADER ? rest : <usize>load<u8>(at, 3)
    if (rest < ROUTE_HEADER || length > rest - ROUTE_HEADER) {
      tooShort(d)
      return 0
    }
    at += ROUTE_HEADER + length
    if (length == 0) return at
  }
  flag(d, PACKET_LAYER_LIMIT)
  return 0
}

/** Enhanced GRE, RFC 2637 section 4.1: the key is payload length and call id, the payload PPP. */
function pptp(d: usize, flags: u32, p: usize): u64 {
  if ((flags & KEY) == 0 || (flags & (CHECKSUM | ROUTING)) != 0) return stop()
  const fields = FIELD + ((flags & SEQUENCE) != 0 ? FIELD : 0) + ((flags & ACKNOWLEDGEMENT) != 0 ? FIELD : 0)
  if (layerEnd - p < fields) return tooShort(d)
  trim(p + fields, <usize>be16(p))
  return tunnel(d, ENCAPSULATION_PPTP, true, be16(p + 2), ppp(p + fields))
}
