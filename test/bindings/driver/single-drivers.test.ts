import { describe, expect, expectTypeOf, it } from 'vitest'
import { type DatagramParser, FlowDatagramDriver, FlowSessionDriver, PacketView, Timestamp } from '../../../bindings'
import { Conversation } from '../../support/conversation'
import { ipv4Udp } from '../../support/frames'
import { type Line, LineParser, tell, trackAll } from './support'

class Text implements DatagramParser<string> {
  isPoisoned = false
  poisonReason: string | undefined

  feed(_side: string, payload: Uint8Array): string[] {
    const text = new TextDecoder().decode(payload)
    this.isPoisoned = text === 'poison'
    this.poisonReason = this.isPoisoned ? 'tasted it' : undefined
    return [text]
  }

  end(): string[] {
    return ['end']
  }
}

describe('a session driver', () => {
  it('carries one parser on all TCP flows', async () => {
    using driver = await FlowSessionDriver.create({ parser: () => new LineParser() })
    const [a, b] = [new Conversation(), new Conversation('10.0.0.1:1', '10.0.0.2:9999')]
    const events = trackAll(driver, [
      a.send('initiator', 'a\n'),
      b.send('initiator', 'b\n'),
      ipv4Udp('10.0.0.1:1', '10.0.0.2:2', 'no line\n'),
    ])
    expect(tell(events)).toEqual([
      'started',
      'session initiator {"line":"a"}',
      'started',
      'session initiator {"line":"b"}',
      'started',
    ])
    for (const event of events) if (event.kind === 'message') expectTypeOf(event.message).toEqualTypeOf<Line>()
  })

  it('gives the parser the key of its flow', async () => {
    const keys: string[] = []
    using driver = await FlowSessionDriver.create({
      parser: (key) => {
        keys.push(`${key.protocol} ${key.b.port}`)
        return new LineParser()
      },
    })
    trackAll(driver, [new Conversation().send('initiator', 'a')])
    expect(keys).toEqual(['tcp 80'])
  })

  it('refuses what is no parser', async () => {
    await expect(FlowSessionDriver.create({ parser: 1 as never })).rejects.toThrow('parser')
    await expect(FlowDatagramDriver.create({} as never)).rejects.toThrow('parser')
  })
})

describe('a datagram driver', () => {
  const send = (payload: string) => ipv4Udp('10.0.0.1:1', '10.0.0.2:2', payload)

  it('carries one parser on all UDP flows', async () => {
    using driver = await FlowDatagramDriver.create({ parser: () => new Text() })
    const events = trackAll(driver, [
      send('a'),
      ipv4Udp('10.0.0.2:2', '10.0.0.1:1', ''),
      new Conversation().send('initiator', 'x'),
    ])
    expect(tell(events)).toEqual(['started', 'datagram initiator "a"', 'datagram responder ""', 'started'])
    expect(tell(driver.sweep(new Timestamp(100)))).toEqual(['datagram initiator "end"', 'ended idle_timeout'])
  })

  it('ends a poisoned parser, not the flow', async () => {
    using driver = await FlowDatagramDriver.create({ parser: () => new Text(), anomalies: true })
    const events = trackAll(driver, [send('poison'), send('more')])
    expect(tell(events)).toEqual([
      'started',
      'datagram initiator "poison"',
      '! parse_error',
      'closed datagram poisoned',
    ])
    expect(events[2]).toMatchObject({ anomaly: { parser: 'datagram', reason: 'tasted it' } })
    expect(tell(driver.finish())).toEqual(['ended end_of_capture'])
  })

  it('says how long a datagram was on the wire where it was cut', async () => {
    const lengths: number[][] = []
    using driver = await FlowDatagramDriver.create({
      parser: () => ({
        feed: (_side, payload, _timestamp, wireLength) => {
          lengths.push([payload.length, wireLength])
          return []
        },
      }),
    })
    const frame = send('x'.repeat(100))
    const cut = frame.subarray(0, frame.length - 60)
    driver.track(new PacketView(cut, Timestamp.ZERO, { wireLength: frame.length }))
    expect(lengths).toEqual([[40, 100]])
  })
})
