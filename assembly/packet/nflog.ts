import { tooShort } from './found'
import { ipByVersion, layerEnd, stop, trim } from './layer'

// LINKTYPE_NFLOG: www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html.

const HEADER: usize = 4
const ATTRIBUTE_HEADER: usize = 4
const ATTRIBUTE_PAYLOAD: u32 = 9 // NFULA_PAYLOAD
const MAX_ATTRIBUTE_TYPE: u32 = 0xff
const MAX_ATTRIBUTES: usize = 32

/** Linux netfilter log: attributes, one of them the IP packet. They are in the byte order of the host that logged. */
export function nflog(d: usize, p: usize): u64 {
  if (layerEnd - p < HEADER) return tooShort(d)
  let at = p + HEADER
  for (let attributes: usize = 0; attributes < MAX_ATTRIBUTES && layerEnd - at >= ATTRIBUTE_HEADER; attributes++) {
    // All types are small numbers, which tells the byte order.
    const isLittle = <u32>load<u16>(at, 2) <= MAX_ATTRIBUTE_TYPE
    const length = <usize>(isLittle ? load<u16>(at) : bswap<u16>(load<u16>(at)))
    const type = <u32>(isLittle ? load<u16>(at, 2) : bswap<u16>(load<u16>(at, 2)))
    if (length < ATTRIBUTE_HEADER) return stop()
    if (type == ATTRIBUTE_PAYLOAD) {
      trim(at, length)
      return ipByVersion(at + ATTRIBUTE_HEADER)
    }
    const padded = (length + 3) & ~(<usize>3)
    if (padded > layerEnd - at) return tooShort(d)
    at += padded
  }
  return stop()
}
