import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  BusyError,
  Driver,
  datagramParser,
  type FiveTupleKey,
  type FlowSide,
  fiveTuple,
  innerVxlan,
  messages,
  ParserAnomaly,
  type ParserMessage,
  type SessionParser,
  sessionParser,
  Timestamp,
} from '../../../bindings'
import { everyNanoseconds, pcap } from '../../support/captures'
import { Conversation } from '../../support/conversation'
import { ethernet, ipv4, ipv4Udp, udp, vxlan } from '../../support/frames'
import { at, captureOf, collect } from '../support'
import { type Line, LineParser, lines, linesOf, tell, trackAll } from './support'

const decoder = new TextDecoder()

/** Answers datagrams as text. */
const echo = (ports?: readonly number[]) =>
  datagramParser({
    name: 'echo',
    ...(ports && { ports }),
    create: () => ({ feed: (_side, payload) => [decoder.decode(payload)] }),
  })

describe('a driver', () => {
  it('puts messages where they happen, between start and end of their flow', async () => {
    const { protocol } = lines()
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    const frames = [
      ...c.open(),
      c.send('initiator', 'GET\nHo'),
      c.send('responder', 'OK\n'),
      c.send('initiator', 'st\n'),
    ]
    expect(tell([...trackAll(driver, [...frames, ...c.close()])])).toEqual([
      'started',
      'state_change',
      'state_change',
      'established',
      'lines initiator {"line":"GET"}',
      'lines responder {"line":"OK"}',
      'lines initiator {"line":"Host"}',
      'state_change',
      'state_change',
      'state_change',
      'ended fin',
    ])
  })

  it('says when a message was complete, by whom, and in which flow', async () => {
    const { protocol } = lines()
    using driver = await Driver.create({ parsers: [protocol], userState: (key) => `of ${key}` })
    const c = new Conversation()
    const events = trackAll(driver, [...c.open(), c.send('initiator', 'a'), c.send('initiator', 'b\n')])
    const [message] = events.filter((event) => event.kind === 'message')
    expect(message).toMatchObject({ flow: 1, side: 'initiator', protocol: 'lines', message: { line: 'ab' } })
    expect(message?.timestamp.seconds).toBe(5)
    expect(String(message?.key)).toBe('tcp 10.0.0.1:40000 <-> 10.0.0.2:80')
    expect([message?.initiator, message?.responder]).toEqual([
      { address: '10.0.0.1', port: 40000 },
      { address: '10.0.0.2', port: 80 },
    ])
    expect(message?.user).toBe('of tcp 10.0.0.1:40000 <-> 10.0.0.2:80')
    expect(JSON.parse(JSON.stringify(message))).toMatchObject({ kind: 'message', message: { line: 'ab' } })
  })

  it('says who opened the flow, whichever end of the key that is, and also when it is told at the end', async () => {
    const { protocol } = lines()
    using driver = await Driver.create({ parsers: [protocol] })
    const upper = new Conversation('10.0.0.9:40000', '10.0.0.2:80')
    const answer = new Conversation('10.0.0.1:7', '10.0.0.2:80')
    answer.open()
    const frames = [...upper.open(), upper.send('initiator', 'a\nb'), answer.send('initiator', 'c')]
    const events = [...trackAll(driver, frames), ...driver.finish()]
    const ends = events.flatMap((event) => (event.kind === 'message' ? [event.initiator.address] : []))
    expect(ends).toEqual(['10.0.0.9', '10.0.0.9', '10.0.0.1'])
  })

  it('gives the same messages however bytes are cut into segments', async () => {
    const text = 'one\ntwo\n\nthree\nfour\nfi'
    const whole = [
      'initiator: one',
      'initiator: two',
      'initiator: ',
      'initiator: three',
      'initiator: four',
      'initiator: fi',
    ]
    for (let size = 1; size <= text.length; size++) {
      const { protocol } = lines()
      using driver = await Driver.create({ parsers: [protocol] })
      const c = new Conversation()
      const frames = [...c.open()]
      for (let i = 0; i < text.length; i += size) frames.push(c.send('initiator', text.slice(i, i + size)))
      expect(linesOf(trackAll(driver, [...frames, ...c.close()]))).toEqual(whole)
    }
  })

  it('gives the same messages from a capture in any chunks as frame by frame', async () => {
    const frames = Array.from({ length: 20 }, (_, i) => new Conversation(`10.0.1.${i}:4000`)).flatMap((c, i) => [
      ...c.open(),
      c.send('initiator', `hello ${i}\n`),
      c.send('responder', `bye ${i}\n`),
      ...c.close(),
    ])
    const capture = captureOf(frames)
    using one = await Driver.create({ parsers: [lines().protocol] })
    const expected = tell([...trackAll(one, frames), ...one.finish()])
    for (const size of [1, 100, 4096]) {
      async function* pieces() {
        for (let i = 0; i < capture.length; i += size) yield capture.subarray(i, i + size)
      }
      using driver = await Driver.create({ parsers: [lines().protocol] })
      expect(tell(await collect(driver.events(pieces())))).toEqual(expected)
    }
    using sync = await Driver.create({ parsers: [lines().protocol] })
    expect(tell([...sync.eventsSync(capture)])).toEqual(expected)
  })

  it('carries parsers of TCP and UDP side by side', async () => {
    using driver = await Driver.create({ parsers: [lines().protocol, echo([53])] })
    const c = new Conversation()
    const events = trackAll(driver, [
      c.send('initiator', 'a\n'),
      ipv4Udp('10.0.0.1:9', '10.0.0.2:53', 'b'),
      c.send('initiator', 'c\n'),
      ipv4Udp('10.0.0.1:9', '10.0.0.2:54', 'nobody'),
      ipv4Udp('10.0.0.2:53', '10.0.0.1:9', ''),
    ])
    expect(tell(events.filter((event) => event.kind === 'message'))).toEqual([
      'lines initiator {"line":"a"}',
      'echo initiator "b"',
      'lines initiator {"line":"c"}',
      'echo responder ""',
    ])
  })

  it('takes a list in the list for the parsers in it', async () => {
    using driver = await Driver.create({ parsers: [[lines().protocol, echo([53])]] })
    const events = trackAll(driver, [ipv4Udp('10.0.0.1:9', '10.0.0.2:53', 'b')])
    expect(tell(events)).toEqual(['started', 'echo initiator "b"'])
  })

  it('makes no parser for a flow without bytes', async () => {
    const { protocol, parsers } = lines()
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    trackAll(driver, [...c.open(), ...c.close()])
    expect(parsers).toEqual([])
  })

  it('types messages by the parsers given', async () => {
    using driver = await Driver.create({ parsers: [lines().protocol, [echo([53])]] })
    for (const event of driver.finish()) {
      if (event.kind !== 'message') continue
      expectTypeOf(event).toEqualTypeOf<
        ParserMessage<'lines', Line, FiveTupleKey, undefined> | ParserMessage<'echo', string, FiveTupleKey, undefined>
      >()
      if (event.protocol === 'echo') expectTypeOf(event.message).toBeString()
      else expectTypeOf(event.message.line).toBeString()
    }
  })

  it('finds the parser of a live flow', async () => {
    const { protocol, parsers } = lines()
    using driver = await Driver.create({ parsers: [protocol] })
    const [started] = driver.track(at(1, new Conversation().send('initiator', 'x')))
    if (started?.kind !== 'started') throw new Error('no flow')
    expect(driver.parserOf(started.key, 'lines')).toBe(parsers[0])
    expect(driver.parserOf(started.key, 'other')).toBeUndefined()
    driver.forget(started.key)
    expect(driver.parserOf(started.key, 'lines')).toBeUndefined()
  })

  it('keeps parsers from using it', async () => {
    let driver: Driver | undefined
    const meddler = sessionParser({
      name: 'meddler',
      create: (): SessionParser<never> => ({
        feed: () => {
          driver?.finish()
          return undefined
        },
      }),
    })
    const made = await Driver.create({ parsers: [meddler] })
    driver = made as unknown as Driver
    const events = trackAll(made, [new Conversation().send('initiator', 'x')])
    const closed = events.find((event) => event.kind === 'parser_closed')
    expect(closed?.error).toBeInstanceOf(BusyError)
    expect(made.flowCount).toBe(1)
    made.dispose()
  })

  it('refuses what is no list of parsers', async () => {
    await expect(Driver.create({ parsers: [{}] as never })).rejects.toThrow('parsers')
    await expect(Driver.create({ parsers: 1 as never })).rejects.toThrow('parsers')
    expect(() => sessionParser({ name: 'x', ports: [70000], create: () => new LineParser() })).toThrow('x.ports')
    expect(() => sessionParser({ name: '', create: () => new LineParser() })).toThrow('name')
  })

  it('tells anomalies that parsers notice where they are asked for, and never as messages', async () => {
    const odd = () =>
      sessionParser({
        name: 'odd',
        create: () => ({ feed: () => [new ParserAnomaly('protocol_violation', 'a byte'), 'message'] }),
      })
    for (const anomalies of [true, false]) {
      using driver = await Driver.create({ parsers: [odd()], anomalies })
      const events = trackAll(driver, [new Conversation().send('initiator', 'x')])
      expect(tell(events)).toEqual([
        'started',
        ...(anomalies ? ['! protocol_violation'] : []),
        'odd initiator "message"',
      ])
      for (const event of events) if (event.kind === 'message') expectTypeOf(event.message).toEqualTypeOf<string>()
    }
  })

  it('ends what is idle by a function of the key', async () => {
    const { protocol, parsers } = lines()
    using driver = await Driver.create({ parsers: [protocol], idleTimeoutOf: () => 2 })
    trackAll(driver, [new Conversation().send('initiator', 'half')])
    expect(tell(driver.sweep(new Timestamp(2)))).toEqual([])
    expect(tell(driver.sweep(new Timestamp(3)))).toEqual(['lines initiator {"line":"half"}', 'ended idle_timeout'])
    expect(parsers[0]?.calls).toEqual([
      'feed initiator 0 4',
      'fin initiator 4 at the end',
      'fin responder 0 at the end',
    ])
  })

  it('takes time forward only, where it is told to', async () => {
    using driver = await Driver.create({ parsers: [lines().protocol], monotonicTimestamps: true })
    const c = new Conversation()
    driver.track(at(10, c.send('initiator', 'a')))
    const [message] = driver.track(at(5, c.send('initiator', '\n')))
    expect(message?.kind === 'message' && message.timestamp.seconds).toBe(10)
  })
})

