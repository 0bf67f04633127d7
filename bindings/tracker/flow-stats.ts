import {
  F_FLAGS,
  F_LAST_SEEN,
  F_SIDES,
  FLOW_INITIATOR_CORRECTED,
  FLOW_MIDSTREAM,
  K_STARTED,
  S_BYTES,
  S_OUT_OF_ORDER,
  S_PACKETS,
  S_PAYLOAD_BYTES,
  S_RETRANSMITS,
  SIDE_SIZE,
  STREAM_SIZE,
} from '../../assembly/layout'
import { uint64 } from '../common/bytes'
import { Timestamp } from '../packet/timestamp'
import { decodeStreamStats, type StreamStats } from './stream-stats'

/** What one side of a flow has sent. Counters are exact up to 2^53. */
export interface SideStats {
  /** Packets of this side. */
  readonly packets: number
  /** Bytes of whole frames at their length on the wire, outer headers included. */
  readonly bytes: number
  /** Bytes of transport payload, also those that a snap length has cut off. */
  readonly payloadBytes: number
  /** TCP segments that begin below what had been sent already. */
  readonly retransmits: number
  /** TCP segments that begin above what had been sent already: something before them is missing. */
  readonly outOfOrder: number
  /** How its bytes were put in order; undefined for flows that nobody listens to. */
  readonly stream: StreamStats | undefined
}

/** Counters of a flow at one moment. */
export interface FlowStats {
  /** What the initiator has sent. */
  readonly initiator: SideStats
  /** What the responder has sent. */
  readonly responder: SideStats
  /** Packets of both sides. */
  readonly packets: number
  /** Bytes of whole frames of both sides, at their length on the wire. */
  readonly bytes: number
  /** Bytes of transport payload of both sides. */
  readonly payloadBytes: number
  /** Time of the first packet. */
  readonly started: Timestamp
  /** Latest time of a packet: it does not run backwards where the capture does. */
  readonly lastSeen: Timestamp
  /** TCP, and the capture shows no SYN of it. */
  readonly midstream: boolean
  /** The first packet came from the responder: it was a SYN+ACK. */
  readonly initiatorCorrected: boolean
}

/**
 * Decodes the counters of a flow's record.
 *
 * @param hot offset of its hot part
 * @param cold offset of its cold part
 * @param streams offset of its two stream records, where it has them
 */
export function decodeStats(data: DataView, hot: number, cold: number, streams: number | undefined): FlowStats {
  const initiator = decodeSide(data, hot + F_SIDES, streams)
  const responder = decodeSide(data, hot + F_SIDES + SIDE_SIZE, streams && streams + STREAM_SIZE)
  const flags = data.getUint8(hot + F_FLAGS)
  return Object.freeze({
    initiator,
    responder,
    packets: initiator.packets + responder.packets,
    bytes: initiator.bytes + responder.bytes,
    payloadBytes: initiator.payloadBytes + responder.payloadBytes,
    started: Timestamp.fromNanoseconds(data.getBigUint64(cold + K_STARTED, true)),
    lastSeen: Timestamp.fromNanoseconds(data.getBigUint64(hot + F_LAST_SEEN, true)),
    midstream: (flags & FLOW_MIDSTREAM) !== 0,
    initiatorCorrected: (flags & FLOW_INITIATOR_CORRECTED) !== 0,
  })
}

function decodeSide(data: DataView, at: number, stream: number | undefined): SideStats {
  return Object.freeze({
    packets: uint64(data, at + S_PACKETS),
    bytes: uint64(data, at + S_BYTES),
    payloadBytes: uint64(data, at + S_PAYLOAD_BYTES),
    retransmits: data.getUint32(at + S_RETRANSMITS, true),
    outOfOrder: data.getUint32(at + S_OUT_OF_ORDER, true),
    stream: stream === undefined ? undefined : decodeStreamStats(data, stream),
  })
}
