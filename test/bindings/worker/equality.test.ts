import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { fiveTuple, ipPair, stripVlan } from '../../../bindings'
import { FIXTURES, NO_SHARED_CAPTURES, SHARED_CAPTURES } from '../../support/all-captures'
import { fragments } from '../../support/fragments'
import { ipv4Udp } from '../../support/frames'
import { ROOT } from '../../support/programs'
import { captureOf } from '../support'
import { bytesOf, classesOf, inThread, readingOf, referenceDriver, textsOf, withWorker } from './support'

const HTTP = 'test/fixtures/recorded/http-curl-nginx.pcap'
const MIX = 'test/fixtures/recorded/loopback-mix.pcap'

it.each(FIXTURES)('hands out the events of a driver in this thread: %s', async (path) => {
  const expected = await inThread(bytesOf(path), { anomalies: true, packetEvents: true })
  await withWorker({ anomalies: true, packetEvents: true }, async (driver) => {
    const { events } = await readingOf(driver.events(path))
    expect(textsOf(events)).toEqual(textsOf(expected.events))
    expect(classesOf(events)).toEqual(classesOf(expected.events))
    expect(await driver.stats()).toEqual(expected.stats)
    expect(events.flatMap((event) => (event.kind === 'packet' ? [event.frame, event.payload] : []))).toEqual(
      expected.frames,
    )
  })
})

it('finds captures to compare', () => {
  expect(FIXTURES.length).toBeGreaterThan(8)
})

describe('of captures beside the repository', () => {
  it.skipIf(SHARED_CAPTURES.length === 0)(
    `hands out the same events (skipped where ${NO_SHARED_CAPTURES})`,
    { timeout: 300_000 },
    async () => {
      // One driver for all, since starting a worker for each takes longer than most captures.
      const reference = await referenceDriver({ anomalies: true })
      await withWorker({ anomalies: true }, async (driver) => {
        for (const path of SHARED_CAPTURES) {
          const bytes = bytesOf(path)
          const expected = await readingOf(reference.events(bytes))
          const { events, damage } = await readingOf(driver.events(bytes))
          expect(textsOf(events), path).toEqual(textsOf(expected.events))
          expect(damage, path).toEqual(expected.damage)
          expect(await driver.stats(), path).toEqual(reference.stats)
        }
      })
    },
  )
})

describe('whatever is read', () => {
  const inputs = {
    'a URL': () => pathToFileURL(`${ROOT}/${MIX}`),
    bytes: () => bytesOf(MIX),
    'an ArrayBuffer': () => bytesOf(MIX).slice().buffer as ArrayBuffer,
    'a blob': () => new Blob([bytesOf(MIX) as Uint8Array<ArrayBuffer>]),
    'a stream': () => new Blob([bytesOf(MIX) as Uint8Array<ArrayBuffer>]).stream(),
  }

  it.each(Object.entries(inputs))('%s', async (_, input) => {
    const expected = await inThread(bytesOf(MIX))
    await withWorker({}, async (driver) => {
      const steps: number[] = []
      const onProgress = ({ bytesRead }: { bytesRead: number }) => steps.push(bytesRead)
      const { events } = await readingOf(driver.events(input(), { onProgress }))
      expect(textsOf(events)).toEqual(textsOf(expected.events))
      expect(steps.at(-1)).toBe(bytesOf(MIX).length)
    })
  })
})

describe('whatever the options', () => {
  it('keeps keys, encapsulations and tags', async () => {
    const paths = SHARED_CAPTURES.filter((path) => path.includes('/encap/')).slice(0, 5)
    for (const path of [MIX, ...paths]) {
      const extractor = stripVlan(fiveTuple({ vlanKey: true, tunnelKey: true, directional: true }))
      const expected = await inThread(bytesOf(path), { extractor })
      await withWorker({ extractor }, async (driver) => {
        expect(textsOf((await readingOf(driver.events(path))).events)).toEqual(textsOf(expected.events))
      })
    }
  })

  it('takes other keys', async () => {
    const extractor = ipPair() as never
    const expected = await inThread(bytesOf(MIX), { extractor })
    await withWorker({ extractor }, async (driver) => {
      expect(textsOf((await readingOf(driver.events(MIX))).events)).toEqual(textsOf(expected.events))
    })
  })

  it('hands over the payload of a datagram that was put together', async () => {
    const datagram = ipv4Udp('10.0.0.1:1000', '10.0.0.2:2000', 'x'.repeat(3000))
    const bytes = captureOf(fragments(datagram, 1000))
    const expected = await inThread(bytes, { packetEvents: true })
    await withWorker({ packetEvents: true }, async (driver) => {
      const { events } = await readingOf(driver.events(bytes))
      const packets = events.flatMap((event) => (event.kind === 'packet' ? [event] : []))
      expect(packets.map(({ payload }) => payload.length)).toEqual([3000])
      expect(packets.flatMap(({ frame, payload }) => [frame, payload])).toEqual(expected.frames)
    })
  })

  it('makes parsers with the options that were sent', async () => {
    const options = { parsers: [{ name: 'http', options: { maxHeaders: 1 } }, 'dns'] } as const
    await withWorker(options, async (driver) => {
      const { events } = await readingOf(driver.events(HTTP))
      const messages = events.flatMap((event) => (event.kind === 'message' ? [event.message] : []))
      expect(messages.length).toBeGreaterThan(0)
      for (const message of messages) expect((message as { headers: { size: number } }).headers.size).toBe(1)
    })
  })
})
