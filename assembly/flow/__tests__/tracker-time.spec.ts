import {
  CONFIG_IDLE_TIMEOUT_FUNCTION,
  CONFIG_MONOTONIC,
  D_MATCHED,
  E_COLD,
  E_HOT,
  E_NANOSECONDS,
  E_SECONDS,
  END_FORCED,
  F_LAST_SEEN,
  K_IDLE_TIMEOUT,
  K_STARTED,
  PROTOCOL_ICMP,
  T_FIRST,
  T_LAST,
} from '../../layout'
import { sweepInterval } from '../config'
import { closeFlow, finish, sweep } from '../ends'
import { askIdleTimeout, changeInterval, resetTime, schedule, unschedule } from '../expiry'
import { coldRecord, hotRecord, isLive, liveRecords, usedRecords } from '../records'
import {
  ACK,
  CLIENT,
  configure,
  counter,
  datagram,
  describe as describePacket,
  drain,
  ENDED,
  FIN,
  flowOf,
  handshake,
  MILLISECOND,
  restart,
  SECOND,
  SERVER,
  START,
  SYN,
  setNow,
  tcp,
  trackDescribed,
  wait,
} from './harness'

const YEAR: u64 = 31_557_600 * SECOND
/** A flow that never ends by itself within these tests, whose packets move the time. */
const METRONOME: u32 = 999

function lastSeen(connection: u32): u64 {
  return load<u64>(hotRecord(<usize>flowOf(connection, 17)), F_LAST_SEEN)
}

describe('idle flows', () => {
  beforeEach(() => {
    restart()
  })

  it('end when their timeout has passed, inclusive', () => {
    datagram(1)
    wait(60 * SECOND - 1)
    datagram(1)
    expect<string>(drain()).toBe('1 started')
    wait(60 * SECOND)
    datagram(1)
    expect<string>(drain()).toBe('1 ended idle, 1 started')
  })

  it('have the timeout of their protocol', () => {
    datagram(1, CLIENT, PROTOCOL_ICMP)
    datagram(2)
    tcp(3, CLIENT, SYN, 1000)
    drain()
    wait(30 * SECOND - 1)
    datagram(METRONOME)
    expect<string>(drain()).toBe('999 started')
    wait(1)
    datagram(METRONOME)
    expect<string>(drain()).toBe('1 ended idle')
    wait(30 * SECOND)
    datagram(METRONOME)
    expect<string>(drain()).toBe('2 ended idle')
    for (let i = 0; i < 239; i++) {
      wait(SECOND)
      datagram(METRONOME)
    }
    expect<string>(drain()).toBe('')
    wait(SECOND)
    datagram(METRONOME)
    expect<string>(drain()).toBe('3 ended idle')
  })

  it('are split by the gap between their own packets, with no sweep between', () => {
    configure(1000, 0, 300 * SECOND, 60 * SECOND, 30 * SECOND, 100_000 * SECOND)
    datagram(1)
    wait(60 * SECOND)
    datagram(1)
    expect<string>(drain()).toBe('1 started, 1 ended idle, 1 started')
    wait(60 * SECOND - 1)
    datagram(1)
    expect<string>(drain()).toBe('')
    tcp(2, CLIENT, SYN, 1000)
    wait(300 * SECOND)
    tcp(2, CLIENT, SYN, 1000)
    expect<string>(drain()).toBe('2 started, 2 active>syn-sent, 2 ended idle, 2 started, 2 active>syn-sent')
  })

  it('end at the tick after their timeout, caused by any packet', () => {
    wait(300 * MILLISECOND)
    datagram(1)
    for (let i = 0; i < 60; i++) {
      datagram(METRONOME)
      wait(SECOND)
    }
    drain()
    // 60.3 s: the timeout has passed, the tick has not begun that comes after it.
    datagram(METRONOME)
    wait(600 * MILLISECOND)
    datagram(METRONOME)
    expect<string>(drain()).toBe('')
    wait(100 * MILLISECOND)
    datagram(METRONOME)
    expect<string>(drain()).toBe('1 ended idle')
  })

  it('end by packets that belong to no flow as well', () => {
    datagram(1)
    wait(60 * SECOND)
    store<u8>(describePacket(0, 2, 17, CLIENT), 0, D_MATCHED)
    trackDescribed(1)
    expect<string>(drain()).toBe('1 started, 1 ended idle')
  })

  it('live on as long as there are packets', () => {
    for (let i = 0; i < 100; i++) {
      datagram(1)
      wait(59 * SECOND)
    }
    expect<string>(drain()).toBe('1 started')
  })

  it('end at the time of the packet that shows it, having been seen last before', () => {
    datagram(1)
    wait(5 * SECOND)
    datagram(1)
    wait(100 * SECOND + 7)
    datagram(2)
    drain()
    expect<f64>(load<f64>(ENDED, E_SECONDS)).toBe(1_700_000_105)
    expect<u32>(load<u32>(ENDED, E_NANOSECONDS)).toBe(7)
    expect<u64>(load<u64>(ENDED, E_HOT + F_LAST_SEEN)).toBe(START + 5 * SECOND)
    expect<u64>(load<u64>(ENDED, E_COLD + K_STARTED)).toBe(START)
  })

  it('end in whatever state they are', () => {
    handshake(1)
    tcp(1, CLIENT, FIN | ACK, 1001, 5001)
    drain()
    wait(300 * SECOND)
    tcp(1, SERVER, FIN | ACK, 5001, 1002)
    expect<string>(drain()).toBe('1 ended idle, 1 started, 1 active>fin-wait')
  })

  it('with a timeout of more than a turn of the wheel end when it has passed', () => {
    configure(1000, 0, 2000 * SECOND, 60 * SECOND, 30 * SECOND, SECOND)
    tcp(1, CLIENT, SYN, 1000)
    drain()
    for (let i = 0; i < 1999; i++) {
      wait(SECOND)
      datagram(METRONOME)
    }
    expect<string>(drain()).toBe('999 started')
    wait(SECOND)
    datagram(METRONOME)
    expect<string>(drain()).toBe('1 ended idle')
  })

  it('never end with the longest timeout there is', () => {
    configure(1000, 0, u64.MAX_VALUE, 60 * SECOND, 30 * SECOND, SECOND)
    tcp(1, CLIENT, SYN, 1000)
    wait(400 * YEAR)
    tcp(1, CLIENT, SYN, 1000)
    sweep(u64.MAX_VALUE)
    expect<string>(drain()).toBe('1 started, 1 active>syn-sent')
  })

  it('end with the next packet of another time when the timeout is zero', () => {
    configure(1000, 0, 300 * SECOND, 0, 30 * SECOND, SECOND)
    datagram(1)
    datagram(1)
    expect<string>(drain()).toBe('1 started')
    wait(1)
    datagram(1)
    expect<string>(drain()).toBe('1 ended idle, 1 started')
  })
})

