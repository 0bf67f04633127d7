import {
  D_INNER_LINK_TYPE,
  DETECT_GRE,
  ENCAPSULATION_ERSPAN,
  ENCAPSULATION_GRE,
  ENCAPSULATION_MPLS,
  ENCAPSULATION_PPTP,
  N_DESTINATION,
  N_DESTINATION_PORT,
  N_FAMILY,
  N_SOURCE,
  N_SOURCE_PORT,
  PACKET_LAYER_LIMIT,
} from '../../layout'
import { be32 } from '../../memory/bytes'
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
  half,
  hex,
  idAt,
  inner,
  ipv4,
  ipv6,
  kindAt,
  lengthField,
  protocol,
} from './frame'

/** IPv4 and these bytes of a GRE header, and what follows it up to the flow to recognise. */
function isRead(header: string): bool {
  begin()
  ipv4(47, 3)
  hex(header)
  inner()
  dissect(101)
  return foundInner()
}

/** Whether the same was taken for no tunnel: the outer flow stays, and nothing is held against it. */
function isLeft(header: string): bool {
  return !isRead(header) && foundOuter(3) && protocol() == 47 && encapsulations() == 0 && flags() == 0
}

describe('GRE', () => {
  it('carries IP', () => {
    expect(isRead('0000 0800')).toBe(true)
    expect(encapsulations()).toBe(1)
    expect(kindAt(0)).toBe(ENCAPSULATION_GRE)
    expect(idAt(0)).toBe(-1)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(101)
  })

  it('has outer addresses and no ports', () => {
    expect(isRead('0000 0800')).toBe(true)
    const entry = encapsulation(0)
    expect(load<u8>(entry, N_FAMILY)).toBe(4)
    expect(be32(entry + N_SOURCE)).toBe(0x0a000301)
    expect(be32(entry + N_DESTINATION)).toBe(0x0a000302)
    expect(load<u16>(entry, N_SOURCE_PORT)).toBe(0)
    expect(load<u16>(entry, N_DESTINATION_PORT)).toBe(0)
  })

  it('may lie in IPv6', () => {
    begin()
    ipv6(47)
    hex('0000 0800')
    inner()
    dissect(101)
    expect(foundInner()).toBe(true)
    const entry = encapsulation(0)
    expect(load<u8>(entry, N_FAMILY)).toBe(6)
    expect(be32(entry + N_SOURCE)).toBe(0x20010db8)
    expect(be32(entry + N_SOURCE + 12)).toBe(1)
    expect(be32(entry + N_DESTINATION + 12)).toBe(2)
  })

  it('has a field for each flag', () => {
    expect(isRead('8000 0800 00000000')).toBe(true)
    expect(isRead('2000 0800 00000007')).toBe(true)
    expect(idAt(0)).toBe(7)
    expect(isRead('1000 0800 00000000')).toBe(true)
    expect(isRead('b000 0800 00000000 00000008 00000000')).toBe(true)
    expect(idAt(0)).toBe(8)
  })

  it('has source routes that end with an empty one', () => {
    expect(isRead('4000 0800 00000000 00000000')).toBe(true)
    expect(isRead('4000 0800 00000000 08000004 0a000001 00000000')).toBe(true)
    expect(isRead('6800 0800 00000000 00000009 08000008 0a000001 0a000002 00000000')).toBe(true)
    expect(idAt(0)).toBe(9)
    expect(isLeft('4000 0800 00000000 080000ff')).toBe(true)
  })

  it('bounds source routes', () => {
    begin()
    ipv4(47)
    hex('4000 0800 00000000')
    for (let i = 0; i < 16; i++) hex('08000004 0a000001')
    hex('00000000')
    inner()
    dissect(101)
    expect(foundOuter()).toBe(true)
    expect(flags()).toBe(PACKET_LAYER_LIMIT)
  })

  it('carries Ethernet, which NVGRE does too', () => {
    expect(isRead('0000 6558 020000000002 020000000001 0800')).toBe(true)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(1)
    expect(isRead('2000 6558 00123401 020000000002 020000000001 8100 0005 0800')).toBe(true)
    expect(idAt(0)).toBe(0x00123401)
    expect(encapsulations()).toBe(2)
  })

  it('carries MPLS', () => {
    expect(isRead('0000 8847 00010140')).toBe(true)
    expect(kindAt(0)).toBe(ENCAPSULATION_GRE)
    expect(kindAt(1)).toBe(ENCAPSULATION_MPLS)
  })

  it('is nothing with other contents, versions and cut headers', () => {
    expect(isLeft('0000 0806')).toBe(true)
    expect(isLeft('0000 8100 0005 0800')).toBe(true)
    expect(isLeft('0002 0800')).toBe(true)
    expect(isLeft('0001 0800')).toBe(true)
    begin()
    ipv4(47, 3)
    hex('f000 0800 00000000 00000000 00000000 00000000')
    for (let cut: usize = 20; cut < 40; cut++) {
      dissect(101, ALL, cut)
      expect(foundOuter(3)).toBe(true)
      expect(encapsulations()).toBe(0)
    }
  })

  it('is left alone unless it is to be detected', () => {
    begin()
    ipv4(47, 3)
    hex('0000 0800')
    inner()
    dissect(101, ALL & ~DETECT_GRE)
    expect(foundOuter(3)).toBe(true)
    expect(encapsulations()).toBe(0)
  })

  it('nests', () => {
    begin()
    ipv4(47, 3)
    hex('0000 0800')
    ipv4(47, 4)
    hex('2000 0800 00000005')
    inner()
    dissect(101)
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(2)
    expect(idAt(0)).toBe(-1)
    expect(idAt(1)).toBe(5)
    expect(be32(encapsulation(1) + N_SOURCE)).toBe(0x0a000401)
  })
})

