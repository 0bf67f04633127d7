import { afterEach, describe, expect, it } from 'vitest'
import {
  autoDetectEncap,
  type CaptureSource,
  customExtractor,
  type Extractor,
  type FiveTupleKey,
  type FlowKey,
  FlowTracker,
  type FlowTrackerOptions,
  fiveTuple,
  ipPair,
  LinkType,
  type TrackerEvent,
  type TrackerStats,
} from '../../../bindings'
import { everyNanoseconds, pcap } from '../../support/captures'
import { fragments } from '../../support/fragments'
import { ethernet, gtpu, ipv4, ipv4Tcp, ipv4Udp, ipv6Udp, udp } from '../../support/frames'
import { at, collect } from '../support'

const A = '10.0.0.1:1000'
const B = '10.0.0.2:53'

const trackers: FlowTracker<FlowKey, undefined, TrackerEvent>[] = []

afterEach(() => {
  for (const tracker of trackers.splice(0)) tracker.dispose()
})

async function create<K extends FlowKey = FiveTupleKey>(
  options: FlowTrackerOptions<K, undefined> = {},
  extractor: Extractor<K> = fiveTuple() as Extractor<FlowKey> as Extractor<K>,
) {
  const tracker = await FlowTracker.create(extractor, options)
  trackers.push(tracker as unknown as FlowTracker<FlowKey, undefined, TrackerEvent>)
  return tracker
}

/** `length` bytes that differ from place to place. */
function bytesOf(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + seed * 101) & 0xff)
}

/** All packets are accounted for. */
function expectBalanced(
  { packets, packetsUnmatched, packetsDuplicate, fragments: { held } }: TrackerStats,
  ofFlows: number,
) {
  expect(ofFlows + packetsUnmatched + packetsDuplicate + held).toBe(packets)
}

