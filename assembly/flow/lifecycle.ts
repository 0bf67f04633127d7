import {
  ANOMALY_STREAM_REFUSED,
  D_ENCAPSULATION_COUNT,
  D_ENCAPSULATIONS,
  D_ICMP_CODE,
  D_ICMP_TYPE,
  D_KEY,
  D_ORIENTATION,
  D_PROTOCOL,
  D_TCP_FLAGS,
  D_TRANSPORT_KIND,
  END_EVICTED,
  F_FLAGS,
  F_LAST_SEEN,
  F_PROTOCOL,
  FLOW_HEARD,
  FLOW_INITIATOR_CORRECTED,
  FLOW_LIVE,
  FLOW_MIDSTREAM,
  K_HISTORY,
  K_ICMP_CODE,
  K_ICMP_TYPE,
  K_NUMBER,
  K_STARTED,
  K_STREAM,
  MAX_EVENTS_PER_PACKET,
  SIDE_INITIATOR,
  SIDE_RESPONDER,
  T_FLOWS_CREATED,
  T_FLOWS_ENDED,
  T_FLOWS_EVICTED,
  T_FLOWS_FORGOTTEN,
  T_STREAMS_REFUSED,
  TCP_ACK,
  TCP_RST,
  TCP_SYN,
  TRANSPORT_TCP,
  TRANSPORT_UDP,
} from '../layout'
import { writeEnded, writeStarted } from '../output/events'
import { ringHasRoom } from '../output/ring'
import { flush } from '../stream/reassembler'
import { freeStreams, hasStreams, isTcpHeard, isUdpHeard, openStreams, streamOf } from '../stream/streams'
import { noteAnomaly } from './anomalies'
import { askIdleTimeout, schedule, unschedule } from './expiry'
import { noteFlipped } from './history'
import { coldRecord, hotRecord, isLive, liveRecords } from './records'
import { count, setLiveFlows, statistics } from './statistics'
import { addFlow, removeFlow } from './table'

/** Flows begin and end here, and nowhere else: counters, events, table and expiry stay in step. */

/** Begins the flow of the packet in `d`, whose key is not in the table, and answers with its record's index. */
export function startFlow(d: usize, hash: u32, time: u64): usize {
  const index = addFlow(d + D_KEY, hash)
  const hot = hotRecord(index)
  const cold = coldRecord(index)
  const isTcp = <u32>load<u8>(d, D_TRANSPORT_KIND) == TRANSPORT_TCP
  const control = <u32>load<u8>(d, D_TCP_FLAGS) & (TCP_SYN | TCP_ACK | TCP_RST)
  // Whoever answers a SYN is the responder, though its packet was captured first.
  const isAnswer = isTcp && control == (TCP_SYN | TCP_ACK)
  let flags = FLOW_LIVE | (<u32>load<u8>(d, D_ORIENTATION) ^ <u32>isAnswer)
  if (isAnswer) flags |= FLOW_INITIATOR_CORRECTED
  else if (isTcp && (control & TCP_SYN) == 0) flags |= FLOW_MIDSTREAM

  count(T_FLOWS_CREATED)
  store<u8>(hot, <u8>flags, F_FLAGS)
  store<u8>(hot, load<u8>(d, D_PROTOCOL), F_PROTOCOL)
  store<u64>(hot, time, F_LAST_SEEN)
  store<u64>(cold, time, K_STARTED)
  store<u64>(cold, load<u64>(statistics + T_FLOWS_CREATED), K_NUMBER)
  store<u64>(cold, 0, K_HISTORY)
  store<u64>(cold, 0, K_HISTORY + 8)
  store<u8>(cold, load<u8>(d, D_ICMP_TYPE), K_ICMP_TYPE)
  store<u8>(cold, load<u8>(d, D_ICMP_CODE), K_ICMP_CODE)
  if (isAnswer) noteFlipped(hot, cold)
  store<u32>(cold, 0, K_STREAM)
  askIdleTimeout(index)
  schedule(index)
  setLiveFlows(liveRecords())
  const side = isAnswer ? SIDE_RESPONDER : SIDE_INITIATOR
  writeStarted(side, index, hot, cold, time, d + D_ENCAPSULATIONS, <usize>load<u8>(d, D_ENCAPSULATION_COUNT))
  listen(d, index, hot, cold, isTcp, time)
  return index
}

/** Marks the flow if somebody wants its bytes. */
function listen(d: usize, index: usize, hot: usize, cold: usize, isTcp: bool, time: u64): void {
  if (isTcp) {
    if (!isTcpHeard(d)) return
    if (!openStreams(index, load<u64>(cold, K_NUMBER), cold)) {
      noteAnomaly(ANOMALY_STREAM_REFUSED, T_STREAMS_REFUSED, SIDE_INITIATOR, index, time, 0)
      return
    }
  } else if (<u32>load<u8>(d, D_TRANSPORT_KIND) != TRANSPORT_UDP || !isUdpHeard(d)) {
    return
  }
  store<u8>(hot, load<u8>(hot, F_FLAGS) | <u8>FLOW_HEARD, F_FLAGS)
}

/** Ends a flow and tells so, after what is left of its streams. False: the ring is full, call again. */
export function endFlow(index: usize, reason: u32, time: u64): bool {
  if (!ringHasRoom(MAX_EVENTS_PER_PACKET)) return false
  const cold = coldRecord(index)
  let streams: usize = 0
  if (hasStreams(cold)) {
    if (!flush(streamOf(cold, SIDE_INITIATOR), time) || !flush(streamOf(cold, SIDE_RESPONDER), time)) return false
    streams = streamOf(cold, SIDE_INITIATOR)
  }
  tellEnd(index, reason, streams, time)
  return true
}

/** Ends a flow without streams by the packet at work, for whose events the ring has room. */
export function endUnheardFlow(index: usize, reason: u32, time: u64): void {
  tellEnd(index, reason, 0, time)
}

function tellEnd(index: usize, reason: u32, streams: usize, time: u64): void {
  writeEnded(reason, index, hotRecord(index), coldRecord(index), streams, time)
  dropFlow(index)
  count(T_FLOWS_ENDED)
  if (reason == END_EVICTED) count(T_FLOWS_EVICTED)
}

/** Takes a flow out without an event; nothing where no flow has this record. */
export function forgetFlow(index: usize): void {
  if (!isLive(index)) return
  dropFlow(index)
  count(T_FLOWS_FORGOTTEN)
}

function dropFlow(index: usize): void {
  const cold = coldRecord(index)
  if (hasStreams(cold)) freeStreams(cold)
  unschedule(index)
  removeFlow(index)
  setLiveFlows(liveRecords())
}
