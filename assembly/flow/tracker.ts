import { descriptor } from '../capture/batch'
import { finishKey, hashKey } from '../extract/hash'
import {
  ANOMALY_EVICTION,
  ANOMALY_OUT_OF_ORDER,
  ANOMALY_RST_IGNORED,
  D_CANDIDATE,
  D_EARLIER_BYTES,
  D_EARLIER_PACKETS,
  D_FLAGS,
  D_HASH,
  D_KEY,
  D_MATCHED,
  D_ORIENTATION,
  D_PAYLOAD_LENGTH,
  D_SEQUENCE,
  D_SIZE,
  D_TCP_FLAGS,
  D_TIME,
  D_TRANSPORT_KIND,
  D_WINDOW,
  D_WIRE,
  END_EVICTED,
  END_FIN,
  END_IDLE_TIMEOUT,
  END_PORT_REUSE,
  END_RST,
  EVENT_ESTABLISHED,
  EVENT_STATE_CHANGE,
  F_FLAGS,
  F_LAST_SEEN,
  F_STATE,
  F_TOUCHED,
  FLOW_HEARD,
  FLOW_INITIATOR_REVERSE,
  K_NUMBER,
  KEY_TAGS,
  KEY_WORD0,
  KEY_WORD1,
  MAX_EVENTS_PER_PACKET,
  PACKET_DUPLICATE,
  PACKET_FOREIGN,
  PACKET_FRAGMENT,
  PACKET_HELD,
  PACKET_LAYER_LIMIT,
  PACKET_MALFORMED,
  PACKET_REASSEMBLED,
  PACKET_TRUNCATED,
  PLACE_CLOCK,
  PLACE_ENDS,
  PLACE_FRAGMENTS,
  PLACE_HOLES,
  PLACE_IDLE,
  PLACE_PACKET,
  S_BYTES,
  S_PACKETS,
  S_PAYLOAD_BYTES,
  STATE_ACTIVE,
  STATE_RESET,
  T_BYTES,
  T_DUPLICATE_BYTES,
  T_DUPLICATES,
  T_FIRST,
  T_FLOWS_EVICTED,
  T_LAST,
  T_LAYER_LIMIT,
  T_MALFORMED,
  T_OUT_OF_ORDER,
  T_PACKETS,
  T_RST_IGNORED,
  T_TRUNCATED,
  TCP_RST,
  TRANSPORT_TCP,
} from '../layout'
import { writeClock, writePacket, writeStateEvent } from '../output/events'
import { setPlace, setPlaceBehind } from '../output/place'
import { ringHasRoom } from '../output/ring'
import { expireHoles, hasHoles } from '../stream/reassembler'
import { chooseTeller, noteAnomaly, noteTrackerAnomaly } from './anomalies'
import { clock, isAnotherSecond, moveClock, setClock, startClock } from './clock'
import { maxFlows, monotonic, packetEvents, shard, shards, tellsClock } from './config'
import { leastRecentlyUsed } from './eviction'
import { callAll, callSlotsUntil, callTicksUntil, isIdle, nextIdle, nextTick, orderDue, settleTick } from './expiry'
import { countFragment, expireFragments } from './fragments'
import { beginHearing, hear } from './hearing'
import { notePacket, noteRetransmission, noteZeroWindow } from './history'
import { endFlow, endUnheardFlow, startFlow } from './lifecycle'
import { coldRecord, hotRecord, isLive, liveRecords } from './records'
import { homeSlot } from './slots'
import { count, counter, countUnmatched, statistics } from './statistics'
import { findFlow, hasKey, isLongKey, likelyFlow, NOT_FOUND, roomFor } from './table'
import {
  AHEAD,
  acceptsRst,
  advance,
  arrival,
  finSides,
  finsAcknowledged,
  isBareSyn,
  isOwnSyn,
  RETRANSMITTED,
  sideOf,
} from './tcp-sequence'
import { closingState, isEstablishment, isHalfClosed, isTerminal, openingState } from './tcp-state'
import { nextDue } from './wheel'

/** The flow tracker: what each packet of a batch does to the table, in capture order. */

/** Low bits of the number of the packet at work: the age of flows is counted in packets. */
let packetNumber: u32 = 0
/** Receives what `touchBatch` loads, so that the loads are not optimised away. */
const SINK: usize = memory.data(8, 8)

/**
 * Hashes the keys of a batch and touches slots and records, each kind in a loop of its own: cache misses of 64
 * packets overlap instead of following one another.
 */
