import { afterEach, describe, expect, it } from 'vitest'
import {
  type FiveTupleKey,
  type FlowEvent,
  FlowTracker,
  type FlowTrackerOptions,
  fiveTuple,
  StaleViewError,
  type TrackerEvent,
} from '../../../bindings'
import { Conversation } from '../../support/conversation'
import { ipv4Udp } from '../../support/frames'
import { at, captureOf, collect } from '../support'

type Event = TrackerEvent<FiveTupleKey, undefined>

const decoder = new TextDecoder()
const trackers: FlowTracker<FiveTupleKey, undefined, Event>[] = []

afterEach(() => {
  for (const tracker of trackers.splice(0)) tracker.dispose()
})

async function create(options: FlowTrackerOptions<FiveTupleKey, undefined> = { streams: {} }) {
  const tracker = await FlowTracker.create(fiveTuple(), options)
  trackers.push(tracker)
  return tracker
}

/** Tracks frames one by one, a second apart unless told otherwise. */
function trackAll(
  tracker: FlowTracker<FiveTupleKey, undefined, Event>,
  frames: readonly Uint8Array[],
  step = 1,
): string[] {
  const told: string[] = []
  frames.forEach((frame, i) => {
    for (const event of tracker.track(at(i * step + 1, frame))) told.push(...tell(event))
  })
  return told
}

/** What an event says about streams, in short. */
function tell(event: Event): string[] {
  switch (event.kind) {
    case 'stream_data':
      return [`${event.side} ${event.offset} ${decoder.decode(event.bytes)}`]
    case 'stream_gap':
      return [`${event.side} ${event.offset} gap ${event.length} ${event.reason}`]
    case 'stream_end':
      return [`${event.side} ${event.offset} end`]
    case 'stream_stopped':
      return [`${event.side} ${event.offset} stopped`]
    case 'datagram':
      return [`${event.side} ${decoder.decode(event.bytes)} ${event.wireLength}`]
    case 'anomaly':
    case 'tracker_anomaly':
      return [`! ${event.anomaly.kind}`]
    default:
      return []
  }
}

