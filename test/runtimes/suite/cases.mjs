// What every runtime must answer alike. Plain modules of the language over the installed package, run as they are or
// bundled: nothing here may be known to one runtime only.

import {
  autoDetectEncap,
  CaptureError,
  customExtractor,
  Driver,
  FlowExtractor,
  FlowTracker,
  fiveTuple,
  flows,
  ipPair,
  macPair,
  messages,
  PacketView,
  Timestamp,
} from 'flowscope'
import { dns } from 'flowscope/dns'
import { http } from 'flowscope/http'
import { tls } from 'flowscope/tls'

/** Sizes of the chunks that a capture comes in, over and over. */
const CHUNKINGS = {
  'single bytes': [1],
  'odd pieces': [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 1, 144, 7, 233, 377, 1],
  'pieces of 1448': [1448],
}

/** A capture beyond this does not come in single bytes, which would take long and show nothing more. */
const MOST_SINGLE_BYTES = 10_000

/** A case: a capture goes in, values come out, each of which becomes a line of JSON. */
const CASES = {
  flows: (capture) => flows(capture),
  'flows of pairs of hosts': (capture) => flows(capture, { extractor: ipPair() }),
  'flows of pairs of MAC addresses': (capture) => flows(capture, { extractor: macPair() }),
  'flows of an extractor of its own': (capture) => flows(capture, { extractor: customExtractor(firstBytes) }),
  messages: (capture) => messages(capture, [http(), tls(), dns()]),
  'events of a tracker': trackerEvents,
  'events of a driver': driverEvents,
  'live frames': liveFrames,
  'streams of bytes': streams,
  'what is in a packet': packets,
  'a capture cut short': cutShort,
}

/** Cases whose capture comes in chunks as well. */
const CHUNKED = ['flows', 'messages', 'events of a tracker', 'events of a driver', 'streams of bytes']

/** Runs all cases on all captures, bytes by name, and yields the name of each with the lines that came of it. */
export async function* runCases(captures) {
  for (const [name, run] of Object.entries(CASES)) {
    for (const [capture, bytes] of Object.entries(captures)) {
      yield { name: `${name}, ${capture}`, lines: await linesOf(run(bytes)) }
      if (!CHUNKED.includes(name)) continue
      for (const [chunking, sizes] of Object.entries(CHUNKINGS)) {
        if (chunking === 'single bytes' && bytes.length > MOST_SINGLE_BYTES) continue
        yield { name: `${name}, ${capture} in ${chunking}`, lines: await linesOf(run(inChunks(bytes, sizes))) }
      }
    }
  }
}

/** Values as lines of JSON. */
export async function linesOf(values) {
  let lines = ''
  for await (const value of values) lines += `${JSON.stringify(value, plain)}\n`
  return lines
}

/** What JSON has no way to write. */
function plain(_key, value) {
  if (typeof value === 'bigint') return String(value)
  return ArrayBuffer.isView(value) ? hex(value) : value
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

function inChunks(bytes, sizes) {
  let [at, count] = [0, 0]
  return new ReadableStream({
    pull(controller) {
      const size = sizes[count++ % sizes.length]
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at + size))
      else controller.close()
      at += size
    },
  })
}

async function* trackerEvents(capture) {
  const tracker = await FlowTracker.create(autoDetectEncap(fiveTuple()), { packetEvents: true, anomalies: true })
  for await (const event of tracker.events(capture)) yield event
  yield tracker.stats
  tracker.dispose()
}

async function* driverEvents(capture) {
  const driver = await Driver.create({ parsers: [http(), tls(), dns()], packetEvents: true, anomalies: true })
  for await (const event of driver.events(capture)) yield event
  yield driver.stats
  driver.dispose()
}

/** Each direction's bytes: how many, their SHA-256, and the holes in them. */
async function* streams(capture) {
  const tracker = await FlowTracker.create(fiveTuple(), { streams: { tcp: 'all', udp: 'all' } })
  const sides = new Map()
  for await (const event of tracker.events(capture)) {
    if (!['stream_data', 'datagram', 'stream_gap'].includes(event.kind)) continue
    const name = `${event.flow} ${event.side}`
    if (!sides.has(name)) sides.set(name, { chunks: [], gaps: [] })
    const { chunks, gaps } = sides.get(name)
    if (event.kind === 'stream_gap') gaps.push(event)
    else chunks.push(event.bytes.slice())
  }
  tracker.dispose()
  for (const [name, { chunks, gaps }] of sides) {
    const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer())
    yield {
      name,
      length: bytes.length,
      sha256: hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))),
      gaps,
    }
  }
}

/** Frame by frame, with a sweep now and then, and all of it synchronous once the driver is there. */
async function* liveFrames(capture) {
  const driver = await Driver.create({ parsers: [http(), tls(), dns()] })
  let count = 0
  for (const view of framesOf(capture)) {
    yield* driver.track(view)
    if (++count % 10 === 0) yield* driver.sweep(view.timestamp)
  }
  yield* driver.finish()
  driver.dispose()
}

async function* packets(capture) {
  const extractor = await FlowExtractor.create(autoDetectEncap(fiveTuple()))
  for (const view of framesOf(capture)) yield extractor.extract(view) ?? 'of no flow'
  extractor.dispose()
}

/** A capture that ends inside a record: all before it is told, then what is wrong. */
async function* cutShort(capture) {
  try {
    for await (const flow of flows(capture.subarray(0, -5))) yield flow
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    yield { code: error.code, offset: error.offset, message: error.message }
  }
}

/** A key of one's own: the first two bytes behind the Ethernet header. */
function firstBytes(view) {
  if (view.frame.length < 16) return undefined
  return { key: view.frame.slice(14, 16), orientation: 'forward' }
}

/** The frames of a classic pcap file in the byte order of x86, microseconds. */
function* framesOf(capture) {
  const data = new DataView(capture.buffer, capture.byteOffset, capture.byteLength)
  const linkType = data.getUint32(20, true)
  for (let at = 24; at < data.byteLength; ) {
    const length = data.getUint32(at + 8, true)
    const timestamp = new Timestamp(data.getUint32(at, true), data.getUint32(at + 4, true) * 1000)
    const wireLength = data.getUint32(at + 12, true)
    yield new PacketView(capture.subarray(at + 16, at + 16 + length), timestamp, { linkType, wireLength })
    at += 16 + length
  }
}