export function touchBatch(packets: usize, from: usize = 0): void {
  for (let i = from; i < packets; i++) {
    const d = descriptor(i)
    if (load<u8>(d, D_MATCHED) == 0) continue
    const key = d + D_KEY
    finishKey(key)
    const hash = hashKey(load<u64>(key, KEY_WORD0), load<u64>(key, KEY_WORD1), key + KEY_TAGS)
    if (shards != 1 && shardOf(hash) != shard) {
      store<u8>(d, 0, D_MATCHED)
      store<u32>(d, load<u32>(d, D_FLAGS) | PACKET_FOREIGN, D_FLAGS)
      continue
    }
    store<u32>(d, hash, D_HASH)
  }
  // Packets without a flow have the hash of an earlier one here: that is touched in vain, and does no harm.
  const first = descriptor(from)
  const last = descriptor(packets)
  let sum: u64 = 0
  for (let d = first; d < last; d += D_SIZE) sum += load<u64>(homeSlot(load<u32>(d, D_HASH)))
  for (let d = first; d < last; d += D_SIZE) {
    const candidate = likelyFlow(load<u32>(d, D_HASH))
    store<u32>(d, <u32>(candidate + 1), D_CANDIDATE)
    if (candidate == NOT_FOUND) continue
    const hot = hotRecord(candidate)
    const needsCold = packetEvents || isLongKey(load<u64>(d, D_KEY + KEY_WORD1))
    sum += load<u64>(hot) + load<u64>(hot, 64) + load<u64>(select(coldRecord(candidate), hot, needsCold))
  }
  store<u64>(SINK, sum)
}

/** Which shard tracks the flows with this hash: its upper bits decide, since the lower ones choose the slot. */
function shardOf(hash: u32): u32 {
  return <u32>((<u64>hash * shards) >> 32)
}

/**
 * Tracks packets `from` to `packets` - 1 of the batch. Stops before a packet whose events might not fit into the
 * ring, and answers with the first packet not tracked.
 */
export function trackBatch(from: usize, packets: usize): usize {
  let i = from
  // What the host left unfinished is begun anew.
  isSweeping = false
  isFinishing = false
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
  victim = NOT_FOUND
}

/** Copies are counted, and that is all. */
function countDuplicate(d: usize): void {
  countPacket(d, 0)
  count(T_DUPLICATES)
  count(T_DUPLICATE_BYTES, load<u32>(d, D_WIRE))
}

