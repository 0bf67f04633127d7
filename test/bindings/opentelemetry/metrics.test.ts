import { describe, expect, it } from 'vitest'
import { Driver, FlowTracker, fileSource, fiveTuple, ParserAnomaly, sessionParser } from '../../../bindings'
import { observe } from '../../../bindings/opentelemetry'
import { dns } from '../../../bindings/parsers/dns'
import { http } from '../../../bindings/parsers/http'
import { tls } from '../../../bindings/parsers/tls'
import { ipv4Icmp, ipv4Tcp } from '../../support/frames'
import { backends } from '../../support/telemetry'
import { lines } from '../driver/support'
import { at, CLIENT, captureOf, collect, connection, SERVER, udpFlows } from '../support'
import { distribution, total } from './support'

const LOOPBACK_MIX = 'test/fixtures/recorded/loopback-mix.pcap'

const icmp = ipv4Icmp('10.0.0.1', '10.0.0.2', { type: 8, code: 0 }, 'ping')

describe.each(backends)('metrics, %s', (_, create) => {
  it('are those of the tracker', async () => {
    const { meter, collect: metrics } = create()
    using driver = await Driver.create({ parsers: [http(), tls(), dns()], anomalies: true })
    observe(driver, { meter })
    const events = await collect(driver.events(fileSource(LOOPBACK_MIX)))
    const ended = events.filter((event) => event.kind === 'ended')
    const { stats } = driver
    const collected = await metrics()

    expect(stats.flowsCreated).toBe(34)
    expect(total(collected, 'flowscope_flows_created_total')).toBe(stats.flowsCreated)
    expect(total(collected, 'flowscope_flows_ended_total')).toBe(stats.flowsEnded)
    expect(collected.flowscope_flows_active).toEqual({ '': 0 })
    expect(collected.flowscope_packets_total).toEqual({ '': stats.packets })
    expect(collected.flowscope_packets_unmatched_total).toEqual({ '': stats.packetsUnmatched })
    expect(total(collected, 'flowscope_bytes_total')).toBe(stats.bytes)
    expect(total(collected, 'flowscope_anomalies_total')).toBe(
      events.filter((event) => event.kind === 'anomaly' || event.kind === 'tracker_anomaly').length,
    )

    const count = <T>(values: readonly T[], value: T) => values.filter((other) => other === value).length
    const protocols = events.flatMap((event) => (event.kind === 'started' ? [event.protocol] : []))
    expect(collected.flowscope_flows_created_total).toEqual({
      'l4=tcp': count(protocols, 'tcp'),
      'l4=udp': count(protocols, 'udp'),
      'l4=other': protocols.filter((protocol) => protocol !== 'tcp' && protocol !== 'udp').length,
    })
    const reasons = ended.map(({ reason }) => reason)
    expect(collected.flowscope_flows_ended_total).toEqual({
      'reason=fin': count(reasons, 'fin'),
      'reason=rst': count(reasons, 'rst'),
      'reason=end_of_capture': count(reasons, 'end_of_capture'),
    })
    const messages = events.flatMap((event) => (event.kind === 'message' ? [event.protocol as string] : []))
    expect(collected.flowscope_messages_total).toEqual(
      Object.fromEntries([...new Set(messages)].map((name) => [`parser=${name}`, count(messages, name)])),
    )
    expect(new Set(messages).size).toBeGreaterThan(2)

    const packets = distribution(collected, 'flowscope_flow_packets')
    expect(packets).toMatchObject({ count: ended.length, sum: stats.packets })
    expect(packets.counts[1]).toBe(ended.filter((flow) => flow.stats.packets > 1 && flow.stats.packets <= 10).length)
    expect(distribution(collected, 'flowscope_flow_bytes')).toMatchObject({ count: ended.length, sum: stats.bytes })
    const seconds = ended.map((flow) => Number(flow.stats.lastSeen.saturatingSub(flow.stats.started)) / 1e9)
    const duration = distribution(collected, 'flowscope_flow_duration_seconds')
    expect(duration.bounds).toEqual([0.1, 1, 10, 60, 300, 3600])
    expect(duration.sum).toBeCloseTo(
      seconds.reduce((a, b) => a + b),
      9,
    )
  })

  it('are what they are at the moment', async () => {
    const { meter, collect: metrics } = create()
    using tracker = await FlowTracker.create(fiveTuple())
    observe(tracker, { meter })
    udpFlows(5).forEach((frame, i) => {
      tracker.track(at(i, frame))
    })
    tracker.track(at(5, icmp))
    expect(await metrics()).toMatchObject({
      flowscope_flows_created_total: { 'l4=udp': 5, 'l4=other': 1 },
      flowscope_flows_active: { '': 6 },
    })
    const [first] = tracker.flows()
    if (!first) throw new Error('a flow')
    tracker.forget(first.key)
    tracker.reconfigure({ maxFlows: 2 })
    tracker.track(at(6, new Uint8Array(20)))
    const collected = await metrics()
    expect(collected).toMatchObject({
      flowscope_flows_active: { '': 2 },
      flowscope_flows_forgotten_total: { '': 1 },
      flowscope_flows_ended_total: { 'reason=evicted': 3 },
      flowscope_packets_unmatched_total: { '': 1 },
    })
    const { flowsCreated, flowsEnded, flowsForgotten, flowsLive } = tracker.stats
    expect(flowsCreated).toBe(flowsEnded + flowsForgotten + flowsLive)
  })

  it('name idle flows as the vocabulary does', async () => {
    const { meter, collect: metrics } = create()
    using tracker = await FlowTracker.create(fiveTuple())
    observe(tracker, { meter })
    const [frame] = udpFlows(1)
    if (!frame) throw new Error('a frame')
    tracker.track(at(0, frame))
    tracker.track(at(100, frame))
    expect((await metrics()).flowscope_flows_ended_total).toEqual({ 'reason=idle': 1 })
  })

  it('tell what became of streams, once the flow has ended', async () => {
    const { meter, collect: metrics } = create()
    const streams = { maxBuffer: 4096, overflow: 'drop-flow' } as const
    using driver = await Driver.create({ parsers: [lines().protocol], streams, anomalies: true })
    observe(driver, { meter })
    const [syn, synAck, ack] = connection()
    const send = (sequence: number, payload: string) =>
      ipv4Tcp(CLIENT, SERVER, { sequence, acknowledgement: 501, flags: 'PA' }, payload)
    const answer = (sequence: number, payload: string) =>
      ipv4Tcp(SERVER, CLIENT, { sequence, acknowledgement: 101, flags: 'PA' }, payload)
    if (!syn || !synAck || !ack) throw new Error('a handshake')
    const held = Array.from({ length: 60 }, (_, i) => send(201 + i * 100, 'x'.repeat(100)))
    const frames = [syn, synAck, ack, answer(501, 'one\n'), answer(501, 'one\n'), answer(510, 'two\n'), ...held]
    const ended = frames.flatMap((frame, i) => driver.track(at(i / 10, frame)))
    expect(ended.some(({ kind }) => kind === 'ended')).toBe(false)
    expect((await metrics()).flowscope_reassembly_gap_bytes_total ?? {}).toEqual({})
    const [end] = driver.finish().filter((event) => event.kind === 'ended')
    const { initiator, responder } = end?.stats ?? {}
    const collected = await metrics()

    expect(initiator?.stream?.stopped).toBe('overflow')
    expect(initiator?.stream?.droppedBytes).toBeGreaterThan(1000)
    expect(collected.flowscope_reassembly_bytes_dropped_oversize_total).toEqual({
      'side=initiator': initiator?.stream?.droppedBytes,
    })
    expect(collected.flowscope_reassembly_dropped_ooo_total).toEqual({
      'side=initiator': initiator?.stream?.droppedSegments,
    })
    expect(collected.flowscope_reassembly_gap_bytes_total).toEqual({ 'side=responder': 5 })
    expect(collected.flowscope_retransmits_total).toEqual({ 'side=responder': 1 })
    expect(responder?.retransmits).toBe(1)
    const watermark = 'flowscope_reassembler_high_watermark_bytes'
    expect(distribution(collected, watermark, 'side=initiator').sum).toBe(initiator?.stream?.highWatermark)
    expect(distribution(collected, watermark, 'side=responder')).toMatchObject({ count: 1, sum: 4 })
    expect(collected.flowscope_anomalies_total).toMatchObject({
      'kind=ooo_segment': expect.any(Number),
      'kind=stream_gap': 1,
      'kind=buffer_overflow': 1,
    })
  })

  it('tell parsers that end early, and anomalies by kind', async () => {
    const { meter, collect: metrics } = create()
    const failing = sessionParser({
      name: 'failing',
      create: () => ({
        feed(side) {
          if (side === 'responder') throw new Error('no')
          return [new ParserAnomaly('protocol_violation', 'odd'), 'message']
        },
      }),
    })
    using driver = await Driver.create({ parsers: [failing], anomalies: true })
    observe(driver, { meter })
    await collect(driver.events(captureOf(connection())))
    expect(await metrics()).toMatchObject({
      flowscope_messages_total: { 'parser=failing': 1 },
      flowscope_parsers_closed_total: { 'parser=failing reason=threw': 1 },
      flowscope_anomalies_total: { 'kind=protocol_violation': 1, 'kind=parse_error': 1 },
    })
  })

  it('sum up over trackers, those that are gone included', async () => {
    const { meter, collect: metrics } = create()
    for (let i = 0; i < 3; i++) {
      const tracker = await FlowTracker.create(fiveTuple())
      observe(tracker, { meter })
      udpFlows(10 + i).forEach((frame, j) => {
        tracker.track(at(j / 100, frame))
      })
      // The last one lives on.
      if (i < 2) tracker.dispose()
    }
    expect(await metrics()).toMatchObject({
      flowscope_flows_created_total: { 'l4=udp': 33 },
      flowscope_packets_total: { '': 33 },
      flowscope_flows_active: { '': 12 },
    })
  })

  it('have the attributes that they are given', async () => {
    const { meter, collect: metrics } = create()
    for (const name of ['eth0', 'eth1', 'eth0']) {
      const tracker = await FlowTracker.create(fiveTuple())
      observe(tracker, { meter, attributes: { interface: name } })
      for (const event of tracker.eventsSync(captureOf(connection()))) expect(event.flow).toBe(1)
      tracker.dispose()
    }
    const collected = await metrics()
    expect(collected).toMatchObject({
      flowscope_packets_total: { 'interface=eth0': 16, 'interface=eth1': 8 },
      flowscope_flows_ended_total: { 'interface=eth0 reason=fin': 2, 'interface=eth1 reason=fin': 1 },
    })
    expect(distribution(collected, 'flowscope_flow_packets', 'interface=eth0').count).toBe(2)
  })

  it('count from where observation began to where it ends', async () => {
    const { meter, collect: metrics } = create()
    using tracker = await FlowTracker.create(fiveTuple())
    const frames = udpFlows(6).map((frame, i) => at(i, frame))
    const track = (from: number, to: number) => {
      for (const frame of frames.slice(from, to)) tracker.track(frame)
    }
    track(0, 1)
    const observation = observe(tracker, { meter })
    track(1, 3)
    observation.dispose()
    observation.dispose()
    track(3, 6)
    expect(await metrics()).toMatchObject({
      flowscope_flows_created_total: { 'l4=udp': 2 },
      flowscope_packets_total: { '': 2 },
      flowscope_flows_active: { '': 0 },
    })
  })

  it('have no label that grows with the traffic', async () => {
    const labelsAfter = async (frames: readonly Uint8Array[]) => {
      const { meter, collect: metrics } = create()
      using driver = await Driver.create({ parsers: [dns(), lines().protocol], anomalies: true })
      observe(driver, { meter })
      frames.forEach((frame, i) => {
        driver.track(at(i / 1000, frame))
      })
      driver.finish()
      return Object.entries(await metrics()).flatMap(([name, values]) =>
        Object.keys(values).map((labels) => `${name}{${labels}}`),
      )
    }
    const clients = (count: number) =>
      Array.from({ length: count }, (_, i) => connection(`10.2.${i >> 8}.${i & 0xff}:${20_000 + i}`)).flat()
    const few = await labelsAfter([icmp, ...udpFlows(2), ...clients(2)])
    const many = await labelsAfter([icmp, ...udpFlows(400), ...clients(400)])
    expect(many.sort()).toEqual(few.sort())
    // Beside those of metrics and labels, there are no digits: no address, port or number.
    expect(many.join(' ').replaceAll('l4=', '')).not.toMatch(/\d/)
  })
})

it('can be collected from inside a callback of the tracker', async () => {
  const [, create] = backends[0] ?? []
  if (!create) throw new Error('no backend')
  const { meter, collect: metrics } = create()
  let during: Promise<unknown> | undefined
  const parser = () => ({
    feed: () => {
      during = metrics()
      return []
    },
  })
  using driver = await Driver.create({ parsers: [sessionParser({ name: 'collecting', create: parser })] })
  observe(driver, { meter })
  driver.track(at(0, udpFlows(1)[0] as Uint8Array))
  await metrics()
  for (const event of driver.eventsSync(captureOf(connection()))) expect(event).toBeDefined()
  expect(await during).toMatchObject({ flowscope_packets_total: { '': 1 } })
  expect(await metrics()).toMatchObject({ flowscope_packets_total: { '': 9 } })
})