describe('time', () => {
  beforeEach(() => {
    restart()
  })

  it('may jump by decades at any sweep interval: one turn of the wheel ends all', () => {
    configure(1000, 0, 300 * SECOND, 60 * SECOND, 30 * SECOND, 1)
    for (let i: u32 = 0; i < 50; i++) {
      datagram(i)
      tcp(100 + i, CLIENT, SYN, 1000)
      wait(100 * MILLISECOND)
    }
    drain()
    wait(30 * YEAR)
    datagram(METRONOME)
    expect<usize>(liveRecords()).toBe(1)
    expect<string>(drain().slice(-13)).toBe(', 999 started')
  })

  it('may run backwards: that is no idleness, and the last time stays the latest', () => {
    wait(100 * SECOND)
    datagram(1)
    setNow(START)
    datagram(1)
    expect<u64>(lastSeen(1)).toBe(START + 100 * SECOND)
    setNow(START + 159 * SECOND)
    datagram(1)
    expect<string>(drain()).toBe('1 started')
    expect<u64>(lastSeen(1)).toBe(START + 159 * SECOND)
  })

  it('may be as late as 64 bits allow', () => {
    setNow(u64.MAX_VALUE)
    datagram(1)
    datagram(1)
    expect<string>(drain()).toBe('1 started')
    setNow(u64.MAX_VALUE - 60 * SECOND)
    datagram(2)
    setNow(u64.MAX_VALUE)
    datagram(2)
    expect<bool>(drain().endsWith('2 ended idle, 2 started')).toBe(true)
  })

  it('may begin at zero', () => {
    setNow(0)
    datagram(1)
    datagram(1)
    wait(60 * SECOND)
    datagram(2)
    expect<string>(drain()).toBe('1 started, 1 ended idle, 2 started')
  })

  it('begins anew with another capture, be it earlier or later', () => {
    datagram(1)
    resetTime()
    setNow(START - YEAR)
    datagram(2)
    expect<string>(drain()).toBe('1 started, 2 started')
    wait(60 * SECOND)
    datagram(3)
    expect<string>(drain()).toBe('2 ended idle, 3 started')
    resetTime()
    setNow(START + YEAR)
    datagram(METRONOME)
    // Flows of the capture before are looked at within one turn of the wheel.
    for (let i = 0; i < 512; i++) {
      wait(SECOND)
      datagram(METRONOME)
    }
    expect<usize>(liveRecords()).toBe(1)
  })

  it('that is wrong once does not keep others from ending, after 64 packets', () => {
    datagram(1)
    setNow(START + YEAR)
    datagram(2)
    expect<string>(drain()).toBe('1 started, 1 ended idle, 2 started')
    setNow(START + SECOND)
    datagram(3)
    for (let i = 0; i < 63; i++) {
      wait(MILLISECOND)
      datagram(METRONOME)
    }
    drain()
    wait(60 * SECOND)
    datagram(METRONOME)
    expect<bool>(drain().includes('3 ended idle')).toBe(true)
    // The flow with the wrong time is none of those.
    expect<i32>(flowOf(2, 17) >= 0 ? 1 : 0).toBe(1)
    finish(6)
    expect<f64>(load<f64>(ENDED, E_SECONDS)).toBe(1_700_000_061)
    drain()
  })

  it('is not taken back for fewer packets, or by packets a little out of order', () => {
    setNow(START + YEAR)
    datagram(1)
    for (let row = 0; row < 3; row++) {
      setNow(START)
      for (let i = 0; i < 63; i++) datagram(2)
      setNow(START + YEAR - 10 * SECOND)
      for (let i = 0; i < 100; i++) datagram(3)
    }
    drain()
    setNow(START + 70 * SECOND)
    datagram(4)
    expect<string>(drain()).toBe('4 started')
    setNow(START + YEAR + SECOND)
    datagram(5)
    // The clock has stood there all the time: what is old by then is looked at one tick later.
    expect<string>(drain()).toBe('2 ended idle, 4 ended idle, 5 started')
  })

  it('is taken back later where many flows live', () => {
    setNow(START + YEAR)
    for (let i: u32 = 1; i <= 320; i++) datagram(100 + i)
    drain()
    setNow(START)
    for (let i = 0; i < 64 + 18; i++) datagram(1)
    datagram(2)
    drain()
    wait(60 * SECOND)
    // 64 packets, and one for each 16 of 322 flows: this is the 84th, and they are looked at one tick later.
    datagram(3)
    expect<string>(drain()).toBe('3 started')
    wait(SECOND)
    datagram(3)
    const told = drain()
    expect<bool>(told.includes('1 ended idle') && told.includes('2 ended idle')).toBe(true, told)
  })

  it('of an end that no packet causes is that of its capture, and not before its last packet', () => {
    setNow(START + YEAR)
    datagram(1)
    resetTime()
    setNow(START)
    datagram(2)
    drain()
    expect<bool>(closeFlow(<usize>flowOf(2, 17), END_FORCED)).toBe(true)
    drain()
    expect<f64>(load<f64>(ENDED, E_SECONDS)).toBe(1_700_000_000)
    expect<bool>(closeFlow(<usize>flowOf(1, 17), END_FORCED)).toBe(true)
    drain()
    expect<f64>(load<f64>(ENDED, E_SECONDS)).toBe(<f64>((START + YEAR) / SECOND))
  })

  it('is the latest seen for all packets with monotonic time stamps', () => {
    restart(1000, CONFIG_MONOTONIC)
    // The clock goes on from the tests before.
    setNow(START + (1000 * YEAR) / 10)
    const before = START + (1000 * YEAR) / 10
    datagram(1)
    const latest = lastSeen(1)
    expect<bool>(latest >= before).toBe(true)
    setNow(START)
    datagram(2)
    expect<u64>(lastSeen(2)).toBe(latest)
    expect<u64>(load<u64>(coldRecord(<usize>flowOf(2, 17)), K_STARTED)).toBe(latest)
    sweep(START)
    drain()
    expect<i32>(flowOf(1, 17) >= 0 ? 1 : 0).toBe(1)
    if (latest < u64.MAX_VALUE - YEAR) {
      sweep(latest + 60 * SECOND)
      expect<string>(drain()).toBe('1 ended idle, 2 ended idle')
    }
  })

  it('of the first and last packet is in the counters, earliest and latest', () => {
    setNow(START - (100 * YEAR) / 10)
    datagram(1)
    expect<bool>(counter(T_FIRST) <= START - (100 * YEAR) / 10).toBe(true)
    expect<bool>(counter(T_LAST) >= START).toBe(true)
  })
})

