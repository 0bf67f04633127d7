import { describe, expect, it } from 'vitest'
import {
  type FlowEvent,
  FlowTracker,
  fiveTuple,
  type PacketEvent,
  PacketView,
  StaleViewError,
  Timestamp,
} from '../../../bindings'
import { ipv4Udp } from '../../support/frames'
import { at, CLIENT, captureOf, connection, kinds, udpFlows } from '../support'

const isPacket = (event: FlowEvent): event is PacketEvent => event.kind === 'packet'
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describe('packet events', () => {
  it('come for each packet, after what it changed and before the end', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { packetEvents: true })
    const frames = connection()
    const events = frames.map((frame, i) => kinds(tracker.track(at(1 + i, frame))))
    expect(events[0]).toEqual(['started', 'state_change', 'packet'])
    expect(events[2]).toEqual(['established', 'packet'])
    expect(events[3]).toEqual(['packet'])
    expect(events[7]).toEqual(['state_change', 'packet', 'ended'])
  })

  it('have the bytes', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { packetEvents: true })
    const frames = connection()
    const packets: { payload: string; frame: Uint8Array; side: string }[] = []
    for (const event of tracker.eventsSync(captureOf(frames))) {
      if (isPacket(event)) packets.push({ payload: text(event.payload), frame: event.frame.slice(), side: event.side })
    }
    expect(packets.map(({ frame }) => frame)).toEqual(frames)
    expect(packets.map(({ payload }) => payload)).toEqual(['', '', '', 'get', 'yes', '', '', ''])
    expect(packets.map(({ side }) => side[0]).join('')).toBe('iriiriri')
  })

  it('tell captured length and length on the wire apart', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { packetEvents: true })
    const frame = ipv4Udp(CLIENT, '10.0.0.2:53', 'question')
    const cut = new PacketView(frame.subarray(0, -4), Timestamp.ZERO, { wireLength: frame.length })
    const [, packet] = tracker.track(cut)
    expect(packet).toMatchObject({ wireLength: frame.length, capturedLength: frame.length - 4, payloadLength: 4 })
    expect(text((packet as PacketEvent).payload)).toBe('ques')
    expect(tracker.stats).toMatchObject({ packetsTruncated: 1, bytes: frame.length })
  })

  it('share the key of their flow', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { packetEvents: true })
    const events = connection().flatMap((frame, i) => tracker.track(at(1 + i, frame)))
    expect(new Set(events.map((event) => event.key)).size).toBe(1)
  })

  it('do not show bytes of others', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { packetEvents: true })
    const [, packet] = tracker.track(at(1, ipv4Udp(CLIENT, '10.0.0.2:53', 'one'))) as [FlowEvent, PacketEvent]
    expect(text(packet.payload)).toBe('one')
    tracker.track(at(2, ipv4Udp(CLIENT, '10.0.0.2:53', 'two')))
    expect(() => packet.payload).toThrow(StaleViewError)
    expect(() => packet.frame).toThrow(StaleViewError)
    expect(packet).toMatchObject({ capturedLength: 45, payloadLength: 3 })
  })

  it('hold their bytes while other methods are called', async () => {
    using tracker = await FlowTracker.create(fiveTuple(), { packetEvents: true })
    const seen: string[] = []
    for (const event of tracker.eventsSync(captureOf(udpFlows(200)))) {
      if (!isPacket(event)) continue
      tracker.get(event.key)
      if (event.flow % 50 === 0) tracker.forceClose(event.key)
      seen.push(text(event.payload))
    }
    expect(seen).toEqual(Array.from({ length: 200 }, () => 'ping'))
  })

  it('can be switched on and off while flows live', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    const [started] = tracker.track(at(1, ipv4Udp(CLIENT, '10.0.0.2:53', 'one')))
    tracker.reconfigure({ packetEvents: true })
    const [packet] = tracker.track(at(2, ipv4Udp(CLIENT, '10.0.0.2:53', 'two')))
    expect(packet?.kind).toBe('packet')
    expect(String(packet?.key)).toBe(String(started?.key))
    tracker.reconfigure({ packetEvents: false })
    expect(tracker.track(at(3, ipv4Udp(CLIENT, '10.0.0.2:53', 'three')))).toEqual([])
  })
})
