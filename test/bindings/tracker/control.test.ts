import { describe, expect, it } from 'vitest'
import {
  DisposedError,
  type FlowKey,
  FlowTracker,
  FrameError,
  fiveTuple,
  PacketView,
  Timestamp,
} from '../../../bindings'
import { ipv4Udp, ipv6Tcp } from '../../support/frames'
import { at, CLIENT, captureOf, collect, connection, kinds, udpFlows } from '../support'

const trackAll = <K extends FlowKey, S>(tracker: FlowTracker<K, S>, frames: readonly Uint8Array[]) =>
  frames.flatMap((frame, i) => tracker.track(at(1 + i / 1000, frame)))

describe('live flows', () => {
  it('can be looked at', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const events = trackAll(tracker, connection().slice(0, 4))
    const key = events[0]?.key
    if (!key) throw new Error('no event')
    const entry = tracker.get(key)
    expect(entry).toMatchObject({ flow: 1, state: 'established', history: 'ShAD', protocol: 'tcp' })
    expect(entry?.stats).toMatchObject({ packets: 4, initiator: { packets: 3 } })
    expect(JSON.parse(JSON.stringify(entry))).toMatchObject({ flow: 1, state: 'established' })
    trackAll(tracker, connection().slice(4))
    expect(entry?.stats.packets).toBe(4)
    expect(tracker.get(key)).toBeUndefined()
  })

  it('are found by keys of other trackers, also for IPv6', async () => {
    const frame = ipv6Tcp('[2001:db8::1]:1', '[2001:db8::2]:2', { flags: 'S' })
    using one = await FlowTracker.create(fiveTuple())
    using other = await FlowTracker.create(fiveTuple())
    const [started] = one.track(at(1, frame))
    if (!started) throw new Error('no event')
    expect(other.get(started.key)).toBeUndefined()
    other.track(at(2, frame))
    expect(other.get(started.key)?.stats.started).toEqual(new Timestamp(2))
  })

  it('can be gone through, while they change', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    trackAll(tracker, udpFlows(300))
    const seen = new Set<number>()
    for (const flow of tracker.flows()) {
      seen.add(flow.flow)
      if (flow.flow % 2 === 0) tracker.forget(flow.key)
    }
    expect(seen.size).toBe(300)
    expect([...tracker.flows()].every((flow) => flow.flow % 2 === 1)).toBe(true)
    expect(tracker.flowCount).toBe(150)
  })
})

describe('forget and forceClose', () => {
  it('take a flow out without and with an event', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const [first, second] = trackAll(tracker, udpFlows(2))
    if (!first || !second) throw new Error('no events')
    expect(tracker.forget(first.key)).toBe(true)
    expect(tracker.forget(first.key)).toBe(false)
    const [ended, ...more] = tracker.forceClose(second.key)
    expect(ended).toMatchObject({ kind: 'ended', reason: 'forced', flow: 2 })
    expect(more).toEqual([])
    expect(tracker.forceClose(second.key)).toEqual([])
    expect(tracker.stats).toMatchObject({ flowsCreated: 2, flowsEnded: 1, flowsForgotten: 1, flowsLive: 0 })
  })
})

describe('finish', () => {
  it('ends more flows than the ring holds events', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    trackAll(tracker, udpFlows(5000))
    const ended = tracker.finish()
    expect(new Set(ended.map((event) => event.flow)).size).toBe(5000)
    expect(tracker.finish()).toEqual([])
    trackAll(tracker, udpFlows(5000))
    expect(new Set([...tracker.finishing()].map((event) => event.flow)).size).toBe(5000)
    expect(tracker.flowCount).toBe(0)
  })

  it('can be left half done, and taken up', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    trackAll(tracker, udpFlows(5000))
    const seen = new Set<number>()
    for (const event of tracker.finishing()) {
      seen.add(event.flow)
      if (seen.size === 10) break
    }
    for (const event of trackAll(tracker, udpFlows(50))) if (event.kind === 'ended') seen.add(event.flow)
    for (const event of tracker.finishing()) seen.add(event.flow)
    expect(seen.size).toBe(tracker.stats.flowsCreated)
    expect(tracker.flowCount).toBe(0)
  })
})

describe('a sweep', () => {
  it('ends more flows than the ring holds events', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    trackAll(tracker, udpFlows(5000))
    expect(tracker.sweep(new Timestamp(1000))).toHaveLength(5000)
    expect(tracker.flowCount).toBe(0)
  })
})