/** Four flows that have the records of four others which are gone, in another order. */
function reuseRecords(): void {
  for (let connection: u32 = 1; connection <= 4; connection++) tcp(connection, CLIENT, SYN, 1000)
  for (let connection: u32 = 1; connection <= 4; connection++) closeFlow(<u32>flowOf(connection), END_FORCED)
  for (let connection: u32 = 5; connection <= 8; connection++) datagram(connection)
  drain()
  expect<bool>(flowOf(8, 17) < flowOf(5, 17)).toBe(true)
}

describe('flows that end together', () => {
  beforeEach(() => {
    restart()
  })

  it('do so in the order of their numbers at the end, whatever records they have', () => {
    reuseRecords()
    finish(END_FORCED)
    expect<string>(drain()).toBe('5 ended forced, 6 ended forced, 7 ended forced, 8 ended forced')
  })

  it('do so in the order of their numbers when they are idle, whenever their packets came', () => {
    reuseRecords()
    wait(SECOND)
    datagram(6)
    wait(SECOND)
    datagram(5)
    wait(100 * SECOND)
    datagram(METRONOME)
    expect<string>(drain()).toBe('5 ended idle, 6 ended idle, 7 ended idle, 8 ended idle, 999 started')
    expect<bool>(sweep(START + 200 * SECOND)).toBe(true)
    expect<string>(drain()).toBe('999 ended idle')
  })
})

