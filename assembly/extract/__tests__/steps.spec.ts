import {
  D_FLOW_LABEL,
  D_INNER,
  D_INNER_LENGTH,
  D_INNER_LINK_TYPE,
  D_KEY,
  D_MATCHED,
  D_NETWORK,
  DETECT_MPLS,
  ENCAPSULATION_GTPU,
  ENCAPSULATION_MPLS,
  ENCAPSULATION_VLAN,
  ENCAPSULATION_VXLAN,
  KEY_LABEL_AND_TUNNEL_KIND,
  PLAN_AUTO_DETECT,
  PLAN_CUSTOM,
  PLAN_FIVE_TUPLE,
  PLAN_FLOW_LABEL,
  PLAN_INNER_GRE,
  PLAN_INNER_GTPU,
  PLAN_INNER_VXLAN,
  PLAN_MAC_PAIR,
  PLAN_STRIP_MPLS,
  PROTOCOL_UDP,
} from '../../layout'
import {
  begin,
  D,
  encapsulations,
  ethernet,
  foundInner,
  foundOuter,
  hex,
  inner,
  ipv4,
  ipv6,
  isFound,
  kindAt,
  offsetOf,
  tag,
  udp,
} from '../../packet/__tests__/frame'
import { beginPlan, detectOperation, extracted, operation, portOperation, usePlan } from './plan'

const FRAME = '020000000002 020000000001 0800'

function mplsFrame(): void {
  begin()
  ethernet(0x8100)
  tag(5, 0x8847)
  hex('00010140')
  inner()
}

/** VXLAN between these ports, without the I flag. */
function vxlanFrame(source: u32, destination: u32): void {
  begin()
  ethernet(0x0800)
  ipv4(PROTOCOL_UDP, 3)
  udp(source, destination)
  hex('00000000 00007b00' + FRAME)
  inner()
}

function gtpuFrame(source: u32, destination: u32): void {
  begin()
  ethernet(0x0800)
  ipv4(PROTOCOL_UDP, 3)
  udp(source, destination)
  hex('32ff 0000 00000abc 00010000')
  inner()
}

function greFrame(header: string): void {
  begin()
  ethernet(0x0800)
  ipv4(47, 3)
  hex(header)
  inner()
}

describe('stripMpls', () => {
  beforeEach(() => {
    beginPlan()
    operation(PLAN_STRIP_MPLS)
    usePlan(PLAN_FIVE_TUPLE)
  })

  it('wants a label stack, behind VLAN tags or not', () => {
    mplsFrame()
    expect(extracted()).toBe(true)
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(2)
    expect(kindAt(0)).toBe(ENCAPSULATION_VLAN)
    expect(kindAt(1)).toBe(ENCAPSULATION_MPLS)
    expect(offsetOf(D_INNER)).toBe(22)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(101)
  })

  it('finds nothing without one', () => {
    begin()
    ethernet(0x0800)
    inner()
    expect(extracted()).toBe(false)
    expect(isFound()).toBe(false)
  })

  it('opens pseudowires', () => {
    begin()
    ethernet(0x8847)
    hex('00010140 00000000')
    ethernet(0x0800)
    inner()
    expect(extracted()).toBe(true)
    expect(foundInner()).toBe(true)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(1)
  })
})

