import {
  CONFIG_ACCEPT_ANY_RST,
  CONFIG_CRATE_HISTORY,
  CONFIG_PACKET_EVENTS,
  D_PAYLOAD_LENGTH,
  E_DETAIL,
  E_HOT,
  E_NUMBER,
  E_SIDE,
  END_FIN,
  END_OF_CAPTURE,
  END_RST,
  EVENT_ENDED,
  EVENT_ESTABLISHED,
  EVENT_PACKET,
  EVENT_STARTED,
  F_STATE,
  PROTOCOL_UDP,
  STATE_ACTIVE,
  STATE_CLOSED,
  STATE_RESET,
  T_FLOWS_CREATED,
} from '../../layout'
import { clearRing, ringEnd, ringStart } from '../../output/ring'
import { finish } from '../ends'
import { touchBatch } from '../touch'
import { trackBatch } from '../tracker'
import {
  ACK,
  beginDigest,
  connectionOf,
  counter,
  datagram,
  describe as describePacket,
  describeTcp,
  digest,
  eventKind,
  eventsFolded,
  FIN,
  foldRing,
  nextEvent,
  PSH,
  RST,
  restart,
  SECOND,
  START,
  SYN,
  setNow,
  tcp,
} from './harness'
import { randomBelow, seedRandom } from './random'

/** Random traffic: few connections that open, talk, close, are reset, fall silent and come again. */
const PACKETS: i32 = 4000
const CONNECTIONS: u32 = 12
const connections = new StaticArray<u32>(PACKETS)
const sides = new StaticArray<u32>(PACKETS)
const allFlags = new StaticArray<u32>(PACKETS)
const sequences = new StaticArray<u32>(PACKETS)
const acknowledgements = new StaticArray<u32>(PACKETS)
const lengths = new StaticArray<u32>(PACKETS)
const times = new StaticArray<u64>(PACKETS)
/** Next sequence number of each side of each connection. */
const nexts = new StaticArray<u32>(<i32>CONNECTIONS * 2)

/** Connections from this one on are UDP. */
const FIRST_UDP: u32 = 9

function makeTraffic(seed: u64, backwards: bool): void {
  seedRandom(seed)
  let time = START
  for (let i = 0; i < <i32>CONNECTIONS * 2; i++)
    nexts[i] = randomBelow(8) == 0 ? 0xffffff00 + randomBelow(512) : i * 5000
  for (let n = 0; n < PACKETS; n++) {
    const pace = randomBelow(200)
    if (pace < 150) time += <u64>randomBelow(20_000_000)
    else if (pace < 190) time += <u64>randomBelow(2000) * 1_000_000
    else if (pace < 196) time += <u64>randomBelow(90) * SECOND
    else if (pace < 197) time += <u64>randomBelow(900) * SECOND
    else if (backwards) time -= <u64>randomBelow(40) * SECOND
    const connection = randomBelow(CONNECTIONS)
    const side = randomBelow(2)
    const own = connection * 2 + side
    const kind = randomBelow(100)
    let flags = ACK
    let length: u32 = 0
    if (kind < 12) flags = SYN
    else if (kind < 20) flags = SYN | ACK
    else if (kind < 45) {
      flags = ACK | PSH
      length = randomBelow(1400)
    } else if (kind < 60) flags = FIN | ACK
    else if (kind < 64) flags = RST
    else if (kind < 67) flags = randomBelow(256)
    let sequence = nexts[own]
    const whim = randomBelow(10)
    if (whim == 0) sequence -= randomBelow(3000)
    else if (whim == 1) sequence += randomBelow(3000)
    else nexts[own] = sequence + length + u32((flags & (SYN | FIN)) != 0)
    connections[n] = connection
    sides[n] = side
    allFlags[n] = flags
    sequences[n] = sequence
    acknowledgements[n] = nexts[own ^ 1] - (randomBelow(4) == 0 ? randomBelow(100) : 0)
    lengths[n] = length
    times[n] = time
  }
}

