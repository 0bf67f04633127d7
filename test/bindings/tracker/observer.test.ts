import { describe, expect, it } from 'vitest'
import {
  BusyError,
  Driver,
  type DriverEvent,
  type FlowEvent,
  FlowTracker,
  fiveTuple,
  Timestamp,
  type TrackerObserver,
} from '../../../bindings'
import { lines } from '../driver/support'
import { at, captureOf, collect, connection, texts, udpFlows } from '../support'

const CAPTURE = captureOf([...connection(), ...udpFlows(3)])

/** Writes down the events that it sees, as text. */
function recorder<E>(): TrackerObserver<E> & { readonly seen: string[]; readonly forgot: number[]; closed: number } {
  return {
    seen: [],
    forgot: [],
    closed: 0,
    event(event) {
      this.seen.push(JSON.stringify(event))
    },
    forgotten(flow) {
      this.forgot.push(flow)
    },
    disposed() {
      this.closed++
    },
  }
}

async function createTracker() {
  return FlowTracker.create(fiveTuple())
}

describe('observers', () => {
  it('see what is handed out by iterations', async () => {
    using tracker = await createTracker()
    const observer = recorder<FlowEvent>()
    tracker.observe(observer)
    const events = await collect(tracker.events(CAPTURE))
    expect(events.length).toBeGreaterThan(10)
    expect(observer.seen).toEqual(texts(events))
    expect(observer.seen.slice()).toEqual(texts([...tracker.eventsSync(CAPTURE)]).map((_, i) => observer.seen[i]))
  })

  it('see what is handed out by calls', async () => {
    using tracker = await createTracker()
    const observer = recorder<FlowEvent>()
    tracker.observe(observer)
    const [first, second, third] = udpFlows(3).map((frame, i) => at(i, frame))
    if (!first || !second || !third) throw new Error('three frames')
    const key = tracker.track(first)[0]?.key
    const events = [...tracker.track(second), ...tracker.track(third)]
    if (!key) throw new Error('a flow')
    events.push(...tracker.forceClose(key), ...tracker.sweep(Timestamp.fromNanoseconds(61_500_000_000n)))
    events.push(...tracker.reconfigure({ maxFlows: 1 }), ...tracker.finish())
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'started', 'ended', 'ended', 'ended'])
    expect(observer.seen.slice(1)).toEqual(texts(events))
  })

  it('see messages of parsers', async () => {
    using driver = await Driver.create({ parsers: [lines().protocol] })
    const observer = recorder<DriverEvent>()
    driver.observe(observer)
    const events = await collect(driver.events(CAPTURE))
    expect(observer.seen).toEqual(events.map((event) => JSON.stringify(event)))
    expect(observer.seen.filter((text) => text.includes('"message"'))).toHaveLength(2)
  })

  it('hear of flows that are forgotten, and of the end', async () => {
    const tracker = await createTracker()
    const observer = recorder<FlowEvent>()
    tracker.observe(observer)
    const keys = udpFlows(2).map((frame, i) => tracker.track(at(i, frame))[0]?.key)
    if (!keys[1]) throw new Error('a flow')
    tracker.forget(keys[1])
    expect(observer.forgot).toEqual([2])
    tracker.dispose()
    tracker.dispose()
    expect(observer.closed).toBe(1)
  })

  it('can read the counters for the last time', async () => {
    const tracker = await createTracker()
    let packets = 0
    tracker.observe({
      event: () => undefined,
      disposed: () => {
        packets = tracker.stats.packets
      },
    })
    for (const event of tracker.eventsSync(CAPTURE)) expect(event).toBeDefined()
    tracker.dispose()
    expect(packets).toBe(11)
  })

  it('may be several, each of which can go', async () => {
    using tracker = await createTracker()
    const [one, two] = [recorder<FlowEvent>(), recorder<FlowEvent>()]
    const stops = [tracker.observe(one), tracker.observe(two), tracker.observe(two)]
    const [frame, other, last] = udpFlows(3).map((frame, i) => at(i, frame))
    if (!frame || !other || !last) throw new Error('three frames')
    tracker.track(frame)
    expect([one.seen.length, two.seen.length]).toEqual([1, 2])
    stops[1]?.()
    stops[1]?.()
    tracker.track(other)
    expect([one.seen.length, two.seen.length]).toEqual([2, 3])
    stops[0]?.()
    stops[2]?.()
    expect(tracker.track(last)).toHaveLength(1)
    expect([one.seen.length, two.seen.length]).toEqual([2, 3])
    tracker.observe(one)
    tracker.finish()
    expect(one.seen).toHaveLength(5)
  })

  it('must not use the tracker, and no event is lost when they throw', async () => {
    using tracker = await createTracker()
    const stop = tracker.observe({ event: () => void tracker.stats })
    const [frame] = udpFlows(1)
    if (!frame) throw new Error('a frame')
    expect(() => tracker.track(at(0, frame))).toThrow(BusyError)
    stop()
    expect(tracker.finish().map(({ kind }) => kind)).toEqual(['started', 'ended'])
  })
})
