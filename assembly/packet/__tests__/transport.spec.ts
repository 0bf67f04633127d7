import {
  D_ACKNOWLEDGEMENT,
  D_ICMP_CODE,
  D_ICMP_TYPE,
  D_PAYLOAD,
  D_SEQUENCE,
  D_TCP_FLAGS,
  D_TRANSPORT,
  D_WINDOW,
  D_WINDOW_SCALE,
  NO_WINDOW_SCALE,
  PACKET_MALFORMED,
  PACKET_TRUNCATED,
  TCP_ACK,
  TCP_SYN,
  TRANSPORT_ICMP,
  TRANSPORT_NONE,
  TRANSPORT_PORTS,
  TRANSPORT_SCTP,
  TRANSPORT_TCP,
  TRANSPORT_UDP,
} from '../../layout'
import {
  begin,
  byte,
  D,
  destinationPort,
  dissect,
  fill,
  flags,
  half,
  hex,
  ipv4,
  ipv6,
  offsetOf,
  payloadCaptured,
  payloadLength,
  protocol,
  sourcePort,
  tcp,
  transportKind,
} from './frame'

/** TCP over IPv4 with these flags and options. */
function segment(flags: u32, options: string): void {
  begin()
  ipv4(6)
  hex('9c40 0050 01020304 05060708')
  let bytes: u32 = 0
  for (let i = 0; i < options.length; i++) if (options.charCodeAt(i) != 0x20) bytes += 1
  byte((5 + bytes / 8) << 4)
  byte(flags)
  hex('1000 0000 0000')
  hex(options)
}

function scaleOf(options: string): u32 {
  segment(TCP_SYN, options)
  dissect(101)
  return <u32>load<u8>(D, D_WINDOW_SCALE)
}

/** UDP over IPv4 whose length field is this, with 20 bytes of payload. */
function datagram(length: u32): void {
  begin()
  ipv4(17)
  hex('0035 03e8')
  half(length)
  half(0)
  fill(20)
  dissect(101)
}

describe('TCP', () => {
  it('is read', () => {
    segment(0xff, '01010101')
    fill(11)
    dissect(101)
    expect(transportKind()).toBe(TRANSPORT_TCP)
    expect(protocol()).toBe(6)
    expect(sourcePort()).toBe(40000)
    expect(destinationPort()).toBe(80)
    expect(load<u32>(D, D_SEQUENCE)).toBe(0x01020304)
    expect(load<u32>(D, D_ACKNOWLEDGEMENT)).toBe(0x05060708)
    expect(load<u16>(D, D_WINDOW)).toBe(0x1000)
    expect(load<u8>(D, D_TCP_FLAGS)).toBe(0xff)
    expect(offsetOf(D_TRANSPORT)).toBe(20)
    expect(offsetOf(D_PAYLOAD)).toBe(44)
    expect(payloadLength()).toBe(11)
    expect(payloadCaptured()).toBe(11)
  })

  it('is read over IPv6', () => {
    begin()
    ipv6(6)
    tcp(1, 2)
    fill(3)
    dissect(101)
    expect(transportKind()).toBe(TRANSPORT_TCP)
    expect(payloadLength()).toBe(3)
  })

  it('offers a window scale in a SYN', () => {
    expect(scaleOf('02040578 01030307')).toBe(7)
    expect(scaleOf('03030000')).toBe(0)
    expect(scaleOf('0303 0e00')).toBe(14)
    expect(scaleOf('01010303 ff000000')).toBe(14)
  })

  it('offers none without the option, behind the end of the options or with a bad length', () => {
    expect(scaleOf('')).toBe(NO_WINDOW_SCALE)
    expect(scaleOf('02040578')).toBe(NO_WINDOW_SCALE)
    expect(scaleOf('00030307')).toBe(NO_WINDOW_SCALE)
    expect(scaleOf('03020700')).toBe(NO_WINDOW_SCALE)
    expect(scaleOf('08000303 07000000')).toBe(NO_WINDOW_SCALE)
    expect(scaleOf('08ff0303 07000000')).toBe(NO_WINDOW_SCALE)
    expect(scaleOf('01010103')).toBe(NO_WINDOW_SCALE)
    expect(scaleOf('01010303')).toBe(NO_WINDOW_SCALE)
  })

  it('offers none outside of a SYN', () => {
    segment(TCP_ACK, '01030307')
    dissect(101)
    expect(<u32>load<u8>(D, D_WINDOW_SCALE)).toBe(NO_WINDOW_SCALE)
  })

  it('keeps what was captured of its options', () => {
    segment(TCP_SYN, '02040578 01030307')
    fill(5)
    dissect(101, 0xff, 48)
    expect(transportKind()).toBe(TRANSPORT_TCP)
    expect(<u32>load<u8>(D, D_WINDOW_SCALE)).toBe(7)
    dissect(101, 0xff, 47)
    expect(transportKind()).toBe(TRANSPORT_TCP)
    expect(<u32>load<u8>(D, D_WINDOW_SCALE)).toBe(NO_WINDOW_SCALE)
    expect(payloadLength()).toBe(5)
    expect(payloadCaptured()).toBe(0)
    expect(flags()).toBe(PACKET_TRUNCATED)
  })

  it('has ports, and a payload by the data offset, when its header is cut', () => {
    segment(TCP_SYN, '02040578 01030307')
    fill(5)
    dissect(101, 0xff, 39)
    expect(transportKind()).toBe(TRANSPORT_PORTS)
    expect(payloadLength()).toBe(5)
    dissect(101, 0xff, 32)
    expect(transportKind()).toBe(TRANSPORT_PORTS)
    expect(payloadLength()).toBe(13)
    dissect(101, 0xff, 24)
    expect(transportKind()).toBe(TRANSPORT_PORTS)
    expect(sourcePort()).toBe(40000)
    expect(load<u32>(D, D_SEQUENCE)).toBe(0)
    dissect(101, 0xff, 23)
    expect(transportKind()).toBe(TRANSPORT_NONE)
    expect(protocol()).toBe(6)
    expect(flags()).toBe(PACKET_TRUNCATED)
  })

  it('is not believed with a data offset that cannot be', () => {
    const offsets: StaticArray<u32> = [0x00, 0x40, 0x70, 0xf0]
    for (let i = 0; i < offsets.length; i++) {
      begin()
      ipv4(6)
      hex('9c40 0050 01020304 05060708')
      byte(offsets[i])
      hex('02 1000 0000 0000')
      dissect(101)
      expect(transportKind()).toBe(TRANSPORT_PORTS)
      expect(payloadLength()).toBe(0)
      expect(payloadCaptured()).toBe(0)
      expect(load<u8>(D, D_TCP_FLAGS)).toBe(0)
      expect(flags()).toBe(PACKET_MALFORMED)
    }
  })

  it('may be shorter than a header', () => {
    begin()
    ipv4(6)
    hex('9c40 0050 01020304')
    dissect(101)
    expect(transportKind()).toBe(TRANSPORT_PORTS)
    expect(payloadLength()).toBe(0)
    expect(flags()).toBe(PACKET_MALFORMED)
  })
})

