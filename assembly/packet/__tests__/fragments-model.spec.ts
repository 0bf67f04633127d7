import { randomBelow, seedRandom } from '../../flow/__tests__/random'
import {
  ANOMALY_FRAGMENT_MALFORMED,
  ANOMALY_FRAGMENT_OVERLAP,
  D_CAPTURED,
  D_FRAME,
  PACKET_FRAGMENT_CUT,
  PACKET_FRAGMENT_DROPPED,
  PACKET_HELD,
} from '../../layout'
import { datagramsLive } from '../datagrams'
import { clearNotes, givenUp as givenUpNow } from '../fragment-outcome'
import { areaHasRoom, blocksTaken } from '../fragment-pool'
import { giveUpDatagrams } from '../fragments'
import { begin, bytesWritten, D, ethernet, patch } from './frame'
import {
  bytes,
  carries,
  crowdedOut,
  drain,
  earlierPackets,
  fault,
  getNow,
  givenUp,
  hasFlag,
  header4,
  header6,
  restart,
  SECOND,
  SOURCE,
  show,
  wait,
} from './reassembly'

// A protocol without ports, so that the payload is all that the datagram carries.
const OPAQUE: u32 = 253
const IDS: u32 = 6
const MAX_FRAGMENTS: u32 = 12

const HELD = 0
const DROPPED = 1
const WHOLE = 2

/** The model: a datagram is the list of its fragments. */
class Model {
  since: u64 = 0
  isDiscarded: bool = false
  packets: u32 = 0
  end: u32 = 0xffffffff
  starts: Array<u32> = []
  ends: Array<u32> = []
  contents: Array<u32> = []

  /** What comes of a fragment with bytes of this content. */
  take(start: u32, end: u32, more: bool, content: u32): i32 {
    if (this.isDiscarded) return DROPPED
    let covered = end - start
    let isCopy = false
    let isFaulty = more ? end >= this.end : this.end != 0xffffffff && this.end != end
    for (let i = 0; i < this.starts.length; i++) {
      covered += this.ends[i] - this.starts[i]
      if (!more && this.ends[i] > end) isFaulty = true
      if (start < this.ends[i] && this.starts[i] < end) {
        if (start == this.starts[i] && end == this.ends[i] && content == this.contents[i]) isCopy = true
        else isFaulty = true
      }
    }
    if (isFaulty || (!isCopy && <u32>this.starts.length == MAX_FRAGMENTS)) {
      this.isDiscarded = true
      this.packets = 0
      return DROPPED
    }
    this.packets++
    if (!more) this.end = end
    if (isCopy) return HELD
    this.starts.push(start)
    this.ends.push(end)
    this.contents.push(content)
    return covered == this.end ? WHOLE : HELD
  }
}

/** What the packet that was shown came to. */
function outcome(hasFlow: bool): i32 {
  if (hasFlow) return WHOLE
  return hasFlag(PACKET_HELD) ? HELD : DROPPED
}

/** Shows a fragment; content 1 is that of SOURCE but for one byte. */
function send(isV6: bool, id: u32, start: u32, end: u32, more: bool, content: u32): bool {
  begin()
  if (content != 0) store<u8>(SOURCE + start, load<u8>(SOURCE + start) ^ 0x55)
  if (isV6) {
    ethernet(0x86dd)
    header6(id, start, end - start, more, OPAQUE)
  } else {
    ethernet(0x0800)
    header4(id, start, end - start, more, OPAQUE)
  }
  bytes(start, end - start)
  if (content != 0) store<u8>(SOURCE + start, load<u8>(SOURCE + start) ^ 0x55)
  return show()
}

// Fragments to send of each datagram, shuffled.
const starts: Array<u32> = []
const ends: Array<u32> = []
const lengths: Array<u32> = []
const ids: Array<u32> = []

/** Splits a datagram at random. */
function split(id: u32, length: u32): void {
  const most: u32 = 1 + randomBelow(randomBelow(4) == 0 ? 14 : 6)
  let start: u32 = 0
  for (let i: u32 = 1; i <= most && start < length; i++) {
    const end = i == most ? length : min<u32>(length, start + 8 * (1 + randomBelow(1 + length / 8 / most)))
    // A datagram in one piece is none that was fragmented.
    if (end - start == length) return split(id, length)
    starts.push(start)
    ends.push(end)
    lengths.push(length)
    ids.push(id)
    start = end
  }
}

function shuffle(): void {
  for (let i = ids.length - 1; i > 0; i--) {
    // Mostly near where they were, now and then anywhere.
    const j = randomBelow(4) == 0 ? <i32>randomBelow(i + 1) : max<i32>(0, i - <i32>randomBelow(4))
    swap(starts, i, j)
    swap(ends, i, j)
    swap(lengths, i, j)
    swap(ids, i, j)
  }
}

function swap(list: Array<u32>, i: i32, j: i32): void {
  const kept = list[i]
  list[i] = list[j]
  list[j] = kept
}

function clearPlan(): void {
  starts.length = 0
  ends.length = 0
  lengths.length = 0
  ids.length = 0
}

