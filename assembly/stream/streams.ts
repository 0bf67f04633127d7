import {
  D_KEY,
  K_STREAM,
  KEY_WORD1,
  STREAM_DONE,
  STREAM_RESPONDER,
  STREAM_SIZE,
  X_END,
  X_FLAGS,
  X_FLOW,
  X_NUMBER,
  X_SKIP_UNTIL,
} from '../layout'
import { listensToAllTcp, listensToAllUdp } from './config'
import { stop } from './reassembler'

/** Who is listened to, and the stream records of those who are: two of STREAM_SIZE bytes a flow. */

/** Ports whose flows are listened to: PORT_SET_SIZE bytes, bit p % 8 of byte p / 8. */
export const tcpPorts: usize = memory.data(8192, 8)
export const udpPorts: usize = memory.data(8192, 8)

let base: usize = 0
let capacity: usize = 0
let used: usize = 0
/** Number of the pair freed last, 0 for none; a free pair names the next in X_FLOW. */
let firstFree: usize = 0

export function placeStreams(address: usize, flows: usize): void {
  base = address
  capacity = flows
}

/** Bytes that the stream records of `flows` flows take. */
export function streamsBytes(flows: usize): u64 {
  return <u64>flows * 2 * STREAM_SIZE
}

function hasPort(set: usize, word1: u64): bool {
  const a = <usize>(word1 & 0xffff)
  const b = <usize>((word1 >> 16) & 0xffff)
  return (((load<u8>(set + (a >> 3)) >> <u8>(a & 7)) | (load<u8>(set + (b >> 3)) >> <u8>(b & 7))) & 1) != 0
}

/** Whether the new TCP flow of the packet in `d` has a listener. */
export function isTcpHeard(d: usize): bool {
  return listensToAllTcp || hasPort(tcpPorts, load<u64>(d, D_KEY + KEY_WORD1))
}

export function isUdpHeard(d: usize): bool {
  return listensToAllUdp || hasPort(udpPorts, load<u64>(d, D_KEY + KEY_WORD1))
}

/** Stream records for the flow with this index and cold part. False: all are in use. */
export function openStreams(index: usize, number: u64, cold: usize): bool {
  let pair = firstFree
  if (pair != 0) {
    firstFree = <usize>load<u32>(base + (pair - 1) * 2 * STREAM_SIZE, X_FLOW)
  } else {
    if (used == capacity) return false
    used++
    pair = used
  }
  const initiator = base + (pair - 1) * 2 * STREAM_SIZE
  memory.fill(initiator, 0, 2 * STREAM_SIZE)
  store<u32>(initiator, <u32>index, X_FLOW)
  store<u32>(initiator + STREAM_SIZE, <u32>index, X_FLOW)
  store<u64>(initiator, number, X_NUMBER)
  store<u64>(initiator + STREAM_SIZE, number, X_NUMBER)
  store<u32>(initiator + STREAM_SIZE, STREAM_RESPONDER, X_FLAGS)
  store<u64>(initiator, u64.MAX_VALUE, X_END)
  store<u64>(initiator + STREAM_SIZE, u64.MAX_VALUE, X_END)
  store<u32>(cold, <u32>pair, K_STREAM)
  return true
}

/** The stream record of a side (SIDE_*) of the flow with this cold part, which has one. */
export function streamOf(cold: usize, side: u32): usize {
  return base + ((<usize>load<u32>(cold, K_STREAM) - 1) * 2 + side) * STREAM_SIZE
}

export function hasStreams(cold: usize): bool {
  return load<u32>(cold, K_STREAM) != 0
}

/** Gives the stream records of a flow back; what they hold is lost. */
export function freeStreams(cold: usize): void {
  const pair = <usize>load<u32>(cold, K_STREAM)
  const initiator = base + (pair - 1) * 2 * STREAM_SIZE
  stop(initiator, STREAM_DONE)
  stop(initiator + STREAM_SIZE, STREAM_DONE)
  store<u32>(initiator, <u32>firstFree, X_FLOW)
  firstFree = pair
  store<u32>(cold, 0, K_STREAM)
}

/** The listener wants no more bytes of this side. */
export function finishSide(side: usize): void {
  stop(side, STREAM_DONE)
}

/** Bytes below `offset` are counted and not delivered. */
export function skipUntil(side: usize, offset: u64): void {
  if (offset > load<u64>(side, X_SKIP_UNTIL)) store<u64>(side, offset, X_SKIP_UNTIL)
}
