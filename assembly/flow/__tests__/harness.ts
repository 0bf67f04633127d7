import { descriptor } from '../../capture/batch'
import { finishKey, hashKey } from '../../extract/hash'
import {
  C_FLAGS,
  C_IDLE_OTHER,
  C_IDLE_TCP,
  C_IDLE_UDP,
  C_MAX_FLOWS,
  C_SWEEP_INTERVAL,
  D_ACKNOWLEDGEMENT,
  D_KEY,
  D_MATCHED,
  D_ORIENTATION,
  D_PAYLOAD_LENGTH,
  D_PROTOCOL,
  D_SEQUENCE,
  D_SIZE,
  D_TCP_FLAGS,
  D_TIME,
  D_TRANSPORT_KIND,
  D_WINDOW,
  D_WINDOW_SCALE,
  D_WIRE,
  E_COLD,
  E_DETAIL,
  E_HOT,
  E_KEY,
  E_KIND,
  E_LENGTH,
  E_NANOSECONDS,
  E_NUMBER,
  E_SECONDS,
  E_SIDE,
  END_EVICTED,
  END_FIN,
  END_FORCED,
  END_IDLE_TIMEOUT,
  END_OF_CAPTURE,
  END_PORT_REUSE,
  END_RST,
  ENDED_SIZE,
  EVENT_ENDED,
  EVENT_ESTABLISHED,
  EVENT_PACKET,
  EVENT_STARTED,
  F_HISTORY_LENGTH,
  F_LAST_SEEN,
  F_STATE,
  F_WORD0,
  HOT_SIZE,
  K_HISTORY,
  K_STARTED,
  KEY_HAS_PROTOCOL,
  KEY_KIND_IPV4,
  KEY_KIND_SHIFT,
  KEY_PROTOCOL_SHIFT,
  KEY_TAGS,
  KEY_WORD0,
  KEY_WORD1,
  NO_WINDOW_SCALE,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  STATE_ACTIVE,
  STATE_CLOSED,
  STATE_CLOSING,
  STATE_ESTABLISHED,
  STATE_FIN_WAIT,
  STATE_RESET,
  STATE_SYN_RECEIVED,
  STATE_SYN_SENT,
  T_FLOWS_CREATED,
  TRANSPORT_NONE,
  TRANSPORT_TCP,
  TRANSPORT_UDP,
} from '../../layout'
import { takePages } from '../../memory/__tests__/pages'
import { clearRing, placeRing, RING_SIZE, ringEnd, ringStart } from '../../output/ring'
import { readConfig } from '../config'
import { resetTime } from '../expiry'
import { forgetFlow } from '../lifecycle'
import { coldRecord, hotRecord, isLive, usedRecords } from '../records'
import { statistics } from '../statistics'
import { addFlow, findFlow, growTable, removeFlow } from '../table'
import { touchBatch } from '../touch'
import { trackBatch } from '../tracker'

/** The tracker without captures: packets are described by hand, events come out as text. */

export const SECOND: u64 = 1_000_000_000
export const MILLISECOND: u64 = 1_000_000
/** 2023-11-14T22:13:20Z: where the clock of each test begins. */
export const START: u64 = 1_700_000_000 * SECOND

export const CLIENT: u32 = 0
export const SERVER: u32 = 1

const config: usize = memory.data(376, 8)
const keyBuffer: usize = memory.data(64, 8)
/** Copy of the ENDED event that `drain` saw last. */
export const ENDED: usize = memory.data(256, 8)

// The spec's own objects live below: the tracker's arrays take pages of their own, enough for all growth.
const AREA: usize = takePages(1400)
const TABLE: usize = AREA + RING_SIZE

let now: u64 = START
let windowNow: u32 = 65535
let scaleNow: u32 = NO_WINDOW_SCALE

/** A tracker without flows and events, at START, with the default idle timeouts. */
export function restart(maxFlows: u32 = 1000, flags: u32 = 0): void {
  configure(maxFlows, flags, 300 * SECOND, 60 * SECOND, 30 * SECOND, SECOND)
  placeRing(AREA)
  growTable(TABLE, maxFlows)
  emptyTable()
  resetTime()
  now = START
  setWindow(65535)
}

/** Has a configuration read; makes no room for flows. */
export function configure(maxFlows: u32, flags: u32, tcp: u64, udp: u64, other: u64, sweepInterval: u64): void {
  store<u32>(config, maxFlows, C_MAX_FLOWS)
  store<u32>(config, flags, C_FLAGS)
  store<u64>(config, tcp, C_IDLE_TCP)
  store<u64>(config, udp, C_IDLE_UDP)
  store<u64>(config, other, C_IDLE_OTHER)
  store<u64>(config, sweepInterval, C_SWEEP_INTERVAL)
  readConfig(config)
}

export function growTo(flows: usize): bool {
  return growTable(TABLE, flows)
}

