import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  BufferedReassembler,
  type FinReason,
  FlowDriver,
  type FlowSide,
  type Reassembler,
  type Timestamp,
} from '../../../bindings'
import { Conversation } from '../../support/conversation'
import { tell, trackAll } from './support'

const decoder = new TextDecoder()

/** Writes down what it is called with. */
class Recorder implements Reassembler {
  readonly calls: string[] = []

  constructor(readonly side: FlowSide) {}

  segment(offset: number, payload: Uint8Array): void {
    this.calls.push(`${offset} ${decoder.decode(payload)}`)
  }

  gap(offset: number, length: number): void {
    this.calls.push(`${offset} gap ${length}`)
  }

  fin(_timestamp: Timestamp, end: number, reason: FinReason): void {
    this.calls.push(`${end} ${reason}`)
  }

  rst(_timestamp: Timestamp, end: number): void {
    this.calls.push(`${end} rst`)
  }
}

async function recording() {
  const recorders: Recorder[] = []
  const driver = await FlowDriver.create({
    reassembler: (_key, side) => {
      const recorder = new Recorder(side)
      recorders.push(recorder)
      return recorder
    },
  })
  return { driver, recorders }
}

describe('a flow driver', () => {
  it('gives each side a reassembler of its own, in order and with gaps', async () => {
    const { driver, recorders } = await recording()
    const c = new Conversation()
    const frames = [...c.open(), c.at('initiator', 2, 'cd'), c.at('initiator', 0, 'ab')]
    c.lose('initiator', 8)
    frames.push(c.send('initiator', 'ij'), c.acknowledge('responder'), c.send('responder', 'xy'), ...c.close())
    expect(tell(trackAll(driver, frames)).at(-1)).toBe('ended fin')
    expect(recorders.map(({ side, calls }) => [side, ...calls])).toEqual([
      ['initiator', '0 ab', '2 cd', '4 gap 4', '8 ij', '10 fin'],
      ['responder', '0 xy', '2 fin'],
    ])
    driver.dispose()
  })

  it('tells them of a reset', async () => {
    const { driver, recorders } = await recording()
    const c = new Conversation()
    trackAll(driver, [...c.open(), c.send('initiator', 'a'), c.reset('responder')])
    expect(recorders.map(({ calls }) => calls.at(-1))).toEqual(['1 rst'])
    driver.dispose()
  })

  it('tells them of a reset or of the end of the flow only where their side has not ended before', async () => {
    const { driver, recorders } = await recording()
    for (const client of ['10.0.0.3:1', '10.0.0.3:2']) {
      const c = new Conversation(client)
      const frames = [...c.open(), c.send('initiator', 'a', 'FPA'), c.send('responder', 'bc')]
      trackAll(driver, client.endsWith('1') ? [...frames, c.reset('responder')] : frames)
    }
    driver.finish()
    expect(recorders.map(({ calls }) => calls)).toEqual([
      ['0 a', '1 fin'],
      ['0 bc', '2 rst'],
      ['0 a', '1 fin'],
      ['0 bc', '2 flow_ended'],
    ])
    driver.dispose()
  })

  it('knows how the side of a buffer has ended', async () => {
    const buffers: BufferedReassembler[] = []
    using driver = await FlowDriver.create({
      reassembler: (_key, _side, bounds) => {
        const buffer = new BufferedReassembler(bounds)
        buffers.push(buffer)
        return buffer
      },
    })
    const c = new Conversation()
    trackAll(driver, [...c.open(), c.send('initiator', 'a', 'FPA'), c.send('responder', 'bc')])
    expect(buffers.map(({ ending }) => ending)).toEqual(['fin', undefined])
    trackAll(driver, [c.reset('responder')])
    expect(buffers.map(({ ending }) => ending)).toEqual(['fin', 'rst'])
  })

  it('hands out what buffers have gathered', async () => {
    using driver = await FlowDriver.create()
    const c = new Conversation()
    const [started] = trackAll(driver, [c.send('initiator', 'abc'), c.send('initiator', 'def')])
    if (started?.kind !== 'started') throw new Error('no flow')
    expectTypeOf(driver.reassembler(started.key, 'initiator')).toEqualTypeOf<BufferedReassembler | undefined>()
    expect(driver.reassembler(started.key, 'initiator')).toMatchObject({ bufferedLength: 6, highWatermark: 6 })
    expect(decoder.decode(driver.drainBuffer(started.key, 'initiator'))).toBe('abcdef')
    expect(driver.drainBuffer(started.key, 'initiator')).toHaveLength(0)
    expect(driver.reassembler(started.key, 'responder')).toBeUndefined()
    expect(driver.drainBuffer(started.key, 'responder')).toHaveLength(0)
  })

  it('tells overflows of buffers as anomalies, with what they cost', async () => {
    using driver = await FlowDriver.create({ streams: { maxBuffer: 64 }, anomalies: true })
    const c = new Conversation()
    const events = trackAll(driver, [c.send('initiator', 'x'.repeat(200))])
    expect(events[1]).toMatchObject({
      kind: 'anomaly',
      anomaly: { kind: 'buffer_overflow', policy: 'sliding-window', bytes: 136 },
    })
  })

  it('goes on with the flow when a reassembler throws', async () => {
    using driver = await FlowDriver.create({
      reassembler: () => ({
        segment: () => {
          throw new Error('disk full')
        },
      }),
    })
    const c = new Conversation()
    expect(tell(trackAll(driver, [...c.open(), c.send('initiator', 'a'), ...c.close()])).slice(4)).toEqual([
      'closed reassembler threw',
      'state_change',
      'state_change',
      'state_change',
      'ended fin',
    ])
  })

  it('gives a reassembler that does not know of gaps nothing behind one', async () => {
    const calls: string[] = []
    using driver = await FlowDriver.create({
      reassembler: () => ({ segment: (_offset, payload) => void calls.push(decoder.decode(payload)) }),
    })
    const c = new Conversation()
    const frames = [c.send('initiator', 'a')]
    c.lose('initiator', 5)
    trackAll(driver, [...frames, c.send('initiator', 'b'), c.acknowledge('responder')])
    expect(calls).toEqual(['a'])
  })
})