describe('UDP', () => {
  it('is read', () => {
    datagram(28)
    expect(transportKind()).toBe(TRANSPORT_UDP)
    expect(sourcePort()).toBe(53)
    expect(destinationPort()).toBe(1000)
    expect(offsetOf(D_PAYLOAD)).toBe(28)
    expect(payloadLength()).toBe(20)
    expect(<u32>load<u8>(D, D_WINDOW_SCALE)).toBe(NO_WINDOW_SCALE)
    expect(load<u32>(D, D_SEQUENCE)).toBe(0)
  })

  it('ends where its length says, at most where IP ends', () => {
    datagram(18)
    expect(payloadLength()).toBe(10)
    expect(payloadCaptured()).toBe(10)
    datagram(8)
    expect(payloadLength()).toBe(0)
    datagram(2000)
    expect(payloadLength()).toBe(20)
    expect(flags()).toBe(0)
  })

  it('goes on to the end of IP with a length of 0', () => {
    datagram(0)
    expect(payloadLength()).toBe(20)
    expect(flags()).toBe(0)
  })

  it('contradicts itself with a length below its header', () => {
    datagram(7)
    expect(payloadLength()).toBe(20)
    expect(flags()).toBe(PACKET_MALFORMED)
  })

  it('has ports when it is cut behind them', () => {
    begin()
    ipv4(17)
    hex('0035 03e8 0008 0000')
    dissect(101, 0xff, 27)
    expect(transportKind()).toBe(TRANSPORT_PORTS)
    dissect(101, 0xff, 23)
    expect(transportKind()).toBe(TRANSPORT_NONE)
    dissect(101, 0xff, 20)
    expect(transportKind()).toBe(TRANSPORT_NONE)
    expect(payloadLength()).toBe(0)
  })
})

describe('SCTP', () => {
  it('has ports and chunks', () => {
    begin()
    ipv4(132)
    hex('1234 5678 00000001 00000000')
    fill(16)
    dissect(101)
    expect(transportKind()).toBe(TRANSPORT_SCTP)
    expect(sourcePort()).toBe(0x1234)
    expect(destinationPort()).toBe(0x5678)
    expect(payloadLength()).toBe(16)
    dissect(101, 0xff, 31)
    expect(transportKind()).toBe(TRANSPORT_PORTS)
    expect(payloadLength()).toBe(16)
  })
})

describe('ICMP', () => {
  it('has type and code', () => {
    begin()
    ipv4(1)
    hex('03 0a 0000 00000000')
    fill(28)
    dissect(101)
    expect(transportKind()).toBe(TRANSPORT_ICMP)
    expect(load<u8>(D, D_ICMP_TYPE)).toBe(3)
    expect(load<u8>(D, D_ICMP_CODE)).toBe(10)
    expect(payloadLength()).toBe(28)
    begin()
    ipv6(58)
    hex('80 01 0000 00000000')
    dissect(101)
    expect(protocol()).toBe(58)
    expect(load<u8>(D, D_ICMP_TYPE)).toBe(128)
    expect(load<u8>(D, D_ICMP_CODE)).toBe(1)
  })

  it('may be cut', () => {
    begin()
    ipv4(1)
    hex('08 00 0000')
    dissect(101)
    expect(transportKind()).toBe(TRANSPORT_ICMP)
    expect(payloadLength()).toBe(0)
    dissect(101, 0xff, 21)
    expect(transportKind()).toBe(TRANSPORT_NONE)
    expect(load<u8>(D, D_ICMP_TYPE)).toBe(0)
  })
})

describe('other protocols', () => {
  it('are told by number and have the payload of IP', () => {
    begin()
    ipv4(89)
    fill(44)
    dissect(101)
    expect(transportKind()).toBe(TRANSPORT_NONE)
    expect(protocol()).toBe(89)
    expect(offsetOf(D_TRANSPORT)).toBe(20)
    expect(offsetOf(D_PAYLOAD)).toBe(20)
    expect(payloadLength()).toBe(44)
  })
})