/** Forgets all flows, and puts the free records in order: the next flow gets index 0. */
function emptyTable(): void {
  const used = usedRecords()
  for (let i: usize = 0; i < used; i++) {
    if (isLive(i)) forgetFlow(i)
  }
  for (let i: usize = 0; i < used; i++) {
    const d = describe(0, <u32>i, PROTOCOL_UDP, CLIENT)
    addFlow(d + D_KEY, hashOf(d + D_KEY))
  }
  for (let i = used; i > 0; i--) removeFlow(i - 1)
}

function hashOf(key: usize): u32 {
  finishKey(key)
  return hashKey(load<u64>(key, KEY_WORD0), load<u64>(key, KEY_WORD1), key + KEY_TAGS)
}

function writeKey(key: usize, connection: u32, protocol: u32): void {
  memory.fill(key, 0, 64)
  store<u64>(key, ((<u64>(0x0a000000 + connection)) << 32) | 0xc0a80001, KEY_WORD0)
  const kind = <u64>(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL)
  const ports: u64 = protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP ? (443 << 16) | 40000 : 0
  store<u64>(key, ports | ((<u64>protocol) << KEY_PROTOCOL_SHIFT) | (kind << KEY_KIND_SHIFT), KEY_WORD1)
}

/** Describes a packet of this side of a connection, now, without payload, as number `i` of the batch. */
export function describe(i: usize, connection: u32, protocol: u32, side: u32): usize {
  const d = descriptor(i)
  memory.fill(d, 0, D_SIZE)
  store<u64>(d, now, D_TIME)
  store<u32>(d, 54, D_WIRE)
  store<u8>(d, 1, D_MATCHED)
  store<u8>(d, <u8>side, D_ORIENTATION)
  store<u8>(d, <u8>protocol, D_PROTOCOL)
  let kind = TRANSPORT_NONE
  if (protocol == PROTOCOL_TCP) kind = TRANSPORT_TCP
  else if (protocol == PROTOCOL_UDP) kind = TRANSPORT_UDP
  store<u8>(d, <u8>kind, D_TRANSPORT_KIND)
  store<u16>(d, <u16>windowNow, D_WINDOW)
  store<u8>(d, <u8>scaleNow, D_WINDOW_SCALE)
  writeKey(d + D_KEY, connection, protocol)
  return d
}

/** Describes a TCP segment as number `i` of the batch. */
export function describeTcp(
  i: usize,
  connection: u32,
  side: u32,
  flags: u32,
  sequence: u32,
  acknowledgement: u32,
  length: u32,
): usize {
  const d = describe(i, connection, PROTOCOL_TCP, side)
  store<u8>(d, <u8>flags, D_TCP_FLAGS)
  store<u32>(d, sequence, D_SEQUENCE)
  store<u32>(d, acknowledgement, D_ACKNOWLEDGEMENT)
  store<u32>(d, length, D_PAYLOAD_LENGTH)
  store<u32>(d, 54 + length, D_WIRE)
  return d
}

/** Tracks the packets described so far; answers with how many were. */
export function trackDescribed(packets: usize): usize {
  touchBatch(packets)
  return trackBatch(0, packets)
}

/** Tracks one TCP segment, now. */
export function tcp(
  connection: u32,
  side: u32,
  flags: u32,
  sequence: u32 = 0,
  acknowledgement: u32 = 0,
  length: u32 = 0,
): bool {
  describeTcp(0, connection, side, flags, sequence, acknowledgement, length)
  return trackDescribed(1) == 1
}

/** Tracks one packet of another protocol, now. */
export function datagram(connection: u32, side: u32 = 0, protocol: u32 = PROTOCOL_UDP, length: u32 = 0): bool {
  const d = describe(0, connection, protocol, side)
  store<u32>(d, length, D_PAYLOAD_LENGTH)
  return trackDescribed(1) == 1
}

export function wait(nanoseconds: u64): void {
  now += nanoseconds
}

export function setNow(time: u64): void {
  now = time
}

export function getNow(): u64 {
  return now
}

/** What the TCP segments to come say of their window. */
export function setWindow(window: u32, scale: u32 = NO_WINDOW_SCALE): void {
  windowNow = window
  scaleNow = scale
}

/** Index of a connection's flow, -1 without. */
export function flowOf(connection: u32, protocol: u32 = PROTOCOL_TCP): i32 {
  writeKey(keyBuffer, connection, protocol)
  return <i32>findFlow(keyBuffer, hashOf(keyBuffer))
}

export function counter(offset: usize): u64 {
  return load<u64>(statistics + offset)
}

// What comes out --------------------------------------------------------------------------------------------------

export function eventKind(event: usize): u32 {
  return <u32>load<u8>(event, E_KIND)
}

export function nextEvent(event: usize): usize {
  return event + <usize>load<u16>(event, E_LENGTH)
}

/** Connection that a STARTED, ESTABLISHED, STATE_CHANGE or ENDED event tells of. */
export function connectionOf(event: usize): u32 {
  const word0 =
    eventKind(event) == EVENT_ENDED ? load<u64>(event, E_HOT + F_WORD0) : load<u64>(event, E_KEY + KEY_WORD0)
  return <u32>(word0 >> 32) - 0x0a000000
}

