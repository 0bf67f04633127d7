import { ENCAPSULATION_ERSPAN } from '../layout'
import { be16 } from '../memory/bytes'
import { tooShort } from './found'
import { ipByVersion, LAYER_ETHERNET, layerAt, layerEnd, stop } from './layer'
import { tunnel } from './tunnel'

// Mirrored frames of a switch: draft-foschiano-erspan-03.

const TYPE_2_HEADER: usize = 8
const TYPE_3_HEADER: usize = 12
const PLATFORM_SUBHEADER: usize = 8
const VERSION_TYPE_2: u32 = 1
const VERSION_TYPE_3: u32 = 2
const VERSION_SHIFT: u32 = 12
const SESSION_ID: u32 = 0x03ff

const PLATFORM_PRESENT: u32 = 0x0001 // the O bit
const FRAME_TYPE: u32 = 0x7c00
const FRAME_TYPE_SHIFT: u32 = 10
const FRAME_ETHERNET: u32 = 0
const FRAME_IP: u32 = 2

/** Type II: 8 bytes of version, VLAN, class, session and index. */
export function erspan2(d: usize, p: usize): u64 {
  if (layerEnd - p < TYPE_2_HEADER) return tooShort(d)
  if (be16(p) >> VERSION_SHIFT != VERSION_TYPE_2) return stop()
  return tunnel(d, ENCAPSULATION_ERSPAN, true, be16(p + 2) & SESSION_ID, layerAt(LAYER_ETHERNET, p + TYPE_2_HEADER))
}

/** Type III: 12 bytes with time stamp and frame type, and the platform specific subheader if the O bit says so. */
export function erspan3(d: usize, p: usize): u64 {
  if (layerEnd - p < TYPE_3_HEADER) return tooShort(d)
  if (be16(p) >> VERSION_SHIFT != VERSION_TYPE_3) return stop()
  const options = be16(p + 10)
  const header = TYPE_3_HEADER + ((options & PLATFORM_PRESENT) != 0 ? PLATFORM_SUBHEADER : 0)
  if (layerEnd - p < header) return tooShort(d)
  const frame = (options & FRAME_TYPE) >> FRAME_TYPE_SHIFT
  if (frame != FRAME_ETHERNET && frame != FRAME_IP) return stop()
  const inside = frame == FRAME_IP ? ipByVersion(p + header) : layerAt(LAYER_ETHERNET, p + header)
  return tunnel(d, ENCAPSULATION_ERSPAN, true, be16(p + 2) & SESSION_ID, inside)
}
