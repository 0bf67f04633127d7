import {
  CONFIG_PACKET_EVENTS,
  END_FORCED,
  END_OF_CAPTURE,
  PROTOCOL_UDP,
  T_FLOWS_CREATED,
  T_FLOWS_ENDED,
  T_FLOWS_EVICTED,
  T_FLOWS_FORGOTTEN,
  T_FLOWS_LIVE,
} from '../../layout'
import { clearRing, RING_SIZE, ringEnd, ringStart } from '../../output/ring'
import { closeFlow, finish, sweep } from '../ends'
import { shrink } from '../eviction'
import { forgetFlow } from '../lifecycle'
import { isLive, liveRecords } from '../records'
import { trackBatch } from '../tracker'
import {
  beginDigest,
  CLIENT,
  configure,
  connectionOf,
  counter,
  datagram,
  describe as describePacket,
  digest,
  drain,
  eventKind,
  eventsFolded,
  flowOf,
  foldRing,
  growTo,
  nextEvent,
  RST,
  restart,
  SECOND,
  SERVER,
  START,
  SYN,
  tcp,
  trackDescribed,
  wait,
} from './harness'
import { randomBelow, seedRandom } from './random'

/** Turn at which each connection was seen last, 0 for never: the model of eviction. */
const turns = new StaticArray<u32>(200)

let created: u64 = 0
let ended: u64 = 0
let evicted: u64 = 0
let forgotten: u64 = 0
let live: u64 = 0

function noteCounters(): void {
  created = counter(T_FLOWS_CREATED)
  ended = counter(T_FLOWS_ENDED)
  evicted = counter(T_FLOWS_EVICTED)
  forgotten = counter(T_FLOWS_FORGOTTEN)
  live = liveRecords()
}

/** Starts this many flows at once, draining between them. */
function startFlows(count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    datagram(i)
    clearRing()
  }
}

/** Reads the ring empty; answers with the number of events, all of which must be ends of connections in order. */
let expectedConnection: u32 = 0
let strangers: i32 = 0
function drainEnds(): i32 {
  let events = 0
  for (let event = ringStart(); event < ringEnd(); event = nextEvent(event)) {
    if (eventKind(event) != 5 || connectionOf(event) != expectedConnection) strangers++
    expectedConnection++
    events++
  }
  clearRing()
  return events
}

