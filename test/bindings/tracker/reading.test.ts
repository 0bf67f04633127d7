import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  autoDetectEncap,
  BusyError,
  bytesSource,
  CaptureError,
  type CaptureSource,
  DisposedError,
  type FlowEvent,
  FlowTracker,
  fiveTuple,
  type ReadProgress,
  SourceError,
  Timestamp,
} from '../../../bindings'
import { everyNanoseconds, pcap, pcapng, snoop } from '../../support/captures'
import { PcapngSection } from '../../support/captures/pcapng'
import { Conversation } from '../../support/conversation'
import { fixtures } from '../../support/fixtures'
import { at, captureOf, collect, connection, kinds, texts, udpFlows } from '../support'

/** A source that brings its bytes in pieces of the given sizes, again and again from the first. */
function piecewise(bytes: Uint8Array, sizes: readonly number[], isAsync = false): CaptureSource & { closed: number } {
  let [position, turn] = [0, 0]
  return {
    size: bytes.length,
    closed: 0,
    readInto(target) {
      const piece = bytes.subarray(position, position + Math.min(sizes[turn++ % sizes.length] ?? 1, target.length))
      position += piece.length
      target.set(piece)
      return isAsync ? Promise.resolve(piece.length) : piece.length
    },
    close() {
      this.closed++
    },
  }
}

/** A pcapng file whose if_tsresol option is two bytes long instead of one. */
function interfaceWithLongResolution(): Uint8Array {
  return new PcapngSection().block(1, (body) => body.u16(1).u16(0).u32(0).u16(9).u16(2).u16(0x0606).pad(4)).finish()
}

const RECORDS = everyNanoseconds(
  1_234_567_891n,
  [...connection(), ...udpFlows(20), ...connection('10.3.0.1:9')],
  10n ** 18n,
)
const CAPTURES: Record<string, Uint8Array> = {
  pcap: pcap(RECORDS, { format: 'nanoseconds' }),
  'big-endian pcap': pcap(RECORDS, { littleEndian: false }),
  pcapng: pcapng(RECORDS),
  snoop: snoop(RECORDS),
}

describe('a capture', () => {
  it.each(Object.entries(CAPTURES))('of format %s gives the same events however it is cut', async (_, capture) => {
    const read = async (source: CaptureSource) => {
      using tracker = await FlowTracker.create(autoDetectEncap(fiveTuple()), { packetEvents: true, maxFlows: 12 })
      const events: string[] = []
      for (const event of tracker.eventsSync(source)) {
        events.push(`${JSON.stringify(event)} ${event.kind === 'packet' ? event.payload : ''}`)
      }
      return events
    }
    const whole = await read(bytesSource(capture))
    expect(whole.length).toBeGreaterThan(60)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }), async (sizes) => {
        expect(await read(piecewise(capture, sizes))).toEqual(whole)
      }),
      { numRuns: 50 },
    )
    expect(await read(piecewise(capture, [1]))).toEqual(whole)
  })

  it('gives the same events read synchronously, asynchronously, and frame by frame', async () => {
    for (const make of Object.values(fixtures)) {
      const capture = make()
      using sync = await FlowTracker.create(fiveTuple())
      using async = await FlowTracker.create(fiveTuple())
      const events = texts([...sync.eventsSync(capture)])
      expect(texts(await collect(async.events(piecewise(capture, [7, 100], true))))).toEqual(events)
    }
    using whole = await FlowTracker.create(fiveTuple())
    using single = await FlowTracker.create(fiveTuple())
    const frames = [...connection(), ...udpFlows(100)]
    const events = texts([...whole.readSync(captureOf(frames))])
    expect(texts(frames.flatMap((frame, i) => single.track(at(1 + i, frame))))).toEqual(events)
  })

  it('may be longer than any buffer', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { packetEvents: true })
    const frame = udpFlows(1, 'x'.repeat(60_000))[0] as Uint8Array
    const capture = pcap(
      everyNanoseconds(
        1000n,
        Array.from({ length: 100 }, () => frame),
      ),
      { snapLength: 262_144 },
    )
    let bytes = 0
    for (const event of tracker.eventsSync(capture)) if (event.kind === 'packet') bytes += event.payload.length
    expect(bytes).toBe(6_000_000)
  })

  it('may follow another one', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const frames = connection()
    const [first, second] = [captureOf(frames.slice(0, 4)), pcapng(everyNanoseconds(1n, frames.slice(4), 10n ** 10n))]
    const events = [...(await collect(tracker.read(first))), ...(await collect(tracker.read(second)))]
    expect(events.at(-1)).toMatchObject({ kind: 'ended', reason: 'fin', stats: { packets: 8 } })
  })

  it('may come before, after and between single frames', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const frames = connection()
    const track = (from: number, to: number) => {
      for (const [i, frame] of frames.slice(from, to).entries()) tracker.track(at(1 + from + i, frame))
    }
    track(0, 1)
    await collect(tracker.read(captureOf(frames.slice(1, 3))))
    track(3, 5)
    const events = [...tracker.readSync(captureOf(frames.slice(5)))]
    expect(events.at(-1)).toMatchObject({ kind: 'ended', reason: 'fin', stats: { packets: 8 } })
  })
})

