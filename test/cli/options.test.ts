import { InvalidArgumentError } from 'commander'
import { describe, expect, it } from 'vitest'
import { autoDetectEncap, fiveTuple, ipPair, macPair } from '../../bindings'
import { decap, integer, seconds } from '../../bindings/cli/options/parse'
import { extractorOf, trackerConfigOf } from '../../bindings/cli/options/tracker'
import type { TrackingOptions } from '../../bindings/cli/options/tracking'

const DEFAULTS: TrackingOptions = {
  extractor: 'five-tuple',
  decap: 'auto',
  maxFlows: 100_000,
  idleTcp: 300,
  idleUdp: 60,
  idleOther: 30,
  history: 'zeek',
}

describe('integers', () => {
  const parse = integer(1, 100)

  it.each(['1', '42', '100'])('takes %s', (text) => {
    expect(parse(text)).toBe(Number(text))
  })

  it.each(['', '0', '101', '-1', '1.5', '1e1', '0x10', ' 1', 'many'])('refuses "%s"', (text) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError)
  })
})

describe('seconds', () => {
  it.each([
    ['30', 30],
    ['0.5', 0.5],
    ['.5', 0.5],
    ['1000', 1000],
  ])('takes %s', (text, value) => {
    expect(seconds(text)).toBe(value)
  })

  it.each(['', '0', '0.0', '-1', '1e3', '.', 'Infinity', '5s', '99999999999'])('refuses "%s"', (text) => {
    expect(() => seconds(text)).toThrow(InvalidArgumentError)
  })
})

describe('--decap', () => {
  it('is auto, none or a list, in which each counts once', () => {
    expect(decap('auto')).toBe('auto')
    expect(decap('none')).toBe('none')
    expect(decap('vlan,gtpu,vlan')).toEqual(['vlan', 'gtpu'])
  })

  it.each(['', 'vlan,', 'VLAN', 'vlan,none', 'toString'])('refuses "%s"', (text) => {
    expect(() => decap(text)).toThrow(InvalidArgumentError)
  })
})

describe('the extractor', () => {
  it('looks into everything by default', () => {
    expect(extractorOf(DEFAULTS)).toEqual(autoDetectEncap(fiveTuple()))
  })

  it('looks into nothing, or into what is listed', () => {
    expect(extractorOf({ ...DEFAULTS, extractor: 'mac-pair', decap: 'none' })).toEqual(macPair())
    expect(extractorOf({ ...DEFAULTS, extractor: 'ip-pair', decap: ['gre', 'ip'] })).toEqual(
      autoDetectEncap(ipPair(), {
        variants: {
          vlan: false,
          mpls: false,
          pppoe: false,
          ip: true,
          gre: true,
          vxlan: false,
          geneve: false,
          gtpu: false,
        },
      }),
    )
  })

  it('takes tags into the key', () => {
    expect(extractorOf({ ...DEFAULTS, decap: 'none', vlanKey: true })).toEqual(fiveTuple({ vlanKey: true }))
    expect(extractorOf({ ...DEFAULTS, tunnelKey: true })).toEqual(autoDetectEncap(fiveTuple({ tunnelKey: true })))
  })

  it('cannot tell tunnels apart without looking into them', () => {
    expect(() => extractorOf({ ...DEFAULTS, decap: 'none', tunnelKey: true })).toThrow('--tunnel-key')
  })
})

describe('the configuration', () => {
  it('takes every option over', () => {
    const options: TrackingOptions = {
      ...DEFAULTS,
      maxFlows: 5,
      idleTcp: 1,
      idleUdp: 2,
      idleOther: 3,
      monotonic: true,
      dedup: true,
      acceptAnyRst: true,
      history: 'crate',
    }
    expect(trackerConfigOf(options)).toEqual({
      maxFlows: 5,
      idleTimeoutSeconds: { tcp: 1, udp: 2, other: 3 },
      monotonicTimestamps: true,
      acceptAnyRst: true,
      history: 'crate',
      dedup: true,
    })
  })
})
