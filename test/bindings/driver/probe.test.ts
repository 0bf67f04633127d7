import { describe, expect, it } from 'vitest'
import { Driver, sessionParser } from '../../../bindings'
import { tls } from '../../../bindings/parsers/tls/index'
import { Conversation } from '../../support/conversation'
import { clientHello, records } from '../parsers/tls/build'
import { LineParser, linesOf, tell, trackAll } from './support'

const decoder = new TextDecoder()

/** Lines that begin behind a line `!`, wherever that stands; the signature lets go of what cannot be it. */
function late() {
  const asked: string[] = []
  const parsers: LineParser[] = []
  const protocol = sessionParser({
    name: 'late',
    signature(bytes, side, offset) {
      const text = decoder.decode(bytes)
      asked.push(`${side} ${offset} ${text}`)
      const mark = text.indexOf('!')
      if (mark < 0) return text.length
      return text.length > mark + 1 ? text[mark + 1] === '\n' || mark + 1 : mark
    },
    create: () => {
      const parser = new LineParser()
      parsers.push(parser)
      return parser
    },
  })
  return { protocol, parsers, asked }
}

/** Never says anything, so that all bytes of both sides are held. */
const undecided = sessionParser({
  name: 'undecided',
  signature: () => undefined,
  create: () => new LineParser(),
})

function conversations(count: number): Conversation[] {
  return Array.from({ length: count }, (_, i) => new Conversation(`10.0.0.1:${i + 1}`, '10.0.0.2:9999'))
}

describe('a signature that answers with a number', () => {
  it('is asked about what follows only, and so begins what its parser is fed', async () => {
    const { protocol, parsers, asked } = late()
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    const frames = [c.send('initiator', 'abc'), c.send('responder', 'hi\n'), c.send('initiator', 'de!')]
    const events = trackAll(driver, [...frames, c.send('initiator', '\nyes\n'), c.send('responder', 'ok\n')])
    expect(asked).toEqual(['initiator 0 abc', 'responder 0 hi\n', 'initiator 3 de!', 'initiator 5 !\nyes\n'])
    expect(linesOf(events)).toEqual(['initiator: !', 'initiator: yes', 'responder: ok'])
    expect(parsers[0]?.calls).toEqual(['feed initiator 5 1', 'feed initiator 6 5', 'feed responder 3 3'])
  })

  it('holds no byte that it has let go', async () => {
    const { protocol } = late()
    using driver = await Driver.create({ parsers: [protocol] })
    const c = new Conversation()
    trackAll(driver, [c.send('initiator', 'x'.repeat(1000)), c.send('responder', 'y'.repeat(1000))])
    expect(driver.probeStats).toEqual({ heldBytes: 0, peakBytes: 0, flowsGivenUp: 0 })
  })

  it('is held to the bytes that there are', async () => {
    const answers = [Number.NaN, -5, 1000]
    const asked: number[] = []
    const odd = sessionParser({
      name: 'odd',
      signature: (_bytes, _side, offset) => {
        asked.push(offset)
        return answers.shift()
      },
      create: () => new LineParser(),
    })
    using driver = await Driver.create({ parsers: [odd] })
    const c = new Conversation()
    trackAll(
      driver,
      Array.from({ length: 4 }, () => c.send('initiator', 'abc')),
    )
    expect(asked).toEqual([0, 0, 0, 9])
  })

  it('does not keep bytes from the others', async () => {
    const { protocol } = late()
    const other = sessionParser({
      name: 'other',
      signature: (bytes) => (bytes.length < 6 ? undefined : decoder.decode(bytes.subarray(0, 6)) === 'abcdef'),
      create: () => new LineParser(),
    })
    using driver = await Driver.create({ parsers: [protocol, other] })
    const c = new Conversation()
    const frames = [c.send('initiator', 'abc'), c.send('responder', 'hi\n'), c.send('initiator', 'def\n')]
    expect(linesOf(trackAll(driver, frames))).toEqual(['responder: hi', 'initiator: abcdef'])
    expect(driver.probeStats).toMatchObject({ heldBytes: 0, flowsGivenUp: 0 })
  })

  it.each([1, 2, 7, 400])('finds TLS behind STARTTLS, in segments of %d bytes', async (size) => {
    const talk = `EHLO me\r\nSTARTTLS\r\n`
    const hello = Uint8Array.from(records(clientHello()))
    using driver = await Driver.create({ parsers: [tls()] })
    const c = new Conversation('10.0.0.1:1', '10.0.0.2:12345')
    const frames = [
      ...c.open(),
      c.send('responder', '220 you\r\n'),
      c.send('initiator', talk),
      c.send('responder', '220'),
    ]
    for (let i = 0; i < hello.length; i += size) {
      frames.push(c.send('initiator', String.fromCharCode(...hello.subarray(i, i + size))))
    }
    const messages = trackAll(driver, frames).filter((event) => event.kind === 'message')
    expect(messages.map(({ message }) => message)).toMatchObject([{ kind: 'client_hello' }])
  })
})

