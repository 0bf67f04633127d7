import { llc } from './ethernet'
import { tooShort } from './found'
import { layerEnd, stop } from './layer'
import { wirelessHeader, wirelessPadded } from './wireless-capture'

// 802.11 data frames: IEEE 802.11-2020 section 9.2 and 9.3.2.

const DATA_HEADER: usize = 24
const FOURTH_ADDRESS: usize = 6
const QOS_CONTROL: usize = 2
const HT_CONTROL: usize = 4
const FRAGMENT_NUMBER: u32 = 0x0f // section 9.2.4.4.3
const A_MSDU: u32 = 0x80 // section 9.2.4.5.9

// First byte of frame control: section 9.2.4.1.
const VERSION_AND_TYPE: u32 = 0x0f
const VERSION_0_DATA: u32 = 0x08
const SUBTYPE_NULL: u32 = 0x40
const SUBTYPE_QOS: u32 = 0x80
// Second byte.
const TO_DS: u32 = 0x01
const FROM_DS: u32 = 0x02
const PROTECTED: u32 = 0x40
const HT_CONTROL_PRESENT: u32 = 0x80

/** The frame behind the capture header, if any, that this link type has. */
export function wireless(d: usize, linkType: u32, p: usize): u64 {
  const header = wirelessHeader(linkType, p)
  return header == 0 ? tooShort(d) : dataFrame(d, header, wirelessPadded)
}

/**
 * The body of a data frame. Null, protected, aggregated (A-MSDU) frames and later fragments have none that is read.
 * `padded` says that the body begins at a multiple of four, counted from the header.
 */
function dataFrame(d: usize, p: usize, padded: bool): u64 {
  const header = dataHeader(p)
  if (header == 0) return stop()
  if (header > layerEnd - p) return tooShort(d)
  const control = <u32>load<u8>(p)
  if ((control & SUBTYPE_NULL) != 0 || (<u32>load<u8>(p, 1) & PROTECTED) != 0) return stop()
  if ((<u32>load<u8>(p, 22) & FRAGMENT_NUMBER) != 0) return stop()
  if ((control & SUBTYPE_QOS) != 0 && (<u32>load<u8>(p + qosAt(p)) & A_MSDU) != 0) return stop()
  const body = padded ? (header + 3) & ~(<usize>3) : header
  return body > layerEnd - p ? tooShort(d) : llc(p + body)
}

/** Length of a data frame's header; 0 for other frames. */
function dataHeader(p: usize): usize {
  if (layerEnd - p < DATA_HEADER) return 0
  const control = <u32>load<u8>(p)
  if ((control & VERSION_AND_TYPE) != VERSION_0_DATA) return 0
  let header = qosAt(p)
  if ((control & SUBTYPE_QOS) != 0) {
    header += QOS_CONTROL
    if ((<u32>load<u8>(p, 1) & HT_CONTROL_PRESENT) != 0) header += HT_CONTROL
  }
  return header
}

/** Where quality of service control lies, if the frame has it: behind three or, between access points, four addresses. */
function qosAt(p: usize): usize {
  const flags = <u32>load<u8>(p, 1)
  return (flags & TO_DS) != 0 && (flags & FROM_DS) != 0 ? DATA_HEADER + FOURTH_ADDRESS : DATA_HEADER
}

/** Address of the destination address of a data frame, 0 where it is none: table 9-30 of section 9.3.2.1. */
export function wirelessDestination(p: usize): usize {
  const header = dataHeader(p)
  if (header == 0 || header > layerEnd - p) return 0
  return (<u32>load<u8>(p, 1) & TO_DS) != 0 ? p + 16 : p + 4
}

/** Address of the source address of a frame that has a destination address. */
export function wirelessSource(p: usize): usize {
  const flags = <u32>load<u8>(p, 1)
  if ((flags & FROM_DS) == 0) return p + 10
  return (flags & TO_DS) != 0 ? p + 24 : p + 16
}
