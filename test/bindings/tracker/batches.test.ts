import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  BusyError,
  CaptureError,
  Driver,
  FlowExtractor,
  FlowTracker,
  FrameError,
  fiveTuple,
  LinkType,
  messages,
  type PacketView,
  packets,
} from '../../../bindings'
import { dns } from '../../../bindings/parsers/dns'
import { http } from '../../../bindings/parsers/http'
import { pcap } from '../../support/captures'
import { ipv4Udp } from '../../support/frames'
import { at, captureOf, collect, connection, texts, udpFlows } from '../support'

const RECORDED = new Uint8Array(readFileSync('test/fixtures/recorded/loopback-mix.pcap'))

describe('packets', () => {
  it('are those of the capture, each a copy', async () => {
    const frames = udpFlows(1000)
    const views = await collect(packets(captureOf(frames)))
    expect(views.length).toBe(1000)
    views.forEach((view, i) => {
      expect(view.frame).toEqual(frames[i])
      expect(view.timestamp.seconds).toBe(i + 1)
    })
    expect(new Set(views.map(({ frame }) => frame.buffer)).size).toBe(1000)
  })

  it('say their link type and length on the wire', async () => {
    const record = { time: 1_234_567_891n, frame: Uint8Array.of(1, 2, 3), wireLength: 99 }
    const [view] = await collect(packets(pcap([record], { linkType: LinkType.Raw, format: 'nanoseconds' })))
    expect(view).toMatchObject({ linkType: LinkType.Raw, wireLength: 99, frame: record.frame })
    expect(view?.timestamp.toNanoseconds()).toBe(1_234_567_891n)
  })

  it('before damage come before the error', async () => {
    const seen: PacketView[] = []
    const reading = async () => {
      for await (const view of packets(RECORDED.subarray(0, RECORDED.length - 1))) seen.push(view)
    }
    await expect(reading()).rejects.toThrow(CaptureError)
    expect(seen).toHaveLength((await collect(packets(RECORDED))).length - 1)
  })

  it('end with the signal, and close the source', async () => {
    const stop = new AbortController()
    let isClosed = false
    const source = {
      readInto: () => new Promise<number>(() => undefined),
      close: () => {
        isClosed = true
      },
    }
    setTimeout(() => stop.abort(new Error('enough')), 10)
    await expect(collect(packets(source, { signal: stop.signal }))).rejects.toThrow('enough')
    expect(isClosed).toBe(true)
  })

  it('serve an extractor', async () => {
    using extractor = await FlowExtractor.create(fiveTuple())
    const keys = new Set<string>()
    for await (const view of packets(RECORDED)) keys.add(String(extractor.extract(view)?.key))
    expect(keys.size).toBeGreaterThan(20)
  })
})

describe('trackAll', () => {
  it('has the same events as frame by frame, and as the capture', async () => {
    const views = await collect(packets(RECORDED))
    const create = () => FlowTracker.create(fiveTuple(), { packetEvents: true, streams: { udp: 'all' } })
    using one = await create()
    using all = await create()
    using whole = await create()
    const single = texts([...views.flatMap((view) => one.track(view)), ...one.finish()])
    expect(texts([...all.trackAll(views), ...all.finish()])).toEqual(single)
    expect(texts(await collect(whole.events(RECORDED)))).toEqual(single)
  })

  it('feeds parsers', async () => {
    using driver = await Driver.create({ parsers: [http(), dns()] })
    const events = [...driver.trackAll(await collect(packets(RECORDED))), ...driver.finish()]
    const found = events.flatMap((event) => (event.kind === 'message' ? [event.message] : []))
    expect(JSON.stringify(found)).toBe(
      JSON.stringify((await collect(messages(RECORDED, [http(), dns()]))).map(({ message }) => message)),
    )
  })

  it('keeps the bytes of all events until the next call', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { packetEvents: true, streams: { udp: 'all' } })
    const payloads = Array.from({ length: 3000 }, (_, i) => `${i} `.padEnd(700, 'x'))
    const views = payloads.map((payload, i) => at(i / 1000, ipv4Udp('10.0.0.1:5', '10.0.0.2:6', payload)))
    const events = tracker.trackAll(views)
    const texts = (kind: string) =>
      events.flatMap((event) => {
        if (event.kind !== kind) return []
        const bytes = event.kind === 'packet' ? event.payload : event.kind === 'datagram' ? event.bytes : undefined
        return [new TextDecoder().decode(bytes)]
      })
    expect(texts('packet')).toEqual(payloads)
    expect(texts('datagram')).toEqual(payloads)
  })

  it('takes frames of the greatest length', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const large = new Uint8Array(262_144)
    tracker.trackAll([at(0, large), at(1, large), at(2, large), at(3, large)])
    expect(tracker.stats.packets).toBe(4)
  })

  it('tracks what comes before a frame that is too long, or before an error', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const [frame = new Uint8Array(0)] = udpFlows(1)
    expect(() => tracker.trackAll([at(0, frame), at(1, new Uint8Array(262_145))])).toThrow(FrameError)
    expect(tracker.stats.packets).toBe(1)
    const failing = function* () {
      yield at(2, frame)
      throw new Error('broken')
    }
    expect(() => tracker.trackAll(failing())).toThrow('broken')
    expect(tracker.stats.packets).toBe(2)
    expect(tracker.trackAll([]).map(({ kind }) => kind)).toEqual(['started'])
  })

  it('does not let the views use the tracker', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const [frame = new Uint8Array(0)] = udpFlows(1)
    const views = function* () {
      yield at(0, frame)
      expect(() => tracker.track(at(1, frame))).toThrow(BusyError)
      yield at(2, frame)
    }
    expect(tracker.trackAll(views())).toHaveLength(1)
    expect(tracker.stats.packets).toBe(2)
  })
})

describe('a sweep while a source is waited for', () => {
  it('has its events come out at once', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { idleTimeoutSeconds: { tcp: 5 } })
    const capture = captureOf(connection().slice(0, 3))
    let calls = 0
    let answer = (_count: number): void => undefined
    const source = {
      readInto(target: Uint8Array) {
        if (calls++ > 0) return new Promise<number>((resolve) => (answer = resolve))
        target.set(capture)
        return capture.length
      },
    }
    const kinds: string[] = []
    const timer = setTimeout(() => expect(tracker.sweep(at(100, new Uint8Array(0)).timestamp)).toEqual([]), 10)
    for await (const event of tracker.read(source)) {
      kinds.push(event.kind)
      if (event.kind === 'ended') answer(0)
    }
    clearTimeout(timer)
    expect(kinds.at(-1)).toBe('ended')
    expect(tracker.flowCount).toBe(0)
  })
})