describe('the end of a flow', () => {
  it('gives each side its end, the initiator first, and where it lies', async () => {
    const { protocol, parsers } = lines()
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'tail'), c.send('responder', 'x')]
    expect(linesOf(trackAll(driver, [...frames, ...c.close()]))).toEqual(['initiator: tail', 'responder: x'])
    expect(parsers[0]?.calls.slice(2)).toEqual(['fin initiator 4', 'fin responder 1'])
  })

  it('comes for a side with its FIN, while the other goes on', async () => {
    const { protocol, parsers } = lines()
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'ask\nme', 'FPA'), c.send('responder', 'a\nb')]
    expect(linesOf(trackAll(driver, frames))).toEqual(['initiator: ask', 'initiator: me', 'responder: a'])
    expect(parsers[0]?.calls).toEqual(['feed initiator 0 6', 'fin initiator 6', 'feed responder 0 3'])
    expect(linesOf(driver.finish())).toEqual(['responder: b'])
    expect(parsers[0]?.calls.slice(3)).toEqual(['fin responder 3 at the end'])
  })

  it('comes behind the bytes before the FIN, however these came', async () => {
    const { protocol, parsers } = lines()
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    trackAll(driver, [
      ...c.open(),
      c.at('initiator', 4, 'two\n', 'FPA'),
      c.at('responder', 0, 'x'),
      c.at('initiator', 0, 'one\n'),
      c.at('initiator', 9, 'behind'),
    ])
    expect(parsers[0]?.calls).toEqual([
      'feed responder 0 1',
      'feed initiator 0 4',
      'feed initiator 4 4',
      'fin initiator 8',
    ])
  })

  it('of a side that ended before there was a parser is told to it first', async () => {
    const { protocol, parsers } = lines()
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', '', 'FA'), c.send('responder', 'x')]
    trackAll(driver, frames)
    expect(parsers[0]?.calls).toEqual(['fin initiator 0', 'feed responder 0 1'])
  })

  it('of a side that ended before its protocol was known keeps its place', async () => {
    const parser = lines()
    const isHello = (bytes: Uint8Array) => (bytes.length < 5 ? undefined : decoder.decode(bytes).startsWith('hello'))
    const protocol = sessionParser({ name: 'lines', create: parser.protocol.create, signature: isHello })
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation('10.0.0.1:1', '10.0.0.2:2')
    trackAll(driver, [
      ...c.open(),
      c.send('initiator', 'he', 'FPA'),
      c.send('responder', 'hel'),
      c.at('responder', 3, 'lo\n'),
    ])
    expect(parser.parsers[0]?.calls).toEqual([
      'feed initiator 0 2',
      'fin initiator 2',
      'feed responder 0 3',
      'feed responder 3 3',
    ])
  })

  it('of both sides ends the search for a protocol', async () => {
    const asked: string[] = []
    const signature = (bytes: Uint8Array, side: FlowSide) => {
      asked.push(`${side} ${bytes.length}`)
      return undefined
    }
    const protocol = sessionParser({ name: 'never', create: () => ({ feed: () => undefined }), signature })
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation('10.0.0.1:1', '10.0.0.2:2')
    const frames = [
      ...c.open(),
      c.send('initiator', 'a', 'FPA'),
      c.send('responder', 'b'),
      c.send('responder', 'c', 'FPA'),
    ]
    expect(tell(trackAll(driver, frames))).not.toContain('parser_closed')
    expect(asked).toEqual(['initiator 1', 'responder 1', 'responder 2'])
    // The flow still lives: its last acknowledgement has not come.
    expect(driver.flowCount).toBe(1)
  })

  it('comes with the flow for a parser that wants nothing more of the side, whoever else listens', async () => {
    const all = lines()
    const none = lines({ onLine: (parser, side) => (parser.skip[side] = Number.POSITIVE_INFINITY) })
    const other = sessionParser({ name: 'other', ports: [80], create: none.protocol.create })
    using driver = await Driver.create({ parsers: [all.protocol, other] })
    const c = new Conversation()
    trackAll(driver, [...c.open(), c.send('initiator', 'a\n'), c.send('initiator', '', 'FA')])
    driver.finish()
    expect(all.parsers[0]?.calls).toEqual(['feed initiator 0 2', 'fin initiator 2', 'fin responder 0 at the end'])
    expect(none.parsers[0]?.calls).toEqual([
      'feed initiator 0 2',
      'fin initiator 2 at the end',
      'fin responder 0 at the end',
    ])
  })

  it('is told the same however far the core has read ahead', async () => {
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'one\n'), c.send('responder', 'a\n')]
    for (let i = 0; i < 20; i++) frames.push(c.send('initiator', 'more\n'), c.send('responder', 'b\n'))
    frames.push(c.send('initiator', '', 'FA'), c.send('responder', 'c\n'), c.send('responder', '', 'FA'))
    const stop = (parser: LineParser, side: FlowSide) => {
      if (side === 'initiator') parser.skip[side] = Number.POSITIVE_INFINITY
    }
    const expected = ['fin responder 44', 'fin initiator 4 at the end']
    for (const isWhole of [true, false]) {
      const { protocol, parsers } = lines({ onLine: stop })
      using driver = await Driver.create({ parsers: [protocol] })
      if (isWhole) await collect(driver.events(captureOf(frames)))
      else trackAll(driver, frames)
      driver.finish()
      expect(parsers[0]?.calls.filter((call) => call.includes('fin'))).toEqual(expected)
    }
  })

  it('by a reset is told once where one side has ended before, and not where both have', async () => {
    const { protocol, parsers } = lines()
    using driver = await Driver.create({ parsers: [protocol] })
    for (const client of ['10.0.0.3:1', '10.0.0.3:2']) {
      const c = new Conversation(client)
      const frames = [...c.open(), c.send('initiator', 'a'), c.send('initiator', '', 'FA')]
      c.lose('initiator', 1)
      if (client.endsWith('2')) {
        frames.push(c.send('responder', '', 'FA'))
        c.lose('responder', 1)
      }
      const events = trackAll(driver, [...frames, c.reset('responder')])
      expect(tell(events).at(-1)).toBe('ended rst')
    }
    expect(parsers.map(({ calls }) => calls.slice(1))).toEqual([
      ['fin initiator 1', 'rst 1 0'],
      ['fin initiator 1', 'fin responder 0'],
    ])
  })

  it('by a reset is told as one, and brings no line', async () => {
    const { protocol, parsers } = lines()
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    const events = trackAll(driver, [...c.open(), c.send('initiator', 'tail'), c.reset('initiator')])
    expect(linesOf(events)).toEqual([])
    expect(parsers[0]?.calls).toEqual(['feed initiator 0 4', 'rst 4 0'])
  })

  it('by eviction is told as a cut', async () => {
    const { protocol, parsers } = lines()
    using driver = await Driver.create({ parsers: [protocol], maxFlows: 1 })
    trackAll(driver, [new Conversation().send('initiator', 'a'), new Conversation('10.0.0.3:1').send('initiator', 'b')])
    expect(parsers[0]?.calls).toEqual(['feed initiator 0 1', 'rst 1 0'])
  })

  it('delivers bytes that came with the FIN', async () => {
    using driver = await Driver.create({ parsers: [lines().protocol] })
    const c = new Conversation()
    expect(linesOf(trackAll(driver, [...c.open(), c.send('initiator', 'last\n', 'FPA')]))).toEqual(['initiator: last'])
  })

  it('has the time of the last packet, not of when it was noticed', async () => {
    using driver = await Driver.create({ parsers: [lines().protocol] })
    driver.track(at(7, new Conversation().send('initiator', 'half')))
    const [message] = driver.sweep(new Timestamp(10_000))
    expect(message?.kind === 'message' && message.timestamp.seconds).toBe(7)
  })
})