describe('bytes that are held', () => {
  it('are bounded for all flows together: those that have held the longest are given up, and say so', async () => {
    using driver = await Driver.create({ parsers: [undecided], anomalies: true, maxProbeBuffer: 10_000 })
    const events = trackAll(
      driver,
      conversations(50).map((c) => c.send('initiator', 'x'.repeat(900))),
    )
    const { heldBytes, peakBytes, flowsGivenUp } = driver.probeStats
    expect(heldBytes).toBeLessThanOrEqual(10_000)
    expect(heldBytes).toBeGreaterThan(8_000)
    expect(peakBytes).toBeLessThanOrEqual(10_000)
    const told = events.filter((event) => event.kind === 'anomaly')
    expect(told.map(({ flow }) => flow)).toEqual(Array.from({ length: flowsGivenUp }, (_, i) => i + 1))
    expect(told[0]?.anomaly).toMatchObject({ kind: 'probe_overflow', bytes: 940 })
    expect(told[0]?.severity).toBe('warning')
    const stopped = [...driver.flows()].filter(({ stats }) => stats.initiator.stream?.stopped === 'done')
    expect(stopped).toHaveLength(flowsGivenUp)
  })

  it('may be none at all: then what one segment does not decide is not found', async () => {
    const { protocol } = late()
    using driver = await Driver.create({ parsers: [undecided, protocol], anomalies: true, maxProbeBuffer: 0 })
    const [a, b] = conversations(2)
    const frames = [a?.send('initiator', '!\nyes\n'), b?.send('initiator', 'no'), b?.send('initiator', '!\nyes\n')]
    const events = trackAll(
      driver,
      frames.filter((frame) => frame !== undefined),
    )
    expect(tell(events)).toEqual([
      'started',
      'late initiator {"line":"!"}',
      'late initiator {"line":"yes"}',
      'started',
      '! probe_overflow',
    ])
    expect(driver.probeStats).toEqual({ heldBytes: 0, peakBytes: 0, flowsGivenUp: 1 })
  })

  it('count what single bytes cost, and go when their flow ends', async () => {
    using driver = await Driver.create({ parsers: [undecided] })
    const c = new Conversation()
    trackAll(
      driver,
      Array.from({ length: 500 }, () => c.send('initiator', 'x')),
    )
    expect(driver.probeStats.heldBytes).toBeGreaterThan(500 * 40)
    driver.finish()
    expect(driver.probeStats.heldBytes).toBe(0)
  })

  it('go when a flow is forgotten', async () => {
    using driver = await Driver.create({ parsers: [undecided] })
    trackAll(driver, [new Conversation().send('initiator', 'x')])
    const [flow] = [...driver.flows()]
    expect(driver.probeStats.heldBytes).toBeGreaterThan(0)
    expect(flow && driver.forget(flow.key)).toBe(true)
    expect(driver.probeStats.heldBytes).toBe(0)
  })

  it('go when 4 KiB of a side have told nothing', async () => {
    using driver = await Driver.create({ parsers: [undecided] })
    const c = new Conversation()
    const frames = [c.send('responder', 'y'), ...Array.from({ length: 5 }, () => c.send('initiator', 'x'.repeat(1000)))]
    trackAll(driver, frames)
    expect(driver.probeStats).toMatchObject({ heldBytes: 0, flowsGivenUp: 0 })
  })

  it('have a bound that is checked', async () => {
    await expect(Driver.create({ parsers: [undecided], maxProbeBuffer: -1 })).rejects.toThrow('maxProbeBuffer')
  })
})
