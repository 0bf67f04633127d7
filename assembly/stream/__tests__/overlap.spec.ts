import {
  OVERLAP_BSD,
  OVERLAP_FIRST,
  OVERLAP_LAST,
  OVERLAP_LINUX,
  OVERLAP_SOLARIS,
  OVERLAP_WINDOWS,
  TCP_SYN,
  X_CONFLICTS,
} from '../../layout'
import { newWins } from '../overlap'
import {
  begin,
  CONFLICTS,
  describe as describeSegment,
  end,
  log,
  PAGE,
  PAYLOAD,
  restart,
  send,
  sendBytes,
  setIsn,
  side,
  sink,
  take,
  useSink,
} from './harness'

/**
 * Who has the bytes that an old and a new segment share, O or N, by where the new one begins and ends:
 *
 *   begins   earlier              the same             later
 *   ends     before with after    before with after    before with after
 *
 * Derived from the definitions of Novak and Sturges (docs/reassembly.md), not from the code.
 */
const POLICIES: u32[] = [OVERLAP_FIRST, OVERLAP_LAST, OVERLAP_BSD, OVERLAP_LINUX, OVERLAP_WINDOWS, OVERLAP_SOLARIS]
const NAMES: string[] = ['first', 'last', 'bsd', 'linux', 'windows', 'solaris']
const MATRIX: string[] = [
  'OOO OOO OOO', // first: the original
  'NNN NNN NNN', // last: the subsequent
  'NNN OOO OOO', // bsd: the original, unless the subsequent begins before it
  'NNN OON OOO', // linux: likewise, or begins with it and ends after it
  'NNN OOO OOO', // windows (2000, XP, 2003): as bsd
  'ONN ONN OON', // solaris: the subsequent, unless the original ends after it, or begins before and ends with it
]
/** Sequence numbers at which the old segment begins. */
const SEQUENCES: u32[] = [0, 1, 0x80000000, 0xfffffff6]

const LENGTH: i64 = 10
const OLD_START: i64 = 20
const OLD_END: i64 = 30
const STARTS: i64[] = [15, 20, 25]
const ENDS: i64[] = [27, 30, 35]

const out: usize = memory.data(8192, 8)

function winner(policy: i32, start: i32, stop: i32): string {
  return MATRIX[policy].charAt(start * 4 + stop)
}

/** What should come out of [0, 40): bytes of neither are f. */
function expected(won: string, start: i64, stop: i64): string {
  let text = ''
  for (let i: i64 = 0; i < 40; i++) {
    const isOld = i >= OLD_START && i < OLD_END
    const isNew = i >= start && i < stop
    text += isOld && (!isNew || won == 'O') ? 'o' : isNew ? 'n' : 'f'
  }
  return text
}

function sendLetters(letter: u8, from: i64, to: i64): void {
  memory.fill(PAYLOAD, letter, <usize>(to - from))
  sendBytes(from, <u32>(to - from))
}

/**
 * Sends both segments `base` bytes into the stream, with all before `next` delivered already, and reads the 40 bytes
 * there.
 */
function overlap(policy: u32, sequence: u32, base: i64, next: i64, start: i64, stop: i64): string {
  setIsn(sequence - 1 - <u32>(base + OLD_START))
  begin(policy)
  useSink(out)
  take(describeSegment(-1, 0, 0, TCP_SYN), side)
  if (next > 0) sendLetters(0x66, 0, base + next)
  sendLetters(0x6f, base + OLD_START, base + OLD_END)
  sendLetters(0x6e, base + start, base + stop)
  if (load<u32>(side, X_CONFLICTS) == 0) return 'no conflict'
  // Policy and pieces aside, what is there already must not be replaced by what fills the holes.
  sendLetters(0x66, base + 35, base + 40)
  if (stop < 35) sendLetters(0x66, base + max<i64>(stop, OLD_END), base + 35)
  sendLetters(0x66, next > 0 ? base + next : 0, base + min<i64>(start, OLD_START))
  const text = String.UTF8.decodeUnsafe(out + <usize>base, 40)
  if (end() != 0) return 'blocks are missing'
  return text
}

