import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  autoDetectEncap,
  type EndedEvent,
  FlowTracker,
  fiveTuple,
  ipPair,
  macPair,
  PacketView,
  type StartedEvent,
  Timestamp,
} from '../../../bindings'
import { ethernet, ipv4, ipv4Icmp, ipv4Tcp, ipv4Udp, udp, vlan, vxlan } from '../../support/frames'
import { at, CLIENT, connection, kinds, SERVER } from '../support'

describe('a TCP connection', () => {
  it('goes through its life', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const events = connection().flatMap((frame, i) => tracker.track(at(10 + i, frame)))
    expect(kinds(events)).toEqual([
      'started',
      'state_change',
      'state_change',
      'established',
      'state_change',
      'state_change',
      'state_change',
      'ended',
    ])
    const changes = events.filter((event) => event.kind === 'state_change')
    expect(changes.map(({ from, to, side }) => [from, to, side])).toEqual([
      ['active', 'syn_sent', 'initiator'],
      ['syn_sent', 'syn_received', 'responder'],
      ['established', 'fin_wait', 'initiator'],
      ['fin_wait', 'closing', 'responder'],
      ['closing', 'closed', 'initiator'],
    ])
    expect(tracker.flowCount).toBe(0)
  })

  it('starts with who opens it', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const [started] = tracker.track(at(1.000000001, connection('10.9.9.9:5000', '10.0.0.2:80')[0] as Uint8Array))
    expect(started).toMatchObject({
      kind: 'started',
      flow: 1,
      side: 'initiator',
      protocol: 'tcp',
      initiator: { address: '10.9.9.9', port: 5000 },
      responder: { address: '10.0.0.2', port: 80 },
      encapsulations: [],
      user: undefined,
    })
    expect(started?.timestamp).toEqual(new Timestamp(1, 1))
    expect(started?.key.a).toEqual({ address: '10.0.0.2', port: 80 })
  })

  it('ends with its sums', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const frames = connection()
    const ended = frames.flatMap((frame, i) => tracker.track(at(10 + i, frame))).at(-1) as EndedEvent
    expect(ended).toMatchObject({
      kind: 'ended',
      flow: 1,
      reason: 'fin',
      state: 'closed',
      protocol: 'tcp',
      initiator: { address: '10.0.0.1', port: 40000 },
      responder: { address: '10.0.0.2', port: 80 },
    })
    expect(ended.stats).toMatchObject({
      packets: 8,
      payloadBytes: 6,
      initiator: { packets: 5, payloadBytes: 3, retransmits: 0, outOfOrder: 0 },
      responder: { packets: 3, payloadBytes: 3 },
      started: new Timestamp(10),
      lastSeen: new Timestamp(17),
      midstream: false,
      initiatorCorrected: false,
    })
    expect(ended.stats.bytes).toBe(frames.reduce((sum, frame) => sum + frame.length, 0))
    expect(ended.timestamp).toEqual(new Timestamp(17))
    expect(ended.communityId).toMatch(/^1:[A-Za-z0-9+/]{27}=$/)
  })

  it('writes its history with the letters of Zeek or of the crate', async () => {
    const historyOf = async (history: 'zeek' | 'crate') => {
      using tracker = await FlowTracker.create(fiveTuple(), { history })
      const events = connection().flatMap((frame, i) => tracker.track(at(10 + i, frame)))
      return (events.at(-1) as EndedEvent).history
    }
    expect(await historyOf('zeek')).toBe('ShADdFf')
    expect(await historyOf('crate')).toBe('SsDdFf')
  })

  it('is put right when its answer was captured first', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const [syn, answer] = connection()
    const [started] = tracker.track(at(1, answer as Uint8Array))
    tracker.track(at(2, syn as Uint8Array))
    expect(started).toMatchObject({ side: 'responder', initiator: { port: 40000 } })
    const [ended] = tracker.finish()
    expect(ended).toMatchObject({ initiator: { port: 40000 }, stats: { initiatorCorrected: true } })
  })

  it('is known to have been under way', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    tracker.track(at(1, connection()[3] as Uint8Array))
    expect(tracker.finish()[0]).toMatchObject({ stats: { midstream: true }, reason: 'end_of_capture' })
  })

  it('ends by a RST, inside the window or anywhere', async () => {
    const [syn, answer, ack] = connection() as [Uint8Array, Uint8Array, Uint8Array]
    const reset = ipv4Tcp(SERVER, CLIENT, { sequence: 900_000, acknowledgement: 101, flags: 'RA' })
    const track = async (acceptAnyRst: boolean) => {
      using tracker = await FlowTracker.create(fiveTuple(), { acceptAnyRst })
      const events = [syn, answer, ack, reset].flatMap((frame, i) => tracker.track(at(i + 1, frame)))
      return { events, ignored: tracker.stats.rstsIgnored }
    }
    const strict = await track(false)
    expect([kinds(strict.events).at(-1), strict.ignored]).toEqual(['established', 1])
    const lenient = await track(true)
    expect(lenient.events.at(-1)).toMatchObject({ kind: 'ended', reason: 'rst', state: 'reset' })
  })

  it('gives way to a new one on the same ports', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    for (const [i, frame] of connection().slice(0, 6).entries()) tracker.track(at(i + 1, frame))
    const again = ipv4Tcp(CLIENT, SERVER, { sequence: 70_000, flags: 'S' })
    const events = tracker.track(at(8, again))
    expect(kinds(events)).toEqual(['ended', 'started', 'state_change'])
    expect(events[0]).toMatchObject({ flow: 1, reason: 'port_reuse' })
    expect(events[1]).toMatchObject({ flow: 2 })
  })
})