describe('a full table', () => {
  it('lets the flow go that was seen longest ago, before the new one starts', () => {
    restart(3)
    datagram(1)
    datagram(2)
    datagram(3)
    datagram(1)
    drain()
    datagram(4)
    expect<string>(drain()).toBe('2 ended evicted, 4 started')
    datagram(5)
    expect<string>(drain()).toBe('3 ended evicted, 5 started')
    datagram(1)
    expect<string>(drain()).toBe('')
  })

  it('goes by the order of packets, not by their times', () => {
    restart(2)
    wait(50 * SECOND)
    datagram(1)
    datagram(2)
    drain()
    wait(SECOND)
    datagram(1)
    datagram(3)
    expect<string>(drain()).toBe('2 ended evicted, 3 started')
  })

  it('may have room for one flow, and has for one when told none', () => {
    for (let room: u32 = 0; room < 2; room++) {
      restart(room)
      datagram(1)
      datagram(2)
      tcp(3, CLIENT, RST)
      datagram(4)
      expect<string>(drain()).toBe(
        '1 started, 1 ended evicted, 2 started, 2 ended evicted, 3 started, 3 active>reset, 3 ended rst, 4 started',
      )
    }
  })

  it('evicts nothing when the flow in the way is idle', () => {
    restart(1)
    datagram(1)
    wait(60 * SECOND)
    datagram(2)
    expect<string>(drain()).toBe('1 started, 1 ended idle, 2 started')
  })

  it('evicts exactly the least recently seen of up to 64 flows', () => {
    restart(64)
    seedRandom(5)
    for (let i = 0; i < 200; i++) turns[i] = 0
    let wrong = 0
    let evictions = 0
    for (let turn: u32 = 1; turn < 6000; turn++) {
      const connection = randomBelow(90)
      let alive = 0
      let oldest: u32 = 0
      for (let i: u32 = 0; i < 200; i++) {
        if (turns[i] == 0) continue
        alive++
        if (oldest == 0 || turns[i] < turns[oldest - 1]) oldest = i + 1
      }
      let expected = ''
      if (turns[connection] == 0) {
        if (alive == 64) {
          expected = (oldest - 1).toString() + ' ended evicted, '
          turns[oldest - 1] = 0
          evictions++
        }
        expected += connection.toString() + ' started'
      }
      turns[connection] = turn
      datagram(connection)
      wrong += i32(drain() != expected)
    }
    expect<i32>(wrong).toBe(0)
    expect<i32>(evictions).toBeGreaterThan(1000)
  })

  it('spares the flows seen last when there are more', () => {
    restart(150)
    seedRandom(6)
    startFlows(150)
    for (let busy: u32 = 0; busy < 10; busy++) datagram(busy)
    let wrong = 0
    for (let n: u32 = 1000; n < 4000; n++) {
      // Ten flows that are always busy, and ever new ones.
      datagram(n % 10)
      datagram(n)
      wrong += i32(drain().split('evicted').length != 2)
      for (let busy: u32 = 0; busy < 10; busy++) wrong += i32(flowOf(busy, PROTOCOL_UDP) < 0)
    }
    expect<i32>(wrong).toBe(0)
    expect<usize>(liveRecords()).toBe(150)
  })

  it('shrinks by evicting the least recently seen', () => {
    restart(20)
    startFlows(20)
    datagram(0)
    drain()
    configure(17, 0, 300 * SECOND, 60 * SECOND, 30 * SECOND, SECOND)
    expect<bool>(shrink()).toBe(true)
    expect<string>(drain()).toBe('1 ended evicted, 2 ended evicted, 3 ended evicted')
    expect<bool>(shrink()).toBe(true)
    expect<string>(drain()).toBe('')
    datagram(100)
    expect<string>(drain()).toBe('4 ended evicted, 100 started')
  })

  it('never holds more flows than memory has room for, whatever it was told', () => {
    restart(6000)
    startFlows(10)
    configure(0xffffffff, 0, 300 * SECOND, 60 * SECOND, 30 * SECOND, SECOND)
    expect<bool>(growTo(0xffffffff)).toBe(false)
    for (let i: u32 = 10; i < 6000; i++) {
      datagram(i)
      clearRing()
    }
    datagram(7000)
    expect<bool>(drain().endsWith(' ended evicted, 7000 started')).toBe(true)
    expect<usize>(liveRecords()).toBe(6000)
  })

  it('grows with its flows', () => {
    restart(10)
    startFlows(10)
    configure(5000, 0, 300 * SECOND, 60 * SECOND, 30 * SECOND, SECOND)
    expect<bool>(growTo(5000)).toBe(true)
    for (let i: u32 = 0; i < 10; i++) datagram(i)
    expect<string>(drain()).toBe('')
    for (let i: u32 = 10; i < 5000; i++) {
      datagram(i)
      clearRing()
    }
    expect<usize>(liveRecords()).toBe(5000)
    expect<u64>(counter(T_FLOWS_LIVE) & 0xffffffff).toBe(5000)
    wait(60 * SECOND)
    sweep(START + 60 * SECOND)
    expect<usize>(liveRecords()).toBeLessThan(5000)
  })
})

