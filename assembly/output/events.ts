import {
  A_TOTAL,
  A_VALUE,
  ANOMALY_EVENT_SIZE,
  COLD_SIZE,
  D_CAPTURED,
  D_FRAME,
  D_PAYLOAD,
  D_PAYLOAD_CAPTURED,
  D_PAYLOAD_LENGTH,
  D_WIRE,
  E_COLD,
  E_DETAIL,
  E_ENCAPSULATIONS,
  E_FLOW,
  E_HOT,
  E_KEY,
  E_KIND,
  E_NANOSECONDS,
  E_NUMBER,
  E_SECONDS,
  E_SIDE,
  E_STREAMS,
  ENCAPSULATION_SIZE,
  ENDED_SIZE,
  EVENT_ANOMALY,
  EVENT_CLOCK,
  EVENT_DATAGRAM,
  EVENT_ENDED,
  EVENT_HEADER,
  EVENT_PACKET,
  EVENT_PLACE,
  EVENT_STARTED,
  F_FLAGS,
  F_PROTOCOL,
  F_WORD0,
  F_WORD1,
  HOT_SIZE,
  K_ADDRESSES,
  K_NUMBER,
  KEY_ADDRESSES,
  KEY_SIZE,
  KEY_WORD0,
  KEY_WORD1,
  P_CAPTURED,
  P_FRAME,
  P_PAYLOAD,
  P_PAYLOAD_CAPTURED,
  PACKET_EVENT_SIZE,
  STREAM_EVENT_SIZE,
  STREAM_SIZE,
  X_EVENT_LENGTH,
  X_EVENT_POINTER,
} from '../layout'
import { isPlaceNew, placePacket, placePhase, placeTold } from './place'
import { takeEvent } from './ring'

/** Writers of event records. `hot` and `cold` are the parts of a flow's record, `index` its number there. */

const NANOSECONDS: u64 = 1_000_000_000

/** Header of an event of the flow with number `number`, after a record of its place where that is to be told. */
export function writeHeader(kind: u32, side: u32, index: usize, number: u64, time: u64, length: usize): usize {
  if (isPlaceNew) writePlace()
  return beginEvent(kind, side, index, number, time, length)
}

/** EVENT_PLACE */
function writePlace(): void {
  placeTold()
  const event = beginEvent(EVENT_PLACE, 0, 0, placePacket, 0, EVENT_HEADER)
  store<u32>(event, placePhase, E_DETAIL)
}

/** EVENT_CLOCK */
export function writeClock(time: u64): void {
  writeHeader(EVENT_CLOCK, 0, 0, 0, time, EVENT_HEADER)
}

function beginEvent(kind: u32, side: u32, index: usize, number: u64, time: u64, length: usize): usize {
  const event = takeEvent(length)
  store<u8>(event, <u8>kind, E_KIND)
  store<u8>(event, <u8>side, E_SIDE)
  store<u32>(event, <u32>index, E_FLOW)
  store<f64>(event, <f64>number, E_NUMBER)
  const seconds = time / NANOSECONDS
  store<f64>(event, <f64>seconds, E_SECONDS)
  store<u32>(event, <u32>(time - seconds * NANOSECONDS), E_NANOSECONDS)
  return event
}

function writeKey(event: usize, hot: usize, cold: usize): void {
  store<u64>(event, load<u64>(hot, F_WORD0), E_KEY + KEY_WORD0)
  store<u64>(event, load<u64>(hot, F_WORD1), E_KEY + KEY_WORD1)
  memory.copy(event + E_KEY + KEY_ADDRESSES, cold + K_ADDRESSES, KEY_SIZE - KEY_ADDRESSES)
}

function protocolAndFlags(hot: usize): u32 {
  return <u32>load<u8>(hot, F_PROTOCOL) | ((<u32>load<u8>(hot, F_FLAGS)) << 8)
}

