// Random connections, and a naive reassembler that says what must come out of them.

import {
  GAP_ACKNOWLEDGED,
  GAP_BUFFER,
  GAP_END,
  OVERLAP_BSD,
  OVERLAP_FIRST,
  OVERLAP_LAST,
  OVERLAP_LINUX,
  OVERLAP_SOLARIS,
  OVERLAP_WINDOWS,
  STREAM_SIZE,
  X_CONFLICTS,
  X_DELIVERED,
  X_GAP_BYTES,
  X_GAPS,
  X_OFFSET,
} from '../../assembly/layout'
import { frameSize, type Segment, StreamCore, writeFrame } from './stream-core'

const ACK = 0x10
const SYN = 0x02
const FIN = 0x01
/** The core keeps bytes in pages; its bound counts them. */
const PAGE = 2048
/** Pages that all streams of a core may hold: more than a stream here has, so only a leak ever reaches it. */
const TOTAL_PAGES = 40
const LONGEST_STREAM = 24_000
/** Time of the first frame; each one comes a nanosecond after the one before. */
const FIRST_FRAME = 1_000_000_000n

export const POLICIES = [
  OVERLAP_FIRST,
  OVERLAP_LAST,
  OVERLAP_BSD,
  OVERLAP_LINUX,
  OVERLAP_WINDOWS,
  OVERLAP_SOLARIS,
] as const

/** What came out of a stream: bytes, with a gap as [offset, length, reason], and the frame that completed it up to its FIN. */
export interface Outcome {
  readonly bytes: Uint8Array
  readonly gaps: readonly (readonly [number, number, number])[]
  readonly completed: number | undefined
}

// The reference ---------------------------------------------------------------------------------------------------

/**
 * One side, byte for byte. `#owners` has the number of the segment with which a byte that waits came, 0 where none
 * does: what is left of one segment without a break is a piece. `pages` is what the core's bound means.
 */
class Reference {
  readonly #held: Uint8Array
  readonly #owners: Uint32Array
  readonly #bytes: number[] = []
  readonly #gaps: [number, number, number][] = []
  #segments = 0
  #next = 0
  #end = Number.POSITIVE_INFINITY
  #acknowledged = 0
  #sent = 0
  #completed: number | undefined
  conflicts = 0
  /** Number of the frame at work. */
  frame = 0

  constructor(
    readonly policy: number,
    readonly pages: number,
    readonly length: number,
  ) {
    this.#held = new Uint8Array(length)
    this.#owners = new Uint32Array(length)
  }

