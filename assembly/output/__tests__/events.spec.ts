import {
  ANOMALY_EVICTION,
  COLD_SIZE,
  D_CAPTURED,
  D_FRAME,
  D_PAYLOAD,
  D_PAYLOAD_CAPTURED,
  D_SIZE,
  D_WIRE,
  E_COLD,
  E_DETAIL,
  E_ENCAPSULATIONS,
  E_FLOW,
  E_HOT,
  E_KEY,
  E_KIND,
  E_LENGTH,
  E_NANOSECONDS,
  E_NUMBER,
  E_SECONDS,
  E_SIDE,
  E_STREAMS,
  ENCAPSULATION_SIZE,
  END_RST,
  EVENT_ENDED,
  EVENT_HEADER,
  EVENT_PACKET,
  EVENT_STARTED,
  EVENT_STATE_CHANGE,
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
  MAX_ENCAPSULATIONS,
  MAX_EVENTS_PER_PACKET,
  P_CAPTURED,
  P_FRAME,
  P_PAYLOAD,
  P_PAYLOAD_CAPTURED,
  PACKET_EVENT_SIZE,
  STREAM_SIZE,
} from '../../layout'
import { takePages } from '../../memory/__tests__/pages'
import { writeAnomaly, writeEnded, writePacket, writeStarted, writeStateEvent } from '../events'
import { placeRing, ringEnd } from '../ring'

const AREA: usize = takePages(5)
const HOT: usize = memory.data(128, 8)
const COLD: usize = memory.data(96, 8)
const DESCRIPTOR: usize = memory.data(576, 8)
const LAYERS: usize = memory.data(384, 8)

/** Whether `length` bytes at both addresses are the same. */
function same(a: usize, b: usize, length: usize): bool {
  return memory.compare(a, b, length) == 0
}