/** `now` is the time of what is told because of the packet. */
function countPacket(d: usize, now: u64): void {
  const time = load<u64>(d, D_TIME)
  const packets = load<u64>(statistics, T_PACKETS) + 1
  store<u64>(statistics, packets, T_PACKETS)
  packetNumber = <u32>packets
  store<u64>(statistics, load<u64>(statistics, T_BYTES) + load<u32>(d, D_WIRE), T_BYTES)
  if (packets == 1 || time < load<u64>(statistics, T_FIRST)) store<u64>(statistics, time, T_FIRST)
  if (time > load<u64>(statistics, T_LAST)) store<u64>(statistics, time, T_LAST)
  const flags = load<u32>(d, D_FLAGS)
  if (flags == 0) return
  if ((flags & PACKET_TRUNCATED) != 0) count(T_TRUNCATED)
  if ((flags & (PACKET_FRAGMENT | PACKET_REASSEMBLED)) != 0) countFragment(d, flags, now)
  if ((flags & PACKET_LAYER_LIMIT) != 0) count(T_LAYER_LIMIT)
  if ((flags & PACKET_MALFORMED) != 0) count(T_MALFORMED)
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

/**
 * Whether the bare SYN in `d` begins another connection of the same addresses and ports: one side has closed, or the
 * flow was picked up mid-stream, by what an earlier connection left behind, and the SYN is none of its own.
 */
function beginsAnew(d: usize, hot: usize): bool {
  const state = <u32>load<u8>(hot, F_STATE)
  if (isHalfClosed(state)) return true
  if (state != STATE_ACTIVE) return false
  const side = <u32>load<u8>(d, D_ORIENTATION) ^ (<u32>load<u8>(hot, F_FLAGS) & FLOW_INITIATOR_REVERSE)
  return !isOwnSyn(d, sideOf(hot, side), sideOf(hot, side ^ 1))
}

/** The flow that is being evicted, NOT_FOUND for none: telling its last bytes may take more than one ring. */
let victim: usize = NOT_FOUND

function evict(time: u64): bool {
  // The host may have taken it out since.
  if (victim == NOT_FOUND || !isLive(victim)) victim = leastRecentlyUsed(packetNumber)
  const number = load<u64>(coldRecord(victim), K_NUMBER)
  if (!endFlow(victim, END_EVICTED, time)) return false
  noteTrackerAnomaly(ANOMALY_EVICTION, T_FLOWS_EVICTED, time, <f64>number)
  victim = NOT_FOUND
  return true
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

function trackTcp(d: usize, index: usize, hot: usize, side: u32, time: u64, isFirst: bool): u32 {
  const cold = coldRecord(index)
  const flags = <u32>load<u8>(d, D_TCP_FLAGS)
  const sender = sideOf(hot, side)
  const peer = sideOf(hot, side ^ 1)
  const state = <u32>load<u8>(hot, F_STATE)
  notePacket(hot, cold, side, flags, load<u32>(d, D_PAYLOAD_LENGTH) != 0)
  if ((flags & TCP_RST) != 0) {
    if (!isFirst && !acceptsRst(d, state, sender, peer)) {
      noteAnomaly(ANOMALY_RST_IGNORED, T_RST_IGNORED, side, index, time, load<u32>(d, D_SEQUENCE))
      return state
    }
  } else {
    advance(d, sender, peer)
    if (arrival == RETRANSMITTED) noteRetransmission(hot, cold, side)
    if (arrival == AHEAD) {
      noteAnomaly(ANOMALY_OUT_OF_ORDER, T_OUT_OF_ORDER, side, index, time, load<u32>(d, D_PAYLOAD_LENGTH))
    }
    if (load<u16>(d, D_WINDOW) == 0) noteZeroWindow(hot, cold, side)
  }
  const opened = openingState(state, flags, side, isFirst)
  if (opened != state) changeState(index, hot, cold, side, time, state, opened)
  const closed = closingState(opened, finSides(sender, peer), finsAcknowledged(sender, peer))
  if (closed != opened) changeState(index, hot, cold, side, time, opened, closed)
  return closed
}

function changeState(index: usize, hot: usize, cold: usize, side: u32, time: u64, from: u32, to: u32): void {
  store<u8>(hot, <u8>to, F_STATE)
  const kind = isEstablishment(from, to) ? EVENT_ESTABLISHED : EVENT_STATE_CHANGE
  writeStateEvent(kind, side, index, hot, cold, time, from, to)
}

/** Ends flows idle at the ticks that lie between the last packet and this time. False: the ring is full. */
function sweepTicks(time: u64): bool {
  callTicksUntil(time)
  if (!endIdle(time)) return false
  settleTick()
  return true
}

/** Whether a sweep of the host's, and until when, is to be gone on with after the ring was drained. */
let isSweeping: bool = false
let sweepTime: u64 = 0

/** Ends all flows idle at `now`. False: the ring is full, call again. */
export function sweep(now: u64): bool {
  isFinishing = false
  const time = monotonic && clock > now ? clock : now
  if (monotonic) setClock(time)
  if (!isSweeping || sweepTime != time) callSlotsUntil(time)
  sweepTime = time
  setPlaceBehind(counter(T_PACKETS), PLACE_ENDS)
  isSweeping = !endIdle(time) || !expireFragmentsBehind(time, false)
  return !isSweeping
}

/** Gives up datagrams for the host: behind the last packet, and because of none. */
function expireFragmentsBehind(time: u64, all: bool): bool {
  setPlaceBehind(counter(T_PACKETS), PLACE_FRAGMENTS)
  if (shards != 1) chooseTeller(false, false)
  return expireFragments(time, all)
}

/** Ends called flows that are idle at this time, in the order of their numbers. False: the ring is full. */
function endIdle(time: u64): bool {
  orderDue(time)
  let index = nextIdle(time)
  while (index >= 0) {
    if (!endFlow(<usize>index, END_IDLE_TIMEOUT, time)) return false
    index = nextIdle(time)
  }
  return true
}

/**
 * Ends one flow now; not before its last packet, which another capture may have had. False: the ring is full, call
 * again. True also where no flow has this record.
 */
export function closeFlow(index: usize, reason: u32): bool {
  return !isLive(index) || endFlow(index, reason, max<u64>(clock, load<u64>(hotRecord(index), F_LAST_SEEN)))
}

/** Whether `finish` has called all flows, and they have not been called for anything else since. */
let isFinishing: bool = false

/** Ends all flows, in the order of their numbers. False: the ring is full, call again. */
export function finish(reason: u32): bool {
  setPlaceBehind(counter(T_PACKETS), PLACE_ENDS)
  if (!isFinishing) callAll()
  isFinishing = true
  for (let index = nextDue(); index >= 0; index = nextDue()) {
    if (!closeFlow(<usize>index, reason)) return false
  }
  if (!expireFragmentsBehind(clock, true)) return false
  isFinishing = false
  return true
}

/** Evicts flows until no more than the configured number live. False: the ring is full, call again. */
export function shrink(): bool {
  setPlaceBehind(counter(T_PACKETS), PLACE_ENDS)
  if (shards != 1) chooseTeller(true, false)
  while (liveRecords() > maxFlows) {
    if (!evict(clock)) return false
  }
  return true
}