describe('reassembly as the model has it', () => {
  it('comes to the same, whatever comes in whatever order', () => {
    let wrong = 0
    let whole = 0
    let dropped = 0
    for (let run: u32 = 0; run < 3000; run++) {
      seedRandom(run + 1)
      restart(64, 1 << 20, MAX_FRAGMENTS)
      const isV6 = randomBelow(2) == 0
      clearPlan()
      for (let id: u32 = 1; id <= IDS; id++) {
        split(id, 16 + randomBelow(randomBelow(20) == 0 ? 65000 : randomBelow(3) == 0 ? 6000 : 100))
      }
      shuffle()
      const models = new Array<Model | null>(IDS + 1).fill(null)
      let shown: u32 = 0
      let settled: u32 = 0
      let faults: u32 = 0
      const isEvil = randomBelow(2) == 0
      const isSlow = randomBelow(4) == 0
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i]
        let start = starts[i]
        let end = ends[i]
        let more = end != lengths[i]
        let content: u32 = 0
        if (isSlow) wait(<u64>randomBelow(8) * SECOND)
        if (isEvil && randomBelow(12) == 0) {
          const kind = randomBelow(4)
          if (kind == 0) content = 1
          else if (kind == 1) more = !more && (end & 7) == 0
          else if (kind == 2 && start >= 8) start -= 8
          else if (more) end += 8
          // What remains must be a fragment that may be.
          if (more) end = start + ((end - start + 7) & ~7)
          if (start == 0 && !more) continue
        }
        const copies: u32 = randomBelow(8) == 0 ? 1 + randomBelow(3) : 1
        for (let copy: u32 = 0; copy < copies; copy++) {
          let model = models[id]
          if (!model || getNow() - model.since >= 30 * SECOND) {
            model = new Model()
            model.since = getNow()
            models[id] = model
          }
          const expected = model.take(start, end, more, content)
          const hasFlow = send(isV6, id, start, end, more, content)
          shown++
          settled += givenUp()
          faults += fault()
          if (outcome(hasFlow) != expected) wrong++
          if (expected == DROPPED) {
            dropped++
            settled += 1
            if (!hasFlag(PACKET_FRAGMENT_DROPPED)) wrong++
          } else if (expected == WHOLE) {
            whole++
            settled += 1 + earlierPackets()
            if (earlierPackets() + 1 != model.packets) wrong++
            // Of a datagram with other content only the length is known.
            if (!model.contents.includes(1) && !carries(0, model.end)) wrong++
            models[id] = null
          }
          if (!areaHasRoom) drain()
        }
      }
      if (!isEvil && !isSlow && faults != 0) wrong++
      giveUpDatagrams(0, true)
      settled += givenUpNow
      clearNotes()
      // No packet is lost, none is counted twice, and nothing is kept.
      if (settled != shown) wrong++
      if (datagramsLive() != 0 || blocksTaken() != 0) wrong++
      drain()
    }
    expect(wrong).toBe(0)
    expect(whole).toBeGreaterThan(6000)
    expect(dropped).toBeGreaterThan(300)
  })
})

describe('reassembly of anything', () => {
  it('keeps within its bounds and loses no packet', () => {
    let wrong = 0
    let cuts = 0
    let malformed = 0
    let overlapped = 0
    let crowded: u32 = 0
    let whole = 0
    restart(8, 1 << 16, 20, SECOND / 5)
    let shown: u32 = 0
    let settled: u32 = 0
    seedRandom(4711)
    for (let i = 0; i < 60000; i++) {
      const isV6 = randomBelow(2) == 0
      const start = randomBelow(randomBelow(10) == 0 ? 8192 : 5) * 8
      const some = randomBelow(randomBelow(50) == 0 ? 60000 : 24)
      const length = randomBelow(20) == 0 ? some : some & ~7
      const more = randomBelow(3) != 0
      wait(randomBelow(1000) == 0 ? 3 * SECOND : <u64>randomBelow(20_000_000))
      begin()
      ethernet(isV6 ? 0x86dd : 0x0800)
      const next: u32 = randomBelow(8) != 0 ? 17 : randomBelow(2) == 0 ? 4 : 44
      if (isV6) header6(randomBelow(4), start, length, more, next)
      else header4(randomBelow(4), start, length, more, next, randomBelow(3))
      bytes(start, min<u32>(length, 65536 - start))
      // Some damage behind the Ethernet header.
      if (randomBelow(3) == 0) patch(14 + randomBelow(<u32>bytesWritten() - 14), randomBelow(256))
      const hasFlow = show(randomBelow(10) == 0 ? 14 + <usize>randomBelow(70) : 1 << 30)
      shown++
      settled += givenUp()
      if (hasFlow || !hasFlag(PACKET_HELD)) settled += 1 + earlierPackets()
      if (hasFlag(PACKET_FRAGMENT_CUT)) cuts++
      if (fault() == ANOMALY_FRAGMENT_MALFORMED) malformed++
      if (fault() == ANOMALY_FRAGMENT_OVERLAP) overlapped++
      if (earlierPackets() != 0) whole++
      crowded += crowdedOut()
      if (datagramsLive() > 8 || blocksTaken() > 32) wrong++
      if (load<u32>(D, D_CAPTURED) == 0 || load<u32>(D, D_FRAME) == 0) wrong++
      if (!areaHasRoom) drain()
    }
    giveUpDatagrams(0, true)
    settled += givenUpNow
    clearNotes()
    expect(wrong).toBe(0)
    expect(settled).toBe(shown)
    expect<usize>(blocksTaken()).toBe(0)
    expect(cuts).toBeGreaterThan(50)
    expect(malformed).toBeGreaterThan(1000)
    expect(overlapped).toBeGreaterThan(100)
    expect(crowded).toBeGreaterThan(100)
    expect(whole).toBeGreaterThan(100)
  })

  it('takes 8192 fragments of 8 bytes backwards as quickly as forwards', () => {
    restart(8, 1 << 20, 8192)
    for (let start: u32 = 65504; start > 0; start -= 8) {
      begin()
      ethernet(0x86dd)
      header6(1, start, start == 65504 ? 7 : 8, start != 65504, OPAQUE)
      bytes(start, start == 65504 ? 7 : 8)
      show()
    }
    expect(send(true, 1, 0, 8, true, 0)).toBe(true)
    expect(carries(0, 65511)).toBe(true)
    expect(earlierPackets()).toBe(8188)
  })
})