describe('damage', () => {
  const frames = connection()
  const whole = captureOf(frames)

  it('is told after everything before it', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const events: FlowEvent[] = []
    const read = async () => {
      for await (const event of tracker.read(whole.subarray(0, -10))) events.push(event)
    }
    await expect(read()).rejects.toThrow(CaptureError)
    expect(kinds(events)).toEqual([
      'started',
      ...Array(2).fill('state_change'),
      'established',
      ...Array(2).fill('state_change'),
    ])
    expect(tracker.flowCount).toBe(1)
  })

  it('is told after the flows have ended, by events()', async () => {
    for (const isAsync of [false, true]) {
      using tracker = await FlowTracker.create(fiveTuple())
      const events: FlowEvent[] = []
      const read = async () => {
        const cut = whole.subarray(0, -10)
        for await (const event of isAsync ? tracker.events(cut) : tracker.eventsSync(cut)) events.push(event)
      }
      await expect(read()).rejects.toMatchObject({ code: 'truncated', found: expect.any(Number), name: 'CaptureError' })
      expect(events.at(-1)).toMatchObject({ kind: 'ended', reason: 'end_of_capture', stats: { packets: 7 } })
    }
  })

  it('names offset, found and expected', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const record = 24 + 16 + (frames[0] as Uint8Array).length
    const damaged = whole.slice()
    new DataView(damaged.buffer).setUint32(record + 8, 0x7fff_ffff, true)
    const error = await collect(tracker.read(damaged)).catch((caught) => caught)
    expect(error).toBeInstanceOf(CaptureError)
    expect(error).toMatchObject({ code: 'captured_length', found: 0x7fff_ffff, expected: 262_144 })
    expect(error.message).toContain('found 2147483647')
    expect(error.message).toContain(`at byte ${error.offset}`)
    expect(error.offset).toBeGreaterThanOrEqual(record)
    expect(error.offset).toBeLessThan(record + 16)
  })

  it.each([
    ['of another kind of file', new TextEncoder().encode('this is no capture'), 'unknown_magic'],
    ['of an empty file', new Uint8Array(0), 'truncated'],
    ['of three bytes', Uint8Array.of(0xd4, 0xc3, 0xb2), 'truncated'],
    ['in the header', whole.subarray(0, 20), 'truncated'],
    ['in an option', interfaceWithLongResolution(), 'option_length'],
  ])('%s has a code', async (_, bytes, code) => {
    using tracker = await FlowTracker.create(fiveTuple())
    await expect(collect(tracker.events(bytes))).rejects.toMatchObject({ code })
    expect(kinds([...tracker.eventsSync(whole)]).at(-1)).toBe('ended')
  })

  it('leaves the tracker fit for the next capture', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    await collect(tracker.read(whole.subarray(0, -10))).catch(() => undefined)
    const rest = await collect(tracker.read(captureOf(frames.slice(7))))
    expect(rest.at(-1)).toMatchObject({ kind: 'ended', reason: 'fin' })
  })
})

