import { INVALID_SPAN_CONTEXT, ROOT_CONTEXT, type Tracer, trace } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { Driver, FlowTracker, fileSource, fiveTuple, ParserAnomaly, sessionParser } from '../../../bindings'
import { observe } from '../../../bindings/opentelemetry'
import { describeMessage } from '../../../bindings/opentelemetry/describe'
import { dns } from '../../../bindings/parsers/dns'
import { http } from '../../../bindings/parsers/http'
import { backends } from '../../support/telemetry'
import { lines } from '../driver/support'
import { at, captureOf, collect, connection, udpFlows } from '../support'

const LOOPBACK_MIX = 'test/fixtures/recorded/loopback-mix.pcap'

const hrTime = ({ seconds, nanoseconds }: { seconds: number; nanoseconds: number }) => [seconds, nanoseconds]

describe.each(backends)('spans, %s', (_, create) => {
  it('are one a flow, in capture time', async () => {
    const { tracer, spans } = create()
    using driver = await Driver.create({ parsers: [] })
    observe(driver, { tracer })
    const ended = (await collect(driver.events(fileSource(LOOPBACK_MIX)))).filter((event) => event.kind === 'ended')
    expect(spans()).toHaveLength(34)
    expect(spans().map(({ attributes, start, end }) => ({ attributes, start, end }))).toEqual(
      ended.map(({ protocol, reason, stats: { packets, bytes, started, lastSeen } }) => ({
        attributes: { l4: protocol === 'tcp' || protocol === 'udp' ? protocol : 'other', reason, packets, bytes },
        start: hrTime(started),
        end: hrTime(lastSeen),
      })),
    )
    expect(new Set(spans().map(({ name, isRoot }) => `${name} ${isRoot}`))).toEqual(new Set(['flowscope.flow true']))
  })

  it('have anomalies and ends of parsers as events, and messages where they are wanted', async () => {
    const parser = sessionParser({
      name: 'odd',
      create: () => ({
        feed(side, bytes) {
          if (side === 'responder') throw new Error('10.0.0.1')
          return [new ParserAnomaly('protocol_violation', 'odd'), { bytes, length: BigInt(bytes.length) }]
        },
      }),
    })
    const eventsWith = async (messages: boolean) => {
      const { tracer, spans } = create()
      using driver = await Driver.create({ parsers: [parser], anomalies: true })
      observe(driver, { tracer, messages, attributes: { site: 'here' } })
      await collect(driver.events(captureOf(connection())))
      expect(spans()).toHaveLength(1)
      expect(spans()[0]?.attributes).toMatchObject({ site: 'here', l4: 'tcp', reason: 'fin' })
      return spans()[0]?.events
    }
    const anomaly = {
      name: 'flowscope.anomaly',
      attributes: {
        kind: 'protocol_violation',
        severity: 'warning',
        side: 'initiator',
        parser: 'odd',
        detail: 'odd',
      },
      time: [4, 0],
    }
    const message = {
      name: 'flowscope.message',
      attributes: { parser: 'odd', side: 'initiator', message: '{"bytes":"<3 bytes>","length":"3"}' },
      time: [4, 0],
    }
    const failure = {
      name: 'flowscope.anomaly',
      attributes: {
        kind: 'parse_error',
        severity: 'warning',
        side: 'responder',
        parser: 'odd',
        reason: '10.0.0.1',
      },
      time: [5, 0],
    }
    const closed = { name: 'flowscope.parser_closed', attributes: { parser: 'odd', reason: 'threw' }, time: [5, 0] }
    expect(await eventsWith(false)).toEqual([anomaly, failure, closed])
    expect(await eventsWith(true)).toEqual([anomaly, message, failure, closed])
  })

  it('stand for anomalies of no flow', async () => {
    const { tracer, spans } = create()
    using tracker = await FlowTracker.create(fiveTuple(), { anomalies: true, maxFlows: 1 })
    observe(tracker, { tracer })
    udpFlows(2).forEach((frame, i) => {
      tracker.track(at(i, frame))
    })
    expect(spans().filter(({ name }) => name === 'flowscope.anomaly')).toEqual([
      {
        name: 'flowscope.anomaly',
        attributes: { kind: 'flow_table_eviction', severity: 'warning', total: 1 },
        start: [1, 0],
        end: [1, 0],
        events: [],
        isRoot: true,
      },
    ])
  })

  it('are no more than allowed at once, and those refused are counted', async () => {
    const { meter, tracer, spans, collect: metrics } = create()
    using tracker = await FlowTracker.create(fiveTuple())
    const observation = observe(tracker, { meter, tracer, maxSpans: 3 })
    udpFlows(10).forEach((frame, i) => {
      tracker.track(at(i, frame))
    })
    expect(observation.spansRefused).toBe(7)
    expect((await metrics()).flowscope_spans_refused_total).toEqual({ '': 7 })
    tracker.finish()
    expect(spans()).toHaveLength(3)
    tracker.track(at(20, udpFlows(1)[0] as Uint8Array))
    tracker.finish()
    expect(spans()).toHaveLength(4)
    expect(observation.spansRefused).toBe(7)
  })

  it('end when their flow is forgotten, or the tracker or the observation goes', async () => {
    const { tracer, spans } = create()
    const tracker = await FlowTracker.create(fiveTuple())
    const first = observe(tracker, { tracer })
    const frames = udpFlows(3).map((frame, i) => at(i, frame))
    for (const frame of frames) tracker.track(frame)
    const [flow] = tracker.flows()
    if (!flow) throw new Error('a flow')
    tracker.forget(flow.key)
    expect(spans()).toMatchObject([{ attributes: { l4: 'udp', reason: 'forgotten' }, start: [0, 0], end: [2, 0] }])
    first.dispose()
    expect(spans().map(({ start, end }) => [start, end])).toEqual([
      [
        [0, 0],
        [2, 0],
      ],
      [
        [1, 0],
        [2, 0],
      ],
      [
        [2, 0],
        [2, 0],
      ],
    ])
    expect(spans()[1]?.attributes).toEqual({ l4: 'udp' })

    observe(tracker, { tracer })
    tracker.track(at(100, udpFlows(4)[3] as Uint8Array))
    tracker.track(at(101, udpFlows(4)[3] as Uint8Array))
    tracker.dispose()
    expect(spans().at(-1)).toMatchObject({ start: [100, 0], end: [101, 0] })
    expect(spans()).toHaveLength(4)
  })

  it('have nothing of keys and numbers of flows', async () => {
    const { tracer, spans } = create()
    using driver = await Driver.create({ parsers: [http(), dns(), lines().protocol], anomalies: true })
    observe(driver, { tracer })
    await collect(driver.events(fileSource(LOOPBACK_MIX)))
    const text = JSON.stringify(spans().map(({ attributes, events }) => ({ attributes, events })))
    expect(text).not.toMatch(/127\.0|::1|"(?:flow|key|evicted|first|second)"/)
  })

  it('are children of what they are given', async () => {
    const { tracer, spans } = create()
    using tracker = await FlowTracker.create(fiveTuple())
    const job = tracer.startSpan('job', { startTime: [0, 0], root: true })
    observe(tracker, { tracer, parent: trace.setSpan(ROOT_CONTEXT, job) })
    for (const event of tracker.eventsSync(captureOf(connection()))) expect(event).toBeDefined()
    job.end([9, 0])
    expect(spans().map(({ name, isRoot }) => [name, isRoot])).toEqual([
      ['flowscope.flow', false],
      ['job', true],
    ])
  })
})

it('keeps nothing of flows that sampling leaves out', async () => {
  const unsampled = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
  const tracer: Tracer = { startSpan: () => unsampled, startActiveSpan: () => undefined as never }
  using tracker = await FlowTracker.create(fiveTuple())
  const observation = observe(tracker, { tracer, maxSpans: 1 })
  udpFlows(5).forEach((frame, i) => {
    tracker.track(at(i, frame))
  })
  expect(observation.spansRefused).toBe(0)
})

describe('messages as text', () => {
  const circle: { self?: object } = {}
  circle.self = circle

  it.each([
    ['an object', { a: 1n, b: new Uint8Array(5) }, '{"a":"1","b":"<5 bytes>"}'],
    ['a text', 'line', '"line"'],
    ['nothing', undefined, 'undefined'],
    ['a circle', circle, '[object Object]'],
    ['a long text', 'x'.repeat(5000), `"${'x'.repeat(1022)}…`],
  ])('%s', (_, message, text) => {
    expect(describeMessage(message)).toBe(text)
  })
})
