import {
  D_NETWORK,
  D_PAYLOAD,
  D_TRANSPORT,
  PACKET_FRAGMENT,
  PACKET_MALFORMED,
  PACKET_TRUNCATED,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  TRANSPORT_NONE,
  TRANSPORT_PORTS,
  TRANSPORT_TCP,
  TRANSPORT_UDP,
} from '../../layout'
import { fragmentId, fragmentMore, fragmentOffset } from '../fragment'
import { kindOf, LAYER_STOP, startOf } from '../layer'
import {
  begin,
  byte,
  dissect,
  ethernet,
  fill,
  flags,
  half,
  hex,
  isFound,
  lengthField,
  offsetOf,
  payloadCaptured,
  payloadLength,
  protocol,
  sourcePort,
  tcp,
  transportKind,
  udp,
} from './frame'

/** Total length that is to be filled in. */
const COUNTED: u32 = 0xffff

/** IPv4 header with all that may vary. */
function header(first: u32, total: u32, id: u32, fragment: u32, protocol: u32): void {
  byte(first)
  byte(0)
  if (total == COUNTED) lengthField(2, -4)
  else half(total)
  half(id)
  half(fragment)
  byte(64)
  byte(protocol)
  hex('0000 0a000001 0a000002')
}

function packet(first: u32, total: u32, fragment: u32 = 0, protocol: u32 = PROTOCOL_UDP): void {
  begin()
  ethernet(0x0800)
  header(first, total, 0x1234, fragment, protocol)
}

describe('IPv4', () => {
  it('tells where everything lies', () => {
    packet(0x45, COUNTED)
    udp(53, 1000)
    fill(7)
    dissect()
    expect(offsetOf(D_NETWORK)).toBe(14)
    expect(offsetOf(D_TRANSPORT)).toBe(34)
    expect(offsetOf(D_PAYLOAD)).toBe(42)
    expect(payloadLength()).toBe(7)
    expect(payloadCaptured()).toBe(7)
    expect(protocol()).toBe(17)
    expect(transportKind()).toBe(TRANSPORT_UDP)
    expect(flags()).toBe(0)
  })

  it('skips options', () => {
    packet(0x48, COUNTED)
    hex('07 0b 04 0000000000000000 00')
    udp(53, 1000)
    dissect()
    expect(offsetOf(D_TRANSPORT)).toBe(46)
    expect(sourcePort()).toBe(53)
  })

  it('has no ports when the snap length cuts its options', () => {
    packet(0x4f, COUNTED)
    fill(40, 1)
    udp(53, 1000)
    fill(7)
    dissect(1, 0xff, 50)
    expect(isFound()).toBe(true)
    expect(transportKind()).toBe(TRANSPORT_NONE)
    expect(payloadLength()).toBe(15)
    expect(payloadCaptured()).toBe(0)
    expect(flags()).toBe(PACKET_TRUNCATED)
  })

  it('is none with another version, a short header or a length below it', () => {
    const firsts: StaticArray<u32> = [0x55, 0x65, 0x44, 0x40]
    for (let i = 0; i < firsts.length; i++) {
      packet(firsts[i], COUNTED)
      udp(53, 1000)
      dissect()
      expect(isFound()).toBe(false)
      expect(flags()).toBe(PACKET_MALFORMED)
    }
    packet(0x45, 19)
    udp(53, 1000)
    dissect()
    expect(isFound()).toBe(false)
    expect(flags()).toBe(PACKET_MALFORMED)
    packet(0x4f, COUNTED)
    udp(53, 1000)
    dissect()
    expect(isFound()).toBe(false)
    expect(flags()).toBe(PACKET_MALFORMED)
  })

  it('needs both addresses', () => {
    packet(0x45, COUNTED)
    udp(53, 1000)
    dissect(1, 0xff, 33)
    expect(isFound()).toBe(false)
    expect(flags()).toBe(PACKET_TRUNCATED)
    dissect(1, 0xff, 33, 33)
    expect(isFound()).toBe(false)
    expect(flags()).toBe(PACKET_MALFORMED)
  })

  it('goes on to the end of the frame with a length of 0', () => {
    packet(0x45, 0, 0, PROTOCOL_TCP)
    tcp(1, 2)
    fill(100)
    dissect()
    expect(payloadLength()).toBe(100)
    dissect(1, 0xff, 64, 80054)
    expect(payloadLength()).toBe(80000)
    expect(payloadCaptured()).toBe(10)
  })

  it('ends with the frame if its length goes beyond', () => {
    packet(0x45, 1500, 0, PROTOCOL_TCP)
    tcp(1, 2)
    fill(10)
    dissect()
    expect(payloadLength()).toBe(10)
    dissect(1, 0xff, 1 << 30, 1000)
    expect(payloadLength()).toBe(946)
    expect(payloadCaptured()).toBe(10)
    dissect(1, 0xff, 1 << 30, 0xffffffff)
    expect(payloadLength()).toBe(1460)
  })
})

