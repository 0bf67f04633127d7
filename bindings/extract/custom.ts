import {
  D_ACKNOWLEDGEMENT,
  D_CAPTURED,
  D_INNER,
  D_INNER_LENGTH,
  D_INNER_LINK_TYPE,
  D_KEY,
  D_MATCHED,
  D_ORIENTATION,
  D_PAYLOAD,
  D_PAYLOAD_CAPTURED,
  D_PAYLOAD_LENGTH,
  D_PROTOCOL,
  D_SEQUENCE,
  D_TCP_FLAGS,
  D_TIME,
  D_TRANSPORT_KIND,
  D_WINDOW,
  D_WINDOW_SCALE,
  D_WIRE,
  KEY_ADDRESSES,
  KEY_KIND_CUSTOM,
  KEY_SIZE,
  KEY_WORD1,
  MAX_CUSTOM_KEY,
  NO_WINDOW_SCALE,
  ORIENTATION_FORWARD,
  ORIENTATION_REVERSE,
  TRANSPORT_NONE,
  TRANSPORT_TCP,
} from '../../assembly/layout'
import { ExtractorError } from '../common/errors'
import type { MemoryViews } from '../core/core'
import { PacketView } from '../packet/packet-view'
import { type Protocol, protocolNumber } from '../packet/protocol'
import { Timestamp } from '../packet/timestamp'
import type { CustomExtraction, CustomTcp, Orientation } from './extractor'

const MAX_UINT32 = 0xffff_ffff
const MAX_UINT16 = 0xffff
const MAX_UINT8 = 0xff

/**
 * The frame that a custom extractor is to look at, as a view of the core's memory.
 *
 * @param d address of its descriptor
 */
export function customView(
  { bytes, data }: MemoryViews,
  d: number,
  timestamp: Timestamp = Timestamp.fromNanoseconds(data.getBigUint64(d + D_TIME, true)),
): PacketView {
  const frame = new Uint8Array(
    bytes.buffer,
    data.getUint32(d + D_INNER, true),
    data.getUint32(d + D_INNER_LENGTH, true),
  )
  const cut = data.getUint32(d + D_WIRE, true) - data.getUint32(d + D_CAPTURED, true)
  return new PacketView(frame, timestamp, {
    linkType: data.getUint32(d + D_INNER_LINK_TYPE, true),
    wireLength: frame.length + Math.max(cut, 0),
  })
}

/**
 * Writes what a custom extractor answered into the descriptor at `d`.
 *
 * @throws ExtractorError when the answer is not an extraction; the descriptor is unchanged then
 */
export function writeExtraction(views: MemoryViews, d: number, extraction: CustomExtraction | undefined): void {
  const { data } = views
  if (extraction === undefined) {
    data.setUint8(d + D_MATCHED, 0)
    return
  }
  checkExtraction(extraction)
  writeKey(views, d + D_KEY, extraction)
  const isReverse = extraction.orientation === 'reverse'
  data.setUint8(d + D_ORIENTATION, isReverse ? ORIENTATION_REVERSE : ORIENTATION_FORWARD)
  data.setUint8(d + D_PROTOCOL, numberOf(extraction.protocol))
  data.setUint8(d + D_TRANSPORT_KIND, extraction.tcp ? TRANSPORT_TCP : TRANSPORT_NONE)
  writePayload(data, d, extraction.tcp?.payloadOffset ?? 0, extraction.tcp?.payloadLength ?? 0)
  if (extraction.tcp) writeTcp(data, d, extraction.tcp)
}

function writeKey({ bytes, data }: MemoryViews, at: number, { key, protocol }: CustomExtraction): void {
  bytes.fill(0, at, at + KEY_SIZE)
  bytes.set(key, at + KEY_ADDRESSES)
  // KEY_WORD1 from its fifth byte on: protocol, kind, length. The core fills in word 0.
  data.setUint8(at + KEY_WORD1 + 4, numberOf(protocol))
  data.setUint8(at + KEY_WORD1 + 5, KEY_KIND_CUSTOM)
  data.setUint16(at + KEY_WORD1 + 6, key.length, true)
}

function writePayload(data: DataView, d: number, offset: number, length: number): void {
  const frameLength = data.getUint32(d + D_INNER_LENGTH, true)
  const captured = Math.min(length, Math.max(frameLength - offset, 0))
  data.setUint32(d + D_PAYLOAD, captured === 0 ? 0 : data.getUint32(d + D_INNER, true) + offset, true)
  data.setUint32(d + D_PAYLOAD_LENGTH, length, true)
  data.setUint32(d + D_PAYLOAD_CAPTURED, captured, true)
}

function writeTcp(data: DataView, d: number, tcp: CustomTcp): void {
  data.setUint8(d + D_TCP_FLAGS, tcp.flags)
  data.setUint32(d + D_SEQUENCE, tcp.sequence, true)
  data.setUint32(d + D_ACKNOWLEDGEMENT, tcp.acknowledgement, true)
  data.setUint16(d + D_WINDOW, tcp.window ?? 0, true)
  data.setUint8(d + D_WINDOW_SCALE, NO_WINDOW_SCALE)
}

/** The protocol is kept as a number, and 0, which no transport has, stands for none. */
function numberOf(protocol: Protocol | undefined): number {
  return protocol === undefined ? 0 : protocolNumber(protocol)
}

function checkExtraction({ key, orientation, protocol, tcp }: CustomExtraction): void {
  if (!(key instanceof Uint8Array) || key.length < 1 || key.length > MAX_CUSTOM_KEY) {
    throw new ExtractorError(`key must be a Uint8Array of 1 to ${MAX_CUSTOM_KEY} bytes`)
  }
  if (orientation !== undefined && !isOrientation(orientation)) {
    throw new ExtractorError(`orientation must be forward or reverse: ${String(orientation)}`)
  }
  if (protocol !== undefined) checkProtocol(protocol)
  if (tcp) checkTcp(tcp)
}

function isOrientation(orientation: string): orientation is Orientation {
  return orientation === 'forward' || orientation === 'reverse'
}

function checkProtocol(protocol: Protocol): void {
  try {
    protocolNumber(protocol)
  } catch (cause) {
    throw new ExtractorError(`protocol must be one: ${String(protocol)}`, { cause })
  }
}

function checkTcp(tcp: CustomTcp): void {
  checkUint(tcp.flags, MAX_UINT8, 'tcp.flags')
  checkUint(tcp.sequence, MAX_UINT32, 'tcp.sequence')
  checkUint(tcp.acknowledgement, MAX_UINT32, 'tcp.acknowledgement')
  checkUint(tcp.window ?? 0, MAX_UINT16, 'tcp.window')
  checkUint(tcp.payloadOffset, MAX_UINT32, 'tcp.payloadOffset')
  checkUint(tcp.payloadLength, MAX_UINT32, 'tcp.payloadLength')
}

function checkUint(value: number, most: number, name: string): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return
  throw new ExtractorError(`${name} must be an integer from 0 to ${most}: ${String(value)}`)
}