describe('eviction', () => {
  it('takes the longest unused flow, before the new one starts', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { maxFlows: 2 })
    const [one, two, three] = udpFlows(3) as [Uint8Array, Uint8Array, Uint8Array]
    trackAll(tracker, [one, two, one])
    const events = tracker.track(at(2, three))
    expect(events.map((event) => [event.kind, event.flow])).toEqual([
      ['ended', 2],
      ['started', 3],
    ])
    expect(events[0]).toMatchObject({ reason: 'evicted' })
    expect(tracker.stats).toMatchObject({ flowsEvicted: 1, flowsEnded: 1, flowsLive: 2 })
  })

  it('never lets there be more than are allowed', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { maxFlows: 10 })
    const events = trackAll(tracker, udpFlows(1000))
    expect(kinds(events).filter((kind) => kind === 'ended')).toHaveLength(990)
    expect(tracker.flowCount).toBe(10)
  })
})

describe('reconfigure', () => {
  it('reports what shrinking evicts', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { userState: (key) => String(key) })
    trackAll(tracker, udpFlows(5000))
    const evicted = tracker.reconfigure({ maxFlows: 100 })
    expect(evicted).toHaveLength(4900)
    for (const event of evicted) {
      expect(event).toMatchObject({ kind: 'ended', reason: 'evicted', user: String(event.key) })
    }
    expect(tracker.flowCount).toBe(100)
    expect(tracker.config.maxFlows).toBe(100)
  })

  it('makes room for more, and keeps what there is', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { maxFlows: 50 })
    const events = trackAll(tracker, udpFlows(50))
    expect(tracker.reconfigure({ maxFlows: 100_000 })).toEqual([])
    expect(events.every((event) => tracker.get(event.key)?.flow === event.flow)).toBe(true)
    trackAll(tracker, udpFlows(5000))
    expect(tracker.flowCount).toBe(5000)
    expect(tracker.finish()).toHaveLength(5000)
  })

  it('measures live flows by the new timeouts', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    trackAll(tracker, udpFlows(1))
    tracker.reconfigure({ idleTimeoutSeconds: { udp: 3 } })
    expect(kinds(tracker.sweep(new Timestamp(4)))).toEqual(['ended'])
    trackAll(tracker, udpFlows(1))
    tracker.reconfigure({ idleTimeoutSeconds: { udp: 1000 } })
    expect(tracker.sweep(new Timestamp(500))).toEqual([])
    tracker.reconfigure({ idleTimeoutSeconds: { udp: 3 }, sweepIntervalSeconds: 0.25 })
    const later = tracker.track(at(10, ipv4Udp(CLIENT, '10.0.0.9:1', 'x')))
    expect(kinds(later)).toEqual(['ended', 'started'])
  })

  it('refuses nonsense, and changes nothing', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const before = tracker.config
    expect(() => tracker.reconfigure({ maxFlows: -1 })).toThrow(/maxFlows/)
    expect(() => tracker.reconfigure({ hashSeed: 1n } as never)).toThrow(/hashSeed/)
    expect(tracker.config).toBe(before)
  })
})

describe('a frame', () => {
  it('may have 256 KiB, and no more', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    expect(tracker.track(at(1, new Uint8Array(262_144)))).toEqual([])
    expect(() => tracker.track(at(1, new Uint8Array(262_145)))).toThrow(FrameError)
    expect(tracker.stats).toMatchObject({ packets: 1, bytes: 262_144 })
  })

  it('may have any time', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const [frame] = udpFlows(1) as [Uint8Array]
    const [first] = tracker.track(new PacketView(frame, Timestamp.MAX))
    expect(first?.timestamp).toEqual(Timestamp.MAX)
    const [second] = tracker.track(new PacketView(ipv4Udp(CLIENT, '10.0.0.9:1', 'x'), Timestamp.ZERO))
    expect(second?.timestamp).toEqual(Timestamp.ZERO)
    expect(tracker.stats).toMatchObject({ first: Timestamp.ZERO, last: Timestamp.MAX })
  })
})

describe('disposal', () => {
  it('ends all use, twice over', async () => {
    const tracker = await FlowTracker.create(fiveTuple())
    const [started] = tracker.track(at(1, connection()[0] as Uint8Array))
    const live = tracker.flows()
    live.next()
    tracker.dispose()
    tracker[Symbol.dispose]()
    expect(() => tracker.track(at(1, new Uint8Array(60)))).toThrow(DisposedError)
    expect(() => tracker.stats).toThrow(DisposedError)
    expect(() => tracker.finish()).toThrow(DisposedError)
    expect(() => live.next()).toThrow(DisposedError)
    expect(() => [...tracker.readSync(new Uint8Array(0))]).toThrow(DisposedError)
    await expect(collect(tracker.events(new Uint8Array(0)))).rejects.toThrow(DisposedError)
    expect(String(started?.key)).toBe('tcp 10.0.0.1:40000 <-> 10.0.0.2:80')
  })

  it('in the midst of a capture ends its reading', async () => {
    const tracker = await FlowTracker.create(fiveTuple())
    const events = tracker.events(captureOf(udpFlows(10)))
    await events.next()
    tracker.dispose()
    await expect(events.next()).rejects.toThrow(DisposedError)
  })
})
