import { ENCAPSULATION_PPPOE, ENCAPSULATION_VLAN, PACKET_LAYER_LIMIT, PACKET_MALFORMED } from '../../layout'
import {
  begin,
  dissect,
  encapsulations,
  ethernet,
  fill,
  flags,
  foundInner,
  half,
  hex,
  idAt,
  inner,
  isFound,
  kindAt,
  lengthField,
  payloadCaptured,
  seal,
  tag,
} from './frame'

/** As many VLAN tags with ids from 100 on, then IPv4. */
function stacked(tags: u32): void {
  begin()
  ethernet(tags > 0 ? 0x88a8 : 0x0800)
  for (let i: u32 = 0; i < tags; i++) tag(100 + i, i + 1 < tags ? 0x8100 : 0x0800)
  inner()
}

describe('Ethernet', () => {
  it('takes the EtherType', () => {
    stacked(0)
    dissect()
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(0)
    expect(flags()).toBe(0)
  })

  it('does not take padding and trailer for payload', () => {
    stacked(0)
    seal()
    fill(13, 0)
    dissect()
    expect(foundInner()).toBe(true)
    expect(payloadCaptured()).toBe(5)
  })

  it('finds nothing in other types and short frames', () => {
    begin()
    ethernet(0x0806)
    fill(28)
    dissect()
    expect(isFound()).toBe(false)
    expect(flags()).toBe(0)
    begin()
    fill(13)
    dissect()
    expect(isFound()).toBe(false)
    expect(flags()).toBe(PACKET_MALFORMED)
    begin()
    dissect()
    expect(isFound()).toBe(false)
  })

  it('takes the fields between 1501 and 1535, which are neither length nor type, for nothing', () => {
    begin()
    ethernet(1501)
    hex('aaaa03 000000 0800')
    inner()
    dissect()
    expect(isFound()).toBe(false)
  })
})

describe('802.3 with LLC', () => {
  it('reads SNAP, which says the EtherType', () => {
    begin()
    hex('020000000002 020000000001')
    lengthField(2, 2)
    hex('aaaa03 000000 0800')
    inner()
    dissect()
    expect(foundInner()).toBe(true)
  })

  it('reads the bridge tunnel organisation of 802.1H', () => {
    begin()
    hex('020000000002 020000000001')
    lengthField(2, 2)
    hex('aaaa03 0000f8 0800')
    inner()
    dissect()
    expect(foundInner()).toBe(true)
  })

  it('reads access point 6', () => {
    begin()
    hex('020000000002 020000000001')
    lengthField(2, 2)
    hex('060603')
    inner()
    dissect()
    expect(foundInner()).toBe(true)
  })

  it('ends the frame where the length says', () => {
    begin()
    ethernet(20)
    hex('aaaa03 000000 0800')
    inner()
    dissect()
    expect(isFound()).toBe(false)
  })

  it('finds nothing in spanning tree and cut headers', () => {
    begin()
    ethernet(38)
    hex('424203')
    fill(35)
    dissect()
    expect(isFound()).toBe(false)
    begin()
    ethernet(5)
    hex('aaaa03 0000')
    dissect()
    expect(isFound()).toBe(false)
  })
})

describe('VLAN tags', () => {
  it('are taken off, outermost first', () => {
    stacked(3)
    dissect()
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(3)
    for (let i: usize = 0; i < 3; i++) {
      expect(kindAt(i)).toBe(ENCAPSULATION_VLAN)
      expect(idAt(i)).toBe(<i64>(100 + i))
    }
  })

  it('are known by each tag protocol', () => {
    const types: StaticArray<u32> = [0x8100, 0x88a8, 0x9100, 0x9200, 0x9300]
    for (let i = 0; i < types.length; i++) {
      begin()
      ethernet(types[i])
      tag(0xe007, 0x0800)
      inner()
      dissect()
      expect(foundInner()).toBe(true)
      expect(idAt(0)).toBe(7)
    }
  })

  it('are taken off with nothing to detect', () => {
    stacked(2)
    dissect(1, 0)
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(2)
  })

  it('are bounded', () => {
    stacked(8)
    dissect()
    expect(foundInner()).toBe(true)
    expect(flags()).toBe(0)
    stacked(9)
    dissect()
    expect(isFound()).toBe(false)
    expect(flags()).toBe(PACKET_LAYER_LIMIT)
  })

  it('may be followed by LLC', () => {
    begin()
    ethernet(0x8100)
    half(5)
    lengthField(2, 2)
    hex('aaaa03 000000 0800')
    inner()
    dissect()
    expect(foundInner()).toBe(true)
  })

  it('may be cut', () => {
    stacked(1)
    dissect(1, 0xff, 17)
    expect(isFound()).toBe(false)
  })
})

describe('PPP over Ethernet', () => {
  it('is taken off', () => {
    begin()
    ethernet(0x8864)
    hex('1100 1234')
    lengthField(2, 2)
    hex('0021')
    inner()
    dissect(1, 0)
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(1)
    expect(kindAt(0)).toBe(ENCAPSULATION_PPPOE)
    expect(idAt(0)).toBe(0x1234)
  })

  it('is no session data with another code or version', () => {
    begin()
    ethernet(0x8864)
    hex('1109 0000 0000')
    dissect()
    expect(isFound()).toBe(false)
    expect(flags()).toBe(PACKET_MALFORMED)
  })

  it('ends where its length says', () => {
    begin()
    ethernet(0x8864)
    hex('1100 0001 0010 0021')
    inner()
    dissect()
    expect(isFound()).toBe(false)
  })
})