function describeNth(n: i32, at: usize): void {
  setNow(times[n])
  if (connections[n] < FIRST_UDP) {
    describeTcp(at, connections[n], sides[n], allFlags[n], sequences[n], acknowledgements[n], lengths[n])
  } else {
    store<u32>(describePacket(at, connections[n], PROTOCOL_UDP, sides[n]), lengths[n], D_PAYLOAD_LENGTH)
  }
}

/** Digest of all events when the traffic comes in batches of random sizes up to `most`, drained at random or late. */
function run(most: u32, drainsLate: bool, room: u32, flags: u32, seed: u64): u64 {
  restart(room, flags)
  beginDigest()
  seedRandom(seed)
  let n = 0
  while (n < PACKETS) {
    const size = min<i32>(1 + <i32>randomBelow(most), PACKETS - n)
    for (let i = 0; i < size; i++) describeNth(n + i, <usize>i)
    touchBatch(size)
    let tracked = trackBatch(0, size)
    while (tracked < <usize>size) {
      foldRing()
      tracked = trackBatch(tracked, size)
    }
    if (!drainsLate && randomBelow(3) == 0) foldRing()
    n += size
  }
  while (!finish(END_OF_CAPTURE)) foldRing()
  foldRing()
  return digest()
}

// A walker that knows what may follow what ------------------------------------------------------------------------

/** State of the live flow of each connection, NONE without. */
const NONE: u32 = 99
const states = new StaticArray<u32>(<i32>CONNECTIONS)
const numbers = new StaticArray<f64>(<i32>CONNECTIONS)
const establishments = new StaticArray<u32>(<i32>CONNECTIONS)
let liveFlows: i32 = 0
let lastNumber: f64 = 0
let broken: string = ''

function breach(n: i32, what: string): void {
  if (broken.length < 400) broken += 'packet ' + n.toString() + ': ' + what + '; '
}

/** Checks the events that packet `n` caused. */
function checkEvents(n: i32, room: i32): void {
  const own = connections[n]
  let packets = 0
  for (let event = ringStart(); event < ringEnd(); event = nextEvent(event)) {
    const kind = eventKind(event)
    const detail = load<u32>(event, E_DETAIL)
    const number = load<f64>(event, E_NUMBER)
    if (kind == EVENT_PACKET) {
      if (states[own] == NONE || number != numbers[own]) breach(n, 'a packet of another flow')
      packets++
      continue
    }
    const connection = connectionOf(event)
    const state = states[connection]
    if (kind == EVENT_STARTED) {
      if (connection != own) breach(n, 'a start of another connection')
      if (state != NONE) breach(n, 'a start before the end')
      if (number != lastNumber + 1) breach(n, 'numbers do not follow one another')
      if (packets > 0) breach(n, 'a start after the packet')
      lastNumber = number
      numbers[connection] = number
      states[connection] = STATE_ACTIVE
      establishments[connection] = 0
      liveFlows++
      if (liveFlows > room) breach(n, 'more flows than there is room for')
      continue
    }
    if (state == NONE || number != numbers[connection]) breach(n, 'an event of no live flow')
    if (kind == EVENT_ENDED) {
      const final = <u32>load<u8>(event, E_HOT + F_STATE)
      if (final != state) breach(n, 'an end in a state that was not told')
      if ((detail == END_FIN) != (final == STATE_CLOSED)) breach(n, 'FIN without CLOSED')
      if ((detail == END_RST) != (final == STATE_RESET)) breach(n, 'RST without RESET')
      states[connection] = NONE
      liveFlows--
      continue
    }
    if (connection != own) breach(n, 'a change of another connection')
    if (packets > 0) breach(n, 'a change after the packet')
    if (((detail >> 16) & 0xff) != state) breach(n, 'a change from another state')
    if (detail >> 24 == state) breach(n, 'no change')
    if (state >= STATE_CLOSED) breach(n, 'a change of a terminal state')
    if (load<u8>(event, E_SIDE) > 1) breach(n, 'no side')
    states[connection] = detail >> 24
    if (kind == EVENT_ESTABLISHED) establishments[connection] = establishments[connection] + 1
    if (establishments[connection] > 1) breach(n, 'established twice')
  }
  if (packets != 1) breach(n, packets.toString() + ' packet events')
  if (states[own] != NONE && states[own] >= STATE_CLOSED) breach(n, 'no end of a flow in a terminal state')
  clearRing()
}

