import { describe, expect, it } from 'vitest'
import { autoDetectEncap, bytesSource, type Extractor, FlowTracker, fiveTuple, ipPair, macPair } from '../../bindings'
import type { CliKey, EndedFlow } from '../../bindings/cli/flow'
import { flowRows } from '../../bindings/cli/formats/flow-rows'
import type { Look } from '../../bindings/cli/formats/format'
import { ndjson } from '../../bindings/cli/formats/ndjson'
import { summaryScreen } from '../../bindings/cli/formats/summary-screen'
import { MessageCounts } from '../../bindings/cli/messages/counts'
import { paletteFor } from '../../bindings/cli/output/colors'
import type { Damage, Report } from '../../bindings/cli/report'
import { Tally } from '../../bindings/cli/tally'
import { flowLine } from '../../bindings/ndjson/flow'
import { integer } from '../../bindings/ndjson/json'
import { everyNanoseconds, pcap } from '../support/captures'
import {
  ethernet,
  geneve,
  gre,
  gtpu,
  ipv4,
  ipv4Icmp,
  ipv4Tcp,
  ipv4Udp,
  ipv6Tcp,
  mpls,
  type Payload,
  pppoe,
  tcp,
  udp,
  vlan,
  vxlan,
} from '../support/frames'

const START = 1_369_170_377_123_456_000n
const [CLIENT, SERVER] = ['10.0.0.1:54321', '10.0.0.2:80'] as const

/** Tracks frames a millisecond apart. */
async function track(frames: readonly Uint8Array[], extractor: Extractor<CliKey> = autoDetectEncap(fiveTuple())) {
  using tracker = await FlowTracker.create(extractor)
  const flows: EndedFlow[] = []
  const capture = pcap(everyNanoseconds(1_000_000n, frames, START))
  for await (const event of tracker.events(bytesSource(capture))) if (event.kind === 'ended') flows.push(event)
  return { flows, stats: tracker.stats }
}

/** What the line of the only flow says. */
async function lineOf(frames: readonly Uint8Array[], extractor?: Extractor<CliKey>) {
  const { flows } = await track(frames, extractor)
  expect(flows).toHaveLength(1)
  return JSON.parse(flowLine(flows[0] as EndedFlow))
}

async function reportOf(frames: readonly Uint8Array[], damage: readonly Damage[] = []): Promise<Report> {
  const { flows, stats } = await track(frames)
  const tally = new Tally()
  for (const flow of flows) tally.add(flow)
  return { captures: ['trace.pcap'], stats, messages: new MessageCounts(), anomalies: new Map(), damage, tally }
}

const handshake = [
  ipv4Tcp(CLIENT, SERVER, { sequence: 100, flags: 'S' }),
  ipv4Tcp(SERVER, CLIENT, { sequence: 500, acknowledgement: 101, flags: 'SA' }),
  ipv4Tcp(CLIENT, SERVER, { sequence: 101, acknowledgement: 501, flags: 'A' }),
  ipv4Tcp(CLIENT, SERVER, { sequence: 101, acknowledgement: 501, flags: 'PA' }, 'hello'),
]

const PLAIN: Look = { palette: paletteFor({}), columns: undefined }

describe('the line of a flow', () => {
  it('has the documented fields in their order', async () => {
    const { flows } = await track(handshake)
    expect(flowLine(flows[0] as EndedFlow)).toBe(
      '{"type":"flow","flow":1,"protocol":"tcp",' +
        '"initiator":{"address":"10.0.0.1","port":54321},"responder":{"address":"10.0.0.2","port":80},' +
        '"start":"2013-05-21T21:06:17.123456000Z","end":"2013-05-21T21:06:17.126456000Z",' +
        '"packets_initiator":3,"packets_responder":1,"bytes_initiator":167,"bytes_responder":54,' +
        '"payload_bytes_initiator":5,"payload_bytes_responder":0,' +
        '"state":"established","end_reason":"end_of_capture","history":"ShAD",' +
        '"community_id":"1:Fbql/FnumvOyKWOF6czvhebKXYw=",' +
        '"tcp":{"retransmits_initiator":0,"retransmits_responder":0,' +
        '"out_of_order_initiator":0,"out_of_order_responder":0,"midstream":false,"initiator_corrected":false}}\n',
    )
  })

  it('leaves out what there is not', async () => {
    const line = await lineOf([ipv4Icmp('10.0.0.1', '10.0.0.2', { type: 8 })])
    expect(line).toMatchObject({ protocol: 'icmp', initiator: { address: '10.0.0.1' }, state: 'active' })
    expect(line).not.toHaveProperty('tcp')
    expect(line).not.toHaveProperty('encapsulation')
    expect(line.responder).not.toHaveProperty('port')
    expect(Object.values(line)).not.toContain(null)
  })

  it('numbers protocols without a name', async () => {
    const frame = ethernet({}, ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 89 }, 'ospf')).bytes
    expect((await lineOf([frame])).protocol).toBe('89')
  })

  it('has addresses without ports, or MAC addresses, with other extractors', async () => {
    const pair = await lineOf(handshake, ipPair())
    expect(pair.initiator).toEqual({ address: '10.0.0.1' })
    expect(pair).not.toHaveProperty('tcp')
    const mac = await lineOf(handshake, macPair())
    expect(mac.responder).toEqual({ mac: expect.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/) })
    expect(mac).not.toHaveProperty('protocol')
    expect(mac).not.toHaveProperty('community_id')
  })
})