describe('an explicit sweep', () => {
  beforeEach(() => {
    restart()
  })

  it('ends what is idle at its time, inclusive, and nothing else', () => {
    datagram(1)
    wait(10 * SECOND + 1)
    datagram(2)
    drain()
    expect<bool>(sweep(START + 60 * SECOND - 1)).toBe(true)
    expect<string>(drain()).toBe('')
    expect<bool>(sweep(START + 60 * SECOND)).toBe(true)
    expect<string>(drain()).toBe('1 ended idle')
    expect<bool>(sweep(START + 70 * SECOND)).toBe(true)
    expect<string>(drain()).toBe('')
    expect<bool>(sweep(START + 70 * SECOND + 1)).toBe(true)
    expect<string>(drain()).toBe('2 ended idle')
    expect<f64>(load<f64>(ENDED, E_SECONDS)).toBe(1_700_000_070)
  })

  it('finds nothing without flows or before the first packet', () => {
    expect<bool>(sweep(0)).toBe(true)
    expect<bool>(sweep(u64.MAX_VALUE)).toBe(true)
    expect<string>(drain()).toBe('')
  })

  it('far in the future ends all, and packets go on as before', () => {
    datagram(1)
    tcp(2, CLIENT, SYN, 1000)
    drain()
    sweep(START + 100 * YEAR)
    expect<string>(drain()).toBe('1 ended idle, 2 ended idle')
    datagram(3)
    wait(59 * SECOND)
    datagram(METRONOME)
    expect<string>(drain()).toBe('3 started, 999 started')
    wait(SECOND)
    datagram(METRONOME)
    expect<string>(drain()).toBe('3 ended idle')
  })

  it('that comes too early for the flows leaves them to later ones', () => {
    for (let i: u32 = 0; i < 20; i++) datagram(i)
    drain()
    for (let i: u64 = 0; i < 60; i++) sweep(START + i * SECOND)
    expect<string>(drain()).toBe('')
    sweep(START - YEAR)
    sweep(START + 60 * SECOND)
    expect<usize>(liveRecords()).toBe(0)
  })

  it('does not end what was active since', () => {
    datagram(1)
    wait(30 * SECOND)
    datagram(1)
    sweep(START + 61 * SECOND)
    expect<string>(drain()).toBe('1 started')
    sweep(START + 90 * SECOND)
    expect<string>(drain()).toBe('1 ended idle')
  })
})

