import {
  A_TOTAL,
  A_VALUE,
  ANOMALY_FRAGMENT_BOUND,
  ANOMALY_FRAGMENT_MALFORMED,
  ANOMALY_FRAGMENT_OVERLAP,
  ANOMALY_FRAGMENT_TIMEOUT,
  CONFIG_ANOMALIES,
  D_CROWDED_OUT,
  D_EARLIER_BYTES,
  D_EARLIER_PACKETS,
  D_FLAGS,
  D_FRAGMENT_FAULT,
  D_FRAGMENT_VALUE,
  D_GIVEN_UP,
  D_MATCHED,
  D_TIMED_OUT,
  D_WIRE,
  E_DETAIL,
  EVENT_ANOMALY,
  PACKET_DUPLICATE,
  PACKET_FRAGMENT,
  PACKET_FRAGMENT_CUT,
  PACKET_FRAGMENT_DROPPED,
  PACKET_FRAGMENT_NOTES,
  PACKET_HELD,
  PACKET_REASSEMBLED,
  PROTOCOL_UDP,
  S_BYTES,
  S_PACKETS,
  T_BYTES,
  T_DUPLICATE_BYTES,
  T_DUPLICATES,
  T_FRAGMENT_BOUNDS,
  T_FRAGMENT_MALFORMED,
  T_FRAGMENT_OVERLAPS,
  T_FRAGMENT_TIMEOUTS,
  T_FRAGMENTS,
  T_FRAGMENTS_CUT,
  T_FRAGMENTS_DROPPED,
  T_FRAGMENTS_HELD,
  T_PACKETS,
  T_REASSEMBLED,
  T_UNMATCHED,
} from '../../layout'
import { ringEnd, ringStart } from '../../output/ring'
import { hotRecord } from '../records'
import { sideOf } from '../tcp-sequence'
import {
  CLIENT,
  counter,
  datagram,
  describe as describePacket,
  drain,
  eventKind,
  flowOf,
  nextEvent,
  restart,
  SECOND,
  trackDescribed,
  wait,
} from './harness'

/** Counters before the test. */
const BEFORE: usize = memory.data(512, 8)

function begin(flags: u32 = 0): void {
  restart(1000, flags)
  for (let at: usize = 0; at < 368; at += 8) store<u64>(BEFORE + at, counter(at))
}

function counted(offset: usize): u64 {
  return counter(offset) - load<u64>(BEFORE + offset)
}

/** Describes a packet without a flow. */
function unmatched(flags: u32): usize {
  const d = describePacket(0, 1, PROTOCOL_UDP, CLIENT)
  store<u8>(d, 0, D_MATCHED)
  store<u32>(d, 100, D_WIRE)
  store<u32>(d, flags, D_FLAGS)
  return d
}

/** Makes the packet one that completes a datagram of so many packets before it. */
function reassembled(d: usize, flags: u32, packets: u32, bytes: u64): void {
  store<u32>(d, flags | PACKET_REASSEMBLED, D_FLAGS)
  store<u32>(d, packets, D_EARLIER_PACKETS)
  store<u64>(d, bytes, D_EARLIER_BYTES)
}

