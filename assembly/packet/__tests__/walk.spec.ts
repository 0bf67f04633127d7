import {
  D_INNER,
  D_INNER_LENGTH,
  D_INNER_LINK_TYPE,
  DETECT_IP,
  ENCAPSULATION_IP,
  ENCAPSULATION_VLAN,
  ENCAPSULATION_VXLAN,
  N_FAMILY,
  PACKET_FRAGMENT,
  PACKET_LAYER_LIMIT,
  PROTOCOL_UDP,
} from '../../layout'
import { GTPU_PORT } from '../gtpu'
import { kindOf, LAYER_MPLS, LAYER_STOP, layerEnd, startOf } from '../layer'
import { PROTOCOL_GRE, PROTOCOL_IPV4, PROTOCOL_IPV6 } from '../numbers'
import { setTunnelPorts } from '../udp-tunnels'
import { GENEVE_PORT, VXLAN_GPE_PORT, VXLAN_PORT } from '../vxlan'
import {
  ALL,
  begin,
  D,
  dissect,
  encapsulation,
  encapsulations,
  ethernet,
  fill,
  flags,
  foundInner,
  foundOuter,
  hex,
  inner,
  ipv4,
  ipv6,
  isFound,
  kindAt,
  offsetOf,
  payloadLength,
  protocol,
  tag,
  udp,
} from './frame'

/** VXLAN to the registered port, up to the inner Ethernet header. */
function vxlan(n: u32): void {
  ipv4(PROTOCOL_UDP, n)
  udp(50000, VXLAN_PORT)
  hex('08000000 00007b00')
}

describe('walking down to the innermost flow', () => {
  beforeEach(() => setTunnelPorts(VXLAN_PORT, VXLAN_GPE_PORT, GENEVE_PORT, GTPU_PORT))

  it('takes IP out of IP, of either version', () => {
    begin()
    ipv4(PROTOCOL_IPV4, 3)
    inner()
    dissect(101)
    expect(foundInner()).toBe(true)
    expect(kindAt(0)).toBe(ENCAPSULATION_IP)
    expect(load<u8>(encapsulation(0), N_FAMILY)).toBe(4)
    begin()
    ipv6(PROTOCOL_IPV4)
    inner()
    dissect(101)
    expect(foundInner()).toBe(true)
    expect(load<u8>(encapsulation(0), N_FAMILY)).toBe(6)
    begin()
    ipv4(PROTOCOL_IPV6, 3)
    ipv6(PROTOCOL_UDP)
    udp(1, 2)
    dissect(101)
    expect(foundOuter(3)).toBe(false)
    expect(encapsulations()).toBe(1)
    begin()
    ipv4(PROTOCOL_IPV4, 3)
    inner()
    dissect(101, ALL & ~DETECT_IP)
    expect(foundOuter(3)).toBe(true)
    expect(protocol()).toBe(4)
  })

  it('goes through tunnels of different kinds, outermost first', () => {
    begin()
    ethernet(0x8100)
    tag(5, 0x0800)
    vxlan(3)
    ethernet(0x8100)
    tag(6, 0x0800)
    ipv4(PROTOCOL_GRE, 4)
    hex('0000 0800')
    ipv4(PROTOCOL_IPV4, 5)
    inner()
    dissect()
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(5)
    expect(kindAt(0)).toBe(ENCAPSULATION_VLAN)
    expect(kindAt(1)).toBe(ENCAPSULATION_VXLAN)
    expect(kindAt(2)).toBe(ENCAPSULATION_VLAN)
    expect(kindAt(4)).toBe(ENCAPSULATION_IP)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(101)
    expect(load<u32>(D, D_INNER_LENGTH)).toBe(33)
  })

  it('shows the whole frame where nothing was decapsulated, the one inside the tunnel where something was', () => {
    begin()
    ethernet(0x8100)
    tag(5, 0x0800)
    inner()
    dissect()
    expect(offsetOf(D_INNER)).toBe(0)
    expect(load<u32>(D, D_INNER_LENGTH)).toBe(51)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(1)
    begin()
    ethernet(0x0800)
    vxlan(3)
    ethernet(0x8100)
    tag(5, 0x0800)
    inner()
    dissect()
    expect(offsetOf(D_INNER)).toBe(50)
    expect(load<u32>(D, D_INNER_LENGTH)).toBe(51)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(1)
  })

  it('falls back to the last flow when what lies inside holds none', () => {
    begin()
    ethernet(0x0800)
    vxlan(3)
    ethernet(0x8100)
    tag(5, 0x0800)
    ipv4(PROTOCOL_GRE, 4)
    hex('0000 0800')
    fill(40, 0x11)
    dissect()
    expect(foundOuter(4)).toBe(true)
    expect(protocol()).toBe(47)
    expect(payloadLength()).toBe(44)
    expect(encapsulations()).toBe(2)
    expect(flags()).toBe(0)
    expect(offsetOf(D_INNER)).toBe(50)
  })

  it('looks into the first fragment of a tunnel, not into later ones', () => {
    begin()
    hex('4500 0035 0001 2000 40 04 0000 0a000301 0a000302')
    inner()
    dissect(101)
    expect(foundInner()).toBe(true)
    expect(flags()).toBe(PACKET_FRAGMENT)
    begin()
    hex('4500 0035 0001 0001 40 04 0000 0a000301 0a000302')
    inner()
    dissect(101)
    expect(foundOuter(3)).toBe(true)
    expect(encapsulations()).toBe(0)
  })

  it('is bounded', () => {
    begin()
    for (let i: u32 = 0; i < 8; i++) ipv4(PROTOCOL_IPV4, 20 + i)
    inner()
    dissect(101)
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(8)
    expect(flags()).toBe(0)
    begin()
    for (let i: u32 = 0; i < 9; i++) ipv4(PROTOCOL_IPV4, 20 + i)
    inner()
    dissect(101)
    expect(foundOuter(28)).toBe(true)
    expect(encapsulations()).toBe(8)
    expect(flags()).toBe(PACKET_LAYER_LIMIT)
  })

  it('goes on when no more encapsulations can be noted', () => {
    begin()
    ethernet(0x8100)
    for (let i: u32 = 0; i < 8; i++) tag(i, i < 7 ? 0x8100 : 0x0800)
    ipv4(PROTOCOL_IPV4, 3)
    inner()
    dissect()
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(8)
    expect(flags()).toBe(PACKET_LAYER_LIMIT)
  })
})

describe('walking to the outermost flow only', () => {
  it('returns what the IP header carries, and where it ends', () => {
    begin()
    ethernet(0x0800)
    vxlan(3)
    ethernet(0x0800)
    inner()
    const layer = dissect(1, 0)
    expect(foundOuter(3)).toBe(true)
    expect(kindOf(layer)).toBe(PROTOCOL_UDP)
    expect(layerEnd - startOf(layer)).toBe(8 + 8 + 14 + 33)
    expect(encapsulations()).toBe(0)
  })

  it('returns an MPLS stack, or nothing', () => {
    begin()
    ethernet(0x8847)
    hex('00010140')
    inner()
    expect(kindOf(dissect(1, 0))).toBe(LAYER_MPLS)
    expect(isFound()).toBe(false)
    begin()
    ethernet(0x0806)
    expect(kindOf(dissect(1, 0))).toBe(LAYER_STOP)
  })
})