let started: i32 = 0
let ended: i32 = 0
/** Ends that came with the end of the capture though the connection was over before. */
let late: i32 = 0

function countEnds(): void {
  for (let event = ringStart(); event < ringEnd(); event = nextEvent(event)) {
    const kind = eventKind(event)
    started += i32(kind == EVENT_STARTED)
    ended += i32(kind == EVENT_ENDED)
    if (kind != EVENT_ENDED || load<u32>(event, E_DETAIL) != END_OF_CAPTURE) continue
    late += i32(<u32>load<u8>(event, E_HOT + F_STATE) >= STATE_CLOSED)
  }
  clearRing()
}

describe('random traffic', () => {
  it('keeps the guarantees of the order of events', () => {
    for (let seed: u64 = 1; seed <= 6; seed++) {
      makeTraffic(seed, seed % 2 == 0)
      const room = seed % 3 == 0 ? 5 : 100
      restart(room, CONFIG_PACKET_EVENTS | (seed == 5 ? CONFIG_ACCEPT_ANY_RST : 0))
      for (let i = 0; i < <i32>CONNECTIONS; i++) states[i] = NONE
      liveFlows = 0
      lastNumber = <f64>counter(T_FLOWS_CREATED)
      for (let n = 0; n < PACKETS; n++) {
        describeNth(n, 0)
        touchBatch(1)
        if (trackBatch(0, 1) != 1) breach(n, 'not tracked')
        checkEvents(n, room)
      }
    }
    expect<string>(broken).toBe('')
  })

  it('gives the same events however it is cut into batches and whenever the ring is drained', () => {
    for (let seed: u64 = 1; seed <= 4; seed++) {
      makeTraffic(seed, seed % 2 == 0)
      const room: u32 = seed == 2 ? 5 : 1000
      const flags = CONFIG_PACKET_EVENTS | (seed == 3 ? CONFIG_CRATE_HISTORY : 0)
      const single = run(1, false, room, flags, 100)
      const events = eventsFolded()
      expect<u32>(events).toBeGreaterThan(<u32>PACKETS)
      for (let most: u32 = 2; most <= 64; most += 31) {
        expect<u64>(run(most, false, room, flags, most)).toBe(single)
        expect<u64>(run(most, true, room, flags, most)).toBe(single)
        expect<u32>(eventsFolded()).toBe(events)
      }
      expect<u64>(run(1, true, room, flags, 7)).toBe(single)
    }
  })

  it('splits datagrams into flows by the gaps between their own packets alone', () => {
    for (let seed: u64 = 11; seed <= 14; seed++) {
      makeTraffic(seed, false)
      restart(100)
      const before = counter(T_FLOWS_CREATED)
      let flows: u64 = 0
      const last = new StaticArray<u64>(<i32>CONNECTIONS)
      for (let n = 0; n < PACKETS; n++) {
        setNow(times[n])
        datagram(connections[n], sides[n])
        clearRing()
        const connection = connections[n]
        if (last[connection] == 0 || times[n] - last[connection] >= 60 * SECOND) flows++
        last[connection] = times[n]
      }
      expect<u64>(counter(T_FLOWS_CREATED) - before).toBe(flows)
    }
  })

  it('of connections that are reset at once loses no end, wherever the ring is full', () => {
    // Datagrams before, so that the end of the ring falls on other places of the pattern.
    for (let padding: u32 = 0; padding < 12; padding++) {
      restart(2000)
      started = 0
      ended = 0
      late = 0
      for (let i: u32 = 0; i < padding; i++) datagram(9000 + i)
      let packets: u32 = 0
      while (packets < 3000) {
        if (tcp(packets % 900, 0, packets % 3 == 0 ? SYN : RST, 1000)) packets++
        else countEnds()
      }
      while (!finish(END_OF_CAPTURE)) countEnds()
      countEnds()
      expect<i32>(ended).toBe(started)
      expect<i32>(late).toBe(0)
    }
  })
})
