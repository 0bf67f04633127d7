import { descriptor } from '../capture/batch'
import {
  D_CANDIDATE,
  D_EARLIER_BYTES,
  D_EARLIER_PACKETS,
  D_FLAGS,
  D_HASH,
  D_KEY,
  D_MATCHED,
  D_ORIENTATION,
  D_PAYLOAD_LENGTH,
  D_TIME,
  D_TRANSPORT_KIND,
  D_WIRE,
  END_FIN,
  END_IDLE_TIMEOUT,
  END_PORT_REUSE,
  END_RST,
  F_FLAGS,
  F_LAST_SEEN,
  F_STATE,
  F_TOUCHED,
  FLOW_HEARD,
  FLOW_INITIATOR_REVERSE,
  MAX_EVENTS_PER_PACKET,
  PACKET_DUPLICATE,
  PACKET_FOREIGN,
  PACKET_HELD,
  PACKET_REASSEMBLED,
  PLACE_CLOCK,
  PLACE_HOLES,
  PLACE_IDLE,
  PLACE_PACKET,
  S_BYTES,
  S_PACKETS,
  S_PAYLOAD_BYTES,
  STATE_RESET,
  T_PACKETS,
  TRANSPORT_TCP,
} from '../layout'
import { writeClock, writePacket } from '../output/events'
import { setPlace } from '../output/place'
import { ringHasRoom } from '../output/ring'
import { expireHoles, hasHoles } from '../stream/reassembler'
import { chooseTeller } from './anomalies'
import { clock, isAnotherSecond, moveClock, startClock } from './clock'
import { maxFlows, monotonic, packetEvents, shards, tellsClock } from './config'
import { abandonEnds, sweepTicks } from './ends'
import { abandonEviction, evict } from './eviction'
import { isIdle, nextTick } from './expiry'
import { beginHearing, hear } from './hearing'
import { notePacket } from './history'
import { endFlow, endUnheardFlow, startFlow } from './lifecycle'
import { countDuplicate, countPacket, packetNumber } from './packets'
import { coldRecord, hotRecord, isLive, liveRecords } from './records'
import { counter, countUnmatched } from './statistics'
import { findFlow, hasKey, NOT_FOUND, roomFor } from './table'
import { beginsAnew, trackTcp } from './tcp'
import { isBareSyn, sideOf } from './tcp-sequence'
import { isTerminal } from './tcp-state'

/** The flow tracker: what each packet of a batch does to the table, in capture order. */

/**
 * Tracks packets `from` to `packets` - 1 of the batch. Stops before a packet whose events might not fit into the
 * ring, and answers with the first packet not tracked.
 */
export function trackBatch(from: usize, packets: usize): usize {
  let i = from
  abandonEnds()
  for (; i < packets; i++) {
    const d = descriptor(i)
    if (atWork != NOT_FOUND) {
      if (!finishPacket(d)) break
      continue
    }
    if (!ringHasRoom(MAX_EVENTS_PER_PACKET)) break
    if ((load<u32>(d, D_FLAGS) & PACKET_DUPLICATE) != 0) {
      countDuplicate(d)
      continue
    }
    const own = load<u64>(d, D_TIME)
    const time = monotonic && clock > own ? clock : own
    const number = counter(T_PACKETS) + 1
    if (tellsClock && isAnotherSecond(time)) {
      setPlace(number, PLACE_CLOCK)
      writeClock(time)
    }
    if (time >= nextTick) {
      setPlace(number, PLACE_IDLE)
      if (nextTick == 0) startClock(time)
      else if (!sweepTicks(time)) break
    }
    if (hasHoles()) {
      setPlace(number, PLACE_HOLES)
      if (!expireHoles(time)) break
    }
    moveClock(time, packetNumber)
    setPlace(number, PLACE_PACKET)
    const isMatched = load<u8>(d, D_MATCHED) != 0
    const flags = load<u32>(d, D_FLAGS)
    if (shards != 1) chooseTeller(isMatched, (flags & PACKET_FOREIGN) != 0)
    if (isMatched) {
      if (!trackPacket(d, time)) break
    } else {
      countPacket(d, time)
      if ((flags & (PACKET_HELD | PACKET_FOREIGN)) == 0) countUnmatched(d)
    }
  }
  return i
}

/** Another capture begins: the packet at work, if it was left unfinished, is not gone on with. */
export function abandonPacket(): void {
  atWork = NOT_FOUND
  abandonEviction()
}

