import { readdirSync, readFileSync } from 'node:fs'
import { metrics } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { BusyError, ConfigError, DisposedError, Driver, FlowDriver, FlowTracker, fiveTuple } from '../../../bindings'
import { type ObserveOptions, observe } from '../../../bindings/opentelemetry'
import {
  EVENT_COUNTERS,
  FLOWS_ACTIVE,
  FLOWS_ACTIVE_OPTIONS,
  HISTOGRAMS,
  TRACKER_COUNTERS,
} from '../../../bindings/opentelemetry/instruments'
import { MemoryMeter } from '../../support/telemetry/memory-meter'
import { at, captureOf, connection, udpFlows } from '../support'

describe('observe', () => {
  const meter = metrics.getMeter('flowscope')

  it.each<[string, unknown, string]>([
    ['nothing to collect', {}, 'options'],
    ['an unknown option', { meter, labels: {} }, 'options.labels'],
    ['no options', undefined, 'options'],
    ['what is no meter', { meter: {} }, 'meter'],
    ['what is no tracer', { tracer: 'trace' }, 'tracer'],
    ['attributes that are none', { meter, attributes: 'eth0' }, 'attributes'],
    ['no spans', { meter, maxSpans: 0 }, 'maxSpans'],
    ['half a span', { meter, maxSpans: 1.5 }, 'maxSpans'],
    ['messages of a kind', { meter, messages: 'http' }, 'messages'],
  ])('refuses %s', async (_, options, option) => {
    using tracker = await FlowTracker.create(fiveTuple())
    const attempt = () => observe(tracker, options as ObserveOptions)
    expect(attempt).toThrow(ConfigError)
    expect(attempt).toThrow(expect.objectContaining({ option }))
  })

  it('refuses a tracker that is gone, or at work', async () => {
    const memory = new MemoryMeter()
    const tracker = await FlowTracker.create(fiveTuple(), { userState: () => void observe(tracker, { meter: memory }) })
    expect(() => tracker.track(at(0, udpFlows(1)[0] as Uint8Array))).toThrow(BusyError)
    tracker.dispose()
    expect(() => observe(tracker, { meter: memory })).toThrow(DisposedError)
    expect(memory.collect().flowscope_packets_total).toEqual({ '': 0 })
  })

  it('takes trackers and drivers of all kinds', async () => {
    const memory = new MemoryMeter()
    const trackers = [
      await FlowTracker.create(fiveTuple(), { anomalies: true, userState: () => 'mine' }),
      await Driver.create({ parsers: [] }),
      await FlowDriver.create(),
    ]
    for (const tracker of trackers) {
      observe(tracker, { meter: memory })
      expect([...tracker.eventsSync(captureOf(connection()))].length).toBeGreaterThan(0)
      tracker.dispose()
    }
    expect(memory.collect().flowscope_flows_ended_total).toEqual({ 'reason=fin': 3 })
  })

  it('ends with `using`', async () => {
    const memory = new MemoryMeter()
    using tracker = await FlowTracker.create(fiveTuple())
    {
      using observation = observe(tracker, { meter: memory })
      tracker.track(at(0, udpFlows(1)[0] as Uint8Array))
      expect(observation.spansRefused).toBe(0)
    }
    tracker.track(at(1, udpFlows(1)[0] as Uint8Array))
    expect(memory.collect().flowscope_packets_total).toEqual({ '': 1 })
  })

  it('does without an SDK', async () => {
    using tracker = await FlowTracker.create(fiveTuple())
    observe(tracker, { meter })
    expect([...tracker.eventsSync(captureOf(connection()))]).toHaveLength(8)
  })
})

describe('docs/observability.md', () => {
  const document = readFileSync('docs/observability.md', 'utf8')
  const rows = [...document.matchAll(/^\| `(flowscope_\w+)` \| ([\w -]+) \| `([^`]+)` \|/gm)].map((row) => row.slice(1))

  it('has all metrics, with their instruments and units', () => {
    const counters = Object.entries({ ...EVENT_COUNTERS, ...TRACKER_COUNTERS })
    expect(rows.sort()).toEqual(
      [
        ...counters.map(([name, { unit }]) => [name, 'counter', unit]),
        ...Object.entries(HISTOGRAMS).map(([name, { unit }]) => [name, 'histogram', unit]),
        [FLOWS_ACTIVE, 'up-down counter', FLOWS_ACTIVE_OPTIONS.unit],
      ].sort(),
    )
  })
})

describe('the package', () => {
  it('has OpenTelemetry in the entry of that name only, and there only its types', () => {
    const built = readdirSync('build').filter((file) => /\.(?:js|d\.ts)$/.test(file))
    const mentioning = (word: string) => built.filter((file) => readFileSync(`build/${file}`, 'utf8').includes(word))
    expect(mentioning('@opentelemetry')).toEqual(['opentelemetry.d.ts'])
    expect(mentioning('opentelemetry.js')).toEqual(['opentelemetry.js'])
    expect(mentioning('flowscope_flows_created_total')).toEqual(['opentelemetry.js'])
  })

  it('asks for the API only of those who want it', () => {
    const { peerDependencies, peerDependenciesMeta, dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(Object.keys(peerDependencies)).toEqual(['@opentelemetry/api'])
    expect(peerDependenciesMeta['@opentelemetry/api']).toEqual({ optional: true })
    expect(dependencies).toBeUndefined()
  })
})
