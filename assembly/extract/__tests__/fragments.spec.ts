import {
  D_INNER,
  D_INNER_LENGTH,
  D_INNER_LINK_TYPE,
  D_MATCHED,
  D_NETWORK,
  PACKET_HELD,
  PLAN_AUTO_DETECT,
  PLAN_CUSTOM,
  PLAN_FIVE_TUPLE,
  PLAN_FLOW_LABEL,
  PLAN_INNER_GTPU,
  PLAN_IP_PAIR,
  PLAN_MAC_PAIR,
} from '../../layout'
import { begin, D, ethernet, foundInner, half, hex, inner, sourcePort, word } from '../../packet/__tests__/frame'
import {
  bytes,
  carries,
  earlierPackets,
  hasFlag,
  header4,
  header6,
  restart,
  takeOver,
  udpHeader,
} from '../../packet/__tests__/reassembly'
import { needsDatagrams } from '../plan'
import { beginPlan, detectOperation, extracted, operation, usePlan } from './plan'

/** Runs the plan on a fragment. */
function fragment6(start: u32, end: u32, more: bool): bool {
  begin()
  ethernet(0x86dd)
  header6(1, start, end - start, more)
  bytes(start, end - start)
  return extracted()
}

function fragment4(start: u32, end: u32, more: bool): bool {
  begin()
  ethernet(0x0800)
  header4(1, start, end - start, more)
  bytes(start, end - start)
  return extracted()
}

describe('fragments and plans', () => {
  beforeEach(() => restart())

  it('count once, however often the plan walks the frame', () => {
    beginPlan()
    operation(PLAN_FLOW_LABEL)
    detectOperation(PLAN_AUTO_DETECT, 0xff)
    operation(PLAN_FLOW_LABEL)
    detectOperation(PLAN_AUTO_DETECT, 0xff)
    usePlan(PLAN_FIVE_TUPLE)
    udpHeader(40)
    expect(fragment6(16, 40, false)).toBe(false)
    expect(hasFlag(PACKET_HELD)).toBe(true)
    expect(fragment6(0, 16, true)).toBe(true)
    expect(earlierPackets()).toBe(1)
    expect(sourcePort()).toBe(53)
    expect(carries(8, 40)).toBe(true)
  })

  it('lead into the tunnel that a step names', () => {
    beginPlan()
    operation(PLAN_INNER_GTPU)
    usePlan(PLAN_FIVE_TUPLE)
    begin()
    half(2152)
    half(2152)
    half(49)
    half(0)
    hex('30ff')
    half(33)
    word(7)
    inner()
    takeOver()
    expect(fragment4(0, 24, true)).toBe(false)
    expect(hasFlag(PACKET_HELD)).toBe(true)
    expect(fragment4(24, 49, false)).toBe(true)
    expect(foundInner()).toBe(true)
    expect(earlierPackets()).toBe(1)
  })

  it('are one packet to a custom extractor', () => {
    beginPlan()
    usePlan(PLAN_CUSTOM)
    udpHeader(40)
    expect(fragment4(0, 24, true)).toBe(false)
    expect(fragment4(24, 40, false)).toBe(true)
    expect(load<u32>(D, D_INNER)).toBe(load<u32>(D, D_NETWORK))
    expect(load<u32>(D, D_INNER_LENGTH)).toBe(60)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(101)
  })

  it('wait for keys of stations too, where they may lie inside', () => {
    beginPlan()
    detectOperation(PLAN_AUTO_DETECT, 0xff)
    usePlan(PLAN_MAC_PAIR)
    expect(needsDatagrams()).toBe(true)
    udpHeader(40)
    expect(fragment4(0, 24, true)).toBe(false)
    expect<u8>(load<u8>(D, D_MATCHED)).toBe(0)
    expect(fragment4(24, 40, false)).toBe(true)
    expect(earlierPackets()).toBe(1)
  })

  it('need not wait for keys of addresses alone', () => {
    beginPlan()
    usePlan(PLAN_IP_PAIR)
    expect(needsDatagrams()).toBe(false)
    beginPlan()
    usePlan(PLAN_MAC_PAIR)
    expect(needsDatagrams()).toBe(false)
    beginPlan()
    detectOperation(PLAN_AUTO_DETECT, 0xff)
    usePlan(PLAN_IP_PAIR)
    expect(needsDatagrams()).toBe(true)
  })
})
