import {
  D_TCP_FLAGS,
  LISTEN_DROP_ON_OVERFLOW,
  OVERLAP_FIRST,
  STREAM_POISONED,
  TCP_ACK,
  TCP_FIN,
  TCP_SYN,
  TCP_URG,
  X_BUFFERED,
  X_DELIVERED,
  X_DROPPED_BYTES,
  X_DROPPED_SEGMENTS,
  X_FLAGS,
  X_GAP_BYTES,
  X_GAPS,
  X_HIGH_WATERMARK,
  X_OFFSET,
  X_OUT_OF_ORDER,
  X_RETRANSMITS,
  X_RETRANSMITTED_BYTES,
  X_SEQUENCE,
} from '../../layout'
import { finishSide, skipUntil } from '../streams'
import {
  acknowledge,
  begin,
  close,
  describe as describeSegment,
  end,
  expire,
  hasEnded,
  isContiguous,
  isn,
  log,
  open,
  PAGE,
  PAYLOAD,
  peer,
  repeatFlush,
  SECOND,
  send,
  sendBytes,
  setIsn,
  setOffset,
  side,
  take,
  wait,
} from './harness'

function n32(offset: usize): u32 {
  return load<u32>(side + offset)
}

function n64(offset: usize): u64 {
  return load<u64>(side + offset)
}

/** SYN of `side`, so that offset 0 is the byte after it. */
function syn(): void {
  take(describeSegment(-1, 0, 0, TCP_SYN), side)
}

function start(policy: u32 = OVERLAP_FIRST): void {
  begin(policy)
  syn()
}

function expectAllGivenBack(): void {
  expect<usize>(end()).toBe(0)
  expect<bool>(isContiguous).toBe(true)
}

describe('segments', () => {
  beforeEach(() => {
    setIsn(1000)
    start()
  })

  it('come out as they come in, in order', () => {
    send(0, 'ab')
    send(2, 'c')
    expect<string>(log).toBe('0:ab 2:c')
    expect<u64>(n64(X_DELIVERED)).toBe(3)
    expectAllGivenBack()
  })

  it('wait for what is before them', () => {
    send(4, 'ef')
    send(2, 'cd')
    expect<string>(log).toBe('')
    expect<u32>(n32(X_BUFFERED)).toBe(4)
    send(0, 'ab')
    expect<string>(log).toBe('0:ab 2:cdef')
    expect<u32>(n32(X_OUT_OF_ORDER)).toBe(2)
    expect<u32>(n32(X_RETRANSMITS)).toBe(0)
    expect<u32>(n32(X_HIGH_WATERMARK)).toBe(4)
    expectAllGivenBack()
  })

  it('are delivered once where they are repeated exactly, in part, and with a longer tail', () => {
    send(0, 'abcd')
    send(0, 'abcd')
    send(1, 'bc')
    expect<string>(log).toBe('0:abcd')
    expect<u32>(n32(X_RETRANSMITS)).toBe(2)
    expect<u64>(n64(X_RETRANSMITTED_BYTES)).toBe(6)
    send(2, 'cdef')
    expect<string>(log).toBe('0:abcd 4:ef')
    expect<u32>(n32(X_RETRANSMITS)).toBe(2)
    expectAllGivenBack()
  })

  it('count as retransmitted where all of them is buffered', () => {
    send(4, 'ef')
    send(4, 'ef')
    send(5, 'f')
    send(5, 'fg')
    expect<u32>(n32(X_OUT_OF_ORDER)).toBe(2)
    expect<u32>(n32(X_RETRANSMITS)).toBe(2)
    expectAllGivenBack()
    expect<string>(log).toBe('0+4 end 4:efg')
  })

  it('fill several holes at once, and go on after what was buffered', () => {
    send(2, 'c')
    send(5, 'f')
    send(7, 'h')
    send(0, 'abcdefghij')
    expect<string>(log).toBe('0:ab 2:cdefghij')
    expectAllGivenBack()
  })

  it('that reach over pages of which only some are buffered lose nothing', () => {
    memory.fill(PAYLOAD, 0x61, 6 * PAGE)
    sendBytes(3 * PAGE + 7, 1)
    sendBytes(5 * PAGE, 10)
    sendBytes(0, 6 * PAGE)
    expect<u64>(n64(X_OFFSET)).toBe(6 * PAGE)
    expect<u64>(n64(X_DELIVERED)).toBe(6 * PAGE)
    expectAllGivenBack()
  })

  it('may carry data with the SYN', () => {
    setIsn(5000)
    begin()
    const d = describeSegment(-1, 3, 3, TCP_SYN)
    store<u8>(PAYLOAD, 0x78)
    store<u8>(PAYLOAD, 0x79, 1)
    store<u8>(PAYLOAD, 0x7a, 2)
    take(d, side)
    send(3, 'abc')
    // The receiver has not taken the data of the SYN, so they come again.
    send(0, 'xyzabc')
    expect<string>(log).toBe('0:xyz 3:abc')
    expectAllGivenBack()
  })

  it('keep urgent data in the stream', () => {
    send(0, 'ab', TCP_ACK | TCP_URG)
    send(2, '!', TCP_ACK | TCP_URG)
    send(3, 'c')
    expect<string>(log).toBe('0:ab 2:! 3:c')
    expectAllGivenBack()
  })

  it('that keep the connection alive are no retransmissions', () => {
    send(0, 'abc')
    send(2, 'c')
    send(2, '\0')
    send(2, '')
    expect<u32>(n32(X_RETRANSMITS)).toBe(0)
    expect<string>(log).toBe('0:abc')
    expectAllGivenBack()
  })

  it('that probe a closed window are data', () => {
    send(0, 'abc')
    acknowledge(3)
    send(3, 'd')
    acknowledge(3)
    send(3, 'd')
    acknowledge(4)
    send(3, 'def')
    expect<string>(log).toBe('0:abc 3:d 4:ef')
    expectAllGivenBack()
  })

  it('of no bytes do nothing', () => {
    send(0, '')
    send(7, '')
    send(-5, '')
    expect<string>(log).toBe('')
    expectAllGivenBack()
  })
})

