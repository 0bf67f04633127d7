import { readFileSync } from 'node:fs'
import { PassThrough, Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import {
  autoDetectEncap,
  CaptureError,
  type EndedEvent,
  eventStream,
  FlowTracker,
  fiveTuple,
  flowStream,
  flows,
  messageStream,
  messages,
  type PacketView,
  packetEventStream,
  packets,
} from '../../../bindings'
import { dns } from '../../../bindings/parsers/dns'
import { http } from '../../../bindings/parsers/http'
import { collect, texts } from '../support'

const CAPTURE = new Uint8Array(readFileSync('test/fixtures/recorded/loopback-mix.pcap'))

function streamOf<T>(items: readonly T[]): ReadableStream<T> {
  return new ReadableStream({
    start(controller) {
      for (const item of items) controller.enqueue(item)
      controller.close()
    },
  })
}

/** The bytes as a stream, in chunks of this size. */
function chunks(bytes = CAPTURE, size = 1000): ReadableStream<Uint8Array> {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
  return streamOf(pieces)
}

/** Everything that a stream brings, told in a way that does not need `for await`. */
async function read<T>(stream: ReadableStream<T>): Promise<T[]> {
  const reader = stream.getReader()
  const items: T[] = []
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) items.push(value as T)
  return items
}

describe('bytes in', () => {
  it('brings events out', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const events = await read(chunks().pipeThrough(eventStream(tracker)))
    using again = await FlowTracker.create(fiveTuple())
    expect(texts(events)).toEqual(texts(await collect(again.events(CAPTURE))))
    expect(events.filter(({ kind }) => kind === 'ended')).toHaveLength(34)
  })

  it('brings flows and messages out', async () => {
    const all = await read(chunks().pipeThrough(flowStream()))
    expect(texts(all)).toEqual(texts(await collect(flows(CAPTURE))))
    const some = await read(chunks().pipeThrough(messageStream([http(), dns()])))
    expect(JSON.stringify(some)).toBe(JSON.stringify(await collect(messages(CAPTURE, [http(), dns()]))))
  })

  it('reads nothing before it is asked for, and no more than that', async () => {
    let sent = 0
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          controller.enqueue(CAPTURE.subarray(sent, sent + 500))
          sent += 500
        },
      },
      { highWaterMark: 0 },
    )
    const reader = source.pipeThrough(flowStream()).getReader()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(sent).toBeLessThanOrEqual(500)
    await reader.read()
    const before = sent
    expect(before).toBeLessThan(CAPTURE.length / 2)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(sent - before).toBeLessThanOrEqual(1000)
    await reader.cancel()
  })

  it('cancels what it reads when it is cancelled, also while it waits', async () => {
    let reason: unknown
    const source = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(CAPTURE.subarray(0, 100)),
      cancel(why) {
        reason = why ?? 'cancelled'
      },
    })
    const reader = source.pipeThrough(flowStream()).getReader()
    const waiting = reader.read()
    await new Promise((resolve) => setTimeout(resolve, 20))
    await reader.cancel('enough')
    expect(await waiting).toEqual({ done: true, value: undefined })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(reason).toBeDefined()
  })

  it('fails with damage, after all that was before it', async () => {
    const reader = chunks(CAPTURE.subarray(0, CAPTURE.length - 1))
      .pipeThrough(flowStream())
      .getReader()
    let count = 0
    const reading = async () => {
      while (!(await reader.read()).done) count++
    }
    await expect(reading()).rejects.toThrow(CaptureError)
    expect(count).toBe(34)
  })

  it('ends with the signal', async () => {
    const stop = new AbortController()
    const reading = read(new ReadableStream<Uint8Array>().pipeThrough(flowStream({ signal: stop.signal })))
    setTimeout(() => stop.abort(new Error('enough')), 10)
    await expect(reading).rejects.toThrow('enough')
    await expect(read(chunks().pipeThrough(flowStream({ signal: stop.signal })))).rejects.toThrow('enough')
  })
})

describe('frames in', () => {
  it.each([1, 64])('brings events out, %d at a time', async (size) => {
    const views = await collect(packets(CAPTURE))
    const batches: PacketView[][] = []
    for (let i = 0; i < views.length; i += size) batches.push(views.slice(i, i + size))
    using tracker = await FlowTracker.create(autoDetectEncap(fiveTuple()))
    const frames: ReadableStream<PacketView | PacketView[]> = size === 1 ? streamOf(views) : streamOf(batches)
    const events = await read(frames.pipeThrough(packetEventStream(tracker)))
    const ended = events.filter((event) => event.kind === 'ended')
    expect(JSON.stringify(ended)).toBe(JSON.stringify(await collect(flows(CAPTURE))))
  })
})

describe('Node streams', () => {
  it('are read, and written to by pipeline', async () => {
    const lines: string[] = []
    await pipeline(
      Readable.from(flows(Readable.from([CAPTURE.subarray(0, 7), CAPTURE.subarray(7)]))),
      new Transform({
        objectMode: true,
        transform: (flow: EndedEvent, _encoding, done) => done(null, `${flow.key} ${flow.stats.bytes}\n`),
      }),
      new Writable({
        decodeStrings: false,
        write(line: string, _encoding, done) {
          lines.push(line)
          done()
        },
      }),
    )
    expect(lines).toHaveLength(34)
  })

  it('close their source when they are destroyed', async () => {
    const source = new PassThrough()
    source.write(CAPTURE)
    const stream = Readable.from(flows(source))
    await new Promise((resolve) => stream.once('data', resolve))
    stream.destroy()
    source.write(CAPTURE.subarray(0, 100))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(source.destroyed).toBe(true)
  })

  it('stand in for Web streams', async () => {
    const { readable, writable } = flowStream()
    const feeding = pipeline(Readable.from([CAPTURE]), Writable.fromWeb(writable as never))
    expect(await Readable.fromWeb(readable as never, { objectMode: true }).toArray()).toHaveLength(34)
    await feeding
  })
})
