import { describe, expect, it } from 'vitest'
import {
  BusyError,
  ConfigError,
  type CustomExtraction,
  customExtractor,
  type EndedEvent,
  ExtractorError,
  type FlowEvent,
  FlowTracker,
  fiveTuple,
  type PacketView,
  Timestamp,
} from '../../../bindings'
import { ipv4Udp } from '../../support/frames'
import { at, CLIENT, captureOf, connection, kinds, SERVER, texts, udpFlows } from '../support'

const QUERY = ipv4Udp(CLIENT, '10.0.0.2:53', 'q')

/** Reads the five-tuple of an untagged Ethernet frame with TCP over IPv4 without options. */
function readTcp({ frame }: PacketView): CustomExtraction | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  if (frame.length < 54 || view.getUint16(12) !== 0x0800 || frame[23] !== 6) return undefined
  const [source, destination] = [frame.slice(26, 30), frame.slice(30, 34)]
  const [from, to] = [view.getUint16(34), view.getUint16(36)]
  const isReverse = view.getUint32(26) > view.getUint32(30)
  const ends = isReverse
    ? [...destination, to >> 8, to & 255, ...source, from >> 8, from & 255]
    : [...source, from >> 8, from & 255, ...destination, to >> 8, to & 255]
  return {
    key: Uint8Array.from(ends),
    orientation: isReverse ? 'reverse' : 'forward',
    protocol: 'tcp',
    tcp: {
      flags: frame[47] ?? 0,
      sequence: view.getUint32(38),
      acknowledgement: view.getUint32(42),
      window: view.getUint16(48),
      payloadOffset: 54,
      payloadLength: view.getUint16(16) - 40,
    },
  }
}

describe('a custom extractor', () => {
  it('leads to the same flows as the same extractor of the core', async () => {
    const capture = captureOf([...connection(), ...connection('10.0.0.7:1', '10.0.0.3:2'), ...udpFlows(3)])
    using custom = await FlowTracker.create(customExtractor(readTcp), { packetEvents: true })
    using builtIn = await FlowTracker.create(fiveTuple(), { packetEvents: true })
    const strip = (events: FlowEvent[]) =>
      events
        .filter((event) => event.kind !== 'started' && !String(event.key).startsWith('udp'))
        .map((event) => ({ ...JSON.parse(JSON.stringify(event)), key: 0, initiator: 0, responder: 0, communityId: 0 }))
    const withoutEnds = (items: Record<string, unknown>[]) =>
      items.map(({ initiator: _i, responder: _r, communityId: _c, ...rest }) => rest)
    expect(withoutEnds(strip([...custom.eventsSync(capture)]))).toEqual(
      withoutEnds(strip([...builtIn.eventsSync(capture)])),
    )
    expect(custom.stats).toMatchObject({ packets: 19, packetsUnmatched: 3, flowsCreated: 2 })
  })

  it('is given every packet once, in order, with its time', async () => {
    const times: string[] = []
    const extractor = customExtractor(({ timestamp, wireLength }) => {
      times.push(`${timestamp} ${wireLength}`)
      return undefined
    })
    using tracker = await FlowTracker.create(extractor)
    expect([...tracker.eventsSync(captureOf(udpFlows(200)))]).toEqual([])
    expect(times).toEqual(Array.from({ length: 200 }, (_, i) => `${i + 1}.000000000 46`))
    expect(tracker.stats.packetsUnmatched).toBe(200)
  })

  it('has keys of its own, that find their flows again', async () => {
    const extractor = customExtractor(({ frame }) => ({ key: frame.slice(26, 30), protocol: 'udp' }), {
      format: (key) => `host ${key.join('.')}`,
    })
    using tracker = await FlowTracker.create(extractor)
    const [started] = tracker.track(at(1, QUERY))
    if (!started) throw new Error('no event')
    expect(String(started.key)).toBe('host 10.0.0.1')
    expect(started).toMatchObject({ protocol: 'udp', initiator: undefined, responder: undefined })
    expect(tracker.get(started.key)?.stats.packets).toBe(1)
    expect(kinds(tracker.forceClose(started.key))).toEqual(['ended'])
  })

  it('that throws loses its packet, and nothing else', async () => {
    let packet = 0
    const extractor = customExtractor((view) => {
      if (packet++ === 1) throw new Error('mine')
      return { key: view.frame.slice(26, 30) }
    })
    using tracker = await FlowTracker.create(extractor)
    const [first, second, third] = udpFlows(3) as [Uint8Array, Uint8Array, Uint8Array]
    expect(kinds(tracker.track(at(1, first)))).toEqual(['started'])
    expect(() => tracker.track(at(2, second))).toThrow('mine')
    expect(kinds(tracker.track(at(3, third)))).toEqual(['started'])
    expect(tracker.stats).toMatchObject({ packets: 3, packetsUnmatched: 1, flowsCreated: 2 })
  })

  it('that throws inside a capture ends its reading; events of its batch come first', async () => {
    let packet = 0
    const extractor = customExtractor((view) => {
      if (++packet === 100) throw new Error('mine')
      return { key: view.frame.slice(26, 30) }
    })
    using tracker = await FlowTracker.create(extractor, { idleTimeoutSeconds: { other: Number.POSITIVE_INFINITY } })
    const events: FlowEvent[] = []
    const read = () => {
      for (const event of tracker.readSync(captureOf(udpFlows(300)))) events.push(event)
    }
    expect(read).toThrow('mine')
    expect(events.length).toBe(127)
    expect(tracker.stats).toMatchObject({ packets: 128, packetsUnmatched: 1, flowsLive: 127 })
    expect(tracker.finish()).toHaveLength(127)
  })

  it('that answers nonsense is told so', async () => {
    using tracker = await FlowTracker.create(customExtractor(() => ({ key: 'text' }) as never))
    expect(() => tracker.track(at(1, QUERY))).toThrow(ExtractorError)
    expect(tracker.stats).toMatchObject({ packets: 1, packetsUnmatched: 1 })
  })
})