describe('sequence numbers', () => {
  it('run over 2^32, in order, ahead and behind', () => {
    for (let k: u32 = 0; k < 12; k++) {
      setIsn(0xffffffff - k)
      start()
      send(4, 'efgh')
      send(2, 'cdef')
      send(0, 'abc')
      send(5, 'fghij')
      expect<string>(log).toBe('0:ab 2:cdefgh 8:ij')
      expect<u32>(n32(X_SEQUENCE)).toBe(isn + 11)
      expectAllGivenBack()
    }
  })

  it('are exact beyond 4 GiB', () => {
    setIsn(77)
    start()
    store<u64>(side, 0xfffffffa, X_OFFSET)
    store<u32>(side, 77 + 1 + <u32>0xfffffffa, X_SEQUENCE)
    setOffset(0xfffffffa)
    send(<i64>0x100000004, 'klm')
    send(<i64>0xfffffffc, 'cdef')
    send(<i64>0xfffffffa, 'ab')
    expect<string>(log).toBe('4294967290:ab 4294967292:cdef')
    acknowledge(0x100000004)
    expect<string>(log).toBe('4294967290:ab 4294967292:cdef 4294967296+4 acknowledged 4294967300:klm')
    expect<u64>(n64(X_OFFSET)).toBe(0x100000007)
    expectAllGivenBack()
  })

  it('count from the first segment with data where the SYN is missing', () => {
    setIsn(4_000_000_000)
    begin()
    send(99, '')
    send(100, 'ab')
    send(102, 'cd')
    // A capture that began in the middle: what is below is not known to belong to the stream.
    send(90, '0123456789abcdef')
    expect<string>(log).toBe('0:ab 2:cd 4:ef')
    expectAllGivenBack()
  })

  it('begin anew with a SYN of another initial number as long as there are no data', () => {
    setIsn(1000)
    start()
    acknowledge(50_000)
    setIsn(900_000)
    syn()
    send(0, 'ab')
    send(4, 'ef')
    expect<string>(log).toBe('0:ab')
    setIsn(5)
    take(describeSegment(-1, 0, 0, TCP_SYN), side)
    setIsn(900_000)
    send(2, 'cd')
    expect<string>(log).toBe('0:ab 2:cd 4:ef')
    expectAllGivenBack()
  })

  it('farther away than the largest window are none of the stream', () => {
    setIsn(1)
    start()
    send(0, 'ab')
    send((1 << 30) + 3, 'xy')
    send(-(1 << 30) - 3, 'xy')
    expect<u32>(n32(X_DROPPED_SEGMENTS)).toBe(2)
    expect<u64>(n64(X_DROPPED_BYTES)).toBe(4)
    send(2, 'cd')
    expect<string>(log).toBe('0:ab 2:cd')
    expectAllGivenBack()
  })

  it('go on where they are when for the time of a hole nothing else has come', () => {
    setIsn(1)
    begin(OVERLAP_FIRST, 1 << 20, 64, 0, 10 * SECOND)
    syn()
    send(0, 'ab')
    send(4, 'ef')
    send(3_000_000_000, 'xy')
    wait(9 * SECOND)
    send(3_000_000_002, 'zz')
    expect<string>(log).toBe('0:ab')
    wait(SECOND)
    send(3_000_000_004, 'kl')
    send(3_000_000_006, 'mn')
    expect<string>(log).toBe('0:ab 2+2 timeout 4:ef 6+2999999998 timeout 3000000004:kl 3000000006:mn')
    expect<u64>(n64(X_DROPPED_BYTES)).toBe(4)
    expectAllGivenBack()
  })

  it('do not go on elsewhere while what is expected comes', () => {
    setIsn(1)
    begin(OVERLAP_FIRST, 1 << 20, 64, 0, 10 * SECOND)
    syn()
    for (let i: i64 = 0; i < 20; i++) {
      send(i, 'a')
      send(2_000_000_000 + i, 'x')
      wait(4 * SECOND)
    }
    expect<u64>(n64(X_DELIVERED)).toBe(20)
    expect<u32>(n32(X_GAPS)).toBe(0)
    expectAllGivenBack()
  })
})

