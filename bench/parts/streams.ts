import { readFile } from 'node:fs/promises'
import { FORMAT_FRAMES } from '../../assembly/layout'
import { frameSize, StreamCore, type StreamCoreOptions, writeFrame } from '../../test/support/stream-core'
import { randomOf } from '../../test/support/stream-model'
import { cell, digits, heading, mebibytes, note, table, target } from '../report'
import { timingOf } from '../timing'

const REPETITIONS = 5
/** Bytes of a stream in a block, and of the block: assembly/stream/pool.ts. */
const BLOCK_BYTES = 2048
const BLOCK_SIZE = 2624
const SEGMENTS = 300_000
const MSS = 1_000
const SIDE_BUFFER = 1 << 20
const ISN = 0xffff_0000
const SYN = 0x02
const ACK = 0x10
const NOTHING = new Uint8Array()

/** Where the i-th of `count` segments lies, and how long it is. */
type Order = (i: number, count: number) => readonly [offset: number, length: number]

const permutations = new Map<number, Uint32Array>()

const FLOODS: Record<string, Order> = {
  'one byte each, reversed': (i, count) => [count - i, 1],
  'one byte each, random order': (i, count) => [1 + (permutation(count)[i] as number), 1],
  'one byte each, from both ends': (i, count) => [i % 2 === 0 ? 1 + i / 2 : count - (i - 1) / 2, 1],
  'gaps: every other byte': (i) => [1 + 2 * i, 1],
  'gaps: every other byte, reversed': (i, count) => [1 + 2 * (count - i), 1],
  'sparse: a byte of each page': (i) => [(i + 1) * BLOCK_BYTES, 1],
  'sparse, reversed in runs of 500': (i) => [(i - (i % 500) + 500 - (i % 500)) * BLOCK_BYTES, 1],
}

/** Reassembly: what it adds to flow tracking, and what it costs those who try to make it slow. */
export async function streams(): Promise<void> {
  const module = await WebAssembly.compile(await readFile(new URL('../../build/core.wasm', import.meta.url)))
  inOrder(module)
  floods(module)
  overlaps(module)
}

function inOrder(module: WebAssembly.Module): void {
  heading(`Streams: ns a segment of ${MSS} bytes, least (median)`)
  const late: Order = (i) => [(i % 100 === 50 ? i + 1 : i % 100 === 51 ? i - 1 : i) * MSS, MSS]
  const early: Order = (i) => [i * MSS, MSS]
  const times: Record<'alone' | 'listened' | 'reordered', number[]> = { alone: [], listened: [], reordered: [] }
  // The first round only has the engine compile what is hot; the others take turns, so that a slow spell hits all.
  for (let round = 0; round <= REPETITIONS; round++) {
    const alone = once(module, { flags: undefined }, early, SEGMENTS).time
    const listened = once(module, { flags: 0 }, early, SEGMENTS).time
    const reordered = once(module, { flags: 0 }, late, SEGMENTS).time
    if (round === 0) continue
    times.alone.push(alone)
    times.listened.push(listened)
    times.reordered.push(reordered)
  }
  const [alone, listened, reordered] = [timingOf(times.alone), timingOf(times.listened), timingOf(times.reordered)]
  table(
    ['one connection', 'ns', 'more than tracking alone'],
    [
      ['flow tracking alone', cell(alone), ''],
      ['in order', cell(listened), digits(listened.least - alone.least)],
      ['1 % reordered', cell(reordered), digits(reordered.least - alone.least)],
    ],
  )
  note('\nThe core alone: what the host does with an event a segment comes on top.')
}

function floods(module: WebAssembly.Module): void {
  const bound = (SIDE_BUFFER / BLOCK_BYTES) * BLOCK_SIZE
  heading(`Streams: floods of ${SEGMENTS} segments, ns a segment, least (median)`)
  const rows: string[][] = []
  let most = 0
  for (const [label, order] of Object.entries(FLOODS)) {
    const few = timingOf(measure(module, { flags: 0, sideBuffer: SIDE_BUFFER }, order, SEGMENTS / 10).times)
    const { times, peak } = measure(module, { flags: 0, sideBuffer: SIDE_BUFFER }, order, SEGMENTS)
    most = Math.max(most, peak)
    rows.push([label, cell(timingOf(times)), cell(few), mebibytes(peak)])
  }
  table(['order', 'ns', 'ns of a tenth as many', 'peak of buffers, MiB'], rows)
  target('peak of buffers of one side', most / 2 ** 20, bound / 2 ** 20, ' MiB')
}

/** Long segments over pieces of one byte each that stay as they are. */
function overlaps(module: WebAssembly.Module): void {
  heading('Streams: 1,460-byte segments over one-byte pieces, ns a byte, least (median)')
  const pieces = 60_000
  const order: Order = (i) => (i < pieces ? [1 + i, 1] : [1 + ((i - pieces) % 40) * 1460, 1460])
  const { times } = measure(module, { flags: 0 }, order, pieces + 4_000, pieces)
  table(['policy', 'ns'], [['first', cell(timingOf(times.map((time) => time / 1460)))]])
}

interface Measured {
  /** Nanoseconds a segment, of each repetition. */
  readonly times: readonly number[]
  /** Bytes of blocks taken at once. */
  readonly peak: number
}

function measure(
  module: WebAssembly.Module,
  options: StreamCoreOptions,
  order: Order,
  count: number,
  from = 0,
): Measured {
  const runs = Array.from({ length: REPETITIONS }, () => once(module, options, order, count, from))
  return { times: runs.map(({ time }) => time), peak: Math.max(...runs.map(({ peak }) => peak)) }
}

/** Tracks one connection with these segments; those before `from` are not timed. */
function once(
  module: WebAssembly.Module,
  options: StreamCoreOptions,
  order: Order,
  count: number,
  from = 0,
): { readonly time: number; readonly peak: number } {
  const core = new StreamCore(module, undefined, options)
  core.exports.openCapture(FORMAT_FRAMES)
  for (const { first, records } of recordsOf(order, count, from)) {
    core.track(records)
    if (first < from) core.spent = 0
  }
  const time = (core.spent * 1e6) / (count - from)
  const peak = core.exports.bufferPeak()
  core.finish()
  return { time, peak }
}

/** The segments as the host frames them, as many at once as one call takes. */
function* recordsOf(order: Order, count: number, from: number): Generator<{ first: number; records: Uint8Array }> {
  const buffer = new Uint8Array(1 << 20)
  const view = new DataView(buffer.buffer)
  const payload = new Uint8Array(2048)
  const syn = { from: 0, sequence: ISN, acknowledgement: 0, flags: SYN, payload: NOTHING }
  let at = writeFrame(view, 0, 1_000_000_000n, syn)
  let first = 0
  for (let i = 0; i < count; i++) {
    const [offset, length] = order(i, count)
    const segment = {
      from: 0,
      sequence: ISN + 1 + offset,
      acknowledgement: 1,
      flags: ACK,
      payload: payload.subarray(0, length),
    }
    if (buffer.length - at < frameSize(segment) || i === from) {
      yield { first, records: buffer.subarray(0, at) }
      at = 0
      first = i
    }
    payload[0] = i
    at = writeFrame(view, at, 1_000_000_000n + BigInt(i), segment)
  }
  yield { first, records: buffer.subarray(0, at) }
}

function permutation(count: number): Uint32Array {
  const known = permutations.get(count)
  if (known) return known
  const random = randomOf(count)
  const made = Uint32Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = random(i + 1)
    const swapped = made[i] as number
    made[i] = made[j] as number
    made[j] = swapped
  }
  permutations.set(count, made)
  return made
}