describe('a parser', () => {
  it('that is poisoned ends there, after its messages; the flow goes on', async () => {
    const { protocol } = lines({
      onLine(parser, _side, line) {
        if (line === 'bad') Object.assign(parser, { isPoisoned: true, poisonReason: 'ü'.repeat(200) })
      },
    })
    using driver = await Driver.create({ parsers: [protocol], anomalies: true })
    const c = new Conversation()
    const frames = [c.send('initiator', 'good\nbad\n'), c.send('initiator', 'more\n'), c.send('responder', 'x\n')]
    const events = trackAll(driver, frames)
    expect(tell(events)).toEqual([
      'started',
      'lines initiator {"line":"good"}',
      'lines initiator {"line":"bad"}',
      '! parse_error',
      'closed lines poisoned',
    ])
    const closed = events.find((event) => event.kind === 'parser_closed')
    expect(closed?.detail).toBe('ü'.repeat(128))
    expect(tell(driver.finish())).toEqual(['ended end_of_capture'])
  })

  it('that throws ends there; the flow and the other parsers go on', async () => {
    const bomb = sessionParser({
      name: 'bomb',
      create: (): SessionParser<string> => ({
        *feed() {
          yield 'before'
          throw new Error('boom')
        },
      }),
    })
    using driver = await Driver.create({ parsers: [bomb, lines().protocol] })
    const c = new Conversation()
    expect(tell(trackAll(driver, [c.send('initiator', 'a\n'), c.send('initiator', 'b\n')]))).toEqual([
      'started',
      'bomb initiator "before"',
      'closed bomb threw',
      'lines initiator {"line":"a"}',
      'lines initiator {"line":"b"}',
    ])
  })

  it('that cannot be made is none', async () => {
    const none = sessionParser({
      name: 'none',
      create: (): SessionParser<never> => {
        throw new Error('no')
      },
    })
    using driver = await Driver.create({ parsers: [none] })
    const c = new Conversation()
    const events = trackAll(driver, [c.send('initiator', 'a'), c.send('initiator', 'b')])
    expect(tell(events)).toEqual(['started', 'closed none threw'])
    expect(events[1]).toMatchObject({ detail: 'no', reason: 'threw' })
  })

  it('that is done gets nothing more, and costs nothing more', async () => {
    const { protocol, parsers } = lines({
      onLine(parser) {
        parser.isDone = true
      },
    })
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    const frames = [
      ...c.open(),
      c.send('initiator', 'a\n'),
      c.send('initiator', 'b\n'),
      c.at('responder', 100, 'ahead'),
    ]
    trackAll(driver, frames)
    expect(parsers[0]?.calls).toEqual(['feed initiator 0 2'])
    const [flow] = [...driver.flows()]
    expect(flow?.stats.initiator.stream?.stopped).toBe('done')
    expect(flow?.stats.responder.stream).toMatchObject({ stopped: 'done', highWatermark: 0 })
  })

  it('skips bytes of one side, also those that the core has delivered already', async () => {
    const { protocol, parsers } = lines({
      onLine(parser, _side, line) {
        if (line === 'body') parser.skip.initiator = 100
      },
    })
    const c = new Conversation()
    const frames = [c.send('initiator', 'body\n')]
    for (let i = 0; i < 19; i++) frames.push(c.send('initiator', 'xxxx\n'))
    frames.push(c.send('initiator', 'after\n'), c.send('responder', 'too\n'))
    using driver = await Driver.create({ parsers: [protocol] })
    const events = await collect(driver.events(captureOf(frames)))
    expect(linesOf(events)).toEqual(['initiator: body', 'initiator: after', 'responder: too'])
    expect(parsers[0]?.calls.at(-2)).toBe('fin initiator 106 at the end')
    const ended = events.find((event) => event.kind === 'ended')
    expect(ended?.stats.initiator.stream).toMatchObject({ deliveredBytes: 106, gaps: 0 })
  })

  it('hears of what is missing of the bytes that it skips', async () => {
    const { protocol, parsers } = lines({
      gap: () => 'continue',
      onLine(parser, _side, line) {
        if (line === 'body') parser.skip.initiator = 12
      },
    })
    const c = new Conversation()
    const frames = [c.send('initiator', 'body\n')]
    c.lose('initiator', 4)
    frames.push(c.send('initiator', 'xx'), c.acknowledge('responder'))
    c.lose('initiator', 3)
    frames.push(c.send('initiator', 'after\n'), c.acknowledge('responder'), c.reset('initiator'))
    using driver = await Driver.create({ parsers: [protocol] })
    await collect(driver.events(captureOf(frames)))
    expect(parsers[0]?.calls).toEqual([
      'feed initiator 0 5',
      'missed initiator 5 4',
      'missed initiator 11 1',
      'gap initiator 12 2 acknowledged',
      'feed initiator 14 6',
      'rst 20 0',
    ])
  })

  it('that skips does not take bytes from another of the same flow', async () => {
    const skipping = lines({
      onLine: (parser) => {
        parser.skip.initiator = Number.POSITIVE_INFINITY
      },
    })
    const other = sessionParser({ ...lines().protocol, name: 'other' })
    using driver = await Driver.create({ parsers: [skipping.protocol, other] })
    const c = new Conversation()
    expect(tell(trackAll(driver, [c.send('initiator', 'a\n'), c.send('initiator', 'b\n')]))).toEqual([
      'started',
      'lines initiator {"line":"a"}',
      'other initiator {"line":"a"}',
      'other initiator {"line":"b"}',
    ])
  })

  it('hears of time with the first packet of each second, and with each sweep', async () => {
    const ticks: number[] = []
    const ticking = datagramParser({
      name: 'ticking',
      create: () => ({
        feed: () => undefined,
        tick: (now) => {
          ticks.push(now.seconds)
          return [`at ${now.seconds}`]
        },
      }),
    })
    using driver = await Driver.create({ parsers: [ticking] })
    const frame = ipv4Udp('10.0.0.1:9', '10.0.0.2:53', 'x')
    for (const seconds of [1, 1.2, 1.9, 2.1, 5, 5.5]) driver.track(at(seconds, frame))
    expect(tell(driver.sweep(new Timestamp(6)))).toEqual(['ticking initiator "at 6"'])
    expect(ticks).toEqual([2, 5, 6])
    driver.finish()
    driver.sweep(new Timestamp(7))
    expect(ticks).toEqual([2, 5, 6])
  })
})