describe('FIN', () => {
  beforeEach(() => {
    setIsn(0xfffffff0)
    start()
  })

  it('ends the stream: what comes behind is dropped and counted', () => {
    send(0, 'ab', TCP_ACK | TCP_FIN)
    expect<u32>(send(3, 'xyz')).toBe(3)
    expect<u32>(send(2, 'w')).toBe(1)
    expect<u32>(send(0, 'abcd')).toBe(2)
    expect<string>(log).toBe('0:ab 2 fin')
    expect<u64>(n64(X_DROPPED_BYTES)).toBe(6)
    expect<u32>(n32(X_DROPPED_SEGMENTS)).toBe(3)
    expectAllGivenBack()
    expect<string>(log).toBe('0:ab 2 fin')
  })

  it('ahead of a hole leaves the hole to be filled', () => {
    send(4, 'ef', TCP_ACK | TCP_FIN)
    expect<u32>(send(2, 'cdefgh')).toBe(2)
    send(0, 'ab')
    expect<string>(log).toBe('0:ab 2:cdef 6 fin')
    expectAllGivenBack()
  })

  it('that comes after what lies behind it has that dropped', () => {
    send(6, 'gh')
    send(2, 'cdefg')
    send(3, 'd', TCP_ACK | TCP_FIN)
    send(0, 'ab')
    expect<string>(log).toBe('0:ab 2:cd 4 fin')
    expect<u64>(n64(X_DROPPED_BYTES)).toBe(4)
    expect<u32>(n32(X_BUFFERED)).toBe(0)
    expectAllGivenBack()
    expect<string>(log).toBe('0:ab 2:cd 4 fin')
  })

  it('tells how much is missing at the end', () => {
    send(0, 'ab')
    take(describeSegment(7, 0, 0, TCP_ACK | TCP_FIN), side)
    expectAllGivenBack()
    expect<string>(log).toBe('0:ab 2+5 end 7 fin')
  })

  it('below what has been delivered is none', () => {
    send(0, 'abcdef')
    take(describeSegment(3, 0, 0, TCP_ACK | TCP_FIN), side)
    send(1, 'b', TCP_ACK | TCP_FIN)
    send(6, 'gh')
    expect<string>(log).toBe('0:abcdef 6:gh')
    expectAllGivenBack()
  })

  it('is no byte of the stream, and an acknowledgement of it no gap', () => {
    send(0, 'ab')
    acknowledge(3)
    expectAllGivenBack()
    expect<string>(log).toBe('0:ab')
  })

  it('sent twice is the first', () => {
    send(0, 'ab', TCP_ACK | TCP_FIN)
    take(describeSegment(2, 0, 0, TCP_ACK | TCP_FIN), side)
    take(describeSegment(9, 0, 0, TCP_ACK | TCP_FIN), side)
    expectAllGivenBack()
    expect<string>(log).toBe('0:ab 2 fin')
  })

  it('is told when all before it has come, at once where that is so', () => {
    send(0, 'ab')
    expect<bool>(hasEnded).toBe(false)
    take(describeSegment(2, 0, 0, TCP_ACK | TCP_FIN), side)
    expect<string>(log).toBe('0:ab 2 fin')
    expectAllGivenBack()
    start()
    take(describeSegment(4, 0, 0, TCP_ACK | TCP_FIN), side)
    send(2, 'cd')
    expect<string>(log).toBe('')
    send(0, 'ab')
    expect<string>(log).toBe('0:ab 2:cd 4 fin')
    expectAllGivenBack()
  })

  it('is told where it is the first that a side sends, and where it comes with the SYN', () => {
    take(describeSegment(0, 0, 0, TCP_ACK | TCP_FIN), side)
    expect<string>(log).toBe('0 fin')
    expectAllGivenBack()
    begin()
    take(describeSegment(-1, 0, 0, TCP_SYN | TCP_FIN), side)
    expect<string>(log).toBe('0 fin')
    // Another attempt cannot take that back.
    take(describeSegment(70_000, 0, 0, TCP_SYN), side)
    send(70_001, 'ab')
    expect<string>(log).toBe('0 fin')
    expectAllGivenBack()
  })

  it('behind a hole is told when the hole is given up: by acknowledgement, bound or time', () => {
    send(0, 'ab')
    take(describeSegment(5, 0, 0, TCP_ACK | TCP_FIN), side)
    acknowledge(4)
    expect<string>(log).toBe('0:ab')
    acknowledge(6)
    expect<string>(log).toBe('0:ab 2+3 acknowledged 5 fin')
    expectAllGivenBack()
    begin(OVERLAP_FIRST, 1 << 20, 64, 0, 10 * SECOND)
    syn()
    send(2, 'cd', TCP_ACK | TCP_FIN)
    wait(10 * SECOND)
    expire()
    expect<string>(log).toBe('0+2 timeout 2:cd 4 fin')
    expectAllGivenBack()
    begin(OVERLAP_FIRST, PAGE)
    syn()
    send(2, 'cd')
    send(2 * PAGE, 'x', TCP_ACK | TCP_FIN)
    expect<string>(log).toBe('0+2 buffer 2:cd')
    send(4, 'y')
    acknowledge(<i64>PAGE * 2)
    expect<string>(log).toBe('0+2 buffer 2:cd 4:y 5+4091 acknowledged 4096:x 4097 fin')
    expectAllGivenBack()
  })

  it('that an acknowledgement has come before is told with its gap at once', () => {
    send(0, 'ab')
    acknowledge(6)
    take(describeSegment(5, 0, 0, TCP_ACK | TCP_FIN), side)
    expect<string>(log).toBe('0:ab 2+3 acknowledged 5 fin')
    expectAllGivenBack()
  })

  it('is told of a side that skips, and not of one that is done', () => {
    skipUntil(side, 100)
    setOffset(2)
    send(0, 'ab', TCP_ACK | TCP_FIN)
    expect<string>(log).toBe('2 fin')
    expectAllGivenBack()
    start()
    send(0, 'ab')
    finishSide(side)
    send(2, 'cd', TCP_ACK | TCP_FIN)
    expectAllGivenBack()
    expect<string>(log).toBe('0:ab')
  })
})