describe('encapsulation', () => {
  const inner = ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, tcp({ source: 1, destination: 2 }))
  const frame = ethernet({}, inner)
  const outer = { source: '192.0.2.1', destination: '192.0.2.2' }
  const ends = { source: { address: '192.0.2.1' }, destination: { address: '192.0.2.2' } }
  const overUdp = (port: number, payload: Payload) => ipv4(outer, udp({ source: 5000, destination: port }, payload))
  const udpEnds = (port: number) => ({
    source: { address: '192.0.2.1', port: 5000 },
    destination: { address: '192.0.2.2', port },
  })

  it.each([
    ['VLAN', vlan({ id: 10 }, inner), [{ kind: 'vlan', id: 10 }]],
    [
      'two VLANs',
      vlan({ id: 10, etherType: 0x88a8 }, vlan({ id: 20 }, inner)),
      [
        { kind: 'vlan', id: 10 },
        { kind: 'vlan', id: 20 },
      ],
    ],
    ['MPLS', mpls([16], inner), [{ kind: 'mpls', label: 16 }]],
    ['PPPoE', pppoe(7, inner), [{ kind: 'pppoe', session: 7 }]],
    ['IP in IP', ipv4(outer, inner), [{ kind: 'ip', outer: ends }]],
    ['GRE', ipv4(outer, gre({ key: 9 }, inner)), [{ kind: 'gre', key: 9, outer: ends }]],
    ['VXLAN', overUdp(4789, vxlan(7, frame)), [{ kind: 'vxlan', vni: 7, outer: udpEnds(4789) }]],
    ['Geneve', overUdp(6081, geneve({ vni: 8 }, frame)), [{ kind: 'geneve', vni: 8, outer: udpEnds(6081) }]],
    [
      'GTP-U',
      overUdp(2152, gtpu({ teid: 4000000000 }, inner)),
      [{ kind: 'gtpu', teid: 4000000000, outer: udpEnds(2152) }],
    ],
  ])('of %s', async (_name, payload, expected) => {
    expect((await lineOf([ethernet({}, payload).bytes])).encapsulation).toEqual(expected)
  })
})

describe('integers', () => {
  it('become text where a double would lose digits', () => {
    expect([0, 4711, Number.MAX_SAFE_INTEGER, 2 ** 60].map(integer)).toEqual([
      '0',
      '4711',
      '9007199254740991',
      '"1152921504606846976"',
    ])
  })
})

describe('the line of the summary', () => {
  it('has the documented fields in their order', async () => {
    expect(ndjson.summary(await reportOf(handshake), PLAIN)).toBe(
      '{"type":"summary","captures":1,"packets":4,"bytes":221,' +
        '"first":"2013-05-21T21:06:17.123456000Z","last":"2013-05-21T21:06:17.126456000Z",' +
        '"flows":1,"unmatched_packets":0,"duplicate_packets":0,"messages":{},"anomalies":{},"truncated_packets":0}\n',
    )
  })

  it('has no times without packets', async () => {
    const line = JSON.parse(ndjson.summary(await reportOf([]), PLAIN))
    expect(line).not.toHaveProperty('first')
    expect(line).toMatchObject({ packets: 0, flows: 0 })
  })

  it('names the first damage', async () => {
    const damage = { capture: 'a\u009b.pcap', offset: 4711, reason: 'bad block' }
    const text = ndjson.summary(await reportOf(handshake, [damage]), PLAIN)
    expect(text).not.toContain('\u009b')
    expect(JSON.parse(text).damage).toEqual({ offset: 4711, reason: 'bad block', capture: 'a\u009b.pcap' })
  })
})