describe('event records', () => {
  beforeEach(() => {
    placeRing(AREA)
    memory.fill(AREA, 0xee, 65536)
    for (let i: usize = 0; i < HOT_SIZE; i++) store<u8>(HOT + i, <u8>(i + 1))
    for (let i: usize = 0; i < COLD_SIZE; i++) store<u8>(COLD + i, <u8>(i + 101))
    for (let i: usize = 0; i < D_SIZE; i++) store<u8>(DESCRIPTOR + i, <u8>(i * 3))
    for (let i: usize = 0; i < 384; i++) store<u8>(LAYERS + i, <u8>(i * 7))
    store<u64>(COLD, 0x1_0000_0007, K_NUMBER)
    store<u8>(HOT, 6, F_PROTOCOL)
    store<u8>(HOT, 0x83, F_FLAGS)
  })

  it('begin with kind, side, flow, its number and the time to the nanosecond', () => {
    writeStateEvent(EVENT_STATE_CHANGE, 1, 77, HOT, COLD, 18_446_744_073_709_551_615, 2, 3)
    expect<u16>(load<u16>(AREA, E_LENGTH)).toBe(96)
    expect<u8>(load<u8>(AREA, E_KIND)).toBe(<u8>EVENT_STATE_CHANGE)
    expect<u8>(load<u8>(AREA, E_SIDE)).toBe(1)
    expect<u32>(load<u32>(AREA, E_FLOW)).toBe(77)
    expect<f64>(load<f64>(AREA, E_NUMBER)).toBe(4294967303)
    expect<f64>(load<f64>(AREA, E_SECONDS)).toBe(18_446_744_073)
    expect<u32>(load<u32>(AREA, E_NANOSECONDS)).toBe(709_551_615)
    expect<u32>(load<u32>(AREA, E_DETAIL)).toBe(0x03_02_83_06)
    expect<usize>(ringEnd()).toBe(AREA + EVENT_HEADER + KEY_SIZE)
  })

  it('carry the whole key', () => {
    writeStateEvent(EVENT_STATE_CHANGE, 0, 0, HOT, COLD, 0, 0, 1)
    expect<u64>(load<u64>(AREA, E_KEY + KEY_WORD0)).toBe(load<u64>(HOT, F_WORD0))
    expect<u64>(load<u64>(AREA, E_KEY + KEY_WORD1)).toBe(load<u64>(HOT, F_WORD1))
    expect<bool>(same(AREA + E_KEY + KEY_ADDRESSES, COLD + K_ADDRESSES, 48)).toBe(true)
  })

  it('tell a start with none and with all encapsulations', () => {
    writeStarted(1, 3, HOT, COLD, 1, LAYERS, 0)
    expect<u8>(load<u8>(AREA, E_KIND)).toBe(<u8>EVENT_STARTED)
    expect<u16>(load<u16>(AREA, E_LENGTH)).toBe(<u16>E_ENCAPSULATIONS)
    expect<u32>(load<u32>(AREA, E_DETAIL)).toBe(0x00_00_83_06)
    const second = ringEnd()
    writeStarted(0, 3, HOT, COLD, 1, LAYERS, MAX_ENCAPSULATIONS)
    expect<u16>(load<u16>(second, E_LENGTH)).toBe(<u16>(E_ENCAPSULATIONS + MAX_ENCAPSULATIONS * ENCAPSULATION_SIZE))
    expect<u32>(load<u32>(second, E_DETAIL)).toBe(0x00_08_83_06)
    expect<bool>(same(second + E_KEY + KEY_ADDRESSES, COLD + K_ADDRESSES, 48)).toBe(true)
    expect<bool>(same(second + E_ENCAPSULATIONS, LAYERS, 384)).toBe(true)
  })

  it('tell a packet with where its bytes lie', () => {
    writePacket(1, 9, COLD, 5, DESCRIPTOR)
    expect<u8>(load<u8>(AREA, E_KIND)).toBe(<u8>EVENT_PACKET)
    expect<u16>(load<u16>(AREA, E_LENGTH)).toBe(<u16>PACKET_EVENT_SIZE)
    expect<u32>(load<u32>(AREA, E_DETAIL)).toBe(load<u32>(DESCRIPTOR, D_WIRE))
    expect<u32>(load<u32>(AREA, P_FRAME)).toBe(load<u32>(DESCRIPTOR, D_FRAME))
    expect<u32>(load<u32>(AREA, P_CAPTURED)).toBe(load<u32>(DESCRIPTOR, D_CAPTURED))
    expect<u32>(load<u32>(AREA, P_PAYLOAD)).toBe(load<u32>(DESCRIPTOR, D_PAYLOAD))
    expect<u32>(load<u32>(AREA, P_PAYLOAD_CAPTURED)).toBe(load<u32>(DESCRIPTOR, D_PAYLOAD_CAPTURED))
  })

  it('tell an end with the whole record', () => {
    writeEnded(END_RST, 4, HOT, COLD, 0, 5)
    expect<u8>(load<u8>(AREA, E_KIND)).toBe(<u8>EVENT_ENDED)
    expect<u32>(load<u32>(AREA, E_DETAIL)).toBe(END_RST)
    expect<bool>(same(AREA + E_HOT, HOT, HOT_SIZE)).toBe(true)
    expect<bool>(same(AREA + E_COLD, COLD, COLD_SIZE)).toBe(true)
    expect<usize>(ringEnd()).toBe(AREA + E_COLD + COLD_SIZE)
  })

  it('tell an end with what is known of both streams, where somebody listened', () => {
    writeEnded(END_RST, 4, HOT, COLD, LAYERS, 5)
    expect<usize>(ringEnd()).toBe(AREA + E_STREAMS + 2 * STREAM_SIZE)
    expect<u16>(load<u16>(AREA, E_LENGTH)).toBe(<u16>(E_STREAMS + 2 * STREAM_SIZE))
    expect<bool>(same(AREA + E_COLD, COLD, COLD_SIZE)).toBe(true)
    expect<bool>(same(AREA + E_STREAMS, LAYERS, 2 * STREAM_SIZE)).toBe(true)
  })

  it('of one packet and of the flow that it evicts fit into what the tracker asks the ring for', () => {
    // A flow that was listened to goes, which is an anomaly; a fragment may be three more, and a refused stream one.
    writeEnded(END_RST, 0, HOT, COLD, LAYERS, 5)
    for (let i = 0; i < 5; i++) writeAnomaly(ANOMALY_EVICTION, 0, 0, 0, 5, 1, 1)
    writeStarted(0, 0, HOT, COLD, 1, LAYERS, MAX_ENCAPSULATIONS)
    // A RST that nobody listens to, and whose flow begins with it.
    writeStateEvent(EVENT_STATE_CHANGE, 0, 0, HOT, COLD, 0, 0, 1)
    writePacket(0, 0, COLD, 5, DESCRIPTOR)
    writeEnded(END_RST, 0, HOT, COLD, 0, 5)
    expect<usize>(ringEnd() - AREA).toBe(1760)
    expect<bool>(ringEnd() - AREA <= MAX_EVENTS_PER_PACKET).toBe(true)
  })

  it('keep multiples of eight bytes', () => {
    writeStarted(0, 0, HOT, COLD, 1, LAYERS, 3)
    expect<usize>(ringEnd() & 7).toBe(0)
    writePacket(0, 0, COLD, 5, DESCRIPTOR)
    expect<usize>(ringEnd() & 7).toBe(0)
    writeEnded(END_RST, 0, HOT, COLD, 0, 5)
    expect<usize>(ringEnd() & 7).toBe(0)
  })
})
