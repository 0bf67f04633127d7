import { PACKET_UNSUPPORTED_LINK, PROTOCOL_UDP } from '../../layout'
import { stationDestination, stationSource, stations } from '../link'
import {
  begin,
  dissect,
  ethernet,
  fill,
  flags,
  foundInner,
  hex,
  inner,
  ipv6,
  isFound,
  present,
  tag,
  udp,
} from './frame'

/** Runs the parsers on bytes of a link type, followed by the flow to recognise. */
function isRead(linkType: u32, header: string): bool {
  begin()
  hex(header)
  inner()
  dissect(linkType)
  return foundInner()
}

/** The same with IPv6. */
function isRead6(linkType: u32, header: string): bool {
  begin()
  hex(header)
  ipv6(PROTOCOL_UDP)
  udp(1, 2)
  dissect(linkType)
  return isFound()
}

/** No prefix of the header alone may be taken for a packet, nor read beyond. */
function survivesCuts(linkType: u32, header: string): void {
  begin()
  hex(header)
  const whole: usize = header.length
  for (let cut: usize = 0; cut < whole; cut++) {
    dissect(linkType, 0xff, cut)
    expect(isFound()).toBe(false)
  }
}

describe('raw IP', () => {
  it('tells the version by the first four bits', () => {
    const types: StaticArray<u32> = [12, 14, 101]
    for (let i = 0; i < types.length; i++) {
      expect(isRead(types[i], '')).toBe(true)
      expect(isRead6(types[i], '')).toBe(true)
    }
    begin()
    fill(40, 0x50)
    dissect(101)
    expect(isFound()).toBe(false)
    begin()
    dissect(101)
    expect(isFound()).toBe(false)
  })

  it('is of one version in LINKTYPE_IPV4 and LINKTYPE_IPV6', () => {
    expect(isRead(228, '')).toBe(true)
    expect(isRead6(228, '')).toBe(false)
    expect(isRead6(229, '')).toBe(true)
    expect(isRead(229, '')).toBe(false)
  })
})

describe('BSD loopback', () => {
  it('has the address family in either byte order', () => {
    expect(isRead(0, '02000000')).toBe(true)
    expect(isRead(0, '00000002')).toBe(true)
    expect(isRead(108, '00000002')).toBe(true)
  })

  it('has a number for IPv6 from each system', () => {
    expect(isRead6(0, '18000000')).toBe(true)
    expect(isRead6(0, '0000001c')).toBe(true)
    expect(isRead6(0, '1e000000')).toBe(true)
    expect(isRead6(0, '0a000000')).toBe(true)
    expect(isRead6(108, '0000001e')).toBe(true)
  })

  it('may have an EtherType instead', () => {
    expect(isRead(0, '0f000800')).toBe(true)
  })

  it('finds nothing in other families and short frames', () => {
    expect(isRead(0, '07000000')).toBe(false)
    survivesCuts(0, '02000000')
  })
})

describe('Linux cooked capture', () => {
  it('has the EtherType last in version 1', () => {
    expect(isRead(113, '0000 0001 0006 0200000000010000 0800')).toBe(true)
    expect(isRead6(113, '0004 0001 0006 0200000000010000 86dd')).toBe(true)
    survivesCuts(113, '0000 0001 0006 0200000000010000 0800')
  })

  it('has the EtherType first in version 2', () => {
    expect(isRead(276, '0800 0000 00000002 0001 00 06 0200000000010000')).toBe(true)
    survivesCuts(276, '0800 0000 00000002 0001 00 06 0200000000010000')
  })

  it('may hold VLAN tags and LLC', () => {
    expect(isRead(113, '0000 0001 0006 0200000000010000 8100 0005 0800')).toBe(true)
    expect(isRead(113, '0000 0001 0006 0200000000010000 0004 aaaa03 000000 0800')).toBe(true)
    expect(isRead(113, '0000 0001 0006 0200000000010000 0001')).toBe(false)
  })

  it('depends on the device', () => {
    expect(isRead(113, '0000 030a 0006 0200000000010000 0800')).toBe(true)
    expect(isRead(113, '0000 030a 0006 0200000000010000 6558 020000000002 020000000001 0800')).toBe(true)
    expect(isRead(113, '0000 0302 0000 0000000000000000 0000 1841 03cc')).toBe(true)
    expect(isRead(276, '0000 0000 00000002 0338 00 00 0000000000000000')).toBe(false)
    const frame = '0800 0000 020000000001020000000002020000000003 0000 aaaa03 000000 0800'
    expect(isRead(113, '0000 0323 0006 0200000000010000 0000 0000 0800 00000000' + frame)).toBe(true)
  })
})