describe('userState', () => {
  it('is made once for each flow, and is there in all its events', async () => {
    let made = 0
    using tracker = await FlowTracker.create(fiveTuple(), {
      packetEvents: true,
      userState: (key) => ({ number: ++made, port: key.b.port, packets: 0 }),
    })
    const events = [...connection(), ...connection()].flatMap((frame, i) => tracker.track(at(1 + i, frame)))
    for (const event of events) if (event.kind === 'packet') event.user.packets++
    expect(made).toBe(2)
    const ended = events.filter((event) => event.kind === 'ended')
    expect(ended.map((event) => event.user)).toEqual([
      { number: 1, port: 80, packets: 8 },
      { number: 2, port: 80, packets: 8 },
    ])
  })

  it('is there for live flows', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { userState: (key) => [String(key)] })
    const [started] = tracker.track(at(1, QUERY))
    if (!started) throw new Error('no event')
    expect(tracker.get(started.key)?.user).toBe(started.user)
    expect([...tracker.flows()].map((flow) => flow.user)).toEqual([[String(started.key)]])
  })

  it('that throws surfaces once, and loses no event', async () => {
    let calls = 0
    using tracker = await FlowTracker.create(fiveTuple(), {
      userState: () => {
        if (++calls === 1) throw new Error('mine')
        return calls
      },
    })
    expect(() => tracker.track(at(1, QUERY))).toThrow('mine')
    const events = tracker.finish()
    expect(events.map((event) => [event.kind, event.user])).toEqual([
      ['started', undefined],
      ['ended', undefined],
    ])
    expect(tracker.track(at(2, QUERY))[0]?.user).toBe(2)
  })
})