describe('streams', () => {
  it('come in order, each byte once, however segments come', async () => {
    const c = new Conversation()
    const frames = [
      ...c.open(),
      c.at('initiator', 6, 'world'),
      c.at('initiator', 3, 'lo '),
      c.at('initiator', 0, 'hel'),
      c.at('initiator', 0, 'hello'),
      c.at('initiator', 9, 'ld!'),
      c.send('responder', 'yes'),
    ]
    expect(trackAll(await create(), frames)).toEqual([
      'initiator 0 hel',
      'initiator 3 lo world',
      'initiator 11 !',
      'responder 0 yes',
    ])
  })

  it('tell what is missing in its place', async () => {
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'abc')]
    c.lose('initiator', 4)
    frames.push(c.send('initiator', 'hij'), c.acknowledge('responder'), c.send('initiator', 'k'))
    expect(trackAll(await create(), frames)).toEqual([
      'initiator 0 abc',
      'initiator 3 gap 4 acknowledged',
      'initiator 7 hij',
      'initiator 10 k',
    ])
  })

  it('end with the FIN, each side for itself', async () => {
    const c = new Conversation()
    const frames = [
      ...c.open(),
      c.send('initiator', 'ask', 'FPA'),
      c.at('initiator', 4, 'not of it'),
      c.send('responder', 'ans'),
      c.send('responder', 'wer'),
    ]
    const tracker = await create()
    expect(trackAll(tracker, frames)).toEqual([
      'initiator 0 ask',
      'initiator 3 end',
      'responder 0 ans',
      'responder 3 wer',
    ])
    expect(tracker.finish().flatMap(tell)).toEqual([])
  })

  it('end when what was missing before the FIN has come, or is given up', async () => {
    const c = new Conversation()
    const frames = [
      ...c.open(),
      c.at('initiator', 3, 'def', 'FPA'),
      c.at('responder', 0, 'x'),
      c.at('initiator', 0, 'abc'),
    ]
    expect(trackAll(await create(), frames)).toEqual([
      'responder 0 x',
      'initiator 0 abc',
      'initiator 3 def',
      'initiator 6 end',
    ])
    const lost = new Conversation('10.0.0.7:1')
    const holed = [...lost.open(), lost.send('initiator', 'abc')]
    lost.lose('initiator', 5)
    holed.push(lost.send('initiator', '', 'FA'))
    lost.lose('initiator', 1)
    holed.push(lost.acknowledge('responder'))
    expect(trackAll(await create(), holed)).toEqual([
      'initiator 0 abc',
      'initiator 3 gap 5 acknowledged',
      'initiator 8 end',
    ])
  })

  it('wait for missing bytes as long as they are told to', async () => {
    const c = new Conversation()
    const frames = [
      ...c.open(),
      c.at('initiator', 5, 'late'),
      ...Array.from({ length: 4 }, () => c.at('responder', 0, 'x')),
    ]
    const told = trackAll(await create({ streams: { holeTimeoutSeconds: 2 } }), frames)
    expect(told).toEqual(['responder 0 x', 'initiator 0 gap 5 timeout', 'initiator 5 late'])
  })

  it('are delivered at the end of the flow', async () => {
    const tracker = await create()
    const c = new Conversation()
    expect(trackAll(tracker, [...c.open(), c.at('initiator', 2, 'c')])).toEqual([])
    expect(tracker.finish().flatMap(tell)).toEqual(['initiator 0 gap 2 end', 'initiator 2 c'])
  })

  it('are counted while the flow lives, and at its end', async () => {
    const tracker = await create()
    const c = new Conversation()
    trackAll(tracker, [
      ...c.open(),
      c.send('initiator', 'abc'),
      c.at('initiator', 0, 'ab'),
      c.at('initiator', 5, 'fgh'),
    ])
    const [flow] = [...tracker.flows()]
    expect(flow?.stats.initiator.stream).toMatchObject({
      deliveredBytes: 3,
      bufferedBytes: 3,
      highWatermark: 3,
      outOfOrder: 1,
      retransmits: 1,
      retransmittedBytes: 2,
      gaps: 0,
      stopped: undefined,
    })
    const ended = tracker.finish().find((event) => event.kind === 'ended')
    expect(ended?.stats.initiator.stream).toMatchObject({ deliveredBytes: 6, gaps: 1, gapBytes: 2, bufferedBytes: 0 })
    expect(ended?.stats.responder.stream).toMatchObject({ deliveredBytes: 0, gaps: 0 })
  })

  it.each([
    ['first', 'abcdefg'],
    ['last', 'abXYZfg'],
  ] as const)('settle segments that disagree by the policy %s', async (overlap, text) => {
    const c = new Conversation()
    const frames = [...c.open(), c.at('initiator', 2, 'cdefg'), c.at('initiator', 2, 'XYZ'), c.at('initiator', 0, 'ab')]
    const told = trackAll(await create({ streams: { overlap } }), frames)
    expect(told.map((line) => line.split(' ')[2]).join('')).toBe(text)
  })

  it('say no more of a side that had to hold too much, where that is the policy', async () => {
    const c = new Conversation()
    const frames = [...c.open()]
    for (let i = 1; i < 10; i++) frames.push(c.at('initiator', i * 3000, 'x'))
    frames.push(c.send('initiator', 'late'), c.send('responder', 'ok'))
    const tracker = await create({ streams: { maxBuffer: 4096, overflow: 'drop-flow' } })
    expect(trackAll(tracker, frames)).toEqual(['initiator 0 stopped', 'responder 0 ok'])
    expect(tracker.flowCount).toBe(1)
    expect([...tracker.flows()][0]?.stats.initiator.stream?.stopped).toBe('overflow')
  })

  it('give up the oldest hole of such a side, where that is the policy', async () => {
    const c = new Conversation()
    const frames = [...c.open()]
    for (let i = 1; i < 5; i++) frames.push(c.at('initiator', i * 3000, 'x'))
    const told = trackAll(await create({ streams: { maxBuffer: 4096 } }), frames)
    expect(told.slice(0, 2)).toEqual(['initiator 0 gap 3000 buffer', 'initiator 3000 x'])
  })

  it('of both sides have one bound, where that is given', async () => {
    const c = new Conversation()
    const frames = [...c.open(), c.at('initiator', 5, 'i'), c.at('responder', 7, 'r'), c.at('responder', 4096, 's')]
    expect(trackAll(await create({ streams: { maxFlowBuffer: 4096 } }), frames)).toEqual([
      'initiator 0 gap 5 buffer',
      'initiator 5 i',
    ])
  })

  it('of some ports only leave all other flows alone', async () => {
    const tracker = await create({ streams: { tcp: [80], udp: [53] } })
    const [a, b] = [new Conversation(), new Conversation('10.0.0.1:40000', '10.0.0.2:81')]
    expect(trackAll(tracker, [a.send('initiator', 'yes'), b.send('initiator', 'no')])).toEqual(['initiator 0 yes'])
    const datagrams = [ipv4Udp('10.0.0.1:9', '10.0.0.2:53', 'q'), ipv4Udp('10.0.0.1:9', '10.0.0.2:54', 'q')]
    expect(trackAll(tracker, datagrams)).toEqual(['initiator q 1'])
    expect([...tracker.flows()].map(({ stats }) => stats.initiator.stream !== undefined)).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  it('are not listened to beyond the bound on their number', async () => {
    const tracker = await create({ streams: { maxStreams: 1 }, anomalies: true })
    const [a, b] = [new Conversation(), new Conversation('10.0.0.1:40001')]
    expect(trackAll(tracker, [a.send('initiator', 'a'), b.send('initiator', 'b')])).toEqual([
      'initiator 0 a',
      '! stream_refused',
    ])
    expect(tracker.stats.streamsRefused).toBe(1)
  })

  it('of datagrams are handed out as they come, also empty ones', async () => {
    const tracker = await create({ streams: { udp: 'all' } })
    const frames = [ipv4Udp('10.0.0.1:9', '10.0.0.2:53', 'query'), ipv4Udp('10.0.0.2:53', '10.0.0.1:9', '')]
    expect(trackAll(tracker, frames)).toEqual(['initiator query 5', 'responder  0'])
  })

  describe('whose listener', () => {
    const c = new Conversation()
    const words = ['one', 'two', 'three', 'four']
    const capture = captureOf([
      ...c.open(),
      ...words.map((word) => c.send('initiator', word)),
      c.send('responder', 'done'),
      ...c.close(),
    ])

    /** Reads the capture, whose core is ahead of the listener all the time. */
    async function read(listen: (event: Extract<FlowEvent, { kind: 'stream_data' }>) => void): Promise<string[]> {
      const tracker = await create()
      const told: string[] = []
      for await (const event of tracker.events(capture)) {
        told.push(...tell(event))
        if (event.kind === 'stream_data') listen(event)
      }
      return told
    }

    it('wants no more gets no more of that side', async () => {
      const told = await read((event) => event.side === 'initiator' && event.stopListening())
      expect(told).toEqual(['initiator 0 one', 'responder 0 done', 'responder 4 end'])
    })

    it('skips bytes gets those behind them', async () => {
      const told = await read((event) => event.offset === 0 && event.side === 'initiator' && event.skip(4))
      expect(told).toEqual([
        'initiator 0 one',
        'initiator 7 hree',
        'initiator 11 four',
        'responder 0 done',
        'initiator 15 end',
        'responder 4 end',
      ])
    })

    it.each([
      [Number.NaN, 'initiator 3 two'],
      [-2, 'initiator 3 two'],
      [0.5, 'initiator 4 wo'],
      [1e300, 'responder 0 done'],
    ])('skips %d bytes is taken at its word as far as there is one', async (bytes, next) => {
      const told = await read((event) => event.offset === 0 && event.side === 'initiator' && event.skip(bytes))
      expect(told.slice(0, 2)).toEqual(['initiator 0 one', next])
    })

    it('skips bytes is told which of them are missing', async () => {
      const holed = new Conversation()
      const frames = [holed.send('initiator', 'one')]
      holed.lose('initiator', 4)
      frames.push(holed.send('initiator', 'three'), holed.acknowledge('responder'), holed.send('initiator', 'four'))
      const tracker = await create()
      const told: string[] = []
      for await (const event of tracker.events(captureOf(frames))) {
        told.push(...tell(event))
        if (event.kind === 'stream_data' && event.offset === 0) event.skip(6)
      }
      expect(told).toEqual([
        'initiator 0 one',
        'initiator 3 gap 4 acknowledged',
        'initiator 9 ree',
        'initiator 12 four',
      ])
    })

    it('says so of a flow that is gone changes nothing for the next', async () => {
      const tracker = await create()
      const first = tracker.track(at(1, new Conversation().send('initiator', 'a')))
      tracker.finish()
      const old = first.find((event) => event.kind === 'stream_data')
      const next = new Conversation()
      tracker.track(at(2, next.send('initiator', 'b')))
      old?.stopListening()
      old?.skip(100)
      expect(tracker.track(at(3, next.send('initiator', 'c'))).flatMap(tell)).toEqual(['initiator 1 c'])
    })
  })

  it('are views that do not outlive the next call', async () => {
    const tracker = await create()
    const c = new Conversation()
    const event = tracker.track(at(1, c.send('initiator', 'a'))).find((e) => e.kind === 'stream_data')
    expect(event && decoder.decode(event.bytes)).toBe('a')
    tracker.track(at(2, c.send('initiator', 'b')))
    expect(() => event?.bytes).toThrow(StaleViewError)
  })

  it('of one frame are whole though the ring has been filled more than once', async () => {
    // Each hole is an event, and each piece behind it; the acknowledgement that gives up all of them is one frame.
    const count = 5000
    const tracker = await create({ streams: { maxBuffer: 64 << 20, maxTotalBuffer: 128 << 20 } })
    const c = new Conversation()
    for (const frame of c.open()) tracker.track(at(1, frame))
    for (let i = 0; i < count; i++)
      tracker.track(at(5, c.at('initiator', 2 * i + 1, String.fromCharCode(97 + (i % 26)))))
    c.lose('initiator', 2 * count)
    const told = tracker.track(at(6, c.acknowledge('responder'))).flatMap(tell)
    expect(told).toHaveLength(2 * count)
    told.forEach((line, i) => {
      const letter = String.fromCharCode(97 + (((i - 1) / 2) % 26))
      expect(line).toBe(i % 2 === 0 ? `initiator ${i} gap 1 acknowledged` : `initiator ${i} ${letter}`)
    })
  })

  it('are the same however the capture is cut', async () => {
    const c = new Conversation()
    const frames = [...c.open()]
    for (let i = 0; i < 200; i++) frames.push(c.at('initiator', ((i * 7) % 200) * 3, 'abc'), c.send('responder', 'xyz'))
    const capture = captureOf([...frames, ...c.close()])
    const whole = (await collect((await create()).events(capture))).map((event) => JSON.stringify(event))
    for (const size of [1, 7, 64, 1000]) {
      async function* pieces() {
        for (let i = 0; i < capture.length; i += size) yield capture.subarray(i, i + size)
      }
      const events = await collect((await create()).events(pieces()))
      expect(events.map((event) => JSON.stringify(event))).toEqual(whole)
    }
  })

  it('cost nothing where nobody listens', async () => {
    const tracker = await create({})
    const c = new Conversation()
    expect(trackAll(tracker, [...c.open(), c.send('initiator', 'abc'), ...c.close()])).toEqual([])
    expect(tracker.finish()).toEqual([])
  })
})

