import { describe, expect, it } from 'vitest'
import { Driver, type HandOver, type SessionParser, sessionParser } from '../../../bindings'
import { Conversation } from '../../support/conversation'
import { LineParser, tell, trackAll } from './support'

const LETTER_A = 0x61

/** Leaves to others what it was fed with `x` or behind it. */
function leaving(handOver: () => HandOver | undefined) {
  const parser: SessionParser<never> = {
    feed: () => undefined,
    get isDone() {
      return handOver() !== undefined
    },
    get handOver() {
      return handOver()
    },
  }
  return sessionParser({ name: 'first', ports: [80], create: () => parser })
}

/** Lines of a flow that begins with an `a`, and the calls of their parser. */
function known() {
  const parser = new LineParser()
  const signature = ([first]: Uint8Array) => first === LETTER_A
  return { parser, protocol: sessionParser({ name: 'lines', signature, create: () => parser }) }
}

describe('a parser that hands over', () => {
  it('gives the last bytes of each side to who knows them, and what follows', async () => {
    let left: HandOver | undefined
    const { parser, protocol } = known()
    using driver = await Driver.create({ parsers: [leaving(() => left), protocol] })
    const c = new Conversation()
    trackAll(driver, [...c.open(), c.send('initiator', '12345'), c.send('responder', '67')])
    left = { initiator: new Uint8Array([LETTER_A, 0x0a]), responder: new Uint8Array([0x62]) }
    const events = trackAll(driver, [c.send('responder', 'xb'), c.send('responder', 'c\n'), ...c.close()])
    expect(tell(events).filter((line) => line.startsWith('closed') || line.startsWith('lines'))).toEqual([
      'closed first done',
      'lines initiator {"line":"a"}',
      'lines responder {"line":"bc"}',
    ])
    expect(parser.calls).toEqual([
      'feed initiator 3 2',
      'feed responder 3 1',
      'feed responder 4 2',
      'fin initiator 5',
      'fin responder 6',
    ])
  })

  it('tells who knows them of a side that has come to its end before', async () => {
    let left: HandOver | undefined
    const { parser, protocol } = known()
    using driver = await Driver.create({ parsers: [leaving(() => left), protocol] })
    const c = new Conversation()
    trackAll(driver, [...c.open(), c.send('initiator', '12', 'FPA')])
    left = { initiator: new Uint8Array(0), responder: new Uint8Array([LETTER_A]) }
    trackAll(driver, [c.send('responder', 'a'), c.send('responder', 'b\n')])
    expect(parser.calls).toEqual(['feed responder 0 1', 'fin initiator 2', 'feed responder 1 2'])
  })

  it('leaves the flow to nobody where nobody knows it', async () => {
    const { parser, protocol } = known()
    const left = { initiator: new Uint8Array([0x62]), responder: new Uint8Array(0) }
    using driver = await Driver.create({ parsers: [leaving(() => left), protocol] })
    const c = new Conversation()
    trackAll(driver, [...c.open(), c.send('initiator', 'b'), c.send('responder', 'b'), c.send('initiator', 'a\n')])
    expect(parser.calls).toEqual([])
    const [flow] = [...driver.flows()]
    expect(flow?.stats.initiator.stream?.stopped).toBe('done')
  })

  it('and fails in it has failed', async () => {
    const left = () => ({ initiator: 'no bytes' }) as unknown as HandOver
    using driver = await Driver.create({ parsers: [leaving(left)] })
    const c = new Conversation()
    expect(tell(trackAll(driver, [...c.open(), c.send('initiator', 'a'), c.send('initiator', 'b')])).at(-1)).toBe(
      'closed first threw',
    )
  })
})