describe('other flows', () => {
  it('start and end', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    expect(kinds(tracker.track(at(1, ipv4Udp(CLIENT, '10.0.0.2:53', 'q'))))).toEqual(['started'])
    expect(kinds(tracker.track(at(2, ipv4Udp('10.0.0.2:53', CLIENT, 'a'))))).toEqual([])
    expect(tracker.track(at(2, new Uint8Array(60)))).toEqual([])
    const [ended] = tracker.finish()
    expect(ended).toMatchObject({ reason: 'end_of_capture', state: 'active', protocol: 'udp' })
    expect(ended).toMatchObject({ stats: { initiator: { packets: 1 }, responder: { packets: 1 } } })
    expect(tracker.stats).toMatchObject({
      packets: 3,
      packetsUnmatched: 1,
      flowsCreated: 1,
      flowsEnded: 1,
      flowsLive: 0,
    })
  })

  it('have the ID of their first ICMP message', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    tracker.track(at(1, ipv4Icmp('5.6.7.8', '1.2.3.4', { type: 0 })))
    expect(tracker.finish()[0]).toMatchObject({ communityId: '1:crodRHL2FEsHjbv3UkRrfbs4bZ0=' })
  })

  it('have no ID when their keys are no five-tuples', async () => {
    using tracker = await FlowTracker.create(ipPair())
    const [started] = tracker.track(at(1, ipv4Udp('10.0.0.9:53', CLIENT, 'q')))
    expect(started).toMatchObject({ protocol: 'udp', initiator: { address: '10.0.0.9' } })
    expect((tracker.finish()[0] as EndedEvent).communityId).toBeUndefined()
  })

  it('may be those of stations', async () => {
    using tracker = await FlowTracker.create(macPair())
    const macs = { source: 'ff:00:00:00:00:01', destination: '02:00:00:00:00:01' }
    const [started] = tracker.track(at(1, ethernet(macs, new Uint8Array(50)).bytes))
    expect(started).toMatchObject({ initiator: { mac: 'ff:00:00:00:00:01' }, responder: { mac: '02:00:00:00:00:01' } })
    expect((started as StartedEvent).protocol).toBeUndefined()
  })

  it('name what was taken off in their first and last events', async () => {
    using tracker = await FlowTracker.create(autoDetectEncap(fiveTuple()))
    const inner = ethernet(
      {},
      ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, udp({ source: 1, destination: 2 }, 'x')),
    )
    const outer = { source: '172.16.0.1', destination: '172.16.0.2' }
    const packet = ipv4(outer, udp({ source: 5000, destination: 4789 }, vxlan(7, inner)))
    const [started] = tracker.track(at(1, ethernet({}, vlan({ id: 10 }, packet)).bytes))
    tracker.track(at(1, ipv4Udp('10.0.0.9:53', CLIENT, 'q')))
    const expected = [
      { kind: 'vlan', id: 10 },
      {
        kind: 'vxlan',
        id: 7,
        source: { address: '172.16.0.1', port: 5000 },
        destination: { address: '172.16.0.2', port: 4789 },
      },
    ]
    expect((started as StartedEvent).encapsulations).toEqual(expected)
    expect([...tracker.flows()].map((flow) => flow.encapsulations)).toEqual([expected, []])
    expect(tracker.finish().map((event) => (event as EndedEvent).encapsulations)).toEqual([expected, []])
  })

  it('count link types that are not read', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    for (let linkType = 240; linkType < 260; linkType++) {
      for (let i = 240; i <= linkType; i++)
        tracker.track(new PacketView(new Uint8Array(30), Timestamp.ZERO, { linkType }))
    }
    const { unsupportedLinkTypes, packetsOfOtherLinkTypes, packetsUnmatched } = tracker.stats
    expect(unsupportedLinkTypes).toHaveLength(16)
    expect(unsupportedLinkTypes[9]).toEqual({ linkType: 249, name: 'USBPCAP', packets: 10 })
    expect([packetsOfOtherLinkTypes, packetsUnmatched]).toEqual([17 + 18 + 19 + 20, 210])
  })
})

