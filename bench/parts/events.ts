import {
  autoDetectEncap,
  type FlowEvent,
  FlowTracker,
  type FlowTrackerConfig,
  fiveTuple,
  PacketView,
  Timestamp,
} from '../../bindings/index'
import { atMost, captureOf } from '../capture'
import { cell, digits, heading, note, short, table } from '../report'
import { compileStages, loadShipped, StageCore } from '../stage-core'
import { asyncStopwatch, repeat, stopwatch, type Timing } from '../timing'
import { Traffic } from '../traffic'

const REPETITIONS = 9

type Options = Pick<FlowTrackerConfig, 'packetEvents'>
type Consumer = (tracker: FlowTracker, capture: Uint8Array) => Promise<void> | void

/** Receives what consumers look at, so that nothing is optimised away. */
export let sink: unknown

const CONSUMERS: Record<string, Consumer> = {
  'eventsSync, nothing looked at': (tracker, capture) => {
    for (const event of tracker.eventsSync(capture)) sink = event
  },
  'eventsSync, kind, flow, time, side read': (tracker, capture) => {
    for (const event of tracker.eventsSync(capture)) {
      sink = event.kind
      sink = event.flow
      sink = event.timestamp
      if (event.kind !== 'ended') sink = event.side
    }
  },
  'eventsSync, JSON of each': (tracker, capture) => {
    for (const event of tracker.eventsSync(capture)) sink = JSON.stringify(event)
  },
  'events (for await), nothing looked at': async (tracker, capture) => {
    for await (const event of tracker.events(capture)) sink = event
  },
}

const PACKET_CONSUMERS: Record<string, Consumer> = {
  ...CONSUMERS,
  'eventsSync, view of the payload': (tracker, capture) => {
    for (const event of tracker.eventsSync(capture)) if (event.kind === 'packet') sink = event.payload
  },
}

/** What decoding events costs on the JavaScript side, through the public API. */
export async function events(): Promise<void> {
  const wasm = await compileStages()
  const life = new Traffic(20_000)
  const lifecycle = captureOf((target) => life.open(target))
  await measure(wasm, 'Events of the life of flows', lifecycle, { packetEvents: false }, CONSUMERS)

  const few = new Traffic(1_000)
  const packets = captureOf(
    (target) => few.open(target),
    atMost(60_000, (target, most) => few.data(target, most)),
  )
  await measure(wasm, 'Packet events', packets, { packetEvents: true }, PACKET_CONSUMERS)
  await singleFrames()
}

async function measure(
  wasm: WebAssembly.Module,
  title: string,
  capture: Uint8Array,
  options: Options,
  consumers: Record<string, Consumer>,
): Promise<void> {
  const count = await countEvents(capture, options)
  const own = await repeat(REPETITIONS, () => trackedByCore(wasm, capture, options))
  heading(`${title}: what JavaScript adds`)
  note(
    `${short(count)} events; the core alone, copying of the capture included, takes ${digits(own.least / count)} ns for each.\n`,
  )
  await loadShipped()
  const rows: string[][] = []
  for (const [label, consume] of Object.entries(consumers)) {
    const timing = await repeat(REPETITIONS, () => consumed(capture, options, consume))
    const added: Timing = { least: (timing.least - own.least) / count, median: (timing.median - own.median) / count }
    rows.push([label, cell(added), digits((count / timing.least) * 1000)])
  }
  table(['consumer', 'ns an event, least (median)', 'M events/s, all in all'], rows)
}

async function countEvents(capture: Uint8Array, options: Options): Promise<number> {
  const tracker = await createTracker(options)
  let count = 0
  for (const _ of tracker.eventsSync(capture)) count++
  tracker.dispose()
  return count
}

function createTracker(options: Options): Promise<FlowTracker> {
  return FlowTracker.create(autoDetectEncap(fiveTuple()), { ...options, hashSeed: 1n })
}

function trackedByCore(wasm: WebAssembly.Module, capture: Uint8Array, options: Options): number {
  const core = new StageCore(wasm, options)
  return core.trackCapture(capture) + core.finish()
}

async function consumed(capture: Uint8Array, options: Options, consume: Consumer): Promise<number> {
  const tracker = await createTracker(options)
  const nanoseconds = await asyncStopwatch(async () => consume(tracker, capture))
  tracker.dispose()
  return nanoseconds
}

/** Frames given one by one. */
async function singleFrames(): Promise<void> {
  const traffic = new Traffic(1_000)
  const capture = captureOf(
    (target) => traffic.open(target),
    atMost(60_000, (target, most) => traffic.data(target, most)),
  )
  const views = viewsOf(capture)
  heading('Single frames: FlowTracker.track')
  const rows: string[][] = []
  for (const packetEvents of [false, true]) {
    const timing = await repeat(REPETITIONS, async () => {
      const tracker = await createTracker({ packetEvents })
      let events: FlowEvent[] = []
      const nanoseconds = stopwatch(() => {
        for (const view of views) events = tracker.track(view)
      })
      sink = events
      tracker.dispose()
      return nanoseconds / views.length
    })
    rows.push([packetEvents ? 'with packet events' : 'without packet events', cell(timing)])
  }
  table(['1 k flows', 'ns a frame, least (median)'], rows)
}

function viewsOf(capture: Uint8Array): PacketView[] {
  const data = new DataView(capture.buffer, capture.byteOffset, capture.byteLength)
  const views: PacketView[] = []
  for (let at = 24; at < capture.length; ) {
    const length = data.getUint32(at + 8, true)
    const time = new Timestamp(data.getUint32(at, true), data.getUint32(at + 4, true) * 1000)
    views.push(new PacketView(capture.subarray(at + 16, at + 16 + length), time))
    at += 16 + length
  }
  return views
}