describe('segments cut by the snap length', () => {
  it('leave a hole, filled by a whole one', () => {
    setIsn(3)
    start()
    memory.fill(PAYLOAD, 0x61, 10)
    take(describeSegment(0, 10, 4, TCP_ACK), side)
    send(10, 'bb')
    expect<string>(log).toBe('0:aaaa')
    send(0, 'aaaaaaaaaa')
    expect<string>(log).toBe('0:aaaa 4:aaaaaa 10:bb')
    expectAllGivenBack()
  })

  it('leave a gap otherwise, at the end of the stream too', () => {
    setIsn(3)
    start()
    memory.fill(PAYLOAD, 0x61, 10)
    take(describeSegment(0, 10, 4, TCP_ACK), side)
    take(describeSegment(10, 10, 0, TCP_ACK), side)
    take(describeSegment(20, 5, 2, TCP_ACK), side)
    acknowledge(25)
    expect<string>(log).toBe('0:aaaa 4+16 acknowledged 20:aa')
    expectAllGivenBack()
    expect<string>(log).toBe('0:aaaa 4+16 acknowledged 20:aa 22+3 end')
  })
})

describe('a hole', () => {
  beforeEach(() => {
    setIsn(0x7ffffff0)
    start()
  })

  it('is given up when the peer has acknowledged past it', () => {
    send(3, 'de')
    acknowledge(2)
    expect<string>(log).toBe('')
    acknowledge(3)
    expect<string>(log).toBe('0+3 acknowledged 3:de')
    send(0, 'abc')
    expect<u32>(n32(X_RETRANSMITS)).toBe(1)
    send(5, 'f')
    expect<string>(log).toBe('0+3 acknowledged 3:de 5:f')
    expect<u32>(n32(X_GAPS)).toBe(1)
    expect<u64>(n64(X_GAP_BYTES)).toBe(3)
    expectAllGivenBack()
  })

  it('is given up at once where the acknowledgement came first', () => {
    acknowledge(7)
    send(3, 'd')
    send(6, 'g')
    send(9, 'j')
    expect<string>(log).toBe('0+3 acknowledged 3:d 4+2 acknowledged 6:g')
    expectAllGivenBack()
  })

  it('is given up as far as is acknowledged, and no farther', () => {
    send(2, 'c')
    send(4, 'e')
    send(6, 'g')
    acknowledge(5)
    expect<string>(log).toBe('0+2 acknowledged 2:c 3+1 acknowledged 4:e')
    send(5, 'f')
    expect<string>(log).toBe('0+2 acknowledged 2:c 3+1 acknowledged 4:e 5:f 6:g')
    expectAllGivenBack()
  })

  it('is given up at the end, up to what was sent or acknowledged', () => {
    send(2, 'c')
    send(4, 'e')
    acknowledge(1)
    expectAllGivenBack()
    expect<string>(log).toBe('0+2 end 2:c 3+1 end 4:e')
    start()
    send(0, 'ab')
    acknowledge(10)
    expectAllGivenBack()
    expect<string>(log).toBe('0:ab 2+8 end')
  })

  it('is given up when it was waited for long enough, each for itself', () => {
    begin(OVERLAP_FIRST, 1 << 20, 64, 0, 10 * SECOND)
    syn()
    send(2, 'c')
    wait(6 * SECOND)
    send(4, 'e')
    send(6, 'g')
    wait(3 * SECOND)
    expire()
    expect<string>(log).toBe('')
    wait(SECOND)
    expire()
    expect<string>(log).toBe('0+2 timeout 2:c')
    wait(9 * SECOND)
    send(3, 'd')
    expire()
    // The hole before 6 is waited for since it is the first.
    wait(9 * SECOND)
    expire()
    expect<string>(log).toBe('0+2 timeout 2:c 3:d 4:e')
    wait(SECOND)
    expire()
    expect<string>(log).toBe('0+2 timeout 2:c 3:d 4:e 5+1 timeout 6:g')
    expectAllGivenBack()
  })

  it('of one byte is one', () => {
    send(1, 'b')
    acknowledge(2)
    send(3, 'd')
    acknowledge(4)
    expect<string>(log).toBe('0+1 acknowledged 1:b 2+1 acknowledged 3:d')
    expectAllGivenBack()
  })
})