describe('fragments in the books', () => {
  it('are held, and then belong to their flow', () => {
    begin()
    for (let i = 0; i < 3; i++) {
      unmatched(PACKET_FRAGMENT | PACKET_HELD)
      trackDescribed(1)
    }
    expect<u64>(counted(T_FRAGMENTS_HELD)).toBe(3)
    expect<u64>(counted(T_UNMATCHED)).toBe(0)
    reassembled(describePacket(0, 1, PROTOCOL_UDP, CLIENT), 0, 3, 300)
    trackDescribed(1)
    const sender = sideOf(hotRecord(<usize>flowOf(1, PROTOCOL_UDP)), 0)
    expect<u64>(load<u64>(sender, S_PACKETS)).toBe(4)
    expect<u64>(load<u64>(sender, S_BYTES)).toBe(354)
    expect<u64>(counted(T_FRAGMENTS_HELD)).toBe(0)
    expect<u64>(counted(T_PACKETS)).toBe(4)
    expect<u64>(counted(T_BYTES)).toBe(354)
    expect<u64>(counted(T_FRAGMENTS)).toBe(4)
    expect<u64>(counted(T_REASSEMBLED)).toBe(1)
    expect(drain()).toBe('1 started')
  })

  it('belong to no flow if the datagram does not', () => {
    begin()
    unmatched(PACKET_FRAGMENT | PACKET_HELD)
    trackDescribed(1)
    reassembled(unmatched(0), 0, 1, 100)
    trackDescribed(1)
    expect<u64>(counted(T_UNMATCHED)).toBe(2)
    expect<u64>(counted(T_FRAGMENTS_HELD)).toBe(0)
    expect<u64>(counted(T_FRAGMENTS_DROPPED)).toBe(0)
  })

  it('belong to none if they are dropped or given up', () => {
    begin()
    for (let i = 0; i < 4; i++) {
      unmatched(PACKET_FRAGMENT | PACKET_HELD)
      trackDescribed(1)
    }
    const d = unmatched(PACKET_FRAGMENT | PACKET_FRAGMENT_DROPPED | PACKET_FRAGMENT_NOTES)
    note(d, 2, 0, 0, ANOMALY_FRAGMENT_OVERLAP)
    trackDescribed(1)
    expect<u64>(counted(T_FRAGMENTS_HELD)).toBe(2)
    expect<u64>(counted(T_FRAGMENTS_DROPPED)).toBe(3)
    expect<u64>(counted(T_UNMATCHED)).toBe(3)
    expect<u64>(counted(T_FRAGMENT_OVERLAPS)).toBe(1)
    reassembled(unmatched(0), PACKET_FRAGMENT | PACKET_FRAGMENT_DROPPED, 2, 200)
    trackDescribed(1)
    expect<u64>(counted(T_FRAGMENTS_HELD)).toBe(0)
    expect<u64>(counted(T_FRAGMENTS_DROPPED)).toBe(6)
    expect<u64>(counted(T_UNMATCHED)).toBe(6)
    expect<u64>(counted(T_REASSEMBLED)).toBe(0)
    expect<u64>(counted(T_PACKETS)).toBe(6)
    expect(drain()).toBe('')
  })

  it('are told of where anomalies are wanted, before what the packet does', () => {
    begin(CONFIG_ANOMALIES)
    const d = describePacket(0, 1, PROTOCOL_UDP, CLIENT)
    store<u32>(d, PACKET_FRAGMENT | PACKET_FRAGMENT_CUT | PACKET_FRAGMENT_NOTES, D_FLAGS)
    note(d, 0, 5, 2, ANOMALY_FRAGMENT_MALFORMED)
    trackDescribed(1)
    let event = ringStart()
    event = expectAnomaly(event, ANOMALY_FRAGMENT_TIMEOUT, 5, T_FRAGMENT_TIMEOUTS)
    event = expectAnomaly(event, ANOMALY_FRAGMENT_BOUND, 2, T_FRAGMENT_BOUNDS)
    event = expectAnomaly(event, ANOMALY_FRAGMENT_MALFORMED, 1480, T_FRAGMENT_MALFORMED)
    expect<u64>(counted(T_FRAGMENTS_CUT)).toBe(1)
    expect<usize>(nextEvent(event)).toBe(ringEnd())
    drain()
  })
})

function note(d: usize, packets: u32, late: u32, crowded: u32, fault: u32): void {
  store<u32>(d, packets, D_GIVEN_UP)
  store<u32>(d, late, D_TIMED_OUT)
  store<u32>(d, crowded, D_CROWDED_OUT)
  store<u32>(d, fault, D_FRAGMENT_FAULT)
  store<u32>(d, 1480, D_FRAGMENT_VALUE)
}

function expectAnomaly(event: usize, kind: u32, value: f64, total: usize): usize {
  expect(eventKind(event)).toBe(EVENT_ANOMALY)
  expect(load<u32>(event, E_DETAIL)).toBe(kind)
  expect(load<f64>(event, A_VALUE)).toBe(value)
  expect(load<f64>(event, A_TOTAL)).toBe(<f64>counter(total))
  return nextEvent(event)
}

describe('copies of frames', () => {
  it('are counted, and do nothing', () => {
    begin()
    datagram(1)
    drain()
    wait(100 * SECOND)
    unmatched(PACKET_DUPLICATE)
    trackDescribed(1)
    expect(drain()).toBe('')
    expect<u64>(counted(T_PACKETS)).toBe(2)
    expect<u64>(counted(T_BYTES)).toBe(154)
    expect<u64>(counted(T_DUPLICATES)).toBe(1)
    expect<u64>(counted(T_DUPLICATE_BYTES)).toBe(100)
    expect<u64>(counted(T_UNMATCHED)).toBe(0)
    datagram(2)
    expect(drain()).toBe('1 ended idle, 2 started')
  })
})
