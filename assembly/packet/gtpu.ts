import { ENCAPSULATION_GTPU, PACKET_LAYER_LIMIT } from '../layout'
import { be16, be32 } from '../memory/bytes'
import { flag, tooShort } from './found'
import { ipByVersion, layerEnd, MAX_GTPU_EXTENSIONS, stop, trim } from './layer'
import { tunnel } from './tunnel'

// User plane of mobile networks: 3GPP TS 29.281.

/** UDP port: section 4.4.2.3. */
export const GTPU_PORT: u32 = 2152

const HEADER: usize = 8
const OPTIONAL_FIELDS: usize = 4
const VERSION_AND_TYPE: u32 = 0xf0
const VERSION_1_GTP: u32 = 0x30 // section 5.1
const EXTENSION_SEQUENCE_NUMBER: u32 = 0x07 // the E, S and PN flags: any of them brings all optional fields
const EXTENSION: u32 = 0x04
const MESSAGE_G_PDU: u32 = 255 // section 6.1: the only message that carries a user's packet

/** G-PDU with its extension headers. `anyMessage` looks into all messages and versions, as the crate's InnerGtpU does. */
export function gtpu(d: usize, p: usize, anyMessage: bool): u64 {
  if (layerEnd - p < HEADER) return tooShort(d)
  const flags = <u32>load<u8>(p)
  if (!anyMessage) {
    if ((flags & VERSION_AND_TYPE) != VERSION_1_GTP || <u32>load<u8>(p, 1) != MESSAGE_G_PDU) return stop()
  }
  const teid = be32(p + 4)
  const length = <usize>be16(p + 2)
  if (length != 0) trim(p + HEADER, length)
  let at = p + HEADER
  if ((flags & EXTENSION_SEQUENCE_NUMBER) != 0) {
    if (layerEnd - at < OPTIONAL_FIELDS) return tooShort(d)
    at += OPTIONAL_FIELDS
    if ((flags & EXTENSION) != 0) at = behindExtensions(d, at)
    if (at == 0) return stop()
  }
  return tunnel(d, ENCAPSULATION_GTPU, true, teid, ipByVersion(at))
}

/**
 * Address behind the extension headers at `p`, 0 if they do not end: section 5.2.1. The byte before each header is its
 * type, 0 for none; its first byte is its length in units of four, of which 0 is none.
 */
function behindExtensions(d: usize, p: usize): usize {
  let at = p
  for (let extensions: usize = 0; extensions < MAX_GTPU_EXTENSIONS; extensions++) {
    if (load<u8>(at - 1) == 0) return at
    const rest = layerEnd - at
    const length: usize = rest == 0 ? 0 : (<usize>load<u8>(at)) << 2
    if (length == 0 || length > rest) {
      tooShort(d)
      return 0
    }
    at += length
  }
  flag(d, PACKET_LAYER_LIMIT)
  return 0
}