describe('flows taken out', () => {
  beforeEach(() => {
    restart()
    startFlows(5)
  })

  it('by force end with that reason', () => {
    expect<bool>(closeFlow(2, END_FORCED)).toBe(true)
    expect<string>(drain()).toBe('2 ended forced')
    expect<bool>(isLive(2)).toBe(false)
    datagram(2)
    expect<string>(drain()).toBe('2 started')
  })

  it('is not ended or forgotten where there is none', () => {
    noteCounters()
    closeFlow(0, END_FORCED)
    drain()
    // Index 0 is free, 1 to 4 live, and the last is far beyond the room.
    const indices: usize[] = [0, 999, 0xffffffff]
    for (let i = 0; i < indices.length; i++) {
      forgetFlow(indices[i])
      expect<bool>(closeFlow(indices[i], END_FORCED)).toBe(true)
    }
    expect<string>(drain()).toBe('')
    expect<usize>(liveRecords()).toBe(4)
    expect<u64>(counter(T_FLOWS_FORGOTTEN)).toBe(forgotten)
    expect<u64>(counter(T_FLOWS_ENDED)).toBe(ended + 1)
    datagram(8)
    datagram(9)
    expect<string>(drain()).toBe('8 started, 9 started')
    finish(END_OF_CAPTURE)
    drain()
    expect<usize>(liveRecords()).toBe(0)
  })

  it('silently are counted as forgotten', () => {
    noteCounters()
    forgetFlow(3)
    expect<string>(drain()).toBe('')
    expect<i32>(flowOf(3, PROTOCOL_UDP)).toBe(-1)
    expect<u64>(counter(T_FLOWS_FORGOTTEN) - forgotten).toBe(1)
    expect<u64>(counter(T_FLOWS_ENDED)).toBe(ended)
    wait(60 * SECOND)
    datagram(9)
    expect<string>(drain()).toBe('0 ended idle, 1 ended idle, 2 ended idle, 4 ended idle, 9 started')
  })

  it('at the end of the capture end in the order of their records', () => {
    expect<bool>(finish(END_OF_CAPTURE)).toBe(true)
    expect<string>(drain()).toBe(
      '0 ended end of capture, 1 ended end of capture, 2 ended end of capture, 3 ended end of capture, 4 ended end of capture',
    )
    expect<usize>(liveRecords()).toBe(0)
    expect<bool>(finish(END_OF_CAPTURE)).toBe(true)
    expect<string>(drain()).toBe('')
    datagram(3)
    expect<string>(drain()).toBe('3 started')
  })
})

describe('counters of flows', () => {
  it('always add up: created = ended + live + forgotten', () => {
    restart(40)
    noteCounters()
    const before = created - ended - forgotten - live
    seedRandom(7)
    let wrong = 0
    for (let step = 0; step < 20_000; step++) {
      const action = randomBelow(100)
      if (action == 0) wait(<u64>randomBelow(90) * SECOND)
      else if (action == 1) {
        const index = <usize>randomBelow(40)
        if (isLive(index)) forgetFlow(index)
      } else if (action == 2) {
        const index = <usize>randomBelow(40)
        if (isLive(index)) closeFlow(index, END_FORCED)
      } else if (action < 30) tcp(randomBelow(60), randomBelow(2), randomBelow(256), randomBelow(4), randomBelow(4))
      else datagram(randomBelow(60), randomBelow(2))
      clearRing()
      noteCounters()
      wrong += i32(created - ended - forgotten - live != before)
      wrong += i32(live != (counter(T_FLOWS_LIVE) & 0xffffffff))
      wrong += i32(live > 40)
    }
    expect<i32>(wrong).toBe(0)
    expect<bool>(evicted > 0 && forgotten > 0).toBe(true)
  })
})