describe('a gap', () => {
  function lossy(): { frames: Uint8Array[] } {
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'one\ntw')]
    c.lose('initiator', 10)
    frames.push(
      c.send('initiator', 'ree\nfour\n'),
      c.acknowledge('responder'),
      c.send('responder', 'ok\n'),
      ...c.close(),
    )
    return { frames }
  }

  it.each([
    ['continue', ['one', 'twree', 'four', 'ok'], ['fin initiator 25', 'fin responder 3']],
    ['stop_side', ['one', 'ok'], ['fin responder 3']],
    ['stop', ['one'], []],
  ] as const)('answered with %s', async (decision, expected, ends) => {
    const { protocol, parsers } = lines({ gap: () => decision })
    using driver = await Driver.create({ parsers: [protocol] })
    const events = trackAll(driver, lossy().frames)
    expect(linesOf(events).map((line) => line.split(': ')[1])).toEqual(expected)
    expect(parsers[0]?.calls.filter((call) => call.startsWith('gap'))).toEqual(['gap initiator 6 10 acknowledged'])
    expect(parsers[0]?.calls.filter((call) => call.startsWith('fin'))).toEqual(ends)
    expect(tell(events).includes('closed lines gap')).toBe(decision === 'stop')
  })

  it('ends the side of a parser that does not know of gaps', async () => {
    const { protocol } = lines()
    using driver = await Driver.create({ parsers: [protocol] })
    expect(linesOf(trackAll(driver, lossy().frames))).toEqual(['initiator: one', 'responder: ok'])
  })

  it('can complete messages', async () => {
    const { protocol } = lines({ gap: () => ({ decision: 'stop_side', messages: [{ line: 'cut off' }] }) })
    using driver = await Driver.create({ parsers: [protocol] })
    expect(linesOf(trackAll(driver, lossy().frames))).toEqual(['initiator: one', 'initiator: cut off', 'responder: ok'])
  })

  it('without an end tells that a side was given up', async () => {
    const { protocol, parsers } = lines({ gap: () => 'continue' })
    using driver = await Driver.create({ parsers: [protocol], streams: { maxBuffer: 2048, overflow: 'drop-flow' } })
    const c = new Conversation()
    trackAll(driver, [...c.open(), c.at('initiator', 3000, 'x'), c.at('initiator', 9000, 'y')])
    expect(parsers[0]?.calls).toEqual(['gap initiator 0 Infinity buffer'])
  })
})