/** False: the ring is full; before a flow was changed, or, where `atWork` says so, `finishPacket` has the rest. */
function trackPacket(d: usize, time: u64): bool {
  const hash = load<u32>(d, D_HASH)
  let index = lookUp(d, hash)
  if (index != NOT_FOUND) {
    const isTcp = <u32>load<u8>(d, D_TRANSPORT_KIND) == TRANSPORT_TCP
    if (isIdle(index, time)) {
      if (!endFlow(index, END_IDLE_TIMEOUT, time)) return false
      index = NOT_FOUND
    } else if (isTcp && isBareSyn(d) && beginsAnew(d, hotRecord(index))) {
      if (!endFlow(index, END_PORT_REUSE, time)) return false
      index = NOT_FOUND
    }
  }
  const isFirst = index == NOT_FOUND
  if (isFirst) {
    if (liveRecords() >= min<usize>(maxFlows, roomFor) && !evict(time)) return false
    countPacket(d, time)
    index = startFlow(d, hash, time)
  } else {
    countPacket(d, time)
  }
  return account(d, index, time, isFirst)
}

function lookUp(d: usize, hash: u32): usize {
  const candidate = <usize>load<u32>(d, D_CANDIDATE)
  if (candidate != 0 && isLive(candidate - 1) && hasKey(candidate - 1, d + D_KEY)) return candidate - 1
  return findFlow(d + D_KEY, hash)
}

function account(d: usize, index: usize, time: u64, isFirst: bool): bool {
  const hot = hotRecord(index)
  const reverse = <u32>load<u8>(hot, F_FLAGS) & FLOW_INITIATOR_REVERSE
  const side = <u32>load<u8>(d, D_ORIENTATION) ^ reverse
  const sender = sideOf(hot, side)
  const payload = load<u32>(d, D_PAYLOAD_LENGTH)
  store<u64>(sender, load<u64>(sender, S_PACKETS) + 1, S_PACKETS)
  store<u64>(sender, load<u64>(sender, S_BYTES) + load<u32>(d, D_WIRE), S_BYTES)
  store<u64>(sender, load<u64>(sender, S_PAYLOAD_BYTES) + payload, S_PAYLOAD_BYTES)
  if ((load<u32>(d, D_FLAGS) & PACKET_REASSEMBLED) != 0) {
    store<u64>(sender, load<u64>(sender, S_PACKETS) + load<u32>(d, D_EARLIER_PACKETS), S_PACKETS)
    store<u64>(sender, load<u64>(sender, S_BYTES) + load<u64>(d, D_EARLIER_BYTES), S_BYTES)
  }
  if (time > load<u64>(hot, F_LAST_SEEN)) store<u64>(hot, time, F_LAST_SEEN)
  store<u32>(hot, packetNumber, F_TOUCHED)
  let state = <u32>load<u8>(hot, F_STATE)
  if (<u32>load<u8>(d, D_TRANSPORT_KIND) == TRANSPORT_TCP) {
    state = trackTcp(d, index, hot, side, time, isFirst)
  } else {
    notePacket(hot, coldRecord(index), side, 0, payload != 0)
  }
  if ((<u32>load<u8>(hot, F_FLAGS) & FLOW_HEARD) != 0) {
    atWork = index
    atSide = side
    atTime = time
    isHeard = false
    beginHearing(d, index, coldRecord(index), side, time)
    return finishPacket(d)
  }
  if (packetEvents) writePacket(side, index, coldRecord(index), time, d)
  if (isTerminal(state)) endUnheardFlow(index, state == STATE_RESET ? END_RST : END_FIN, time)
  return true
}

/** Flow, side and time of the packet whose bytes are being told, NOT_FOUND for none. */
let atWork: usize = NOT_FOUND
let atSide: u32 = 0
let atTime: u64 = 0
/** Whether all its bytes have been told. */
let isHeard: bool = false

/** Tells the bytes of a packet that was accounted, then the packet, then the flow's end. False: the ring is full. */
function finishPacket(d: usize): bool {
  if (!isLive(atWork)) {
    // The host has taken the flow out since.
    atWork = NOT_FOUND
    return true
  }
  const cold = coldRecord(atWork)
  if (!isHeard) {
    if (!hear(d, atWork, cold, atSide, atTime)) return false
    isHeard = true
    if (packetEvents) writePacket(atSide, atWork, cold, atTime, d)
  }
  const state = <u32>load<u8>(hotRecord(atWork), F_STATE)
  if (isTerminal(state) && !endFlow(atWork, state == STATE_RESET ? END_RST : END_FIN, atTime)) return false
  atWork = NOT_FOUND
  return true
}