  segment(start: number, payload: Uint8Array, captured: number, isFin: boolean): void {
    const end = start + payload.length
    if (isFin && end >= this.#next) this.#end = Math.min(this.#end, end)
    this.#sent = Math.max(this.#sent, Math.min(end, this.#end))
    const stop = Math.min(start + captured, this.#end)
    while (start > this.#next && start < stop && this.#isTooMuch(start, stop)) {
      this.#giveUp(Math.min(this.#first(), start), GAP_BUFFER)
    }
    this.#settle(start, stop, start + captured, payload)
    this.#deliver()
  }

  acknowledge(offset: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, offset)
    this.#deliver()
  }

  finish(): Outcome {
    while (this.#first() < this.length) this.#giveUp(this.#first(), GAP_END)
    const known = this.#acknowledged > this.#sent + 1 ? this.#acknowledged : this.#sent
    this.#giveUp(this.#end < Number.POSITIVE_INFINITY ? this.#end : known, GAP_END)
    return { bytes: Uint8Array.from(this.#bytes), gaps: this.#gaps, completed: this.#completed }
  }

  #settle(start: number, stop: number, end: number, payload: Uint8Array): void {
    const number = ++this.#segments
    for (let i = Math.max(start, this.#next); i < stop; ) {
      const [from, to] = this.#piece(i)
      const isOld = this.#owners[i] !== 0
      const wins = !isOld || newWins(this.policy, Math.sign(start - from), Math.sign(end - to))
      let differs = false
      for (; i < Math.min(to, stop); i++) {
        const byte = payload[i - start] as number
        if (isOld && byte !== this.#held[i]) differs = true
        if (!wins) continue
        this.#held[i] = byte
        this.#owners[i] = number
      }
      if (differs) this.conflicts++
    }
  }

  /** The piece, or the hole, in which an offset lies. */
  #piece(offset: number): [number, number] {
    const owner = this.#owners[offset]
    let from = offset
    let to = offset + 1
    while (from > this.#next && this.#owners[from - 1] === owner) from--
    while (to < this.length && this.#owners[to] === owner) to++
    return [from, to]
  }

  #isTooMuch(start: number, stop: number): boolean {
    const present = new Set<number>()
    for (let i = this.#next; i < this.length; i++) if (this.#owners[i] !== 0) present.add(Math.floor(i / PAGE))
    const before = present.size
    for (let page = Math.floor(start / PAGE); page <= Math.floor((stop - 1) / PAGE); page++) present.add(page)
    return present.size > before && present.size > this.pages
  }

  /** The first byte that waits, the length where none does. */
  #first(): number {
    let first = this.#next
    while (first < this.length && this.#owners[first] === 0) first++
    return first
  }

  #giveUp(until: number, reason: number): void {
    const end = Math.min(until, this.#end)
    if (end > this.#next) {
      this.#gaps.push([this.#next, end - this.#next, reason])
      this.#next = end
    }
    this.#deliver()
  }

  #deliver(): void {
    for (; this.#next < this.#end && this.#owners[this.#next]; this.#next++) {
      this.#bytes.push(this.#held[this.#next] as number)
    }
    if (this.#next >= this.#end) this.#owners.fill(0)
    if (this.#next === this.#end) this.#completed ??= this.frame
    const first = this.#first()
    const hole = Math.min(first < this.length ? first : Number.POSITIVE_INFINITY, this.#end)
    if (hole > this.#next && hole <= this.#acknowledged) this.#giveUp(hole, GAP_ACKNOWLEDGED)
  }
}

/** Whether the new segment has the bytes, by the order (-1, 0, 1) of its start and end and those of the old piece. */
function newWins(policy: number, start: number, end: number): boolean {
  if (policy === OVERLAP_LAST) return true
  if (policy === OVERLAP_BSD || policy === OVERLAP_WINDOWS) return start < 0
  if (policy === OVERLAP_LINUX) return start < 0 || (start === 0 && end > 0)
  return policy === OVERLAP_SOLARIS && (end > 0 || (end === 0 && start <= 0))
}

// Random connections ------------------------------------------------------------------------------------------------

/** Numbers below a limit, the same for the same seed (mulberry32). */
export function randomOf(seed: number): (limit: number) => number {
  let state = seed | 0
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}

type Random = ReturnType<typeof randomOf>

/** A segment of the side that is looked at, or an acknowledgement by the other, by stream offset. */
type Step =
  | { readonly start: number; readonly payload: Uint8Array; readonly captured: number; readonly isFin: boolean }
  | { readonly acknowledged: number }

/** One connection, and in what pieces its capture comes. */
interface Case {
  readonly policy: number
  readonly pages: number
  /** Bytes of the stream. */
  readonly length: number
  readonly side: number
  readonly isn: number
  readonly hasSyn: boolean
  readonly steps: readonly Step[]
  readonly chunk: number
}

function makeCase(seed: number): Case {
  const random = randomOf(seed)
  const isOneIn = (n: number) => random(n) === 0
  const length = isOneIn(20) ? random(LONGEST_STREAM) : random(3000)
  const mayDiffer = isOneIn(2)
  const alphabet = mayDiffer ? 2 + random(3) : 256
  const stream = Uint8Array.from({ length }, () => random(alphabet))
  const segment = (start: number, end: number, isFin = false): Step => {
    const payload = stream.slice(start, end)
    if (mayDiffer && isOneIn(2)) for (let i = 0; i < payload.length; i++) if (isOneIn(8)) payload[i] = random(alphabet)
    return { start, payload, captured: isOneIn(40) ? random(payload.length + 1) : payload.length, isFin }
  }
  const steps: Step[] = []
  const mss = 1 + random(isOneIn(8) ? 20 : 1460)
  const loss = isOneIn(3) ? 2 + random(20) : 0
  for (let at = 0; at < length; ) {
    const end = Math.min(length, at + 1 + random(mss))
    if (loss === 0 || !isOneIn(loss)) steps.push(segment(at, end))
    if (isOneIn(6)) steps.push(segment(at, end))
    if (isOneIn(6)) steps.push(segment(Math.max(0, at - random(2000)), Math.min(length, end + random(2000))))
    if (isOneIn(9)) steps.push({ acknowledged: Math.min(length, isOneIn(3) ? end + random(3000) : random(end + 1)) })
    if (isOneIn(30) && at > 0) steps.push({ start: at - 1, payload: Uint8Array.of(0), captured: 1, isFin: false })
    at = end
  }
  if (isOneIn(2)) {
    const at = isOneIn(6) ? random(length + 1) : length
    steps.push(segment(isOneIn(2) ? at : Math.max(0, at - random(100)), at, true))
  }
  const hasSyn = !isOneIn(5)
  return {
    policy: isOneIn(2) ? OVERLAP_FIRST : (POLICIES[random(POLICIES.length)] as number),
    pages: isOneIn(3) ? 1 + random(6) : TOTAL_PAGES,
    length,
    side: random(2),
    isn: isOneIn(2) ? (2 ** 32 - 1 - random(length + 10)) >>> 0 : random(2 ** 32),
    hasSyn,
    steps: shuffled(steps, isOneIn(4) ? length : 1 + random(12), random),
    chunk: isOneIn(3) ? 1 + random(500) : 1 << 20,
  }
}

/** Each step up to `most` places later than it was. */
function shuffled(steps: readonly Step[], most: number, random: Random): Step[] {
  return steps
    .map((step, i) => ({ step, place: i + random(most) }))
    .sort((a, b) => a.place - b.place)
    .map(({ step }) => step)
}

function expectedOf({ policy, pages, length, hasSyn, steps }: Case): {
  outcome: Outcome
  conflicts: number
  base: number
} {
  const reference = new Reference(policy, pages, length)
  // Without a SYN the first payload is where the stream begins, and acknowledgements before it tell nothing.
  const first = steps.findIndex((step) => 'payload' in step && step.payload.length > 0)
  const known = hasSyn ? steps : first < 0 ? [] : steps.slice(first)
  const anchor = known[0]
  const base = hasSyn || !anchor || !('payload' in anchor) ? 0 : anchor.start
  const firstFrame = framesBefore(hasSyn) + steps.length - known.length
  for (const [i, step] of known.entries()) {
    reference.frame = firstFrame + i
    if ('acknowledged' in step) reference.acknowledge(step.acknowledged - base)
    else reference.segment(step.start - base, step.payload, step.captured, step.isFin)
  }
  return { outcome: reference.finish(), conflicts: reference.conflicts, base }
}

/** Frames of a capture before those of its steps. */
function framesBefore(hasSyn: boolean): number {
  return hasSyn ? 2 : 0
}

function captureOf({ side, isn, hasSyn, steps }: Case): Uint8Array {
  const peerIsn = 77
  const empty = new Uint8Array()
  const segments: Segment[] = []
  if (hasSyn) {
    // Seen from the client's side it is its own SYN; from the server's, the answer to one.
    if (side === 1) {
      segments.push({ from: 0, sequence: peerIsn, acknowledgement: 0, flags: SYN, payload: empty })
      segments.push({ from: 1, sequence: isn, acknowledgement: peerIsn + 1, flags: SYN | ACK, payload: empty })
    } else {
      segments.push({ from: 0, sequence: isn, acknowledgement: 0, flags: SYN, payload: empty })
      segments.push({ from: 1, sequence: peerIsn, acknowledgement: isn + 1, flags: SYN | ACK, payload: empty })
    }
  }
  for (const step of steps) {
    if ('acknowledged' in step) {
      const acknowledgement = isn + 1 + step.acknowledged
      segments.push({ from: 1 - side, sequence: peerIsn + 1, acknowledgement, flags: ACK, payload: empty })
    } else {
      const { start, payload, captured, isFin } = step
      const flags = isFin ? ACK | FIN : ACK
      segments.push({ from: side, sequence: isn + 1 + start, acknowledgement: peerIsn + 1, flags, payload, captured })
    }
  }
  const capture = new Uint8Array(segments.reduce((size, segment) => size + frameSize(segment), 0))
  const view = new DataView(capture.buffer)
  let at = 0
  for (const [i, segment] of segments.entries()) at = writeFrame(view, at, FIRST_FRAME + BigInt(i), segment)
  return capture
}

/** Which side the tracker calls the one that is looked at: without a SYN, who sends first is the initiator. */
function sideOf({ side, hasSyn, steps: [first] }: Case): number {
  if (hasSyn || !first) return side
  return 'payload' in first ? 0 : 1
}

// The comparison ----------------------------------------------------------------------------------------------------

/** Runs random connections through one core, and says where it differs from the reference. */
export class StreamModel {
  readonly #core: StreamCore
  #bytes: number[] = []
  #gaps: [number, number, number][] = []
  #completed: number | undefined
  #next = 0
  #side = 0
  #fault = ''
  #records: Uint8Array = new Uint8Array()
  /** Cases that had a gap, those whose overlaps disagreed, and those that came to a FIN: what was tried. */
  readonly seen = { gaps: 0, conflicts: 0, ends: 0, bytes: 0 }

  constructor(module: WebAssembly.Module) {
    const listener = {
      data: (side: number, offset: number, bytes: Uint8Array) => {
        this.#follow(side, offset, bytes.length)
        for (const byte of bytes) this.#bytes.push(byte)
      },
      gap: (side: number, offset: number, length: number, reason: number) => {
        this.#follow(side, offset, length)
        this.#gaps.push([offset, length, reason])
      },
      fin: (side: number, offset: number, time: bigint) => {
        if (side !== this.#side || offset !== this.#next || this.#completed !== undefined) {
          this.#fault ||= `the end comes at ${offset}, after ${this.#next}`
        }
        this.#completed = Number(time - FIRST_FRAME)
      },
      end: (records: DataView) => {
        this.#records = new Uint8Array(records.buffer, records.byteOffset, records.byteLength).slice()
      },
    }
    this.#core = new StreamCore(module, listener, { flags: 0, totalBuffer: TOTAL_PAGES * PAGE })
  }

  /** What is wrong with this case, an empty string for nothing. */
  check(seed: number): string {
    const made = makeCase(seed)
    const { outcome, conflicts, base } = expectedOf(made)
    this.#bytes = []
    this.#gaps = []
    this.#completed = undefined
    this.#next = 0
    this.#side = sideOf(made)
    this.#fault = ''
    this.#records = new Uint8Array()
    this.#core.reconfigure({ policy: made.policy, sideBuffer: made.pages * PAGE })
    this.#core.feed(captureOf(made), made.chunk)
    this.#core.finish()
    this.seen.bytes += outcome.bytes.length
    if (outcome.completed !== undefined) this.seen.ends++
    if (outcome.gaps.length > 0) this.seen.gaps++
    if (conflicts > 0) this.seen.conflicts++
    return this.#fault || this.#compare(made, outcome, conflicts, base)
  }

  #follow(side: number, offset: number, length: number): void {
    const end = offset + length
    if (side !== this.#side) this.#fault ||= `an event of the other side at ${offset}`
    else if (this.#completed !== undefined) this.#fault ||= `[${offset}, ${end}) comes after the end`
    else if (offset !== this.#next || length === 0) this.#fault ||= `[${offset}, ${end}) comes after ${this.#next}`
    this.#next = end
  }

  #compare(made: Case, { bytes, gaps, completed }: Outcome, conflicts: number, base: number): string {
    if (Buffer.compare(Uint8Array.from(this.#bytes), bytes) !== 0) return `bytes differ (base ${base})`
    if (JSON.stringify(this.#gaps) !== JSON.stringify(gaps)) {
      return `gaps are ${JSON.stringify(this.#gaps)}, expected ${JSON.stringify(gaps)}`
    }
    if (this.#completed !== completed) return `ended with frame ${this.#completed}, expected ${completed}`
    // Without any packet there is no flow.
    if (this.#records.length === 0) return made.steps.length === 0 && !made.hasSyn ? '' : 'the flow has not ended'
    const record = new DataView(this.#records.buffer, this.#side * STREAM_SIZE, STREAM_SIZE)
    const gapBytes = gaps.reduce((sum, [, length]) => sum + length, 0)
    if (record.getBigUint64(X_DELIVERED, true) !== BigInt(bytes.length)) return 'delivered bytes are miscounted'
    if (record.getBigUint64(X_GAP_BYTES, true) !== BigInt(gapBytes)) return 'missing bytes are miscounted'
    if (record.getUint32(X_GAPS, true) !== gaps.length) return 'gaps are miscounted'
    if (record.getBigUint64(X_OFFSET, true) !== BigInt(bytes.length + gapBytes)) return 'the offset is wrong'
    if (record.getUint32(X_CONFLICTS, true) > 0 !== conflicts > 0) return `${conflicts} conflicts were not seen`
    return ''
  }
}