describe('PPP', () => {
  it('has HDLC-like framing or none, and protocols of one or two bytes', () => {
    expect(isRead(9, '0021')).toBe(true)
    expect(isRead(9, '21')).toBe(true)
    expect(isRead(9, 'ff03 0021')).toBe(true)
    expect(isRead6(9, 'ff03 57')).toBe(true)
    expect(isRead(9, 'c021')).toBe(false)
    survivesCuts(9, 'ff03 0021')
  })

  it('shares a link type with Cisco HDLC', () => {
    expect(isRead(50, 'ff03 0021')).toBe(true)
    expect(isRead(50, '0f00 0800')).toBe(true)
    expect(isRead6(50, '8f00 86dd')).toBe(true)
    survivesCuts(50, '0f00 0800')
  })

  it('carries MPLS', () => {
    expect(isRead(9, '0281 00010140')).toBe(true)
  })

  it('may begin with a PPPoE header', () => {
    expect(isRead(51, '1100 0001 0023 0021')).toBe(true)
  })
})

describe('serial lines', () => {
  it('reads Cisco HDLC', () => {
    expect(isRead(104, '0f00 0800')).toBe(true)
    expect(isRead(104, '8f00 8035')).toBe(false)
    survivesCuts(104, '0f00 0800')
  })

  it('reads Frame Relay with addresses of two to four bytes', () => {
    expect(isRead(107, '1841 03 cc')).toBe(true)
    expect(isRead(107, '184003 03 cc')).toBe(true)
    expect(isRead(107, '18404003 03 cc')).toBe(true)
    expect(isRead(107, '1840404040 03 cc')).toBe(false)
    survivesCuts(107, '1841 03 80 000000 0800')
  })

  it('reads the identifiers of RFC 2427 and Cisco encapsulation', () => {
    expect(isRead6(107, '1841 03 8e')).toBe(true)
    expect(isRead(107, '1841 03 00 80 000000 0800')).toBe(true)
    expect(isRead(107, '1841 03 80 0080c2 0007 020000000002 020000000001 0800')).toBe(true)
    expect(isRead(107, '1841 03 cf 0021')).toBe(true)
    expect(isRead(107, '1841 0800')).toBe(true)
    expect(isRead(107, '1841 03 81')).toBe(false)
  })
})

describe('FDDI', () => {
  it('reads frames with LLC, synchronous or not', () => {
    expect(isRead(10, '50 020000000002 020000000001 aaaa03 000000 0800')).toBe(true)
    expect(isRead(10, 'd0 020000000002 020000000001 aaaa03 000000 0800')).toBe(true)
    expect(isRead(10, '41 020000000002 020000000001 aaaa03 000000 0800')).toBe(false)
    survivesCuts(10, '50 020000000002 020000000001 aaaa03 000000 0800')
  })
})

describe('NFLOG', () => {
  it('finds the payload among the attributes, in either byte order', () => {
    expect(isRead(239, '02 00 0000 0800 0100 08000100 0600 0a00 61620000 2500 0900')).toBe(true)
    expect(isRead(239, '02 00 0000 0008 0001 08000100 0025 0009')).toBe(true)
  })

  it('gives up on attributes that cannot be', () => {
    expect(isRead(239, '02 00 0000 0300 0100 2500 0900')).toBe(false)
    expect(isRead(239, '02 00 0000 ffff 0100 2500 0900')).toBe(false)
    survivesCuts(239, '02 00 0000 0800 0100 08000100 2500 0900')
  })
})

describe('other link types', () => {
  it('are not supported', () => {
    expect(isRead(147, '')).toBe(false)
    expect(flags()).toBe(PACKET_UNSUPPORTED_LINK)
    expect(isRead(4294967295, '')).toBe(false)
    expect(flags()).toBe(PACKET_UNSUPPORTED_LINK)
  })

  it('takes MPLS for one', () => {
    expect(isRead(219, '00010140')).toBe(true)
  })
})

describe('station addresses', () => {
  it('lie first in Ethernet and behind frame control in FDDI', () => {
    begin()
    ethernet(0x8100)
    tag(1, 0x0800)
    let p = present(1)
    expect(stations(1, p)).toBe(true)
    expect(stationDestination - p).toBe(0)
    expect(stationSource - p).toBe(6)
    begin()
    hex('50 020000000002 020000000001')
    p = present(10)
    expect(stations(10, p)).toBe(true)
    expect(stationDestination - p).toBe(1)
    expect(stationSource - p).toBe(7)
  })

  it('are in no other link type', () => {
    begin()
    inner()
    const p = present(101)
    expect(stations(101, p)).toBe(false)
    expect(stations(113, p)).toBe(false)
  })
})
