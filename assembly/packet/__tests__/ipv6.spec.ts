import {
  D_FLOW_LABEL,
  D_NETWORK,
  D_TRANSPORT,
  PACKET_FRAGMENT,
  PACKET_LAYER_LIMIT,
  PACKET_MALFORMED,
  PACKET_TRUNCATED,
  TRANSPORT_NONE,
  TRANSPORT_UDP,
} from '../../layout'
import { fragmentId, fragmentMore, fragmentOffset } from '../fragment'
import {
  begin,
  byte,
  D,
  dissect,
  ethernet,
  fill,
  flags,
  half,
  hex,
  ipv6,
  isFound,
  offsetOf,
  payloadCaptured,
  payloadLength,
  protocol,
  sourcePort,
  tcp,
  transportKind,
  udp,
} from './frame'

const UDP = 17

/** Ethernet and IPv6 with this next header. */
function packet(next: u32): void {
  begin()
  ethernet(0x86dd)
  ipv6(next)
}

/** IPv6 whose payload length is this. */
function packetOf(length: u32, next: u32): void {
  begin()
  ethernet(0x86dd)
  hex('60000000')
  half(length)
  byte(next)
  hex('40 20010db8000000000000000000000001 20010db8000000000000000000000002')
}

/** Extension header that counts in units of eight bytes, this many of them beyond the first. */
function extension(next: u32, units: u32): void {
  byte(next)
  byte(units)
  fill(6 + 8 * units, 0)
}

describe('IPv6', () => {
  it('tells where everything lies, and the flow label', () => {
    packet(UDP)
    udp(53, 1000)
    fill(7)
    dissect()
    expect(offsetOf(D_NETWORK)).toBe(14)
    expect(offsetOf(D_TRANSPORT)).toBe(54)
    expect(payloadLength()).toBe(7)
    expect(load<u32>(D, D_FLOW_LABEL)).toBe(0x12345)
    expect(flags()).toBe(0)
  })

  it('is none with another version or a cut header', () => {
    packet(UDP)
    udp(53, 1000)
    dissect(1, 0xff, 53)
    expect(isFound()).toBe(false)
    expect(flags()).toBe(PACKET_TRUNCATED)
    begin()
    ethernet(0x86dd)
    fill(60, 0x45)
    dissect()
    expect(isFound()).toBe(false)
    expect(flags()).toBe(PACKET_MALFORMED)
  })

  it('ends where its length says, or with the frame', () => {
    packetOf(12, UDP)
    hex('0035 03e8 0000 0000')
    fill(20)
    dissect()
    expect(payloadLength()).toBe(4)
    packetOf(2000, UDP)
    hex('0035 03e8 0000 0000')
    fill(20)
    dissect()
    expect(payloadLength()).toBe(20)
  })

  it('goes on to the end of the frame with a length of 0', () => {
    packetOf(0, 6)
    tcp(1, 2)
    fill(20)
    dissect(1, 0xff, 84, 90074)
    expect(payloadLength()).toBe(90000)
    expect(payloadCaptured()).toBe(10)
  })
})

describe('jumbo payload option', () => {
  it('gives the length', () => {
    packetOf(0, 0)
    hex('06 00 c2 04 00011000')
    tcp(1, 2)
    fill(20)
    dissect(1, 0xff, 1 << 30, 100000)
    expect(payloadLength()).toBe(0x11000 - 8 - 20)
    expect(payloadCaptured()).toBe(20)
    expect(flags()).toBe(PACKET_TRUNCATED)
  })

  it('is found behind padding and other options', () => {
    packetOf(0, 0)
    hex('06 01 00 01 01 00 05 02 0000 c2 04 00011000')
    tcp(1, 2)
    dissect(1, 0xff, 1 << 30, 100000)
    expect(payloadLength()).toBe(0x11000 - 16 - 20)
  })

  it('counts for nothing below 65536, where there is a length, or cut', () => {
    packetOf(0, 0)
    hex('06 00 c2 04 00000100')
    tcp(1, 2)
    fill(9)
    dissect()
    expect(payloadLength()).toBe(9)
    expect(flags()).toBe(PACKET_MALFORMED)
    packetOf(30, 0)
    hex('06 00 c2 04 00011000')
    tcp(1, 2)
    fill(9)
    dissect()
    expect(payloadLength()).toBe(2)
    packetOf(0, 0)
    hex('06 00 c2 04 00011000')
    tcp(1, 2)
    dissect(1, 0xff, 58, 100000)
    expect(transportKind()).toBe(TRANSPORT_NONE)
    expect(protocol()).toBe(0)
    packetOf(0, 0)
    hex('06 00 01 ff 00 00 00 00')
    tcp(1, 2)
    dissect()
    expect(payloadLength()).toBe(0)
  })
})