describe('IP fragments', () => {
  it('become the datagram when the last one comes, with all packets and bytes', async () => {
    const tracker = await create({ streams: { tcp: [], udp: 'all' } })
    const payload = bytesOf(4000)
    const pieces = fragments(ipv4Udp(A, B, payload), 1480)
    const order = [2, 0, 1].map((i) => pieces[i] as Uint8Array)
    const told = order.map((frame, i) => tracker.track(at(i + 1, frame)))
    expect(told.map((events) => events.map(({ kind }) => kind))).toEqual([[], [], ['started', 'datagram']])
    const [ended] = tracker.finish()
    expect(ended).toMatchObject({ kind: 'ended' })
    const { stats } = ended as { stats: { packets: number; bytes: number; initiator: { payloadBytes: number } } }
    expect(stats).toMatchObject({ packets: 3, bytes: pieces.reduce((sum, { length }) => sum + length, 0) })
    expect(stats.initiator.payloadBytes).toBe(4000)
    expect(tracker.stats).toMatchObject({
      packets: 3,
      packetsUnmatched: 0,
      packetsFragmented: 3,
      fragments: { reassembled: 1, held: 0, dropped: 0 },
    })
  })

  it('carry their bytes in one piece, of IPv6 too', async () => {
    const tracker = await create({ streams: { tcp: [], udp: 'all' } })
    const payload = bytesOf(60_000)
    for (const [i, frame] of fragments(ipv6Udp('[2001:db8::1]:1000', '[2001:db8::2]:53', payload), 1232).entries()) {
      for (const event of tracker.track(at(i / 1000, frame))) {
        if (event.kind === 'datagram') expect(event.bytes).toEqual(payload)
      }
    }
    expect(tracker.stats.fragments.reassembled).toBe(1)
  })

  it('carry segments of TCP, headers split over them', async () => {
    const tracker = await create({ streams: {} })
    const frames = [
      ipv4Tcp(A, B, { flags: 'S', sequence: 99 }),
      ipv4Tcp(B, A, { flags: 'SA', sequence: 499, acknowledgement: 100 }),
      ipv4Tcp(A, B, { flags: 'A', sequence: 100, acknowledgement: 500 }, 'hello, '),
      ipv4Tcp(A, B, { flags: 'PA', sequence: 107, acknowledgement: 500 }, 'world'),
    ]
    let text = ''
    const kinds: string[] = []
    frames.forEach((frame, i) => {
      for (const [j, piece] of fragments(frame, 8, i).reverse().entries()) {
        for (const event of tracker.track(at(i + j / 100, piece))) {
          kinds.push(event.kind)
          if (event.kind === 'stream_data') text += new TextDecoder().decode(event.bytes)
        }
      }
    })
    expect(text).toBe('hello, world')
    expect(kinds).toEqual(['started', 'state_change', 'state_change', 'established', 'stream_data', 'stream_data'])
  })

  it('show the tunnel that they carry', async () => {
    const tracker = await create({ streams: {} }, autoDetectEncap(fiveTuple()))
    const inner = ipv4(
      { source: '10.9.0.1', destination: '10.9.0.2' },
      udp({ source: 7, destination: 8 }, bytesOf(1400)),
    )
    const outer = ethernet(
      {},
      ipv4(
        { source: '10.0.0.1', destination: '10.0.0.2' },
        udp({ source: 2152, destination: 2152 }, gtpu({ teid: 5 }, inner)),
      ),
    ).bytes
    for (const [i, piece] of fragments(outer, 1200).entries()) tracker.track(at(i, piece))
    const [ended] = tracker.finish()
    expect(ended).toMatchObject({
      initiator: { address: '10.9.0.1', port: 7 },
      stats: { packets: 2 },
      encapsulations: [{ kind: 'gtpu', id: 5 }],
    })
  })

  it('are whole datagrams to a custom extractor', async () => {
    const seen: { linkType: number; length: number }[] = []
    const tracker = await create(
      {},
      customExtractor(({ frame, linkType }) => {
        seen.push({ linkType, length: frame.length })
        return { key: frame.slice(12, 20), orientation: 'forward' }
      }),
    )
    for (const [i, piece] of fragments(ipv4Udp(A, B, bytesOf(1000)), 400).entries()) tracker.track(at(i, piece))
    expect(seen).toEqual([{ linkType: LinkType.Raw, length: 20 + 8 + 1000 }])
    expect(tracker.finish()).toMatchObject([{ stats: { packets: 3 } }])
  })

  it('need not be put together for keys of addresses alone', async () => {
    const tracker = await create({}, ipPair())
    const [first] = fragments(ipv4Udp(A, B, bytesOf(1000)), 400)
    expect(tracker.track(at(1, first as Uint8Array))).toMatchObject([{ kind: 'started' }])
  })

  it('are tracked each for itself where that is wanted', async () => {
    const tracker = await create({ reassembleFragments: false })
    const pieces = fragments(ipv4Udp(A, B, bytesOf(1000)), 400)
    for (const [i, piece] of pieces.entries()) tracker.track(at(i, piece))
    expect(tracker.finish()).toMatchObject([
      { initiator: { address: '10.0.0.1', port: 1000 }, stats: { packets: 1 } },
      { initiator: { address: '10.0.0.1' }, stats: { packets: 2 } },
    ])
    tracker.reconfigure({ reassembleFragments: true })
    for (const [i, piece] of pieces.entries()) tracker.track(at(10 + i, piece))
    expect(tracker.finish()).toMatchObject([{ stats: { packets: 3 } }])
  })

  it('belong to no flow if their datagram never becomes complete', async () => {
    const tracker = await create({ anomalies: true })
    const [one, two] = fragments(ipv4Udp(A, B, bytesOf(1000)), 400) as [Uint8Array, Uint8Array]
    tracker.track(at(1, one))
    tracker.track(at(2, two))
    expect(tracker.stats).toMatchObject({ packets: 2, packetsUnmatched: 0, fragments: { held: 2 } })
    expect(tracker.sweep(at(30.9, one).timestamp)).toEqual([])
    expect(tracker.sweep(at(31, one).timestamp)).toMatchObject([
      { kind: 'tracker_anomaly', severity: 'info', anomaly: { kind: 'fragment_timeout', datagrams: 1, total: 1 } },
    ])
    expect(tracker.stats).toMatchObject({ packetsUnmatched: 2, fragments: { held: 0, dropped: 2, timedOut: 1 } })
    tracker.track(at(40, one))
    expect(tracker.finish()).toMatchObject([{ anomaly: { kind: 'fragment_timeout', datagrams: 1, total: 2 } }])
    expect(tracker.stats).toMatchObject({ packetsUnmatched: 3, flowsCreated: 0, fragments: { held: 0 } })
  })

  it('are told of when they overlap, cannot be, or are too many', async () => {
    const tracker = await create({ anomalies: true })
    const pieces = fragments(ipv4Udp(A, B, bytesOf(1000)), 400)
    const other = fragments(ipv4Udp(A, B, bytesOf(1000, 2)), 400)
    const odd = fragments(ipv4Udp(A, B, bytesOf(1000)), 399, 2)
    tracker.track(at(1, pieces[0] as Uint8Array))
    expect(tracker.track(at(2, other[0] as Uint8Array))).toMatchObject([
      { severity: 'critical', anomaly: { kind: 'fragment_overlap', offset: 0 } },
    ])
    expect(tracker.track(at(3, odd[0] as Uint8Array))).toMatchObject([
      { severity: 'warning', anomaly: { kind: 'fragment_malformed', offset: 0 } },
    ])
    const anomalies = Array.from({ length: 1030 }, (_, i) =>
      tracker.track(at(4, fragments(ipv4Udp(A, B, bytesOf(1000)), 400, 100 + i)[0] as Uint8Array)),
    ).flat()
    // The one that was given up above makes room first.
    expect(anomalies).toHaveLength(6)
    expect(anomalies[0]).toMatchObject({ anomaly: { kind: 'fragment_bound', datagrams: 1, total: 1 } })
    expect(tracker.stats.fragments).toMatchObject({ overlapping: 1, malformed: 1, crowdedOut: 6, held: 1024 })
  })

  it('that a snap length has cut are tracked each for itself', async () => {
    const tracker = await create()
    const records = fragments(ipv4Udp(A, B, bytesOf(1000)), 400).map((frame, i) => ({
      time: BigInt(i),
      frame: frame.subarray(0, 96),
      wireLength: frame.length,
    }))
    await collect(tracker.read(pcap(records)))
    expect(tracker.stats).toMatchObject({ packetsUnmatched: 0, flowsCreated: 2, fragments: { cut: 3, held: 0 } })
  })
})