describe('an iteration', () => {
  const capture = captureOf(udpFlows(1000))

  it('that is left closes its source, and leaves nothing out', async () => {
    for (const isAsync of [false, true]) {
      using tracker = await FlowTracker.create(fiveTuple(), { idleTimeoutSeconds: { udp: Number.POSITIVE_INFINITY } })
      const source = piecewise(capture, [1 << 20], isAsync)
      const seen = new Set<number>()
      for await (const event of isAsync ? tracker.events(source) : tracker.eventsSync(source)) {
        seen.add(event.flow)
        if (seen.size === 5) break
      }
      expect(source.closed).toBe(1)
      for (const event of tracker.track(at(2000, udpFlows(1, 'late')[0] as Uint8Array))) seen.add(event.flow)
      expect([...seen]).toEqual(Array.from({ length: tracker.stats.flowsCreated }, (_, i) => i + 1))
      expect(tracker.finish()).toHaveLength(tracker.stats.flowsCreated)
    }
  })

  it('closes its source at the end, and when something fails', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const whole = piecewise(capture, [100], true)
    await collect(tracker.events(whole))
    const damaged = piecewise(capture.subarray(0, -1), [100], true)
    await collect(tracker.events(damaged)).catch(() => undefined)
    const failing = { ...piecewise(capture, [100]), readInto: () => Promise.reject(new Error('disk')) }
    await expect(collect(tracker.events(failing))).rejects.toThrow('disk')
    expect([whole.closed, damaged.closed, failing.closed]).toEqual([1, 1, 1])
  })

  it('lets the tracker be asked and told in between', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { idleTimeoutSeconds: { udp: Number.POSITIVE_INFINITY } })
    const ends: [number, string][] = []
    const results: unknown[] = []
    for await (const event of tracker.events(piecewise(capture, [500], true))) {
      if (event.kind === 'ended') {
        ends.push([event.flow, event.reason])
        continue
      }
      if (event.flow === 1) results.push(tracker.get(event.key)?.flow)
      if (event.flow === 10) results.push(tracker.forceClose(event.key))
      if (event.flow === 20) results.push(tracker.forget(event.key))
      if (event.flow === 30) results.push(tracker.reconfigure({ maxFlows: 200_000 }))
      if (event.flow === 40) results.push(tracker.sweep(new Timestamp(1)))
      if (event.flow === 50) results.push(tracker.stats.packets >= 50)
    }
    expect(results).toEqual([1, [], true, [], [], true])
    expect(ends[0]).toEqual([10, 'forced'])
    expect(ends).toHaveLength(999)
    expect(ends.some(([flow]) => flow === 20)).toBe(false)
  })

  it('has the tracker to itself', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const events = tracker.events(capture)
    await events.next()
    expect(() => tracker.track(at(1, new Uint8Array(60)))).toThrow(BusyError)
    expect(() => [...tracker.finishing()]).toThrow(BusyError)
    expect(() => [...tracker.readSync(capture)]).toThrow(BusyError)
    await expect(collect(tracker.read(capture))).rejects.toThrow(BusyError)
    await events.return()
    expect(kinds([...tracker.eventsSync(capture)])).toContain('ended')
  })

  it('keeps memory where it is while a source writes into it', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    let go = (_count: number): void => undefined
    const source: CaptureSource = { readInto: () => new Promise((resolve) => (go = resolve)) }
    const reading = collect(tracker.read(source))
    expect(() => tracker.reconfigure({ maxFlows: 1_000_000 })).toThrow(BusyError)
    expect(() => tracker.setIdleTimeoutOf(() => 1)).toThrow(BusyError)
    go(0)
    await expect(reading).rejects.toMatchObject({ code: 'truncated' })
    expect(tracker.reconfigure({ maxFlows: 1_000_000 })).toEqual([])
  })

  it('hands out at once what other calls cause while its source is silent', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { streams: {} })
    const c = new Conversation()
    const frames = [...c.open(), c.at('initiator', 4, 'late'), ...udpFlows(2)]
    const capture = captureOf(frames)
    let waited = (): void => undefined
    const isWaiting = new Promise<void>((resolve) => (waited = resolve))
    let go = (_count: number): void => undefined
    let isRead = false
    const source: CaptureSource = {
      readInto(target) {
        if (isRead) {
          waited()
          return new Promise((resolve) => (go = resolve))
        }
        isRead = true
        target.set(capture)
        return capture.length
      },
    }
    const told: string[] = []
    const reading = (async () => {
      for await (const event of tracker.read(source)) {
        if (event.kind === 'stream_data') told.push(new TextDecoder().decode(event.bytes))
        if (event.kind === 'ended') told.push(`ended ${event.reason}`)
      }
    })()
    await isWaiting
    expect(tracker.sweep(new Timestamp(70))).toEqual([])
    await new Promise(setImmediate)
    expect(told).toEqual(['ended idle_timeout', 'ended idle_timeout'])
    // Bytes that the flow has kept are there until the source goes on.
    expect(tracker.finish()).toEqual([])
    await new Promise(setImmediate)
    expect(told.slice(2)).toEqual(['late', 'ended end_of_capture'])
    // What is caused when the source has just answered is not lost either.
    go(0)
    await reading
    expect(told).toHaveLength(4)
  })

  it('ends when its tracker is disposed while the source is silent', async () => {
    const tracker = await FlowTracker.create(fiveTuple())
    let closed = 0
    let fail = (_error: Error): void => undefined
    const source: CaptureSource = {
      readInto: () => new Promise((_, reject) => (fail = reject)),
      close: () => void closed++,
    }
    const reading = collect(tracker.read(source))
    tracker.dispose()
    await expect(reading).rejects.toThrow(DisposedError)
    expect(closed).toBe(1)
    // Nobody hears of that any more; an unhandled rejection would fail this run.
    fail(new Error('too late'))
    await new Promise(setImmediate)
  })

  it('refuses impossible counts', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    for (const count of [-1, 0.5, Number.NaN, 2 ** 30]) {
      await expect(collect(tracker.read({ readInto: () => count }))).rejects.toThrow(SourceError)
    }
  })

  it('cannot be synchronous when its source is not', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const source = piecewise(capture, [100], true)
    expect(() => [...tracker.readSync(source)]).toThrow(SourceError)
    expect(source.closed).toBe(1)
  })

  it('tells how far it is', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const progress: ReadProgress[] = []
    const onProgress = (step: ReadProgress) => progress.push(step)
    await collect(tracker.events(piecewise(capture, [30_000], true), { onProgress }))
    expect(progress[0]).toEqual({ bytesRead: 30_000, captureBytesRead: 30_000, bytesTotal: capture.length })
    const whole = { bytesRead: capture.length, captureBytesRead: capture.length, bytesTotal: capture.length }
    expect(progress.at(-1)).toEqual(whole)
    progress.length = 0
    for (const _ of tracker.eventsSync(capture, { onProgress }));
    expect(progress).toEqual([whole])
  })
})