describe('rows', () => {
  const long = [
    '[2001:db8:1111:2222:3333:4444:5555:6666]:54321',
    '[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:443',
  ] as const
  const frames = [
    ...handshake,
    ipv6Tcp(...long, { flags: 'S' }),
    ethernet(
      {},
      vlan({ id: 10 }, ipv4({ source: '10.0.0.9', destination: '10.0.0.2' }, udp({ source: 1, destination: 2 }))),
    ).bytes,
  ]

  it.each([40, 74, 80, 100, 120, 160, 250])('fit a terminal of %d columns', async (columns) => {
    const rows = flowRows({ ...PLAIN, columns })
    const { flows } = await track(frames)
    for (const text of flows.map(rows.row)) {
      expect(text.endsWith('\n')).toBe(true)
      expect(text.trimEnd().length).toBeLessThanOrEqual(columns)
    }
  })

  it('stand under their titles', async () => {
    const rows = flowRows(PLAIN)
    const { flows } = await track(frames)
    const [row = ''] = flows.map(rows.row)
    for (const [title, cell] of [
      ['START', '21:06:17.123'],
      ['PROTO', 'tcp'],
      ['INITIATOR', CLIENT],
      ['RESPONDER', SERVER],
      ['END', 'open'],
      ['HISTORY', 'ShAD'],
    ] as const) {
      expect(row.indexOf(cell)).toBe(rows.head.indexOf(title))
    }
    expect(row.trimEnd().length).toBeLessThanOrEqual(120)
  })

  it('keep long endpoints whole where there is no terminal', async () => {
    const rows = flowRows(PLAIN)
    const text = (await track(frames)).flows.map(rows.row).join('')
    for (const endpoint of long) expect(text).toContain(endpoint)
    expect(text).toContain('vlan 10')
  })
})

describe('the summary on the screen', () => {
  it('says what was read, who talked, and how flows ended', async () => {
    const frames = [...handshake, ipv4Udp('10.0.0.7:1000', '10.0.0.8:53', 'x'.repeat(500)), new Uint8Array(60)]
    const text = summaryScreen(await reportOf(frames), PLAIN)
    expect(text).toContain(' trace.pcap\n')
    expect(text).toMatch(/packets +6 +first +2013-05-21 21:06:17\.123456 UTC\n/)
    expect(text).toMatch(/bytes +823 B +last/)
    expect(text).toMatch(/tcp +1 +4 +221 B +26\.9 %/)
    expect(text).toMatch(/udp +1 +1 +542 B +65\.9 %/)
    expect(text).toMatch(/no flow +- +1 +60 B +7\.3 %/)
    expect(text).toMatch(/FLOWS ENDED +2 end_of_capture/)
    expect(text.indexOf('10.0.0.7 - 10.0.0.8')).toBeLessThan(text.indexOf('10.0.0.1 - 10.0.0.2'))
  })

  it('fits one screen and has no blanks at the end of lines', async () => {
    const frames = Array.from({ length: 50 }, (_, i) => [
      ipv4Udp(`10.0.${i}.1:1000`, '10.0.0.8:53', 'x'),
      ethernet({}, ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 60 + i }, 'x')).bytes,
    ]).flat()
    const lines = summaryScreen(await reportOf(frames), PLAIN).split('\n')
    expect(lines.length).toBeLessThan(35)
    for (const line of lines) expect(line).toBe(line.trimEnd())
    expect(lines.join('\n')).toMatch(/\d+ others/)
  })

  it('is short about nothing', async () => {
    const text = summaryScreen(await reportOf([]), PLAIN)
    expect(text).toMatch(/packets +0\n/)
    expect(text).not.toContain('TOP TALKERS')
  })

  it('warns, and lets nothing through to the terminal', async () => {
    const damage = { capture: 'evil\u001b[2J.pcap', offset: 24, reason: 'cut\u0007 short' }
    const text = summaryScreen({ ...(await reportOf(handshake, [damage])), captures: ['evil\u001b[2J.pcap'] }, PLAIN)
    expect(text).toContain('! evil\ufffd[2J.pcap: cut\ufffd short')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })

  it('shortens a long list of captures', async () => {
    const captures = Array.from({ length: 50 }, (_, i) => `capture-${i}.pcap`)
    const [title = ''] = summaryScreen({ ...(await reportOf(handshake)), captures }, PLAIN).split('\n')
    expect(title.length).toBeLessThanOrEqual(100)
    expect(title).toContain('50 captures: capture-0.pcap')
  })
})