describe('overlaps that disagree', () => {
  it('go to the segment that the policy names, at any sequence number, delivered in any way', () => {
    for (let policy = 0; policy < 6; policy++) {
      for (let s = 0; s < SEQUENCES.length; s++) {
        for (let start = 0; start < 3; start++) {
          for (let stop = 0; stop < 3; stop++) {
            const won = winner(policy, start, stop)
            const want = expected(won, STARTS[start], ENDS[stop])
            const what = NAMES[policy] + ' at ' + SEQUENCES[s].toString()
            // Behind a hole, within a page and over the end of one; then with the new segment in order.
            expect<string>(overlap(POLICIES[policy], SEQUENCES[s], 0, 0, STARTS[start], ENDS[stop])).toBe(want, what)
            const last = <i64>PAGE - 26
            for (let base = last; base < last + 12; base += 3) {
              expect<string>(overlap(POLICIES[policy], SEQUENCES[s], base, 0, STARTS[start], ENDS[stop])).toBe(
                want,
                what,
              )
              if (start > 0) continue
              expect<string>(overlap(POLICIES[policy], SEQUENCES[s], base, 15, STARTS[start], ENDS[stop])).toBe(
                want,
                what,
              )
            }
          }
        }
      }
    }
  })

  it('are decided by the rule alone', () => {
    for (let policy = 0; policy < 6; policy++) {
      for (let start = 0; start < 3; start++) {
        for (let stop = 0; stop < 3; stop++) {
          expect<bool>(newWins(POLICIES[policy], STARTS[start], ENDS[stop], OLD_START, OLD_END)).toBe(
            winner(policy, start, stop) == 'N',
            NAMES[policy],
          )
        }
      }
    }
    expect<i64>(OLD_END - OLD_START).toBe(LENGTH)
  })

  it('are decided for each old piece by itself, as it is by then', () => {
    setIsn(1)
    begin(OVERLAP_BSD)
    take(describeSegment(-1, 0, 0, TCP_SYN), side)
    send(2, 'AAA')
    send(6, 'BB')
    send(8, 'CCC')
    // The As begin with or before it, the Bs and Cs behind it.
    send(2, '12345678')
    send(0, '--')
    expect<string>(log).toBe('0:-- 2:AAA45678C')
    expect<usize>(end()).toBe(0)
    begin(OVERLAP_BSD)
    take(describeSegment(-1, 0, 0, TCP_SYN), side)
    send(4, 'aaaaaa')
    send(2, 'bbbb')
    // What is left of the first begins at 6 now.
    send(5, 'cccc')
    send(0, '--')
    expect<string>(log).toBe('0:-- 2:bbbbccca')
    expect<u32>(load<u32>(side, X_CONFLICTS)).toBe(3)
    expect<usize>(end()).toBe(0)
  })

  it('do not change what has been delivered', () => {
    setIsn(1)
    begin(OVERLAP_LAST)
    take(describeSegment(-1, 0, 0, TCP_SYN), side)
    send(0, 'abc')
    send(0, 'xyzdef')
    expect<string>(log).toBe('0:abc 3:def')
    expect<u32>(load<u32>(side, X_CONFLICTS)).toBe(0)
    expect<usize>(end()).toBe(0)
  })
})

describe('a conflict', () => {
  beforeEach(() => {
    setIsn(8)
    begin(OVERLAP_FIRST, 1 << 20, 64, CONFLICTS)
    take(describeSegment(-1, 0, 0, TCP_SYN), side)
  })

  it('is told with both versions, and who has the bytes', () => {
    send(4, 'old!')
    send(2, '__new!_')
    expect<string>(log).toBe('4 OLD old! new new!')
    restart()
    begin(OVERLAP_LAST, 1 << 20, 64, CONFLICTS)
    take(describeSegment(-1, 0, 0, TCP_SYN), side)
    send(4, 'old!')
    send(2, '__new!_')
    expect<string>(log).toBe('4 old old! NEW new!')
  })

  it('is none where the bytes agree', () => {
    send(4, 'same')
    send(2, '__same__')
    send(5, 'ame')
    expect<string>(log).toBe('')
    expect<u32>(load<u32>(side, X_CONFLICTS)).toBe(0)
  })

  it('is told before the bytes', () => {
    send(2, 'cd')
    send(0, 'abXY')
    expect<string>(log).toBe('2 OLD cd new XY 0:ab 2:cd')
  })

  it('is told four times a packet, counted always', () => {
    for (let i: i64 = 0; i < 6; i++) send(2 + 2 * i, 'o')
    send(2, 'nnnnnnnnnnnn')
    expect<string>(log).toBe('2 OLD o new n 4 OLD o new n 6 OLD o new n 8 OLD o new n')
    expect<u32>(load<u32>(side, X_CONFLICTS)).toBe(6)
  })

  it('is told with 256 bytes at most, and its whole length', () => {
    useSink(out)
    memory.fill(PAYLOAD, 0x6f, 1000)
    sendBytes(10, 1000)
    useSink(0)
    memory.fill(PAYLOAD, 0x6e, 1000)
    sendBytes(10, 1000)
    expect<i32>(log.length).toBe('10 OLD  new '.length + 512)
    expect<usize>(sink).toBe(0)
  })
})
