// What went wrong in the Rust crate until its release 0.25, each fault by its name.

import { describe, expect, it } from 'vitest'
import {
  autoDetectEncap,
  BufferedReassembler,
  Driver,
  FlowDatagramDriver,
  FlowDriver,
  FlowSessionDriver,
  fiveTuple,
  innerGre,
  innerGtpU,
  innerVxlan,
  Timestamp,
} from '../../../bindings'
import { Conversation } from '../../support/conversation'
import { ethernet, gre, gtpu, ipv4, ipv4Udp, type Payload, tcp, udp, vxlan } from '../../support/frames'
import { at } from '../support'
import { LineParser, lines, linesOf, tell, trackAll } from './support'

const OUTER = { source: '192.0.2.1', destination: '192.0.2.2' }
const decoder = new TextDecoder()

function outer(payload: Payload): Uint8Array {
  return ethernet({}, ipv4(OUTER, payload)).bytes
}

describe('faults of the crate that are not repeated', () => {
  it.each([
    [
      'VXLAN',
      innerVxlan(fiveTuple()),
      (frame: Uint8Array) => outer(udp({ source: 1, destination: 4789 }, vxlan(1, frame))),
    ],
    [
      'any tunnel',
      autoDetectEncap(fiveTuple()),
      (frame: Uint8Array) => outer(udp({ source: 1, destination: 4789 }, vxlan(1, frame))),
    ],
  ] as const)('payload offset of a decapsulated packet: inside %s', async (_name, extractor, wrap) => {
    using driver = await FlowSessionDriver.create({ extractor, parser: () => new LineParser() })
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'inner\n')].map((frame) => wrap(frame))
    expect(linesOf(trackAll(driver, frames))).toEqual(['initiator: inner'])
  })

  it.each([
    ['GRE', innerGre(fiveTuple()), (inner: Payload) => gre({}, inner)],
    [
      'GTP-U',
      innerGtpU(fiveTuple()),
      (inner: Payload) => udp({ source: 1, destination: 2152 }, gtpu({ teid: 1 }, inner)),
    ],
  ] as const)('payload offset of a decapsulated packet: inside %s', async (_name, extractor, wrap) => {
    using driver = await FlowSessionDriver.create({ extractor, parser: () => new LineParser() })
    const inner = ipv4(
      { source: '10.0.0.1', destination: '10.0.0.2' },
      tcp({ source: 1, destination: 2, sequence: 1 }, 'inner\n'),
    )
    expect(linesOf(trackAll(driver, [outer(wrap(inner))]))).toEqual(['initiator: inner'])
  })

  it('datagrams of the tunnel in place of those inside', async () => {
    using driver = await FlowDatagramDriver.create({
      extractor: innerVxlan(fiveTuple()),
      parser: () => ({ feed: (_side, payload) => [decoder.decode(payload)] }),
    })
    const frame = outer(udp({ source: 1, destination: 4789 }, vxlan(1, ipv4Udp('10.0.0.1:9', '10.0.0.2:53', 'inside'))))
    expect(tell(trackAll(driver, [frame]))).toEqual(['started', 'datagram initiator "inside"'])
  })

  it('a flow driver that ignores the configured bound', async () => {
    using driver = await FlowDriver.create({ streams: { maxBuffer: 100 } })
    const c = new Conversation()
    const [started] = trackAll(driver, [c.send('initiator', 'a'.repeat(80)), c.send('initiator', 'b'.repeat(80))])
    if (started?.kind !== 'started') throw new Error('no flow')
    const reassembler = driver.reassembler(started.key, 'initiator')
    expect(reassembler).toBeInstanceOf(BufferedReassembler)
    expect(reassembler).toMatchObject({ bufferedLength: 100, bytesDroppedOversize: 60 })
  })

  it('overflow that ends the flow and begins it again in its midst', async () => {
    using driver = await FlowDriver.create({ streams: { maxBuffer: 64, overflow: 'drop-flow' }, anomalies: true })
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'x'.repeat(200)), c.send('initiator', 'more'), ...c.close()]
    const events = tell(trackAll(driver, frames))
    expect(events.filter((event) => event === 'started')).toHaveLength(1)
    expect(events.filter((event) => event.startsWith('ended'))).toEqual(['ended fin'])
    expect(events).toContain('! buffer_overflow')
  })

  it('poison that ends the flow and begins it again with stale state', async () => {
    const { protocol, parsers } = lines({
      onLine: (parser) => {
        parser.isPoisoned = true
      },
    })
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'a\n'), c.send('responder', 'b\n'), c.send('initiator', 'c\n')]
    const events = tell(trackAll(driver, [...frames, ...c.close()]))
    expect(events.filter((event) => event === 'started')).toHaveLength(1)
    expect(events.filter((event) => event.startsWith('ended'))).toEqual(['ended fin'])
    expect(parsers).toHaveLength(1)
  })

  it('poison by the last bytes that ends the flow twice', async () => {
    const { protocol } = lines({
      onLine: (parser) => {
        parser.isPoisoned = true
      },
    })
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'a\n', 'FPA'), c.reset('responder')]
    expect(tell(trackAll(driver, frames)).filter((event) => /closed|ended/.test(event))).toEqual([
      'closed lines poisoned',
      'ended rst',
    ])
  })

  it('bytes on both sides of a hole put together without a word', async () => {
    const { protocol, parsers } = lines({ gap: () => 'continue' })
    using driver = await Driver.create({ parsers: [protocol], streams: { maxBuffer: 2048 } })
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'a')]
    for (let i = 0; i < 3; i++) frames.push(c.at('initiator', 3000 * (i + 1), 'b'.repeat(100)))
    trackAll(driver, frames)
    driver.finish()
    expect(parsers[0]?.calls).toEqual([
      'feed initiator 0 1',
      'gap initiator 1 2999 buffer',
      'feed initiator 3000 100',
      'gap initiator 3100 2900 buffer',
      'feed initiator 6000 100',
      'gap initiator 6100 2900 end',
      'feed initiator 9000 100',
      'fin initiator 9100 at the end',
      'fin responder 0 at the end',
    ])
  })

  it('a lost or reordered segment after which the side says nothing more', async () => {
    const { protocol } = lines({ gap: () => 'continue' })
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    const frames = [...c.open(), c.at('initiator', 6, 'two\n'), c.at('initiator', 0, 'first\n')]
    c.lose('initiator', 10 + 4)
    frames.push(c.send('initiator', 'four\n'), c.acknowledge('responder'), c.send('initiator', 'five\n'))
    expect(linesOf(trackAll(driver, frames))).toEqual([
      'initiator: first',
      'initiator: two',
      'initiator: four',
      'initiator: five',
    ])
  })

  it('data on a SYN after which nothing fits', async () => {
    using driver = await Driver.create({ parsers: [lines().protocol] })
    const c = new Conversation()
    const frames = [c.at('initiator', -1, 'on ', 'S')]
    c.lose('initiator', 3)
    frames.push(c.send('initiator', 'syn\n'))
    expect(linesOf(trackAll(driver, frames))).toEqual(['initiator: on syn'])
  })

  it('an end without the counters of reassembly', async () => {
    using driver = await Driver.create({ parsers: [lines({ gap: () => 'continue' }).protocol] })
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'abc'), c.at('initiator', 10, 'xyz'), c.at('initiator', 0, 'abc')]
    const ended = [...trackAll(driver, frames), ...driver.finish()].find((event) => event.kind === 'ended')
    expect(ended?.stats.initiator.stream).toMatchObject({
      deliveredBytes: 6,
      gaps: 1,
      gapBytes: 7,
      outOfOrder: 1,
      retransmits: 1,
      highWatermark: 3,
    })
  })

  it('the live snapshot and the end that disagree', async () => {
    using driver = await Driver.create({ parsers: [lines().protocol] })
    driver.track(at(1, new Conversation().send('initiator', 'abc')))
    const live = [...driver.flows()].map(({ stats }) => JSON.stringify(stats))
    const ended = driver.sweep(new Timestamp(1_000)).find((event) => event.kind === 'ended')
    expect(JSON.stringify(ended?.stats)).toBe(live[0])
  })
})