describe('idleTimeoutOf', () => {
  it('is asked for each flow, and falls back to the protocol', async () => {
    const asked: string[] = []
    using tracker = await FlowTracker.create(fiveTuple(), {
      idleTimeoutOf: (key, protocol) => {
        asked.push(`${protocol} ${key}`)
        return key.eitherPort(53) ? 2 : undefined
      },
    })
    tracker.track(at(1, QUERY))
    tracker.track(at(1, ipv4Udp(CLIENT, '10.0.0.2:123', 'n')))
    expect(asked).toEqual(['udp udp 10.0.0.1:40000 <-> 10.0.0.2:53', 'udp udp 10.0.0.1:40000 <-> 10.0.0.2:123'])
    expect(tracker.sweep(new Timestamp(3)).map((event) => event.flow)).toEqual([1])
    expect(tracker.sweep(new Timestamp(61)).map((event) => event.flow)).toEqual([2])
  })

  it('can be set and taken away while flows live', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    tracker.track(at(1, QUERY))
    tracker.setIdleTimeoutOf(() => 5)
    expect(tracker.sweep(new Timestamp(5, 999_999_999))).toEqual([])
    tracker.setIdleTimeoutOf(undefined)
    expect(tracker.sweep(new Timestamp(30))).toEqual([])
    tracker.setIdleTimeoutOf(() => 5)
    expect(kinds(tracker.sweep(new Timestamp(30)))).toEqual(['ended'])
  })

  it('may say never', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { idleTimeoutOf: () => Number.POSITIVE_INFINITY })
    tracker.track(at(1, QUERY))
    expect(tracker.sweep(new Timestamp(3_000_000_000))).toEqual([])
  })

  it('that throws or answers nonsense surfaces, and the default holds', async () => {
    let answer = (): number => {
      throw new Error('mine')
    }
    using tracker = await FlowTracker.create(fiveTuple(), { idleTimeoutOf: () => answer() })
    expect(() => tracker.track(at(1, QUERY))).toThrow('mine')
    answer = () => Number.NaN
    expect(() => tracker.track(at(1, ipv4Udp(CLIENT, '10.0.0.2:123', 'n')))).toThrow(ConfigError)
    expect(tracker.flowCount).toBe(2)
    expect(kinds(tracker.sweep(new Timestamp(61)))).toEqual(['started', 'started', 'ended', 'ended'])
  })
})

describe('callbacks', () => {
  type Uses = readonly [string, (tracker: FlowTracker) => unknown]
  const uses: Uses[] = [
    ['track', (tracker) => tracker.track(at(1, QUERY))],
    ['sweep', (tracker) => tracker.sweep(Timestamp.MAX)],
    ['finish', (tracker) => tracker.finish()],
    ['finishing', (tracker) => [...tracker.finishing()]],
    ['stats', (tracker) => tracker.stats],
    ['flowCount', (tracker) => tracker.flowCount],
    ['config', (tracker) => tracker.config],
    ['flows', (tracker) => [...tracker.flows()]],
    ['reconfigure', (tracker) => tracker.reconfigure({ maxFlows: 1_000_000 })],
    ['setIdleTimeoutOf', (tracker) => tracker.setIdleTimeoutOf(undefined)],
    ['readSync', (tracker) => [...tracker.readSync(captureOf(connection()))]],
    ['dispose', (tracker) => tracker.dispose()],
  ]

  it.each(uses)('must not use %s', async (_, use) => {
    const errors: unknown[] = []
    const attempt = (): undefined => {
      try {
        use(tracker as unknown as FlowTracker)
      } catch (error) {
        errors.push(error)
      }
      return undefined
    }
    const extractor = customExtractor((view) => {
      attempt()
      return readTcp(view)
    })
    using tracker = await FlowTracker.create(extractor, { userState: attempt, idleTimeoutOf: attempt })
    const events = connection().flatMap((frame, i) => tracker.track(at(1 + i, frame)))
    expect(errors).toHaveLength(10)
    for (const error of errors) expect(error).toBeInstanceOf(BusyError)
    expect(events.at(-1)).toMatchObject({ kind: 'ended', reason: 'fin', stats: { packets: 8 } })
  })

  it('let the error of a forbidden use through', async () => {
    using tracker: FlowTracker = await FlowTracker.create(fiveTuple(), {
      userState: (): undefined => void tracker.finish(),
    })
    expect(() => tracker.track(at(1, QUERY))).toThrow(BusyError)
    expect(texts(tracker.finish())).toHaveLength(2)
  })
})

describe('types', () => {
  it('follow from the arguments', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { userState: () => ({ hits: 0 }) })
    for (const event of tracker.track(at(1, connection(CLIENT, SERVER)[0] as Uint8Array))) {
      event.user.hits += 1
      const port: number | undefined = event.key.a.port
      expect(port).toBe(40000)
      if (event.kind === 'ended') {
        const ended: EndedEvent<typeof event.key, { hits: number }> = event
        expect(ended.initiator.address).toBeDefined()
      }
    }
  })
})