describe('extension headers', () => {
  it('are skipped, each kind', () => {
    const types: StaticArray<u32> = [0, 43, 60, 135, 139, 140]
    for (let i = 0; i < types.length; i++) {
      packet(types[i])
      extension(UDP, 0)
      udp(53, 1000)
      dissect()
      expect(protocol()).toBe(UDP)
      expect(sourcePort()).toBe(53)
      packet(types[i])
      extension(UDP, 3)
      udp(53, 1000)
      dissect()
      expect(sourcePort()).toBe(53)
    }
  })

  it('count in units of four in the authentication header', () => {
    packet(51)
    byte(UDP)
    byte(4)
    fill(22, 0)
    udp(53, 1000)
    dissect()
    expect(sourcePort()).toBe(53)
  })

  it('are skipped in a row, in any order', () => {
    packet(0)
    extension(43, 0)
    extension(60, 2)
    extension(0, 1)
    extension(UDP, 0)
    udp(53, 1000)
    dissect()
    expect(sourcePort()).toBe(53)
    expect(transportKind()).toBe(TRANSPORT_UDP)
  })

  it('are the protocol where they signal and nothing follows', () => {
    const types: StaticArray<u32> = [135, 139, 140]
    for (let i = 0; i < types.length; i++) {
      packet(types[i])
      extension(59, 1)
      dissect()
      expect(protocol()).toBe(types[i])
      expect(offsetOf(D_TRANSPORT)).toBe(54)
      expect(payloadLength()).toBe(16)
    }
    packet(60)
    extension(59, 0)
    dissect()
    expect(protocol()).toBe(59)
  })

  it('leave the flow without ports where they are cut', () => {
    packet(60)
    extension(UDP, 2)
    udp(53, 1000)
    for (let cut: usize = 54; cut < 78; cut++) {
      dissect(1, 0xff, cut)
      expect(isFound()).toBe(true)
      expect(protocol()).toBe(60)
      expect(transportKind()).toBe(TRANSPORT_NONE)
      expect(flags()).toBe(PACKET_TRUNCATED)
    }
    packet(60)
    extension(UDP, 2)
    dissect(1, 0xff, 70, 70)
    expect(flags()).toBe(PACKET_MALFORMED)
  })

  it('are bounded', () => {
    packet(60)
    for (let i = 0; i < 16; i++) extension(i < 15 ? 60 : UDP, 0)
    udp(53, 1000)
    dissect()
    expect(sourcePort()).toBe(53)
    packet(60)
    for (let i = 0; i < 17; i++) extension(i < 16 ? 60 : UDP, 0)
    udp(53, 1000)
    dissect()
    expect(isFound()).toBe(true)
    expect(protocol()).toBe(60)
    expect(flags()).toBe(PACKET_LAYER_LIMIT)
  })
})

describe('fragments of IPv6', () => {
  it('have ports in the first', () => {
    packet(44)
    hex('11 00 0001 0000abcd')
    udp(53, 1000)
    fill(8)
    dissect()
    expect(flags()).toBe(PACKET_FRAGMENT)
    expect(transportKind()).toBe(TRANSPORT_UDP)
    expect(payloadLength()).toBe(8)
    expect(fragmentId).toBe(0xabcd)
    expect(fragmentMore).toBe(true)
  })

  it('have none in later ones', () => {
    packet(44)
    hex('11 00 0010 0000abcd')
    udp(53, 1000)
    dissect()
    expect(flags()).toBe(PACKET_FRAGMENT)
    expect(transportKind()).toBe(TRANSPORT_NONE)
    expect(protocol()).toBe(UDP)
    expect(fragmentOffset).toBe(16)
    expect(fragmentMore).toBe(false)
    expect(offsetOf(D_TRANSPORT)).toBe(62)
  })

  it('are whole with neither offset nor more', () => {
    packet(44)
    hex('11 00 0000 0000abcd')
    udp(53, 1000)
    dissect()
    expect(flags()).toBe(0)
    expect(sourcePort()).toBe(53)
  })
})