describe('bounds', () => {
  beforeEach(() => {
    setIsn(42)
  })

  it('of a side give up its first hole', () => {
    begin(OVERLAP_FIRST, 2 * PAGE)
    syn()
    send(1, 'b')
    send(PAGE, 'p')
    expect<string>(log).toBe('')
    send(2 * PAGE, 'q')
    expect<string>(log).toBe('0+1 buffer 1:b')
    send(4 * PAGE, 'r')
    expect<string>(log).toBe('0+1 buffer 1:b 2+2046 buffer 2048:p')
    expectAllGivenBack()
  })

  it('smaller than a page are one page', () => {
    begin(OVERLAP_FIRST, 1)
    syn()
    send(1, 'b')
    send(3, 'd')
    send(PAGE, 'p')
    expect<string>(log).toBe('0+1 buffer 1:b 2+1 buffer 3:d')
    expectAllGivenBack()
  })

  it('let a segment through that is larger than they are', () => {
    begin(OVERLAP_FIRST, 2 * PAGE)
    syn()
    memory.fill(PAYLOAD, 0x61, 4 * PAGE)
    send(1, 'b')
    sendBytes(5, 4 * PAGE)
    expect<u64>(n64(X_OFFSET)).toBe(5 + 4 * PAGE)
    expect<u64>(n64(X_GAP_BYTES)).toBe(4)
    expectAllGivenBack()
  })

  it('of all sides give up the oldest hole, whose ever it is', () => {
    begin(OVERLAP_FIRST, 1 << 20, 2)
    syn()
    const other = open(1)
    take(describeSegment(-1, 0, 0, TCP_SYN), other)
    send(1, 'b')
    wait(SECOND)
    sendBytes(9, 1, other)
    wait(SECOND)
    expect<string>(log).toBe('')
    sendBytes(3 * PAGE, 1, other)
    expect<string>(log).toBe('0+1 buffer 1:b')
    expect<u32>(load<u32>(other, X_GAPS)).toBe(0)
    send(PAGE, 'p')
    expect<u32>(load<u32>(other, X_GAPS)).toBe(1)
    repeatFlush(other)
    close(1)
    expectAllGivenBack()
  })

  it('of a flow give up the older hole of its sides', () => {
    begin(OVERLAP_FIRST, 1 << 20, 64, 0, u64.MAX_VALUE, 2 * PAGE)
    syn()
    take(describeSegment(-1, 0, 0, TCP_SYN), peer)
    send(1, 'b')
    wait(SECOND)
    sendBytes(9, 1, peer)
    expect<string>(log).toBe('')
    wait(SECOND)
    // No side holds more than the other, and the own hole is the older one.
    send(PAGE, 'p')
    expect<string>(log).toBe('0+1 buffer 1:b')
    // Now it is the other's.
    sendBytes(<i64>PAGE * 2, 1)
    expect<string>(log).toBe('0+1 buffer 1:b 0+9 buffer 9:b')
    expect<u32>(load<u32>(peer, X_GAPS)).toBe(1)
    expect<u32>(n32(X_GAPS)).toBe(1)
    expectAllGivenBack()
  })

  it('of a flow hold for both sides, and for no other flow', () => {
    begin(OVERLAP_FIRST, 1 << 20, 64, 0, u64.MAX_VALUE, 2 * PAGE)
    syn()
    const other = open(1)
    take(describeSegment(-1, 0, 0, TCP_SYN), other)
    take(describeSegment(-1, 0, 0, TCP_SYN), peer)
    sendBytes(1, 1, other)
    sendBytes(<i64>PAGE, 1, other)
    sendBytes(1, 1, peer)
    send(1, 'b')
    expect<string>(log).toBe('')
    expect<u32>(load<u32>(other, X_GAPS)).toBe(0)
    // The only hole of the flow, that of the other side, makes room for a side that has none yet.
    send(0, 'abc')
    send(PAGE, 'p')
    sendBytes(<i64>PAGE, 1, peer)
    expect<u32>(load<u32>(peer, X_GAPS)).toBe(1)
    expect<u32>(n32(X_GAPS)).toBe(0)
    expect<u32>(load<u32>(other, X_GAPS)).toBe(0)
    repeatFlush(other)
    close(1)
    expectAllGivenBack()
  })

  it('of a flow with the policy to drop stop the side that passes them', () => {
    begin(OVERLAP_FIRST, 1 << 20, 64, LISTEN_DROP_ON_OVERFLOW, u64.MAX_VALUE, PAGE)
    syn()
    take(describeSegment(-1, 0, 0, TCP_SYN), peer)
    sendBytes(1, 1, peer)
    send(1, 'b')
    expect<string>(log).toBe('0 stopped')
    expect<u32>(load<u32>(peer, X_BUFFERED)).toBe(1)
    expectAllGivenBack()
  })

  it('with the policy to drop stop the side, and tell so', () => {
    begin(OVERLAP_FIRST, 2 * PAGE, 64, LISTEN_DROP_ON_OVERFLOW)
    syn()
    send(0, 'a')
    send(2, 'c')
    send(PAGE, 'p')
    send(2 * PAGE, 'qr')
    expect<string>(log).toBe('0:a 1 stopped')
    expect<u32>(n32(X_FLAGS) & STREAM_POISONED).toBe(STREAM_POISONED)
    expect<u64>(n64(X_DROPPED_BYTES)).toBe(4)
    send(1, 'b')
    send(9999, 'x')
    expect<u64>(n64(X_DROPPED_BYTES)).toBe(4)
    expect<u32>(n32(X_OUT_OF_ORDER)).toBe(3)
    expectAllGivenBack()
    expect<string>(log).toBe('0:a 1 stopped')
  })

  it('are reached and not passed', () => {
    begin(OVERLAP_FIRST, 2 * PAGE, 64, LISTEN_DROP_ON_OVERFLOW)
    syn()
    memory.fill(PAYLOAD, 0x61, 2 * PAGE)
    sendBytes(PAGE, 2 * PAGE)
    expect<u32>(n32(X_BUFFERED)).toBe(2 * PAGE)
    expect<u32>(n32(X_HIGH_WATERMARK)).toBe(2 * PAGE)
    sendBytes(0, PAGE)
    expect<u64>(n64(X_DELIVERED)).toBe(3 * PAGE)
    expectAllGivenBack()
  })
})

