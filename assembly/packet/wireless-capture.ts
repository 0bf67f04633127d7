import { be32 } from '../memory/bytes'
import { dropTrailer, layerEnd } from './layer'
import {
  LINKTYPE_IEEE802_11,
  LINKTYPE_IEEE802_11_AVS,
  LINKTYPE_IEEE802_11_PRISM,
  LINKTYPE_IEEE802_11_RADIOTAP,
  LINKTYPE_PPI,
} from './numbers'

// Headers that capture drivers put before an 802.11 frame. Their fields are little-endian but where noted.

const FRAME_CHECK_SEQUENCE: usize = 4

// www.radiotap.org: version, pad, length, then words that say which fields are present.
const RADIOTAP_HEADER: usize = 8
const RADIOTAP_TSFT: u32 = 0x00000001
const RADIOTAP_FLAGS: u32 = 0x00000002
const RADIOTAP_MORE_WORDS: u32 = 0x80000000
const RADIOTAP_MAX_WORDS: usize = 8
const RADIOTAP_FLAG_FCS: u32 = 0x10
const RADIOTAP_FLAG_PADDED: u32 = 0x20

// Per-Packet Information, CACE Technologies 2008: version, flags, length, link type, then fields.
const PPI_HEADER: usize = 8
const PPI_FIELD_HEADER: usize = 4
const PPI_MAX_FIELDS: usize = 32
const PPI_802_11_COMMON: u32 = 2
const PPI_FLAGS_AT: usize = 8
const PPI_FLAG_FCS: u32 = 0x01

// Prism: message code, message length, device name and ten items of 12 bytes, all in the byte order of the host.
const PRISM_HEADER: usize = 144
// AVS: magic and version, length, both big-endian. Some drivers send it under Prism's link type.
const AVS_MAGIC: u32 = 0x80211000
const AVS_MAGIC_MASK: u32 = 0xfffff000
const AVS_MIN_HEADER: usize = 8

/** Whether the 802.11 header found last is padded to a multiple of four. */
export let wirelessPadded: bool = false

/** Address of the 802.11 header of a frame of one of these link types, 0 if there is none. Takes a check sequence off. */
export function wirelessHeader(linkType: u32, p: usize): usize {
  wirelessPadded = false
  switch (linkType) {
    case LINKTYPE_IEEE802_11:
      return p
    case LINKTYPE_IEEE802_11_RADIOTAP:
      return behindRadiotap(p)
    case LINKTYPE_PPI:
      return behindPpi(p)
    case LINKTYPE_IEEE802_11_PRISM:
      return behindPrism(p)
    case LINKTYPE_IEEE802_11_AVS:
      return behindAvs(p)
    default:
      return 0
  }
}

export function isWireless(linkType: u32): bool {
  return (
    linkType == LINKTYPE_IEEE802_11 ||
    linkType == LINKTYPE_IEEE802_11_RADIOTAP ||
    linkType == LINKTYPE_PPI ||
    linkType == LINKTYPE_IEEE802_11_PRISM ||
    linkType == LINKTYPE_IEEE802_11_AVS
  )
}

/** www.radiotap.org, "Radiotap Introduction" and the fields TSFT and Flags. */
function behindRadiotap(p: usize): usize {
  const rest = layerEnd - p
  if (rest < RADIOTAP_HEADER) return 0
  const header = <usize>load<u16>(p, 2)
  if (load<u8>(p) != 0 || header < RADIOTAP_HEADER || header > rest) return 0
  const flags = radiotapFlags(p, header)
  const frame = p + header
  wirelessPadded = (flags & RADIOTAP_FLAG_PADDED) != 0
  if ((flags & RADIOTAP_FLAG_FCS) != 0) dropTrailer(frame, FRAME_CHECK_SEQUENCE)
  return frame
}

/** The Flags field: first behind the words, but for TSFT, 8 bytes aligned to 8. */
function radiotapFlags(p: usize, header: usize): u32 {
  const present = load<u32>(p, 4)
  if ((present & RADIOTAP_FLAGS) == 0) return 0
  let at: usize = 4
  let word = present
  for (let words: usize = 0; (word & RADIOTAP_MORE_WORDS) != 0; words++) {
    at += 4
    if (words == RADIOTAP_MAX_WORDS || header - at < 4) return 0
    word = load<u32>(p + at)
  }
  at += 4
  if ((present & RADIOTAP_TSFT) != 0) at = ((at + 7) & ~(<usize>7)) + 8
  return at < header ? <u32>load<u8>(p + at) : 0
}

/** PPI header format, sections 3 and 4.1.2. */
function behindPpi(p: usize): usize {
  const rest = layerEnd - p
  if (rest < PPI_HEADER) return 0
  const header = <usize>load<u16>(p, 2)
  if (header < PPI_HEADER || header > rest || load<u32>(p, 4) != LINKTYPE_IEEE802_11) return 0
  let at = p + PPI_HEADER
  const frame = p + header
  for (let fields: usize = 0; fields < PPI_MAX_FIELDS && frame - at >= PPI_FIELD_HEADER; fields++) {
    const length = <usize>load<u16>(at, 2)
    const type = <u32>load<u16>(at)
    at += PPI_FIELD_HEADER
    if (length > frame - at) break
    if (type == PPI_802_11_COMMON && length > PPI_FLAGS_AT) {
      if ((<u32>load<u8>(at, PPI_FLAGS_AT) & PPI_FLAG_FCS) != 0) dropTrailer(frame, FRAME_CHECK_SEQUENCE)
      break
    }
    at += length
  }
  return frame
}

/** Prism header, as the linux-wlan-ng driver wrote it. */
function behindPrism(p: usize): usize {
  const rest = layerEnd - p
  if (rest >= AVS_MIN_HEADER && (be32(p) & AVS_MAGIC_MASK) == AVS_MAGIC) return behindAvs(p)
  return rest < PRISM_HEADER ? 0 : p + PRISM_HEADER
}

/** AVS capture header, wlan monitor header version 1 and 2. */
function behindAvs(p: usize): usize {
  const rest = layerEnd - p
  if (rest < AVS_MIN_HEADER || (be32(p) & AVS_MAGIC_MASK) != AVS_MAGIC) return 0
  const header = <usize>be32(p + 4)
  return header < AVS_MIN_HEADER || header > rest ? 0 : p + header
}
