import {
  D_ACKNOWLEDGEMENT,
  D_ENCAPSULATION_COUNT,
  D_ENCAPSULATIONS,
  D_FLAGS,
  D_ICMP_CODE,
  D_ICMP_TYPE,
  D_KEY,
  D_ORIENTATION,
  D_PAYLOAD,
  D_PAYLOAD_CAPTURED,
  D_PAYLOAD_LENGTH,
  D_PROTOCOL,
  D_SEQUENCE,
  D_TCP_FLAGS,
  D_TRANSPORT_KIND,
  D_WINDOW,
  KEY_SIZE,
  ORIENTATION_REVERSE,
  PACKET_FRAGMENT,
  PACKET_TRUNCATED,
  TRANSPORT_ICMP,
  TRANSPORT_TCP,
} from '../../assembly/layout'
import type { MemoryViews } from '../core/core'
import type { PacketView } from '../packet/packet-view'
import type { Protocol } from '../packet/protocol'
import { decodeEncapsulations, type Encapsulation } from './encapsulation'
import type { Orientation } from './extractor'
import { type FlowKey, reportedProtocol } from './flow-key'

/** What the header of a TCP segment says. */
export interface TcpInfo {
  /** Control bits as on the wire, see {@link TcpFlag}. */
  readonly flags: number
  /** Sequence number. */
  readonly sequence: number
  /** Acknowledgement number, whether the ACK bit is set or not. */
  readonly acknowledgement: number
  /** As on the wire, unscaled. */
  readonly window: number
}

/** What the header of an ICMP or ICMPv6 message says. */
export interface IcmpInfo {
  /** Type of the message, of iana.org/assignments/icmp-parameters or icmpv6-parameters. */
  readonly type: number
  /** What the type says of it. */
  readonly code: number
}

/** What an extractor finds in one frame. */
export interface Extracted<K extends FlowKey = FlowKey> {
  /** Identity of the flow that the packet belongs to. */
  readonly key: K
  /** Which of the flow's two directions the packet goes. */
  readonly orientation: Orientation
  /** Transport protocol; undefined for pairs of MAC addresses, and where a custom extractor names none. */
  readonly protocol: Protocol | undefined
  /** Undefined unless the key's extractor looks at TCP, and the whole header is there. */
  readonly tcp: TcpInfo | undefined
  /** Undefined unless the packet is an ICMP message whose header is there. */
  readonly icmp: IcmpInfo | undefined
  /** What was taken off before the key was made, outermost first. */
  readonly encapsulations: readonly Encapsulation[]
  /** The packet is an IP fragment. */
  readonly isFragment: boolean
  /** A snap length has cut the frame. */
  readonly isTruncated: boolean
  /** The transport payload that was captured: a view of the frame that was given; undefined where there is none. */
  readonly payload: Uint8Array | undefined
  /** Bytes of transport payload by the IP header, also those that were cut off. */
  readonly payloadLength: number
}

/**
 * Decodes a descriptor that matched.
 *
 * @param d its address
 * @param frameAddress where the frame lies in the core's memory
 */
export function decodeExtracted<K extends FlowKey>(
  { bytes, data }: MemoryViews,
  d: number,
  frameAddress: number,
  view: PacketView,
  decodeKey: (block: Uint8Array) => K,
): Extracted<K> {
  const key = decodeKey(bytes.slice(d + D_KEY, d + D_KEY + KEY_SIZE))
  const transport = data.getUint8(d + D_TRANSPORT_KIND)
  const flags = data.getUint32(d + D_FLAGS, true)
  const payload = data.getUint32(d + D_PAYLOAD, true)
  const start = payload - frameAddress
  return {
    key,
    orientation: data.getUint8(d + D_ORIENTATION) === ORIENTATION_REVERSE ? 'reverse' : 'forward',
    protocol: reportedProtocol(key, data.getUint8(d + D_PROTOCOL)),
    tcp: transport === TRANSPORT_TCP ? decodeTcp(data, d) : undefined,
    icmp: transport === TRANSPORT_ICMP ? decodeIcmp(data, d) : undefined,
    encapsulations: decodeEncapsulations(bytes, d + D_ENCAPSULATIONS, data.getUint8(d + D_ENCAPSULATION_COUNT)),
    isFragment: (flags & PACKET_FRAGMENT) !== 0,
    isTruncated: (flags & PACKET_TRUNCATED) !== 0,
    payload:
      payload === 0 ? undefined : view.frame.subarray(start, start + data.getUint32(d + D_PAYLOAD_CAPTURED, true)),
    payloadLength: data.getUint32(d + D_PAYLOAD_LENGTH, true),
  }
}

function decodeTcp(data: DataView, d: number): TcpInfo {
  return {
    flags: data.getUint8(d + D_TCP_FLAGS),
    sequence: data.getUint32(d + D_SEQUENCE, true),
    acknowledgement: data.getUint32(d + D_ACKNOWLEDGEMENT, true),
    window: data.getUint16(d + D_WINDOW, true),
  }
}

function decodeIcmp(data: DataView, d: number): IcmpInfo {
  return { type: data.getUint8(d + D_ICMP_TYPE), code: data.getUint8(d + D_ICMP_CODE) }
}