describe('innerVxlan', () => {
  it('wants the port, on either side, and no flags', () => {
    beginPlan()
    operation(PLAN_INNER_VXLAN)
    usePlan(PLAN_FIVE_TUPLE)
    vxlanFrame(50000, 4789)
    expect(extracted()).toBe(true)
    expect(foundInner()).toBe(true)
    expect(kindAt(0)).toBe(ENCAPSULATION_VXLAN)
    vxlanFrame(4789, 50000)
    expect(extracted()).toBe(true)
    vxlanFrame(50000, 50001)
    expect(extracted()).toBe(false)
    expect(isFound()).toBe(false)
    expect(encapsulations()).toBe(0)
    begin()
    ethernet(0x0800)
    inner()
    expect(extracted()).toBe(false)
  })

  it('takes another port', () => {
    beginPlan()
    portOperation(PLAN_INNER_VXLAN, 8472)
    usePlan(PLAN_FIVE_TUPLE)
    vxlanFrame(50000, 8472)
    expect(extracted()).toBe(true)
    vxlanFrame(50000, 4789)
    expect(extracted()).toBe(false)
  })

  it('finds the stations inside', () => {
    beginPlan()
    operation(PLAN_INNER_VXLAN)
    usePlan(PLAN_MAC_PAIR)
    begin()
    ethernet(0x0800)
    ipv4(PROTOCOL_UDP, 3)
    udp(1, 4789)
    hex('08000000 00007b00 0a0000000001 0b0000000002 0806')
    expect(extracted()).toBe(true)
    expect(load<u64>(D, D_KEY)).toBe(0x0a00000000010b00)
    expect(isFound()).toBe(false)
  })
})

describe('innerGtpU', () => {
  it('wants the port, on either side', () => {
    beginPlan()
    operation(PLAN_INNER_GTPU)
    usePlan(PLAN_FIVE_TUPLE)
    gtpuFrame(50000, 2152)
    expect(extracted()).toBe(true)
    expect(foundInner()).toBe(true)
    expect(kindAt(0)).toBe(ENCAPSULATION_GTPU)
    gtpuFrame(2152, 50000)
    expect(extracted()).toBe(true)
    gtpuFrame(50000, 50001)
    expect(extracted()).toBe(false)
  })

  it('takes another port and has no stations', () => {
    beginPlan()
    portOperation(PLAN_INNER_GTPU, 3386)
    usePlan(PLAN_MAC_PAIR)
    gtpuFrame(50000, 3386)
    expect(extracted()).toBe(false)
  })
})

describe('innerGre', () => {
  beforeEach(() => {
    beginPlan()
    operation(PLAN_INNER_GRE)
    usePlan(PLAN_FIVE_TUPLE)
  })

  it('wants the protocol and IP or Ethernet inside', () => {
    greFrame('0000 0800')
    expect(extracted()).toBe(true)
    expect(foundInner()).toBe(true)
    greFrame('0000 6558' + FRAME)
    expect(extracted()).toBe(true)
    expect(foundInner()).toBe(true)
    greFrame('0000 0806')
    expect(extracted()).toBe(false)
    greFrame('0000 0800 ff')
    expect(extracted()).toBe(false)
    begin()
    ethernet(0x0800)
    inner()
    expect(extracted()).toBe(false)
  })

  it('takes one layer off, and two when it stands twice', () => {
    begin()
    ethernet(0x0800)
    ipv4(47, 3)
    hex('0000 0800')
    ipv4(47, 4)
    hex('0000 0800')
    inner()
    expect(extracted()).toBe(true)
    expect(foundOuter(4)).toBe(true)
    beginPlan()
    operation(PLAN_INNER_GRE)
    operation(PLAN_INNER_GRE)
    usePlan(PLAN_FIVE_TUPLE)
    expect(extracted()).toBe(true)
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(2)
  })

  it('leaves MPLS to the next operation', () => {
    greFrame('0000 8847 00010140')
    expect(extracted()).toBe(false)
    beginPlan()
    operation(PLAN_INNER_GRE)
    operation(PLAN_STRIP_MPLS)
    usePlan(PLAN_FIVE_TUPLE)
    greFrame('0000 8847 00010140')
    expect(extracted()).toBe(true)
    expect(foundInner()).toBe(true)
  })
})

