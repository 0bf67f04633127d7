import { describe, expect, it } from 'vitest'
import {
  CONFIG_TUNNEL_KEY,
  CONFIG_VLAN_KEY,
  DETECT_GENEVE,
  DETECT_GRE,
  DETECT_GTPU,
  DETECT_IP,
  DETECT_MPLS,
  DETECT_PPPOE,
  DETECT_VLAN,
  DETECT_VXLAN,
  PLAN_AUTO_DETECT,
  PLAN_CODE,
  PLAN_CUSTOM,
  PLAN_DIRECTIONAL,
  PLAN_FIVE_TUPLE,
  PLAN_FLOW_LABEL,
  PLAN_GENEVE_PORT,
  PLAN_GTPU_PORT,
  PLAN_INNER_GRE,
  PLAN_INNER_GTPU,
  PLAN_INNER_VXLAN,
  PLAN_IP_PAIR,
  PLAN_MAC_PAIR,
  PLAN_MASK,
  PLAN_MAX,
  PLAN_OPERATION_SIZE,
  PLAN_PORT,
  PLAN_STRIP_MPLS,
  PLAN_VXLAN_GPE_PORT,
  PLAN_VXLAN_PORT,
} from '../../../assembly/layout'
import {
  autoDetectEncap,
  ConfigError,
  customExtractor,
  type Extractor,
  fiveTuple,
  flowLabel,
  innerGre,
  innerGtpU,
  innerVxlan,
  ipPair,
  macPair,
  stripMpls,
  stripVlan,
} from '../../../bindings'
import { compilePlan } from '../../../bindings/extract/plan'

/** Codes of a plan's operations, up to the first that is not used. */
function codes(extractor: Extractor): number[] {
  const { operations } = compilePlan(extractor)
  const all = Array.from({ length: PLAN_MAX }, (_, i) => operations[i * PLAN_OPERATION_SIZE + PLAN_CODE] ?? 0)
  return all.filter((code) => code !== 0)
}

const ALL =
  DETECT_VLAN | DETECT_MPLS | DETECT_PPPOE | DETECT_IP | DETECT_GRE | DETECT_VXLAN | DETECT_GENEVE | DETECT_GTPU

describe('compilePlan', () => {
  it('puts the outermost first and the key last', () => {
    const extractor = stripVlan(stripMpls(innerGre(innerVxlan(innerGtpU(flowLabel(fiveTuple()))))))
    expect(codes(extractor)).toEqual([
      PLAN_STRIP_MPLS,
      PLAN_INNER_GRE,
      PLAN_INNER_VXLAN,
      PLAN_INNER_GTPU,
      PLAN_FLOW_LABEL,
      PLAN_FIVE_TUPLE,
    ])
  })

  it('knows every kind of key', () => {
    expect(codes(ipPair())).toEqual([PLAN_IP_PAIR])
    expect(codes(macPair())).toEqual([PLAN_MAC_PAIR])
    expect(codes(customExtractor(() => undefined))).toEqual([PLAN_CUSTOM])
  })

  it('writes ports', () => {
    const view = new DataView(compilePlan(innerVxlan(innerGtpU(fiveTuple(), { port: 9999 }))).operations.buffer)
    expect(view.getUint16(PLAN_PORT, true)).toBe(4789)
    expect(view.getUint16(PLAN_OPERATION_SIZE + PLAN_PORT, true)).toBe(9999)
  })

  it('writes what is to be detected', () => {
    const view = new DataView(compilePlan(autoDetectEncap(fiveTuple())).operations.buffer)
    expect(view.getUint8(PLAN_CODE)).toBe(PLAN_AUTO_DETECT)
    expect(view.getUint32(PLAN_MASK, true)).toBe(ALL)
    const offsets = [PLAN_VXLAN_PORT, PLAN_VXLAN_GPE_PORT, PLAN_GENEVE_PORT, PLAN_GTPU_PORT]
    expect(offsets.map((at) => view.getUint16(at, true))).toEqual([4789, 4790, 6081, 2152])
  })

  it('detects only what is wanted, on the ports that are wanted', () => {
    const extractor = autoDetectEncap(fiveTuple(), { variants: { gre: false, gtpu: false }, ports: { vxlan: 8472 } })
    const view = new DataView(compilePlan(extractor).operations.buffer)
    expect(view.getUint32(PLAN_MASK, true)).toBe(ALL & ~DETECT_GRE & ~DETECT_GTPU)
    expect(view.getUint16(PLAN_VXLAN_PORT, true)).toBe(8472)
  })

  it('hands on the options of the key', () => {
    expect(compilePlan(fiveTuple({ directional: true })).operations[PLAN_DIRECTIONAL]).toBe(1)
    expect(compilePlan(fiveTuple({ vlanKey: true })).flags).toBe(CONFIG_VLAN_KEY)
    expect(compilePlan(stripMpls(ipPair({ tunnelKey: true }))).flags).toBe(CONFIG_TUNNEL_KEY)
    expect(compilePlan(macPair()).flags).toBe(0)
  })

  it('has an end', () => {
    let extractor = fiveTuple()
    for (let i = 0; i < PLAN_MAX - 1; i++) extractor = stripMpls(stripVlan(extractor))
    expect(codes(stripVlan(extractor)).length).toBe(PLAN_MAX)
    expect(() => compilePlan(stripMpls(extractor))).toThrow(
      new ConfigError('extractor', 'must be nested at most 16 deep'),
    )
  })
})

describe('extractors', () => {
  it('are plain immutable values', () => {
    const extractor = stripVlan(fiveTuple({ vlanKey: true }))
    expect(extractor).toEqual({
      kind: 'strip-vlan',
      inner: { kind: 'five-tuple', directional: false, vlanKey: true, tunnelKey: false },
    })
    expect(Object.isFrozen(extractor)).toBe(true)
  })

  it.each([
    ['an unknown option', () => fiveTuple({ vlan: true } as never), 'fiveTuple.vlan'],
    ['a wrong type', () => ipPair({ vlanKey: 1 } as never), 'ipPair.vlanKey'],
    ['port 0', () => innerVxlan(fiveTuple(), { port: 0 }), 'innerVxlan.port'],
    ['port 65536', () => innerGtpU(fiveTuple(), { port: 65536 }), 'innerGtpU.port'],
    ['half a port', () => autoDetectEncap(fiveTuple(), { ports: { geneve: 0.5 } }), 'autoDetectEncap.ports.geneve'],
    [
      'a variant',
      () => autoDetectEncap(fiveTuple(), { variants: { ipip: true } as never }),
      'autoDetectEncap.variants.ipip',
    ],
    ['no function', () => customExtractor(undefined as never), 'customExtractor.extract'],
    ['no extractor', () => stripMpls(undefined as never), 'stripMpls'],
  ])('refuse %s', (_, make, option) => {
    expect(make).toThrow(ConfigError)
    expect(make).toThrow(expect.objectContaining({ option }))
  })
})
