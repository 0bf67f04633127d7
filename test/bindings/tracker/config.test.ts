import { describe, expect, it } from 'vitest'
import { ConfigError, FlowTracker, type FlowTrackerOptions, fiveTuple } from '../../../bindings'
import { changeConfig, DEFAULT_CONFIG, resolveOptions } from '../../../bindings/tracker/config'

describe('the options of a tracker', () => {
  it('have the defaults of the Rust crate', () => {
    expect(resolveOptions({}).config).toEqual({
      maxFlows: 100_000,
      idleTimeoutSeconds: { tcp: 300, udp: 60, other: 30 },
      sweepIntervalSeconds: 1,
      packetEvents: false,
      monotonicTimestamps: false,
      acceptAnyRst: false,
      history: 'zeek',
      reassembleFragments: true,
    })
  })

  it('change one at a time', () => {
    const changed = changeConfig(DEFAULT_CONFIG, { idleTimeoutSeconds: { udp: 0.5 } })
    expect(changed.idleTimeoutSeconds).toEqual({ tcp: 300, udp: 0.5, other: 30 })
    expect(changed.maxFlows).toBe(100_000)
  })

  it('seed the hash at random unless told otherwise', () => {
    expect(resolveOptions({}).hashSeed).not.toBe(resolveOptions({}).hashSeed)
    expect(resolveOptions({ hashSeed: 5n }).hashSeed).toBe(5n)
  })

  it.each<[string, FlowTrackerOptions<never, unknown>]>([
    ['maxFlows', { maxFlows: 0 }],
    ['maxFlows', { maxFlows: 1.5 }],
    ['maxFlows', { maxFlows: Number.NaN }],
    ['maxFlows', { maxFlows: 16_000_001 }],
    ['idleTimeoutSeconds.tcp', { idleTimeoutSeconds: { tcp: -1 } }],
    ['idleTimeoutSeconds.other', { idleTimeoutSeconds: { other: Number.NaN } }],
    ['idleTimeoutSeconds.icmp', { idleTimeoutSeconds: { icmp: 1 } as never }],
    ['sweepIntervalSeconds', { sweepIntervalSeconds: 0 }],
    ['packetEvents', { packetEvents: 'yes' as never }],
    ['monotonicTimestamps', { monotonicTimestamps: 1 as never }],
    ['acceptAnyRst', { acceptAnyRst: null as never }],
    ['history', { history: 'suricata' as never }],
    ['hashSeed', { hashSeed: -1n }],
    ['hashSeed', { hashSeed: 2n ** 64n }],
    ['hashSeed', { hashSeed: 1 as never }],
    ['idleTimeoutOf', { idleTimeoutOf: 5 as never }],
    ['userState', { userState: {} as never }],
    ['options.maxFlow', { maxFlow: 5 } as never],
  ])('refuse a bad %s by name', async (option, options) => {
    await expect(FlowTracker.create(fiveTuple(), options as never)).rejects.toThrow(ConfigError)
    await expect(FlowTracker.create(fiveTuple(), options as never)).rejects.toMatchObject({ option })
  })
})