describe('signatures', () => {
  const hello = (options: { name?: string; word?: string } = {}) => {
    const { name = 'hello', word = 'HELLO' } = options
    const parsers: LineParser[] = []
    const protocol = sessionParser({
      name,
      signature(bytes) {
        const text = decoder.decode(bytes.subarray(0, word.length))
        if (!word.startsWith(text)) return false
        return text.length < word.length ? undefined : true
      },
      create: () => {
        const parser = new LineParser()
        parsers.push(parser)
        return parser
      },
    })
    return { protocol, parsers }
  }

  it.each([1, 2, 3, 5, 20])('find a protocol on any port, in segments of %d bytes', async (size) => {
    const { protocol, parsers } = hello()
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation('10.0.0.1:1', '10.0.0.2:12345')
    const frames = [...c.open(), c.send('responder', 'banner\n')]
    const text = 'HELLO you\nthere\n'
    for (let i = 0; i < text.length; i += size) frames.push(c.send('initiator', text.slice(i, i + size)))
    expect(linesOf(trackAll(driver, frames))).toEqual(['responder: banner', 'initiator: HELLO you', 'initiator: there'])
    expect(parsers).toHaveLength(1)
  })

  it('leave other flows alone', async () => {
    const { protocol, parsers } = hello()
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    trackAll(driver, [
      ...c.open(),
      c.send('initiator', 'HELP\n'),
      c.send('responder', 'no\n'),
      c.send('initiator', 'HELLO'),
    ])
    expect(parsers).toEqual([])
    expect([...driver.flows()][0]?.stats.initiator.stream?.stopped).toBe('done')
  })

  it('give up after the first bytes', async () => {
    const { protocol, parsers } = hello()
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    const frames = [...c.open(), ...Array.from({ length: 5 }, () => c.send('responder', 'x'.repeat(1000)))]
    trackAll(driver, [...frames, c.send('initiator', 'HELLO\n')])
    expect(parsers).toEqual([])
  })

  it('give up at a gap', async () => {
    const { protocol, parsers } = hello()
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    const frames = [...c.open(), c.send('initiator', 'HE')]
    c.lose('initiator', 3)
    trackAll(driver, [...frames, c.send('initiator', 'HELLO'), c.acknowledge('responder'), c.send('initiator', '\n')])
    expect(parsers).toEqual([])
  })

  it('are asked in the order of the list, and the first that knows the bytes has them', async () => {
    const [first, second] = [hello({ name: 'first', word: 'HE' }), hello({ name: 'second' })]
    using driver = await Driver.create({ parsers: [first.protocol, second.protocol] })
    trackAll(driver, [new Conversation().send('initiator', 'HELLO\n')])
    expect([first.parsers.length, second.parsers.length]).toEqual([1, 0])
  })

  it('find datagrams, too', async () => {
    const magic = datagramParser({
      name: 'magic',
      signature: (bytes) => bytes[0] === 0x21,
      create: () => ({ feed: (_side, payload) => [decoder.decode(payload)] }),
    })
    using driver = await Driver.create({ parsers: [magic] })
    const send = (payload: string, port = 1) => ipv4Udp(`10.0.0.1:${port}`, '10.0.0.2:2', payload)
    const events = trackAll(driver, [
      send('no'),
      send('!yes'),
      send('and on'),
      ...Array.from({ length: 10 }, () => send('x', 3)),
      send('!late', 3),
    ])
    expect(tell(events)).toEqual(['started', 'magic initiator "!yes"', 'magic initiator "and on"', 'started'])
  })

  it('that throw say so at the end of the call, and find nothing', async () => {
    const bad = sessionParser({
      name: 'bad',
      signature: () => {
        throw new Error('no signature')
      },
      create: () => new LineParser(),
    })
    using driver = await Driver.create({ parsers: [bad] })
    expect(() => driver.track(at(1, new Conversation().send('initiator', 'x')))).toThrow('no signature')
    expect(tell(driver.finish())).toEqual(['started', 'ended end_of_capture'])
  })
})

