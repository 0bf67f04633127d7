import {
  D_INNER,
  D_INNER_LINK_TYPE,
  DETECT_MPLS,
  ENCAPSULATION_MPLS,
  ENCAPSULATION_PSEUDOWIRE,
  ENCAPSULATION_VLAN,
  PACKET_LAYER_LIMIT,
  PROTOCOL_UDP,
} from '../../layout'
import { kindOf, LAYER_MPLS } from '../layer'
import {
  ALL,
  begin,
  D,
  dissect,
  encapsulations,
  ethernet,
  fill,
  flags,
  foundInner,
  hex,
  idAt,
  inner,
  ipv6,
  isFound,
  kindAt,
  offsetOf,
  tag,
  udp,
  word,
} from './frame'

/** Ethernet and a stack of labels numbered from 16 on. */
function stack(labels: u32, type: u32 = 0x8847): void {
  begin()
  ethernet(type)
  for (let i: u32 = 0; i < labels; i++) word(((16 + i) << 12) | (i + 1 == labels ? 0x1ff : 0xff))
}

describe('MPLS', () => {
  it('carries IP, told by its version', () => {
    stack(1)
    inner()
    dissect()
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(1)
    expect(kindAt(0)).toBe(ENCAPSULATION_MPLS)
    expect(idAt(0)).toBe(16)
    expect(offsetOf(D_INNER)).toBe(18)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(101)
    stack(1, 0x8848)
    ipv6(PROTOCOL_UDP)
    udp(1, 2)
    dissect()
    expect(isFound()).toBe(true)
  })

  it('is one encapsulation a stack, named by the bottom label', () => {
    stack(3)
    inner()
    dissect()
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(1)
    expect(idAt(0)).toBe(18)
  })

  it('may lie behind VLAN tags', () => {
    begin()
    ethernet(0x8100)
    tag(5, 0x8847)
    hex('00010140')
    inner()
    dissect()
    expect(foundInner()).toBe(true)
    expect(kindAt(0)).toBe(ENCAPSULATION_VLAN)
    expect(kindAt(1)).toBe(ENCAPSULATION_MPLS)
  })

  it('is left alone unless it is to be detected', () => {
    stack(1)
    inner()
    expect(kindOf(dissect(1, ALL & ~DETECT_MPLS))).toBe(LAYER_MPLS)
    expect(isFound()).toBe(false)
    expect(encapsulations()).toBe(0)
  })

  it('is bounded', () => {
    stack(17)
    inner()
    dissect()
    expect(foundInner()).toBe(true)
    expect(flags()).toBe(0)
    stack(18)
    inner()
    dissect()
    expect(isFound()).toBe(false)
    expect(flags()).toBe(PACKET_LAYER_LIMIT)
  })

  it('may be cut anywhere', () => {
    stack(2)
    hex('0000 0000')
    ethernet(0x0800)
    for (let cut: usize = 0; cut < 40; cut++) {
      dissect(1, ALL, cut)
      expect(isFound()).toBe(false)
    }
  })
})

describe('pseudowires', () => {
  it('carry Ethernet behind a control word', () => {
    stack(2)
    hex('0000 0007')
    ethernet(0x0800)
    inner()
    dissect()
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(1)
    expect(kindAt(0)).toBe(ENCAPSULATION_PSEUDOWIRE)
    expect(idAt(0)).toBe(17)
    expect(offsetOf(D_INNER)).toBe(26)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(1)
  })

  it('carry Ethernet without one', () => {
    stack(1)
    ethernet(0x8100)
    tag(9, 0x0800)
    inner()
    dissect()
    expect(foundInner()).toBe(true)
    expect(kindAt(0)).toBe(ENCAPSULATION_PSEUDOWIRE)
    expect(kindAt(1)).toBe(ENCAPSULATION_VLAN)
  })

  it('are no IPv4 with an address that begins with 4 and cannot be a header', () => {
    stack(1)
    hex('420000000002 020000000001 0800')
    inner()
    dissect()
    expect(foundInner()).toBe(true)
    expect(kindAt(0)).toBe(ENCAPSULATION_PSEUDOWIRE)
  })

  it('may carry anything else, which is nothing', () => {
    stack(1)
    hex('10000021')
    fill(40, 0)
    dissect()
    expect(isFound()).toBe(false)
    expect(encapsulations()).toBe(0)
  })
})