/** Enhanced GRE with these flags, further fields and PPP header. */
function pptp(flags: u32, fields: string, ppp: string): bool {
  begin()
  ipv4(47, 3)
  half(flags)
  hex('880b')
  lengthField(2, (fields.length >> 3) * 4 + 2)
  hex('0077')
  hex(fields)
  hex(ppp)
  inner()
  dissect(101)
  return foundInner()
}

describe('PPTP', () => {
  it('carries PPP, with sequence and acknowledgement number or without', () => {
    expect(pptp(0x2001, '', 'ff03 0021')).toBe(true)
    expect(kindAt(0)).toBe(ENCAPSULATION_PPTP)
    expect(idAt(0)).toBe(0x77)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(101)
    expect(pptp(0x3001, '00000001', '0021')).toBe(true)
    expect(pptp(0x2081, '00000001', '21')).toBe(true)
    expect(pptp(0x3081, '0000000100000002', 'ff03 21')).toBe(true)
  })

  it('is nothing without payload, with control protocols or without a key', () => {
    expect(isLeft('2001 880b 0000 0077')).toBe(true)
    expect(isLeft('3001 880b 0020 0077 00000001 ff03 c021')).toBe(true)
    expect(isLeft('0001 880b 0020 0077 ff03 0021')).toBe(true)
    expect(isLeft('a001 880b 0020 0077 ff03 0021')).toBe(true)
  })
})

const FRAME = '020000000002 020000000001 0800'

describe('ERSPAN', () => {
  it('has no header in type I', () => {
    expect(isRead('0000 88be' + FRAME)).toBe(true)
    expect(kindAt(0)).toBe(ENCAPSULATION_ERSPAN)
    expect(idAt(0)).toBe(-1)
  })

  it('has one of eight bytes in type II', () => {
    expect(isRead('1000 88be 00000001 1005 0c64 00000000' + FRAME)).toBe(true)
    expect(idAt(0)).toBe(100)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(1)
    expect(isLeft('1000 88be 00000001 2005 0c64 00000000' + FRAME)).toBe(true)
  })

  it('has one of twelve in type III, and a subheader with the O bit', () => {
    expect(isRead('1000 22eb 00000001 2005 0064 00000000 0000 0000' + FRAME)).toBe(true)
    expect(idAt(0)).toBe(100)
    expect(isRead('1000 22eb 00000001 2005 0064 00000000 0000 0001 0000000000000000' + FRAME)).toBe(true)
    expect(isLeft('1000 22eb 00000001 1005 0064 00000000 0000 0000' + FRAME)).toBe(true)
  })

  it('says in type III what the frame is', () => {
    expect(isRead('1000 22eb 00000001 2005 0064 00000000 0000 0800')).toBe(true)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(101)
    expect(isLeft('1000 22eb 00000001 2005 0064 00000000 0000 0400' + FRAME)).toBe(true)
  })

  it('may be cut anywhere', () => {
    begin()
    ipv4(47, 3)
    hex('1000 22eb 00000001 2005 0064 00000000 0000 0001 0000000000000000')
    ethernet(0x0800)
    fill(19, 0x45)
    for (let cut: usize = 20; cut < 81; cut++) {
      dissect(101, ALL, cut)
      expect(foundOuter(3)).toBe(true)
    }
  })
})
