import {
  D_INNER_LINK_TYPE,
  DETECT_GENEVE,
  DETECT_GTPU,
  DETECT_VXLAN,
  ENCAPSULATION_GENEVE,
  ENCAPSULATION_GTPU,
  ENCAPSULATION_VXLAN,
  ENCAPSULATION_VXLAN_GPE,
  N_DESTINATION,
  N_DESTINATION_PORT,
  N_FAMILY,
  N_SOURCE,
  N_SOURCE_PORT,
  PACKET_LAYER_LIMIT,
  PROTOCOL_UDP,
  TRANSPORT_UDP,
} from '../../layout'
import { be32 } from '../../memory/bytes'
import { setTunnelPorts } from '../udp-tunnels'
import {
  ALL,
  begin,
  D,
  destinationPort,
  dissect,
  encapsulation,
  encapsulations,
  flags,
  foundInner,
  foundOuter,
  hex,
  idAt,
  inner,
  ipv4,
  ipv6,
  kindAt,
  lengthField,
  transportKind,
  udp,
} from './frame'

const FRAME = '020000000002 020000000001 0800'

/** UDP from and to these ports, these bytes, and the flow to recognise. */
function isRead(source: u32, destination: u32, header: string, detect: u32 = ALL): bool {
  begin()
  ipv4(PROTOCOL_UDP, 3)
  udp(source, destination)
  hex(header)
  inner()
  dissect(101, detect)
  return foundInner()
}

/** Whether the same was taken for plain UDP, and nothing is held against it. */
function isLeft(destination: u32, header: string, detect: u32 = ALL): bool {
  if (isRead(50000, destination, header, detect)) return false
  if (!foundOuter(3) || transportKind() != TRANSPORT_UDP || destinationPort() != destination) return false
  return encapsulations() == 0 && flags() == 0
}

/** No cut of these bytes may be taken for a tunnel with a flow in it. */
function survivesCuts(destination: u32, header: string): void {
  begin()
  ipv4(PROTOCOL_UDP, 3)
  udp(50000, destination)
  hex(header)
  inner()
  const whole: usize = 28 + header.length
  for (let cut: usize = 28; cut < whole; cut++) {
    dissect(101, ALL, cut)
    expect(foundOuter(3) || foundOuter(9)).toBe(true)
  }
}