describe('a listener', () => {
  beforeEach(() => {
    setIsn(9)
    start()
  })

  it('that is done gets no more, and nothing is kept for it', () => {
    send(0, 'ab')
    send(4, 'ef')
    finishSide(side)
    expect<u32>(n32(X_BUFFERED)).toBe(0)
    send(2, 'cd')
    send(6, 'gh')
    acknowledge(100)
    expire()
    expect<u32>(n32(X_OUT_OF_ORDER)).toBe(1)
    expectAllGivenBack()
    expect<string>(log).toBe('0:ab')
  })

  it('that skips gets what comes after', () => {
    send(0, 'ab')
    skipUntil(side, 6)
    setOffset(6)
    send(2, 'cd')
    send(5, 'fgh')
    send(4, 'e')
    expect<string>(log).toBe('0:ab 6:gh')
    expect<u64>(n64(X_DELIVERED)).toBe(8)
    skipUntil(side, 3)
    send(8, 'i')
    expect<string>(log).toBe('0:ab 6:gh 8:i')
    expectAllGivenBack()
  })

  it('that skips is told of gaps all the same', () => {
    skipUntil(side, 4)
    send(2, 'cde')
    acknowledge(5)
    expect<string>(log).toBe('0+2 acknowledged 4:e')
    end()
  })
})

describe('one-sided captures', () => {
  it('deliver what is in order, and the rest at the end', () => {
    setIsn(123)
    begin()
    send(0, 'ab')
    send(4, 'ef')
    send(2, 'cd')
    send(8, 'ij')
    expect<string>(log).toBe('0:ab 2:cd 4:ef')
    expectAllGivenBack()
    expect<string>(log).toBe('0:ab 2:cd 4:ef 6+2 end 8:ij')
  })

  it('take no acknowledgement for a side without data', () => {
    begin()
    acknowledge(1000)
    expectAllGivenBack()
    expect<string>(log).toBe('')
  })

  it('may have a FIN and nothing else', () => {
    begin()
    take(describeSegment(0, 0, 0, TCP_ACK | TCP_FIN), side)
    const d = describeSegment(0, 0, 0, TCP_ACK)
    store<u8>(d, <u8>TCP_ACK, D_TCP_FLAGS)
    take(d, side)
    expectAllGivenBack()
    expect<string>(log).toBe('')
  })
})