describe('fragments of IPv4', () => {
  it('have ports in the first', () => {
    packet(0x45, COUNTED, 0x2000)
    udp(53, 1000)
    fill(8)
    dissect()
    expect(flags()).toBe(PACKET_FRAGMENT)
    expect(transportKind()).toBe(TRANSPORT_UDP)
    expect(payloadLength()).toBe(8)
    expect(fragmentId).toBe(0x1234)
    expect(fragmentOffset).toBe(0)
    expect(fragmentMore).toBe(true)
  })

  it('have none in later ones, and are nowhere read on', () => {
    packet(0x45, COUNTED, 0x2002)
    udp(53, 1000)
    fill(8)
    const layer = dissect()
    expect(kindOf(layer)).toBe(LAYER_STOP)
    expect(flags()).toBe(PACKET_FRAGMENT)
    expect(transportKind()).toBe(TRANSPORT_NONE)
    expect(protocol()).toBe(17)
    expect(offsetOf(D_TRANSPORT)).toBe(34)
    expect(payloadLength()).toBe(16)
    expect(fragmentOffset).toBe(16)
    expect(fragmentMore).toBe(true)
    packet(0x45, COUNTED, 0x1fff)
    fill(8)
    dissect()
    expect(fragmentOffset).toBe(65528)
    expect(fragmentMore).toBe(false)
  })

  it('may split the transport header, which makes it no worse than cut', () => {
    packet(0x45, COUNTED, 0x2000, PROTOCOL_TCP)
    hex('0001 0002 00000000')
    dissect()
    expect(flags()).toBe(PACKET_FRAGMENT)
    expect(transportKind()).toBe(TRANSPORT_PORTS)
    packet(0x45, COUNTED, 0x2000, PROTOCOL_TCP)
    hex('0001 0002 00000000 00000000 a002 0000 0000 0000')
    dissect()
    expect(flags()).toBe(PACKET_FRAGMENT)
    expect(transportKind()).toBe(TRANSPORT_TCP)
    expect(payloadLength()).toBe(0)
  })

  it('are not the packets that must not be fragmented', () => {
    packet(0x45, COUNTED, 0x4000)
    udp(53, 1000)
    dissect()
    expect(flags()).toBe(0)
  })
})

describe('authentication header over IPv4', () => {
  it('is skipped', () => {
    packet(0x45, COUNTED, 0, 51)
    hex('33 04 0000 00000001 00000001 000000000000000000000000')
    hex('11 04 0000 00000001 00000001 000000000000000000000000')
    udp(53, 1000)
    dissect()
    expect(protocol()).toBe(17)
    expect(sourcePort()).toBe(53)
    expect(offsetOf(D_TRANSPORT)).toBe(82)
  })

  it('is the protocol when it is cut', () => {
    packet(0x45, COUNTED, 0, 51)
    hex('11 04 0000 00000001 00000001 000000000000000000000000')
    udp(53, 1000)
    dissect(1, 0xff, 50)
    expect(protocol()).toBe(51)
    expect(transportKind()).toBe(TRANSPORT_NONE)
    expect(flags()).toBe(PACKET_TRUNCATED)
    dissect(1, 0xff, 50, 50)
    expect(flags()).toBe(PACKET_MALFORMED)
  })

  it('is bounded', () => {
    packet(0x45, COUNTED, 0, 51)
    for (let i = 0; i < 40; i++) hex('33 01 0000 00000001 00000001')
    udp(53, 1000)
    const layer = dissect()
    expect(protocol()).toBe(51)
    expect(startOf(layer)).toBe(0)
  })
})