describe('tunnels over UDP', () => {
  beforeEach(() => setTunnelPorts(4789, 4790, 6081, 2152))

  it('VXLAN carries Ethernet', () => {
    expect(isRead(50000, 4789, '08000000 00007b00' + FRAME)).toBe(true)
    expect(encapsulations()).toBe(1)
    expect(kindAt(0)).toBe(ENCAPSULATION_VXLAN)
    expect(idAt(0)).toBe(123)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(1)
    expect(isRead(50000, 4789, '88000064 ffffff00' + FRAME)).toBe(true)
    expect(idAt(0)).toBe(0xffffff)
    survivesCuts(4789, '08000000 00007b00' + FRAME)
  })

  it('have outer addresses and ports', () => {
    expect(isRead(50000, 4789, '08000000 00007b00' + FRAME)).toBe(true)
    const entry = encapsulation(0)
    expect(load<u8>(entry, N_FAMILY)).toBe(4)
    expect(be32(entry + N_SOURCE)).toBe(0x0a000301)
    expect(be32(entry + N_DESTINATION)).toBe(0x0a000302)
    expect(load<u16>(entry, N_SOURCE_PORT)).toBe(50000)
    expect(load<u16>(entry, N_DESTINATION_PORT)).toBe(4789)
  })

  it('VXLAN is none without the I flag or without IP inside', () => {
    expect(isLeft(4789, '00000000 00007b00' + FRAME)).toBe(true)
    expect(isLeft(4789, '08000000 00007b00 020000000002 020000000001 0806')).toBe(true)
    expect(isLeft(4789, '08000000 00007b00 020000000002 020000000001 86dd')).toBe(true)
    expect(isLeft(4789, '08')).toBe(true)
  })

  it('VXLAN-GPE says what it carries', () => {
    expect(isRead(50000, 4790, '0c000001 00007b00')).toBe(true)
    expect(kindAt(0)).toBe(ENCAPSULATION_VXLAN_GPE)
    expect(idAt(0)).toBe(123)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(101)
    expect(isRead(50000, 4790, '0c000003 00007b00' + FRAME)).toBe(true)
    expect(isRead(50000, 4790, '08000000 00007b00' + FRAME)).toBe(true)
    expect(isRead(50000, 4790, '0c000005 00007b00 00010140')).toBe(true)
    expect(encapsulations()).toBe(2)
    survivesCuts(4790, '0c000005 00007b00 00010140')
  })

  it('VXLAN-GPE is none with another version, without the I flag or with unknown contents', () => {
    expect(isLeft(4790, '1c000001 00007b00')).toBe(true)
    expect(isLeft(4790, '04000001 00007b00')).toBe(true)
    expect(isLeft(4790, '0c000002 00007b00')).toBe(true)
    expect(isLeft(4790, '0c000004 00007b00')).toBe(true)
  })

  it('Geneve has options and an EtherType', () => {
    expect(isRead(50000, 6081, '00006558 00007b00' + FRAME)).toBe(true)
    expect(kindAt(0)).toBe(ENCAPSULATION_GENEVE)
    expect(idAt(0)).toBe(123)
    expect(isRead(50000, 6081, '02006558 00007b00 0102030100000000' + FRAME)).toBe(true)
    expect(isRead(50000, 6081, '00000800 00007b00')).toBe(true)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(101)
    survivesCuts(6081, '02006558 00007b00 0102030100000000' + FRAME)
  })

  it('Geneve is none with another version, options that do not fit or unknown contents', () => {
    expect(isLeft(6081, '40006558 00007b00' + FRAME)).toBe(true)
    expect(isLeft(6081, '3f006558 00007b00' + FRAME)).toBe(true)
    expect(isLeft(6081, '00000806 00007b00')).toBe(true)
  })

  it('GTP-U carries IP', () => {
    begin()
    ipv4(PROTOCOL_UDP, 3)
    udp(2152, 2152)
    hex('30ff')
    lengthField(2, 4)
    hex('00000abc')
    inner()
    dissect(101)
    expect(foundInner()).toBe(true)
    expect(kindAt(0)).toBe(ENCAPSULATION_GTPU)
    expect(idAt(0)).toBe(0xabc)
    expect(load<u32>(D, D_INNER_LINK_TYPE)).toBe(101)
  })

  it('GTP-U has optional fields and extension headers', () => {
    expect(isRead(2152, 2152, '32ff 0000 00000abc 00010000')).toBe(true)
    expect(isRead(2152, 2152, '31ff 0000 00000abc 00000100')).toBe(true)
    expect(isRead(2152, 2152, '34ff 0000 00000abc 00000000')).toBe(true)
    expect(isRead(2152, 2152, '34ff 0000 00000abc 00000085 01100100')).toBe(true)
    expect(isRead(2152, 2152, '36ff 0000 00000abc 00010085 011001c0 02000000 00000000')).toBe(true)
    survivesCuts(2152, '36ff 0000 00000abc 00010085 011001c0 02000000 00000000')
  })

  it('GTP-U ends where its length says', () => {
    expect(isLeft(2152, '30ff 0008 00000abc')).toBe(true)
    expect(isLeft(2152, '32ff 0002 00000abc 00010000')).toBe(true)
  })

  it('GTP-U is none in other messages, versions and with endless extensions', () => {
    expect(isLeft(2152, '3001 0000 00000abc')).toBe(true)
    expect(isLeft(2152, '30fe 0000 00000abc')).toBe(true)
    expect(isLeft(2152, '20ff 0000 00000abc')).toBe(true)
    expect(isLeft(2152, '50ff 0000 00000abc')).toBe(true)
    expect(isLeft(2152, '34ff 0000 00000abc 00000085 00000000')).toBe(true)
    expect(isLeft(2152, '34ff 0000 00000abc 00000085 ff000000')).toBe(true)
    begin()
    ipv4(PROTOCOL_UDP, 3)
    udp(2152, 2152)
    hex('34ff 0000 00000abc 00000085')
    for (let i = 0; i < 16; i++) hex('01000085')
    hex('01000000')
    inner()
    dissect(101)
    expect(foundOuter(3)).toBe(true)
    expect(flags()).toBe(PACKET_LAYER_LIMIT)
  })

  it('are known by the destination, or else by the source', () => {
    expect(isRead(4789, 50000, '08000000 00007b00' + FRAME)).toBe(true)
    expect(isRead(2152, 4789, '08000000 00007b00' + FRAME)).toBe(true)
    expect(kindAt(0)).toBe(ENCAPSULATION_VXLAN)
    expect(isLeft(50001, '08000000 00007b00' + FRAME)).toBe(true)
  })

  it('have ports that may be set, 0 for none', () => {
    setTunnelPorts(8472, 0, 0, 0)
    expect(isRead(50000, 8472, '08000000 00007b00' + FRAME)).toBe(true)
    expect(isLeft(4789, '08000000 00007b00' + FRAME)).toBe(true)
    expect(isLeft(0, '08000000 00007b00' + FRAME)).toBe(true)
    expect(isLeft(6081, '00006558 00007b00' + FRAME)).toBe(true)
  })

  it('are left alone unless they are to be detected', () => {
    expect(isLeft(4789, '08000000 00007b00' + FRAME, ALL & ~DETECT_VXLAN)).toBe(true)
    expect(isLeft(4790, '0c000001 00007b00', ALL & ~DETECT_VXLAN)).toBe(true)
    expect(isLeft(6081, '00006558 00007b00' + FRAME, ALL & ~DETECT_GENEVE)).toBe(true)
    expect(isLeft(2152, '32ff 0000 00000abc 00010000', ALL & ~DETECT_GTPU)).toBe(true)
  })

  it('may lie in IPv6', () => {
    begin()
    ipv6(PROTOCOL_UDP)
    udp(50000, 4789)
    hex('08000000 00007b00' + FRAME)
    inner()
    dissect(101)
    expect(foundInner()).toBe(true)
    expect(load<u8>(encapsulation(0), N_FAMILY)).toBe(6)
    expect(load<u16>(encapsulation(0), N_DESTINATION_PORT)).toBe(4789)
  })
})
