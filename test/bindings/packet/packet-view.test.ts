import { describe, expect, it } from 'vitest'
import { LinkType, linkTypeName, PacketView, Timestamp } from '../../../bindings'
import { protocolName, protocolNumber } from '../../../bindings/packet/protocol'

describe('PacketView', () => {
  const frame = Uint8Array.of(1, 2, 3)
  const time = new Timestamp(1)

  it('is a whole Ethernet frame unless told otherwise', () => {
    const view = new PacketView(frame, time)
    expect(view.linkType).toBe(LinkType.Ethernet)
    expect(view.wireLength).toBe(3)
    expect(view.frame).toBe(frame)
  })

  it('keeps its time and link type with another frame', () => {
    const view = new PacketView(frame, time, { linkType: LinkType.Raw, wireLength: 99 })
    const inner = view.withFrame(frame.subarray(1))
    expect(inner).toMatchObject({ timestamp: time, linkType: LinkType.Raw, wireLength: 2 })
    expect(view.withFrame(frame, LinkType.Ipv6).linkType).toBe(LinkType.Ipv6)
  })

  it.each([-1, 1.5, 2 ** 32, Number.NaN])('refuses %d as a length or a link type', (value) => {
    expect(() => new PacketView(frame, time, { wireLength: value })).toThrow(RangeError)
    expect(() => new PacketView(frame, time, { linkType: value })).toThrow(RangeError)
  })
})

describe('linkTypeName', () => {
  it.each([
    [0, 'NULL'],
    [1, 'ETHERNET'],
    [101, 'RAW'],
    [113, 'LINUX_SLL'],
    [127, 'IEEE802_11_RADIOTAP'],
    [147, 'USER0'],
    [162, 'USER15'],
    [163, 'IEEE802_11_AVS'],
    [220, 'USB_LINUX_MMAPPED'],
    [249, 'USBPCAP'],
    [276, 'LINUX_SLL2'],
    [304, 'DECT_NR_TAP'],
    [208, undefined],
    [11, undefined],
    [65_000, undefined],
  ])('calls %d %s', (linkType, name) => {
    expect(linkTypeName(linkType)).toBe(name)
  })
})

describe('protocol names', () => {
  it('are those of the contract', () => {
    expect([1, 6, 17, 58, 132, 47, 0].map(protocolName)).toEqual(['icmp', 'tcp', 'udp', 'icmp6', 'sctp', '47', '0'])
  })

  it('lead back to their numbers', () => {
    for (let number = 0; number < 256; number++) expect(protocolNumber(protocolName(number))).toBe(number)
  })

  it.each(['', 'TCP', '256', '-1', '1.5', '1e1', 'toString', ' 6'])('do not include "%s"', (name) => {
    expect(() => protocolNumber(name as never)).toThrow(RangeError)
  })
})
