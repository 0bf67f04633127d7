import {
  ANOMALY_DATA_AFTER_FIN,
  D_TCP_FLAGS,
  D_TRANSPORT_KIND,
  T_DATA_AFTER_FIN,
  TCP_RST,
  TRANSPORT_TCP,
  TRANSPORT_UDP,
} from '../layout'
import { writeDatagram } from '../output/events'
import { countSegment } from '../stream/arrival'
import { beginConflicts } from '../stream/emit'
import { acceptAcknowledgement, acceptSegment, beginSegment } from '../stream/reassembler'
import { hasStreams, streamOf } from '../stream/streams'
import { noteAnomaly } from './anomalies'

/** The bytes of packets of flows that somebody listens to. */

/** Whether the packet in `d` is a segment whose bytes belong to a stream: those of a RST are none (RFC 9293, 3.10.7). */
function isSegment(d: usize, cold: usize): bool {
  return (
    hasStreams(cold) &&
    <u32>load<u8>(d, D_TRANSPORT_KIND) == TRANSPORT_TCP &&
    (<u32>load<u8>(d, D_TCP_FLAGS) & TCP_RST) == 0
  )
}

/** What is done once for a packet, before `hear`. */
export function beginHearing(d: usize, index: usize, cold: usize, side: u32, time: u64): void {
  beginConflicts(time)
  if (!isSegment(d, cold)) return
  beginSegment()
  const past = countSegment(d, streamOf(cold, side), time)
  if (past != 0) noteAnomaly(ANOMALY_DATA_AFTER_FIN, T_DATA_AFTER_FIN, side, index, time, past)
}

/** Tells what has become ready by the packet in `d`. False: the ring is full, call again. */
export function hear(d: usize, index: usize, cold: usize, side: u32, time: u64): bool {
  if (isSegment(d, cold)) {
    return acceptSegment(d, streamOf(cold, side), time) && acceptAcknowledgement(d, streamOf(cold, side ^ 1), time)
  }
  if (<u32>load<u8>(d, D_TRANSPORT_KIND) == TRANSPORT_UDP) writeDatagram(side, index, cold, time, d)
  return true
}