describe('idleness', () => {
  const udpAt = (seconds: number, port = 1000) => at(seconds, ipv4Udp(`10.0.0.1:${port}`, '10.0.0.2:53', 'q'))

  it('splits a flow at exactly its timeout', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { idleTimeoutSeconds: { udp: 2.5 } })
    tracker.track(udpAt(1))
    expect(kinds(tracker.track(udpAt(3.499999999)))).toEqual([])
    const events = tracker.track(udpAt(5.999999999))
    expect(kinds(events)).toEqual(['ended', 'started'])
    expect(events[0]).toMatchObject({ reason: 'idle_timeout', flow: 1 })
  })

  it('ends flows as capture time goes by', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { idleTimeoutSeconds: { udp: 10 } })
    tracker.track(udpAt(1))
    const events = tracker.track(udpAt(100, 2000))
    expect(events.map((event) => [event.kind, event.flow])).toEqual([
      ['ended', 1],
      ['started', 2],
    ])
  })

  it('is told by a sweep too', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    tracker.track(udpAt(1))
    expect(tracker.sweep(new Timestamp(60, 999_999_999))).toEqual([])
    const [ended] = tracker.sweep(new Timestamp(61))
    expect(ended).toMatchObject({ kind: 'ended', reason: 'idle_timeout' })
    expect(ended?.timestamp).toEqual(new Timestamp(61))
    tracker.track(udpAt(200))
    expect(kinds(tracker.sweep(Timestamp.MAX))).toEqual(['ended'])
  })

  it('never comes when it is not to', async () => {
    const never = Number.POSITIVE_INFINITY
    using tracker = await FlowTracker.create(fiveTuple(), { idleTimeoutSeconds: { udp: never } })
    tracker.track(udpAt(1))
    expect(tracker.sweep(new Timestamp(3_000_000_000))).toEqual([])
    expect(tracker.track(udpAt(4_000_000_000))).toEqual([])
  })

  it('is measured by monotonic time where that is asked for', async () => {
    const timesOf = async (monotonicTimestamps: boolean) => {
      using tracker = await FlowTracker.create(fiveTuple(), { monotonicTimestamps, packetEvents: true })
      return [10, 5, 12].flatMap((seconds) => tracker.track(udpAt(seconds))).map((event) => event.timestamp.seconds)
    }
    expect(await timesOf(false)).toEqual([10, 10, 5, 12])
    expect(await timesOf(true)).toEqual([10, 10, 10, 12])
  })
})

describe('events', () => {
  it('can be kept', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const events = Array.from({ length: 500 }, (_, i) =>
      tracker.track(at(1, ipv4Udp(`10.0.${i >> 8}.${i & 255}:1`, SERVER))),
    )
    const ended = tracker.finish()
    for (let i = 0; i < 500; i++) tracker.track(at(2, ipv4Udp(`10.1.${i >> 8}.${i & 255}:1`, SERVER)))
    const addresses = Array.from({ length: 500 }, (_, i) => `10.0.${i >> 8}.${i & 255}`)
    const ofInitiator = (event: unknown) => (event as StartedEvent | EndedEvent).initiator
    expect(events.map(([started]) => ofInitiator(started))).toEqual(addresses.map((address) => ({ address, port: 1 })))
    expect(ended.map(ofInitiator)).toEqual(addresses.map((address) => ({ address, port: 1 })))
  })

  it('show and write what they know', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { userState: () => ({ secret: true }) })
    const events = connection().flatMap((frame, i) => tracker.track(at(10 + i, frame)))
    for (const event of events) {
      const json = JSON.parse(JSON.stringify(event))
      expect(json).toMatchObject({
        kind: event.kind,
        flow: 1,
        protocol: 'tcp',
        timestamp: event.timestamp.toISOString(),
      })
      expect(json.user).toBeUndefined()
      expect(inspect(event)).toContain(`kind: '${event.kind}'`)
    }
  })
})