/** EVENT_STARTED; `encapsulations` points to `count` entries of the packet that started the flow. */
export function writeStarted(
  side: u32,
  index: usize,
  hot: usize,
  cold: usize,
  time: u64,
  encapsulations: usize,
  count: usize,
): void {
  const length = E_ENCAPSULATIONS + count * ENCAPSULATION_SIZE
  const event = writeHeader(EVENT_STARTED, side, index, load<u64>(cold, K_NUMBER), time, length)
  store<u32>(event, protocolAndFlags(hot) | ((<u32>count) << 16), E_DETAIL)
  writeKey(event, hot, cold)
  memory.copy(event + E_ENCAPSULATIONS, encapsulations, count * ENCAPSULATION_SIZE)
}

/** EVENT_ESTABLISHED or EVENT_STATE_CHANGE. */
export function writeStateEvent(
  kind: u32,
  side: u32,
  index: usize,
  hot: usize,
  cold: usize,
  time: u64,
  from: u32,
  to: u32,
): void {
  const event = writeHeader(kind, side, index, load<u64>(cold, K_NUMBER), time, EVENT_HEADER + KEY_SIZE)
  store<u32>(event, protocolAndFlags(hot) | (from << 16) | (to << 24), E_DETAIL)
  writeKey(event, hot, cold)
}

/** EVENT_PACKET for the packet of descriptor `d`. */
export function writePacket(side: u32, index: usize, cold: usize, time: u64, d: usize): void {
  const event = writeHeader(EVENT_PACKET, side, index, load<u64>(cold, K_NUMBER), time, PACKET_EVENT_SIZE)
  store<u32>(event, load<u32>(d, D_WIRE), E_DETAIL)
  store<u32>(event, load<u32>(d, D_FRAME), P_FRAME)
  store<u32>(event, load<u32>(d, D_CAPTURED), P_CAPTURED)
  store<u32>(event, load<u32>(d, D_PAYLOAD), P_PAYLOAD)
  store<u32>(event, load<u32>(d, D_PAYLOAD_CAPTURED), P_PAYLOAD_CAPTURED)
}

/** EVENT_ENDED with a copy of the whole record, and of the two stream records at `streams` unless that is 0. */
export function writeEnded(reason: u32, index: usize, hot: usize, cold: usize, streams: usize, time: u64): void {
  const streamsSize: usize = streams != 0 ? 2 * STREAM_SIZE : 0
  const length = ENDED_SIZE + streamsSize
  const event = writeHeader(EVENT_ENDED, 0, index, load<u64>(cold, K_NUMBER), time, length)
  store<u32>(event, reason, E_DETAIL)
  memory.copy(event + E_HOT, hot, HOT_SIZE)
  memory.copy(event + E_COLD, cold, COLD_SIZE)
  memory.copy(event + E_STREAMS, streams, streamsSize)
}

/** EVENT_DATAGRAM: the payload of the packet in descriptor `d`. */
export function writeDatagram(side: u32, index: usize, cold: usize, time: u64, d: usize): void {
  const event = writeHeader(EVENT_DATAGRAM, side, index, load<u64>(cold, K_NUMBER), time, STREAM_EVENT_SIZE)
  store<u32>(event, load<u32>(d, D_PAYLOAD_LENGTH), E_DETAIL)
  store<u32>(event, load<u32>(d, D_PAYLOAD), X_EVENT_POINTER)
  store<u32>(event, load<u32>(d, D_PAYLOAD_CAPTURED), X_EVENT_LENGTH)
}

/** EVENT_ANOMALY of kind ANOMALY_* for the flow with this index and number (0, 0 where it concerns none). */
export function writeAnomaly(kind: u32, side: u32, index: usize, number: u64, time: u64, value: f64, total: u64): void {
  const event = writeHeader(EVENT_ANOMALY, side, index, number, time, ANOMALY_EVENT_SIZE)
  store<u32>(event, kind, E_DETAIL)
  store<f64>(event, value, A_VALUE)
  store<f64>(event, <f64>total, A_TOTAL)
}