describe('a full ring', () => {
  it('stops the batch before a packet, which is tracked once the ring was drained', () => {
    restart(20_000, CONFIG_PACKET_EVENTS)
    let packets: u32 = 0
    let stops = 0
    beginDigest()
    for (let batch: u32 = 0; batch < 200; batch++) {
      for (let i: usize = 0; i < 64; i++) describePacket(i, packets++, PROTOCOL_UDP, CLIENT)
      let tracked = trackDescribed(64)
      while (tracked < 64) {
        stops++
        foldRing()
        tracked = trackBatch(tracked, 64)
      }
    }
    foldRing()
    expect<i32>(stops).toBeGreaterThan(5)
    expect<u32>(eventsFolded()).toBe(packets * 2)
    const full = digest()
    restart(20_000, CONFIG_PACKET_EVENTS)
    beginDigest()
    for (let i: u32 = 0; i < packets; i++) {
      datagram(i)
      foldRing()
    }
    expect<u64>(digest()).toBe(full)
  })

  it('does not put off the end of idle flows beyond the packet that shows it', () => {
    restart(4000)
    startFlows(4000)
    wait(60 * SECOND)
    expectedConnection = 0
    strangers = 0
    describePacket(0, 5000, PROTOCOL_UDP, CLIENT)
    let tracked = trackDescribed(1)
    let drains = 0
    while (tracked == 0) {
      drainEnds()
      drains++
      tracked = trackBatch(0, 1)
    }
    drainEnds()
    expect<i32>(drains).toBeGreaterThan(2)
    // All 4000, and then the start of the packet's own flow, the only event that is no end.
    expect<u32>(expectedConnection).toBe(4001)
    expect<i32>(strangers).toBe(1)
    expect<usize>(liveRecords()).toBe(1)
  })

  it('does not put off the end of idle flows in a jump of many ticks', () => {
    restart(4000)
    for (let i: u32 = 0; i < 4000; i++) {
      datagram(i)
      wait(5_000_000)
      clearRing()
    }
    wait(1000 * SECOND)
    expectedConnection = 0
    strangers = 0
    describePacket(0, 5000, PROTOCOL_UDP, CLIENT)
    let tracked = trackDescribed(1)
    while (tracked == 0) {
      drainEnds()
      tracked = trackBatch(0, 1)
    }
    drainEnds()
    expect<u32>(expectedConnection).toBe(4001)
    expect<i32>(strangers).toBe(1)
  })

  it('interrupts a sweep, which goes on when called again', () => {
    restart(4000)
    startFlows(4000)
    expectedConnection = 0
    strangers = 0
    let calls = 1
    while (!sweep(START + 60 * SECOND)) {
      expect<bool>(ringEnd() - ringStart() > RING_SIZE - 4096).toBe(true)
      drainEnds()
      calls++
    }
    drainEnds()
    expect<i32>(calls).toBeGreaterThan(3)
    expect<u32>(expectedConnection).toBe(4000)
    expect<i32>(strangers).toBe(0)
  })

  it('interrupts a sweep that may be given up for another one', () => {
    restart(4000)
    startFlows(2000)
    wait(SECOND)
    for (let i: u32 = 2000; i < 4000; i++) {
      datagram(i)
      clearRing()
    }
    expect<bool>(sweep(START + 60 * SECOND)).toBe(false)
    let ends = drainEnds()
    while (!sweep(START + 61 * SECOND)) ends += drainEnds()
    ends += drainEnds()
    expect<i32>(ends).toBe(4000)
  })

  it('interrupts a sweep that is begun anew after more packets', () => {
    restart(4000)
    startFlows(3000)
    expect<bool>(sweep(START + 100 * SECOND)).toBe(false)
    let ends = drainEnds()
    datagram(3999)
    clearRing()
    while (!sweep(START + 100 * SECOND)) ends += drainEnds()
    ends += drainEnds()
    expect<i32>(ends).toBe(3001)
    expect<usize>(liveRecords()).toBe(0)
  })

  it('interrupts the end of the capture, which goes on when called again', () => {
    restart(4000)
    startFlows(4000)
    expectedConnection = 0
    strangers = 0
    while (!finish(END_OF_CAPTURE)) drainEnds()
    drainEnds()
    expect<u32>(expectedConnection).toBe(4000)
    expect<i32>(strangers).toBe(0)
    expect<usize>(liveRecords()).toBe(0)
  })

  it('interrupts the end of a capture, after which more packets may come', () => {
    restart(4000)
    startFlows(4000)
    expect<bool>(finish(END_OF_CAPTURE)).toBe(false)
    let ends = drainEnds()
    datagram(0)
    clearRing()
    while (!finish(END_OF_CAPTURE)) ends += drainEnds()
    ends += drainEnds()
    expect<i32>(ends).toBe(4001)
    expect<usize>(liveRecords()).toBe(0)
  })

  it('interrupts shrinking, which goes on when called again', () => {
    restart(4000)
    startFlows(4000)
    configure(10, 0, 300 * SECOND, 60 * SECOND, 30 * SECOND, SECOND)
    let ends = 0
    let calls = 1
    while (!shrink()) {
      ends += drainEnds()
      calls++
    }
    ends += drainEnds()
    expect<i32>(calls).toBeGreaterThan(3)
    expect<i32>(ends).toBe(3990)
    expect<usize>(liveRecords()).toBe(10)
  })

  it('refuses to close a flow until it was drained', () => {
    restart(4000)
    startFlows(4000)
    let closed: usize = 0
    while (closeFlow(closed, END_FORCED)) closed++
    expect<bool>(isLive(closed)).toBe(true)
    expect<i32>(drainEnds()).toBe(<i32>closed)
    expect<bool>(closeFlow(closed, END_FORCED)).toBe(true)
    expect<bool>(isLive(closed)).toBe(false)
    clearRing()
    tcp(1, SERVER, SYN)
  })
})