describe('autoDetectEncap before other operations', () => {
  it('hands them the innermost frame', () => {
    beginPlan()
    detectOperation(PLAN_AUTO_DETECT, DETECT_MPLS)
    operation(PLAN_INNER_VXLAN)
    usePlan(PLAN_FIVE_TUPLE)
    begin()
    ethernet(0x8847)
    hex('00010140')
    ipv4(PROTOCOL_UDP, 3)
    udp(1, 4789)
    hex('08000000 00007b00' + FRAME)
    inner()
    expect(extracted()).toBe(true)
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(2)
    vxlanFrame(1, 4789)
    expect(extracted()).toBe(true)
    expect(encapsulations()).toBe(1)
  })

  it('notes VLAN tags of that frame once', () => {
    beginPlan()
    detectOperation(PLAN_AUTO_DETECT, 0xff)
    operation(PLAN_FLOW_LABEL)
    detectOperation(PLAN_AUTO_DETECT, 0xff)
    usePlan(PLAN_FIVE_TUPLE)
    begin()
    ethernet(0x8100)
    tag(5, 0x0800)
    ipv4(PROTOCOL_UDP, 3)
    udp(1, 4789)
    hex('08000000 00007b00 020000000002 020000000001 8100 0006 0800')
    inner()
    expect(extracted()).toBe(true)
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(3)
    expect(offsetOf(D_INNER)).toBe(54)
    expect(load<u32>(D, D_INNER_LENGTH)).toBe(51)
  })

  it('has ports of its own', () => {
    beginPlan()
    detectOperation(PLAN_AUTO_DETECT, 0xff, 8472)
    operation(PLAN_FLOW_LABEL)
    detectOperation(PLAN_AUTO_DETECT, 0xff)
    usePlan(PLAN_FIVE_TUPLE)
    begin()
    ethernet(0x0800)
    ipv4(PROTOCOL_UDP, 3)
    udp(1, 8472)
    hex('08000000 00007b00' + FRAME)
    ipv4(PROTOCOL_UDP, 4)
    udp(1, 4789)
    hex('08000000 00007b00' + FRAME)
    inner()
    expect(extracted()).toBe(true)
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(2)
  })
})

/** IPv6 with label 0x12345 around IPv6 with label 0x54321. */
function labelled(): void {
  begin()
  ethernet(0x86dd)
  ipv6(47)
  hex('0000 86dd 60054321 0008 11 40')
  hex('20010db8000000000000000000000003 20010db8000000000000000000000004 0001 0002 0008 0000')
}

describe('flowLabel', () => {
  it('is that of the frame where it stands', () => {
    beginPlan()
    operation(PLAN_FLOW_LABEL)
    operation(PLAN_INNER_GRE)
    usePlan(PLAN_FIVE_TUPLE)
    labelled()
    expect(extracted()).toBe(true)
    expect(load<u32>(D, D_KEY + KEY_LABEL_AND_TUNNEL_KIND)).toBe(0x12345)
    expect(load<u32>(D, D_FLOW_LABEL)).toBe(0x54321)
    expect(encapsulations()).toBe(1)
    beginPlan()
    operation(PLAN_INNER_GRE)
    operation(PLAN_FLOW_LABEL)
    usePlan(PLAN_FIVE_TUPLE)
    labelled()
    expect(extracted()).toBe(true)
    expect(load<u32>(D, D_KEY + KEY_LABEL_AND_TUNNEL_KIND)).toBe(0x54321)
    beginPlan()
    operation(PLAN_FLOW_LABEL)
    detectOperation(PLAN_AUTO_DETECT, 0xff)
    usePlan(PLAN_FIVE_TUPLE)
    labelled()
    expect(extracted()).toBe(true)
    expect(load<u32>(D, D_KEY + KEY_LABEL_AND_TUNNEL_KIND)).toBe(0x12345)
    expect(encapsulations()).toBe(1)
  })
})

describe('a custom key', () => {
  it('gets every frame, decapsulated as asked', () => {
    beginPlan()
    usePlan(PLAN_CUSTOM)
    begin()
    ethernet(0x0806)
    expect(extracted()).toBe(true)
    expect(offsetOf(D_INNER)).toBe(0)
    expect(load<u32>(D, D_NETWORK)).toBe(0)
    expect(extracted(147)).toBe(true)
    beginPlan()
    operation(PLAN_INNER_VXLAN)
    usePlan(PLAN_CUSTOM)
    vxlanFrame(1, 4789)
    expect(extracted()).toBe(true)
    expect(offsetOf(D_INNER)).toBe(50)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(1)
    vxlanFrame(1, 2)
    expect(extracted()).toBe(false)
    expect(load<u8>(D, D_MATCHED)).toBe(0)
  })
})