describe('a predicate on the key', () => {
  it('chooses the flows of a parser', async () => {
    const { parsers, protocol } = lines({}, [])
    const local = sessionParser({
      ...protocol,
      matches: (key) => key.kind === 'five-tuple' && key.a.address === '10.0.0.1',
    })
    using driver = await Driver.create({ parsers: [local] })
    const [a, b] = [new Conversation(), new Conversation('10.9.9.9:1')]
    expect(linesOf(trackAll(driver, [a.send('initiator', 'a\n'), b.send('initiator', 'b\n')]))).toEqual([
      'initiator: a',
    ])
    expect(parsers).toHaveLength(1)
  })

  it('that throws says so at the end of the call', async () => {
    const bad = sessionParser({
      name: 'bad',
      matches: () => {
        throw new Error('no opinion')
      },
      create: () => new LineParser(),
    })
    using driver = await Driver.create({ parsers: [bad] })
    expect(() => driver.track(at(1, new Conversation().send('initiator', 'x\n')))).toThrow('no opinion')
    expect(tell(driver.finish())).toEqual(['started', 'ended end_of_capture'])
  })
})

describe('messages()', () => {
  it('gives only messages, typed by the parsers', async () => {
    const c = new Conversation()
    const capture = captureOf([...c.open(), c.send('initiator', 'a\nb\n'), ipv4Udp('10.0.0.1:9', '10.0.0.2:53', 'q')])
    const found: string[] = []
    for await (const { protocol, message, side } of messages(capture, [lines().protocol, echo([53])])) {
      if (protocol === 'lines') found.push(`${side} ${message.line}`)
      else found.push(message.toUpperCase())
    }
    expect(found).toEqual(['initiator a', 'initiator b', 'Q'])
  })

  it('hands out what stands before the damage', async () => {
    const c = new Conversation()
    const capture = captureOf([c.send('initiator', 'a\n'), c.send('initiator', 'b\n')])
    const reading = messages(capture.subarray(0, -1), [lines().protocol])
    expect((await reading.next()).value).toMatchObject({ message: { line: 'a' } })
    await expect(reading.next()).rejects.toMatchObject({ code: 'truncated' })
  })
})