describe('anomalies', () => {
  it('carry both versions of bytes that disagree', async () => {
    const tracker = await create({ streams: {}, anomalies: true })
    const c = new Conversation()
    const events = [...c.open(), c.at('initiator', 2, 'good'), c.at('initiator', 2, 'evil')].flatMap((frame, i) =>
      tracker.track(at(i, frame)),
    )
    const conflict = events.find((event) => event.kind === 'anomaly' && event.anomaly.kind === 'overlap_conflict')
    expect(conflict).toMatchObject({ severity: 'critical', side: 'initiator', flow: 1 })
    if (conflict?.kind !== 'anomaly' || conflict.anomaly.kind !== 'overlap_conflict') throw new Error('none')
    const { first, second, kept, offset } = conflict.anomaly
    expect([decoder.decode(first), decoder.decode(second), kept, offset]).toEqual(['good', 'evil', 'first', 2])
    expect(String(conflict.key)).toContain('10.0.0.1:40000')
  })

  it('tell gaps, overflows, ignored resets and evictions', async () => {
    const tracker = await create({ streams: { maxBuffer: 2048 }, anomalies: true, maxFlows: 1 })
    const c = new Conversation()
    const frames = [
      ...c.open(),
      c.at('initiator', 5000, 'x'),
      c.at('initiator', 9000, 'y'),
      c.at('responder', 1 << 20, '', 'R'),
    ]
    const told = trackAll(tracker, [...frames, new Conversation('10.0.0.9:1').send('initiator', 'z')])
    expect(told.filter((line) => line.startsWith('!'))).toEqual([
      '! out_of_order_segment',
      '! out_of_order_segment',
      '! stream_gap',
      '! buffer_overflow',
      '! rst_ignored',
      '! stream_gap',
      '! flow_table_eviction',
    ])
  })

  it('tell bytes behind a FIN, which are no part of the stream', async () => {
    const tracker = await create({ streams: {}, anomalies: true })
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'end', 'FPA'), c.at('initiator', 3, 'more')]
    expect(trackAll(tracker, frames)).toEqual(['initiator 0 end', 'initiator 3 end', '! data_after_fin'])
    expect(tracker.stats.segmentsAfterFin).toBe(1)
  })

  it('are silent unless asked for, and counted all the same', async () => {
    const tracker = await create({ streams: {} })
    const c = new Conversation()
    const told = trackAll(tracker, [...c.open(), c.at('initiator', 5, 'x')])
    expect(told).toEqual([])
    expect(tracker.stats.segmentsOutOfOrder).toBe(1)
  })
})

describe('options of streams', () => {
  it.each([
    [{ maxBuffer: 0 }, 'streams.maxBuffer'],
    [{ maxTotalBuffer: -1 }, 'streams.maxTotalBuffer'],
    [{ maxStreams: 0 }, 'streams.maxStreams'],
    [{ maxFlowBuffer: 0 }, 'streams.maxFlowBuffer'],
    [{ overlap: 'newest' }, 'streams.overlap'],
    [{ overflow: 'explode' }, 'streams.overflow'],
    [{ tcp: [65536] }, 'streams.tcp'],
    [{ udp: 'some' }, 'streams.udp'],
    [{ holeTimeoutSeconds: -1 }, 'streams.holeTimeoutSeconds'],
    [{ unknown: 1 }, 'streams.unknown'],
  ])('refuse %j', async (streams, option) => {
    await expect(create({ streams: streams as object })).rejects.toMatchObject({ name: 'ConfigError', option })
  })
})