describe('an abort', () => {
  it('ends the reading before it begins', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const source = piecewise(captureOf(connection()), [100])
    const reason = new Error('enough')
    await expect(collect(tracker.events(source, { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason)
    expect(source.closed).toBe(1)
  })

  it('ends the reading at the next chunk; the flows live on', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const controller = new AbortController()
    const source = piecewise(captureOf(udpFlows(50)), [124])
    const read = async () => {
      for await (const _ of tracker.events(source, { signal: controller.signal })) controller.abort()
    }
    await expect(read()).rejects.toMatchObject({ name: 'AbortError' })
    expect(source.closed).toBe(1)
    const { flowsLive } = tracker.stats
    expect(flowsLive).toBeGreaterThan(0)
    expect(flowsLive).toBeLessThan(50)
    expect(tracker.finish()).toHaveLength(flowsLive)
  })

  it('does not wait for a source that is silent', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    let closed = 0
    const source: CaptureSource = {
      readInto: () => new Promise(() => undefined),
      close: () => {
        closed++
      },
    }
    await expect(collect(tracker.events(source, { signal: AbortSignal.timeout(10) }))).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    expect(closed).toBe(1)
  })

  it('is heard while a source answers at once', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const header = captureOf([])
    const frames = captureOf(udpFlows(1)).subarray(header.length)
    let begun = false
    const endless: CaptureSource = {
      readInto(target) {
        const piece = begun ? frames : header
        begun = true
        target.set(piece)
        return piece.length
      },
    }
    await expect(collect(tracker.events(endless, { signal: AbortSignal.timeout(30) }))).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    expect(tracker.stats.packets).toBeGreaterThan(100)
  })
})
