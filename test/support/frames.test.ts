import { describe, expect, it } from 'vitest'
import {
  checksum,
  concat,
  ethernet,
  gre,
  hex,
  icmp6,
  ipv4,
  ipv4Bytes,
  ipv4Tcp,
  ipv4Udp,
  ipv6,
  ipv6Bytes,
  ipv6Tcp,
  mpls,
  tcp,
  tcpFlags,
  tcpOptions,
  u16,
  u32,
  udp,
  vlan,
  vxlan,
} from './frames'

const hosts = { source: '10.0.0.1', destination: '10.0.0.2' }
const ports = { source: 1, destination: 2 }

describe('frame builders', () => {
  it('put headers into each other from the outside in', () => {
    const frame = ethernet({}, vlan({ id: 10 }, mpls([16, 17], ipv4(hosts, udp(ports, 'hi'))))).bytes
    expect(frame.subarray(12)).toEqual(
      concat(
        hex('8100 000a 8847'),
        hex('00010040 00011140'),
        hex('4500 001e 0000 0000 4011'),
        u16(checksum(hex('4500 001e 0000 0000 4011'), ipv4Bytes(hosts.source), ipv4Bytes(hosts.destination))),
        ipv4Bytes(hosts.source),
        ipv4Bytes(hosts.destination),
        hex('0001 0002 000a'),
        frame.subarray(-4, -2),
        hex('6869'),
      ),
    )
  })

  it('write the fields that TCP has', () => {
    const options = [...tcpOptions.maximumSegmentSize(1460), ...tcpOptions.windowScale(7)]
    const { bytes } = tcp({ ...ports, sequence: 1, acknowledgement: 0xffffffff, flags: 'SA', window: 512, options })
    expect(bytes).toEqual(hex('0001 0002 00000001 ffffffff 70 12 0200 0000 0000 020405b4 03030700'))
  })

  it('know the flags of TCP by letter', () => {
    expect(tcpFlags('FSRPAUEC')).toBe(0xff)
    expect(tcpFlags('')).toBe(0)
    expect(() => tcpFlags('X')).toThrow('no TCP flag begins with X')
  })

  it('name the payload of a tunnel', () => {
    const inner = ipv4(hosts, udp(ports))
    expect(gre({ key: 7 }, inner).bytes.subarray(0, 8)).toEqual(hex('2000 0800 00000007'))
    expect(gre({ sequence: 1 }, ethernet({}, inner)).bytes.subarray(0, 8)).toEqual(hex('1000 6558 00000001'))
    expect(checksum(gre({ checksum: true }, inner).bytes)).toBe(0)
    expect(vxlan(0x123456, ethernet({}, inner)).bytes.subarray(0, 8)).toEqual(hex('08000000 12345600'))
  })
})

describe('checksums', () => {
  // The sum over bytes that hold their own checksum is zero, RFC 1071 section 1.
  it.each([
    ['TCP over IPv4', 6, ipv4Tcp('10.0.0.1:1000', '10.0.0.2:80', { sequence: 1 }, 'odd')],
    ['UDP over IPv4', 17, ipv4Udp('10.0.0.1:1000', '10.0.0.2:53', 'even')],
  ])('of %s hold', (_name, protocol, frame) => {
    const header = frame.subarray(14, 34)
    const segment = frame.subarray(34)
    expect(checksum(header)).toBe(0)
    expect(checksum(header.subarray(12), [0, protocol], u16(segment.length), segment)).toBe(0)
  })

  it.each([
    ['TCP', 6, ipv6Tcp('[2001:db8::1]:1000', '[2001:db8::2]:80', {}, 'odd')],
    ['ICMPv6', 58, ethernet({}, ipv6({ source: '::1', destination: '::1' }, icmp6({ type: 128 }, 'ping'))).bytes],
  ])('of %s over IPv6 hold', (_name, nextHeader, frame) => {
    const segment = frame.subarray(54)
    expect(checksum(frame.subarray(22, 54), u32(segment.length), u32(nextHeader), segment)).toBe(0)
  })
})

describe('addresses', () => {
  it('of IPv6 may be shortened anywhere', () => {
    expect(ipv6Bytes('2001:db8::1')).toEqual([...hex('20010db8000000000000000000000001')])
    expect(ipv6Bytes('::')).toEqual(new Array(16).fill(0))
    expect(ipv6Bytes('fe80::')).toEqual([...hex('fe800000000000000000000000000000')])
    expect(ipv6Bytes('1:2:3:4:5:6:7:8')).toEqual([...hex('00010002000300040005000600070008')])
  })

  it('that are none are refused', () => {
    expect(() => ipv4Bytes('10.0.0')).toThrow('not an IPv4 address: 10.0.0')
    expect(() => ipv6Bytes('10.0.0.1')).toThrow('not an IPv6 address')
  })
})