describe('an idle timeout of its own', () => {
  beforeEach(() => {
    // The host answers 5 s for the flow in record 7, and nothing for others.
    restart(1000, CONFIG_IDLE_TIMEOUT_FUNCTION)
    for (let i: u32 = 0; i < 9; i++) tcp(i, CLIENT, SYN, 1000)
    drain()
  })

  it('is what the host answers', () => {
    expect<u64>(load<u64>(coldRecord(7), K_IDLE_TIMEOUT)).toBe(5 * SECOND)
    wait(5 * SECOND - 1)
    tcp(METRONOME, CLIENT, SYN, 1000)
    drain()
    wait(1)
    tcp(METRONOME, CLIENT, SYN, 1000)
    expect<string>(drain()).toBe('7 ended idle')
  })

  it('splits flows by their own gaps, with no sweep between', () => {
    restart(1000, CONFIG_IDLE_TIMEOUT_FUNCTION)
    configure(1000, CONFIG_IDLE_TIMEOUT_FUNCTION, 300 * SECOND, 60 * SECOND, 30 * SECOND, 100_000 * SECOND)
    for (let i: u32 = 0; i < 9; i++) tcp(i, CLIENT, SYN, 1000)
    drain()
    wait(5 * SECOND)
    tcp(6, CLIENT, SYN, 1000)
    tcp(7, CLIENT, SYN, 1000)
    tcp(8, CLIENT, SYN, 1000)
    expect<string>(drain()).toBe('7 ended idle, 7 started, 7 active>syn-sent')
  })

  it('is forgotten when the host has no function any more', () => {
    configure(1000, 0, 300 * SECOND, 60 * SECOND, 30 * SECOND, SECOND)
    for (let i: usize = 0; i < 9; i++) {
      askIdleTimeout(i)
      unschedule(i)
      schedule(i)
    }
    wait(299 * SECOND)
    tcp(METRONOME, CLIENT, SYN, 1000)
    drain()
    wait(SECOND)
    tcp(METRONOME, CLIENT, SYN, 1000)
    expect<bool>(drain().includes('7 ended idle')).toBe(true)
  })
})

/** Has another configuration take over, as the host does it. */
function reconfigure(udp: u64, interval: u64): void {
  const before = sweepInterval
  configure(1000, 0, 300 * SECOND, udp, 30 * SECOND, interval)
  changeInterval(before)
  for (let i: usize = 0; i < usedRecords(); i++) {
    if (!isLive(i)) continue
    askIdleTimeout(i)
    unschedule(i)
    schedule(i)
  }
}

describe('a new configuration', () => {
  beforeEach(() => {
    restart()
  })

  it('with another sweep interval goes on with sweeps in time', () => {
    datagram(1)
    wait(SECOND)
    reconfigure(60 * SECOND, 10 * SECOND)
    drain()
    wait(58 * SECOND)
    datagram(METRONOME)
    expect<string>(drain()).toBe('999 started')
    wait(SECOND)
    datagram(METRONOME)
    expect<string>(drain()).toBe('1 ended idle')
    reconfigure(60 * SECOND, 100 * MILLISECOND)
    datagram(2)
    for (let i = 0; i < 10; i++) {
      datagram(METRONOME)
      wait(5900 * MILLISECOND)
    }
    datagram(METRONOME)
    expect<string>(drain()).toBe('2 started')
    wait(SECOND)
    datagram(METRONOME)
    expect<string>(drain()).toBe('2 ended idle')
  })

  it('with shorter timeouts ends flows by these', () => {
    datagram(1)
    datagram(METRONOME)
    reconfigure(5 * SECOND, SECOND)
    drain()
    wait(4 * SECOND)
    datagram(METRONOME)
    expect<string>(drain()).toBe('')
    wait(SECOND)
    datagram(METRONOME)
    expect<string>(drain()).toBe('1 ended idle')
  })

  it('before the first packet leaves the time to it', () => {
    reconfigure(60 * SECOND, 10 * SECOND)
    setNow(SECOND)
    datagram(1)
    wait(60 * SECOND)
    datagram(1)
    expect<string>(drain()).toBe('1 started, 1 ended idle, 1 started')
  })
})
