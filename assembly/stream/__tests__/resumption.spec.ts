import {
  LISTEN_DROP_ON_OVERFLOW,
  OVERLAP_FIRST,
  STREAM_SIZE,
  TCP_ACK,
  TCP_FIN,
  TCP_SYN,
  X_BLOCKS,
  X_CONFLICTS,
  X_HOLE_NEXT,
  X_HOLE_PREVIOUS,
  X_NUMBER,
  X_OFFSET,
} from '../../layout'
import { skipUntil } from '../streams'
import {
  acknowledge,
  begin,
  beginDigest,
  CONFLICTS,
  close,
  describe as describeSegment,
  digest,
  end,
  expire,
  open,
  PAGE,
  PAYLOAD,
  random,
  repeatFlush,
  resumptions,
  SECOND,
  seed,
  send,
  sendBytes,
  setIsn,
  setRingRoom,
  side,
  take,
  wait,
} from './harness'

/** Bytes of one event, and of four conflicts: the least that a ring needs. */
const ONE_EVENT: usize = 48
const FOUR_CONFLICTS: usize = 4 * 552

const record: usize = memory.data(192, 8)

/** Random traffic of two flows with small bounds; the same number always brings the same. */
function play(number: u32, flags: u32): void {
  seed(number)
  setIsn(random(3) == 0 ? 0xffffffff - random(9000) : random(0xffffffff))
  const extra = (number & 7) == 7 ? LISTEN_DROP_ON_OVERFLOW : 0
  begin(random(6), (1 + random(8)) * PAGE, 2 + random(12), flags | extra, 3 * SECOND)
  beginDigest()
  const other = open(1)
  take(describeSegment(-1, 0, 0, TCP_SYN), side)
  take(describeSegment(-1, 0, 0, TCP_SYN), other)
  for (let i = 0; i < 120; i++) {
    const ahead = <i64>random(random(3) == 0 ? 12_000 : 900) - 300
    const length: u32 = 1 + random(random(5) == 0 ? 6000 : 40)
    for (let k: usize = 0; k < <usize>length; k++) store<u8>(PAYLOAD + k, <u8>(97 + random(3)))
    const what = random(20)
    if (what < 13) sendBytes(<i64>load<u64>(side, X_OFFSET) + ahead, length)
    else if (what < 16) sendBytes(<i64>load<u64>(other, X_OFFSET) + ahead, length, other)
    else if (what < 17) acknowledge(<i64>load<u64>(side, X_OFFSET) + ahead)
    else if (what < 18) acknowledge(<i64>load<u64>(other, X_OFFSET) + ahead, other)
    else if (what < 19) wait(SECOND)
    else skipUntil(side, load<u64>(side, X_OFFSET) + random(100))
    if (i == 115 && random(2) == 0)
      take(describeSegment(<i64>load<u64>(side, X_OFFSET) + 500, 9, 9, TCP_ACK | TCP_FIN), side)
    expire()
  }
  repeatFlush(side)
  memory.copy(record, side, STREAM_SIZE)
  // Addresses may differ.
  store<u32>(record, 0, X_HOLE_PREVIOUS)
  store<u32>(record, 0, X_HOLE_NEXT)
  repeatFlush(other)
  close(1)
}

function counters(): string {
  let text = ''
  for (let at: usize = X_BLOCKS; at < X_NUMBER; at += 4) text += load<u32>(record + at).toString() + ' '
  return text
}

/** Plays with a ring of a whole size, and with one of so little room; answers with how often that was full. */
function compare(number: u32, flags: u32, room: usize): u32 {
  play(number, flags)
  const whole = digest
  const counts = counters()
  expect<usize>(end()).toBe(0)
  setRingRoom(room)
  play(number, flags)
  const resumed = resumptions
  expect<u64>(digest).toBe(whole, number.toString())
  expect<string>(counters()).toBe(counts)
  expect<usize>(end()).toBe(0)
  setRingRoom(0)
  return resumed
}

describe('what comes out does not depend on when the ring is drained', () => {
  beforeEach(() => {
    setRingRoom(0)
  })

  it('with room for one event', () => {
    let resumed: u32 = 0
    for (let number: u32 = 1; number <= 150; number++) resumed += compare(number, 0, ONE_EVENT)
    expect<u32>(resumed).toBeGreaterThan(1000)
  })

  it('with room for the conflicts of one packet', () => {
    for (let number: u32 = 200; number <= 300; number++) compare(number, CONFLICTS, FOUR_CONFLICTS)
  })

  it('with conflicts that are counted once however often the ring is full', () => {
    setIsn(1)
    setRingRoom(FOUR_CONFLICTS)
    begin(OVERLAP_FIRST, 1 << 20, 64, CONFLICTS)
    take(describeSegment(-1, 0, 0, TCP_SYN), side)
    for (let i: i64 = 0; i < 20; i++) send(<i64>PAGE * (2 + i), 'o')
    memory.fill(PAYLOAD, 0x6e, 25 * PAGE)
    sendBytes(0, 25 * PAGE)
    expect<u32>(load<u32>(side, X_CONFLICTS)).toBe(20)
    expect<u32>(resumptions).toBeGreaterThan(0)
    expect<usize>(end()).toBe(0)
    setRingRoom(0)
  })
})