export function stateName(state: u32): string {
  if (state == STATE_ACTIVE) return 'active'
  if (state == STATE_SYN_SENT) return 'syn-sent'
  if (state == STATE_SYN_RECEIVED) return 'syn-received'
  if (state == STATE_ESTABLISHED) return 'established'
  if (state == STATE_FIN_WAIT) return 'fin-wait'
  if (state == STATE_CLOSING) return 'closing'
  if (state == STATE_CLOSED) return 'closed'
  return state == STATE_RESET ? 'reset' : 'aborted'
}

function reasonName(reason: u32): string {
  if (reason == END_FIN) return 'fin'
  if (reason == END_RST) return 'rst'
  if (reason == END_IDLE_TIMEOUT) return 'idle'
  if (reason == END_EVICTED) return 'evicted'
  if (reason == END_FORCED) return 'forced'
  if (reason == END_OF_CAPTURE) return 'end of capture'
  return reason == END_PORT_REUSE ? 'port reuse' : 'reason ' + reason.toString()
}

function describeEvent(event: usize): string {
  const kind = eventKind(event)
  const detail = load<u32>(event, E_DETAIL)
  if (kind == EVENT_PACKET) return 'packet ' + (load<u8>(event, E_SIDE) == 0 ? 'i' : 'r')
  const connection = connectionOf(event).toString()
  if (kind == EVENT_STARTED) return connection + ' started'
  if (kind == EVENT_ENDED) return connection + ' ended ' + reasonName(detail)
  if (kind == EVENT_ESTABLISHED) return connection + ' established'
  return connection + ' ' + stateName((detail >> 16) & 0xff) + '>' + stateName(detail >> 24)
}

/** Reads the ring empty: 'CONNECTION started', 'CONNECTION from>to', 'packet i', 'CONNECTION ended reason' ... */
export function drain(): string {
  let text = ''
  for (let event = ringStart(); event < ringEnd(); event = nextEvent(event)) {
    if (text.length > 0) text += ', '
    text += describeEvent(event)
    if (eventKind(event) == EVENT_ENDED) memory.copy(ENDED, event, ENDED_SIZE)
  }
  clearRing()
  return text
}

export function historyAt(hot: usize, cold: usize): string {
  return String.UTF8.decodeUnsafe(cold + K_HISTORY, <usize>load<u8>(hot, F_HISTORY_LENGTH))
}

/** History of the flow whose end `drain` saw last. */
export function endedHistory(): string {
  return historyAt(ENDED + E_HOT, ENDED + E_COLD)
}

/** History of a connection's live flow. */
export function liveHistory(connection: u32, protocol: u32 = PROTOCOL_TCP): string {
  const index = <usize>flowOf(connection, protocol)
  return historyAt(hotRecord(index), coldRecord(index))
}

// Conversations ---------------------------------------------------------------------------------------------------

export const SYN: u32 = 0x02
export const ACK: u32 = 0x10
export const FIN: u32 = 0x01
export const RST: u32 = 0x04
export const PSH: u32 = 0x08

/** Three-way handshake; the client's next sequence number is 1001, the server's 5001. */
export function handshake(connection: u32): void {
  tcp(connection, CLIENT, SYN, 1000)
  tcp(connection, SERVER, SYN | ACK, 5000, 1001)
  tcp(connection, CLIENT, ACK, 1001, 5001)
}

// The stream of events as one number ------------------------------------------------------------------------------

let fold: u64 = 0
let folded: u32 = 0
let firstNumber: f64 = 0

function foldIn(value: u64): void {
  fold = rotl<u64>((fold ^ value) * 0x9e3779b97f4a7c15, 23)
}

/** Forgets the events folded so far; flows are numbered from the next one on. */
export function beginDigest(): void {
  fold = 0
  folded = 0
  firstNumber = <f64>counter(T_FLOWS_CREATED)
}

/** Takes all events in the ring into the digest, but for what depends on earlier runs, and clears the ring. */
export function foldRing(): void {
  for (let event = ringStart(); event < ringEnd(); event = nextEvent(event)) foldEvent(event)
  clearRing()
}

function foldEvent(event: usize): void {
  const kind = eventKind(event)
  folded++
  foldIn(<u64>load<u32>(event))
  foldIn(<u64>(load<f64>(event, E_NUMBER) - firstNumber))
  foldIn(load<u64>(event, E_NANOSECONDS))
  foldIn(<u64>load<f64>(event, E_SECONDS))
  if (kind == EVENT_PACKET) return
  foldIn(<u64>connectionOf(event))
  if (kind != EVENT_ENDED) return
  foldIn(load<u64>(event, E_HOT + F_LAST_SEEN))
  foldIn(load<u64>(event, E_COLD + K_STARTED))
  foldIn(load<u64>(event, E_COLD + K_HISTORY))
  foldIn(load<u64>(event, E_COLD + K_HISTORY + 8))
  for (let i: usize = F_STATE; i < HOT_SIZE; i++) foldIn(<u64>load<u8>(event, E_HOT) ^ <u64>load<u8>(event + E_HOT + i))
}

export function digest(): u64 {
  return fold
}

export function eventsFolded(): u32 {
  return folded
}