describe('random input', () => {
  it('breaks nothing', async () => {
    let seed = 1
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    const frames: Uint8Array[] = []
    const conversations = Array.from({ length: 8 }, (_, i) => new Conversation(`10.0.0.1:${i + 1}`))
    for (let i = 0; i < 3000; i++) {
      const c = conversations[random(8)] as Conversation
      const side = random(2) === 0 ? 'initiator' : 'responder'
      const flags = ['PA', 'PA', 'PA', 'A', 'S', 'FA', 'R'][random(7)] ?? 'A'
      const frame = c.at(side, random(20_000), 'x\n'.repeat(random(400)), flags)
      if (random(4) === 0) for (let n = 0; n < 4; n++) frame[random(frame.length)] = random(256)
      frames.push(frame)
    }
    const { protocol } = lines({ gap: () => (['continue', 'stop_side', 'stop'] as const)[random(3)] ?? 'stop' })
    using driver = await Driver.create({
      parsers: [protocol],
      anomalies: true,
      streams: { maxBuffer: 4096 },
      maxFlows: 5,
    })
    const capture = pcap(everyNanoseconds(1_000_000n, frames))
    const kinds = new Map<string, number>()
    for await (const event of driver.events(capture)) kinds.set(event.kind, (kinds.get(event.kind) ?? 0) + 1)
    expect(kinds.get('started')).toBe(kinds.get('ended'))
    expect(kinds.get('message')).toBeGreaterThan(0)
  })
})

describe('bytes in a tunnel', () => {
  it('are those of the innermost packet', async () => {
    const inner = ipv4Udp('192.168.0.1:9', '192.168.0.2:53', 'inner')
    const outer = ethernet(
      {},
      ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, udp({ source: 1, destination: 4789 }, vxlan(1, inner))),
    ).bytes
    using driver = await Driver.create({ extractor: innerVxlan(fiveTuple()), parsers: [echo()] })
    expect(tell(trackAll(driver, [outer]))).toEqual(['started', 'echo initiator "inner"'])
  })
})