describe('a capture with fragments', () => {
  it('tells the same in chunks of any size', async () => {
    const capture = mixture(7)
    const whole = await tell(capture, 1 << 20)
    expect(whole.length).toBeGreaterThan(2000)
    for (const chunk of [977, 4096, 65_537, 300_000]) expect(await tell(capture, chunk)).toEqual(whole)
  })

  it('may have more complete datagrams than are kept at once', async () => {
    const tracker = await create({ streams: { tcp: [], udp: 'all' }, packetEvents: true })
    const payloads = Array.from({ length: 150 }, (_, i) => bytesOf(60_000 + i, i))
    const frames = payloads.flatMap((payload, i) => fragments(ipv4Udp(A, B, payload), 30_000, i))
    const seen: boolean[] = []
    for await (const event of tracker.read(pcap(everyNanoseconds(1000n, frames), { snapLength: 262_144 }))) {
      if (event.kind === 'datagram') seen.push(Buffer.compare(event.bytes, payloads[seen.length] as Uint8Array) === 0)
      if (event.kind === 'packet') expect(event.payload.length).toBe(event.payload.byteLength)
    }
    expect(seen).toEqual(payloads.map(() => true))
    expectBalanced(
      tracker.stats,
      tracker.finish().reduce((sum, event) => sum + packetsOf(event), 0),
    )
  })
})

function packetsOf(event: TrackerEvent): number {
  return event.kind === 'ended' ? event.stats.packets : 0
}

/** Everything that a capture tells when it is read in chunks of so many bytes, its bytes too. */
async function tell(capture: Uint8Array, chunk: number): Promise<string[]> {
  const tracker = await create({
    streams: { udp: 'all' },
    anomalies: true,
    packetEvents: true,
    dedup: true,
    hashSeed: 5n,
  })
  const told: string[] = []
  let ofFlows = 0
  for await (const event of tracker.read(inChunks(capture, chunk))) {
    const bytes =
      event.kind === 'datagram' || event.kind === 'stream_data' ? Buffer.from(event.bytes).toString('hex') : ''
    told.push(JSON.stringify(event) + bytes)
    ofFlows += packetsOf(event)
  }
  for (const event of tracker.finish()) {
    told.push(JSON.stringify(event))
    ofFlows += packetsOf(event)
  }
  expectBalanced(tracker.stats, ofFlows)
  told.push(JSON.stringify(tracker.stats))
  return told
}

function inChunks(capture: Uint8Array, chunk: number): CaptureSource {
  let offset = 0
  return {
    readInto(target) {
      const length = Math.min(chunk, target.length, capture.length - offset)
      target.set(capture.subarray(offset, offset + length))
      offset += length
      return length
    },
  }
}

/** Whole and fragmented datagrams and segments, some fragments lost, doubled, changed, late or out of order. */
function mixture(seed: number): Uint8Array {
  let state = seed
  const below = (bound: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
  const frames: Uint8Array[] = []
  for (let i = 0; i < 1200; i++) {
    const payload = bytesOf(1 + below(below(30) === 0 ? 60_000 : 3000), i)
    const to = `10.0.1.${below(20)}:80`
    const frame =
      below(3) === 0
        ? ipv4Tcp(A, to, { flags: 'A', sequence: 3000 * i }, payload.subarray(0, 1400))
        : below(2) === 0
          ? ipv4Udp(A, to, payload)
          : ipv6Udp('[2001:db8::1]:1000', `[2001:db8::${below(20).toString(16)}]:53`, payload)
    const pieces =
      below(3) === 0 ? [frame] : fragments(frame, 8 * (1 + below(185)) * (payload.length > 4000 ? 8 : 1), i)
    const last = pieces.length - 1
    if (below(4) === 0) pieces.reverse()
    if (below(8) === 0) pieces.splice(below(last + 1), 1)
    if (below(6) === 0) pieces.splice(below(last + 1), 0, ...pieces.slice(0, 1))
    if (below(20) === 0) pieces.push(pieces[0]?.map((byte, j) => (j === 60 ? byte ^ 1 : byte)) ?? frame)
    for (const piece of pieces) frames.splice(Math.max(0, frames.length - below(4)), 0, piece)
  }
  return pcap(everyNanoseconds(20_000_000n, frames))
}
