import { describe, expect, it } from 'vitest'
import { ConfigError, type DriverEvent, ipPair, Timestamp } from '../../../bindings'
import { WorkerDriver, WorkerError } from '../../../bindings/worker'
import { FIXTURES, NO_SHARED_CAPTURES, SHARED_CAPTURES } from '../../support/all-captures'
import { captureOf, collect, udpFlows } from '../support'
import { bytesOf, readingOf, referenceDriver, textsOf, withWorker } from './support'
import { randomCapture } from './traffic'

const COUNTS = [2, 3, 4]

/** Reads captures one after the other, with one driver in this thread and with so many workers, and compares. */
async function expectEqual(
  counts: readonly number[],
  captures: readonly (readonly [name: string, bytes: () => Uint8Array])[],
  options: { packetEvents?: boolean; dedup?: boolean; extractor?: never } = {},
): Promise<DriverEvent[]> {
  const all: DriverEvent[] = []
  const reference = await referenceDriver({ anomalies: true, ...options })
  const drivers = await Promise.all(
    counts.map((shards) => WorkerDriver.create({ anomalies: true, shards, ...options })),
  )
  try {
    for (const [name, bytes] of captures) {
      const expected = await readingOf(reference.events(bytes()))
      for (const [i, driver] of drivers.entries()) {
        const what = `${name} with ${counts[i]} workers`
        const { events, damage } = await readingOf(driver.events(bytes()))
        expect(textsOf(events), what).toEqual(textsOf(expected.events))
        expect(damage, what).toEqual(expected.damage)
        expect(await driver.stats(), what).toEqual(reference.stats)
      }
      for (const event of expected.events) all.push(event)
    }
  } finally {
    for (const driver of drivers) driver.dispose()
  }
  return all
}

const files = (paths: readonly string[]) => paths.map((path) => [path, () => bytesOf(path)] as const)

describe('several workers tell what one engine tells', () => {
  it('of all fixtures', async () => {
    await expectEqual(COUNTS, files(FIXTURES), { packetEvents: true })
  })

  it('of traffic in which much ends at once', { timeout: 60_000 }, async () => {
    const captures = Array.from({ length: 8 }, (_, seed) => [`seed ${seed}`, () => randomCapture(seed)] as const)
    const events = await expectEqual(COUNTS, captures, { dedup: true })
    const told = new Set(events.map((event) => `${event.kind} ${'reason' in event ? event.reason : ''}`))
    expect([...told]).toEqual(expect.arrayContaining(['ended idle_timeout', 'ended end_of_capture', 'message ']))
    const anomalies = events.map((event) => JSON.stringify(event)).join('\n')
    for (const kind of ['"reason":"timeout"', '"kind":"unanswered"', '"kind":"fragment_timeout"']) {
      expect(anomalies).toContain(kind)
    }
  })

  it.skipIf(SHARED_CAPTURES.length === 0)(
    `of captures beside the repository (skipped where ${NO_SHARED_CAPTURES})`,
    { timeout: 300_000 },
    async () => {
      await expectEqual(COUNTS, files(SHARED_CAPTURES))
    },
  )
})

it('share flows by other keys, too', async () => {
  await expectEqual([3], [['seed 1', () => randomCapture(1)]], { extractor: ipPair() as never })
})

it('end what a sweep and an end call for in the order of one', async () => {
  const capture = captureOf(udpFlows(50))
  const reference = await referenceDriver()
  await withWorker({ shards: 3 }, async (driver) => {
    expect(textsOf(await collect(driver.read(capture)))).toEqual(textsOf(await collect(reference.read(capture))))
    for (const seconds of [80, 90]) {
      const now = new Timestamp(seconds)
      const events = await driver.sweep(now)
      expect(events.length).toBeGreaterThan(1)
      expect(textsOf(events)).toEqual(textsOf(reference.sweep(now)))
    }
    expect(textsOf(await driver.finish())).toEqual(textsOf(reference.finish()))
  })
})

it('divide what flows may take', async () => {
  const idleTimeoutSeconds = { udp: Number.POSITIVE_INFINITY }
  await withWorker({ shards: 3, maxFlows: 100, parsers: [], idleTimeoutSeconds }, async (driver) => {
    expect(driver.config.maxFlows).toBe(100)
    const events = await collect(driver.read(captureOf(udpFlows(300))))
    const { flowsLive, flowsEvicted, flowsCreated } = await driver.stats()
    expect([flowsLive, flowsCreated]).toEqual([100, 300])
    expect(events.filter((event) => event.kind === 'ended' && event.reason === 'evicted')).toHaveLength(flowsEvicted)
    await driver.reconfigure({ maxFlows: 7 })
    expect([driver.config.maxFlows, (await driver.stats()).flowsLive]).toEqual([7, 7])
  })
})

it('name flows that were evicted by their numbers among all', async () => {
  await withWorker({ shards: 2, maxFlows: 10, parsers: [], anomalies: true }, async (driver) => {
    const ended: number[] = []
    const evicted: number[] = []
    for await (const event of driver.events(captureOf(udpFlows(40)))) {
      if (event.kind === 'ended' && event.reason === 'evicted') ended.push(event.flow)
      if (event.kind === 'tracker_anomaly' && 'evicted' in event.anomaly) evicted.push(event.anomaly.evicted)
    }
    expect(evicted.length).toBeGreaterThan(0)
    expect(evicted).toEqual(ended)
  })
})

it('cannot go on where they were stopped at different places', async () => {
  using driver = await WorkerDriver.create({ shards: 2 })
  for await (const _ of driver.events(captureOf(udpFlows(2000)))) break
  await expect(driver.finish()).rejects.toThrow(WorkerError)
  await expect(driver.stats()).rejects.toThrow(/stopped/)
})

it('are from 1 to 64', async () => {
  for (const shards of [0, 65, 1.5]) await expect(WorkerDriver.create({ shards })).rejects.toThrow(ConfigError)
})
