import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  autoDetectEncap,
  customExtractor,
  type Extractor,
  FlowExtractor,
  type FlowKey,
  fiveTuple,
  flowLabel,
  innerVxlan,
  ipPair,
  macPair,
  PacketView,
  Timestamp,
} from '../../../bindings'
import { decodeKey, keyBlock } from '../../../bindings/extract/flow-key'
import {
  ethernet,
  fragment,
  ipv4,
  ipv4Icmp,
  ipv4Tcp,
  ipv4Udp,
  ipv6,
  ipv6Tcp,
  type Payload,
  sctp,
  udp,
  vlan,
  vxlan,
} from '../../support/frames'

async function keyOf<K extends FlowKey>(extractor: Extractor<K>, frame: Uint8Array): Promise<K> {
  using extractorOfFrames = await FlowExtractor.create(extractor)
  const extracted = extractorOfFrames.extract(new PacketView(frame, Timestamp.ZERO))
  if (!extracted) throw new Error('the frame belongs to no flow')
  return extracted.key
}

const inVlans = (payload: Payload) => ethernet({}, vlan({ id: 0 }, vlan({ id: 4095 }, payload))).bytes
const udpPacket = (from: string, to: string) =>
  ipv4({ source: from, destination: to }, udp({ source: 1, destination: 2 }, 'x'))

describe('FiveTupleKey', () => {
  it('has the lower endpoint first, whoever sends', async () => {
    const there = await keyOf(fiveTuple(), ipv4Tcp('10.0.0.9:80', '10.0.0.1:40000', {}))
    const back = await keyOf(fiveTuple(), ipv4Tcp('10.0.0.1:40000', '10.0.0.9:80', {}))
    expect(there.a).toEqual({ address: '10.0.0.1', port: 40000 })
    expect(there.b).toEqual({ address: '10.0.0.9', port: 80 })
    expect(there).toMatchObject({ kind: 'five-tuple', protocol: 'tcp', protocolNumber: 6, directional: false })
    expect(there.equals(back)).toBe(true)
    expect(String(there)).toBe('tcp 10.0.0.1:40000 <-> 10.0.0.9:80')
  })

  it('orders addresses as unsigned numbers', async () => {
    const key = await keyOf(fiveTuple(), ipv4Udp('200.0.0.1:1', '9.0.0.1:2'))
    expect(key.a.address).toBe('9.0.0.1')
    expect(key.addressBytes).toEqual([Uint8Array.of(9, 0, 0, 1), Uint8Array.of(200, 0, 0, 1)])
  })

  it('keeps the direction when it is asked to', async () => {
    const key = await keyOf(fiveTuple({ directional: true }), ipv4Udp('10.0.0.9:53', '10.0.0.1:4000'))
    expect(key.directional).toBe(true)
    expect(String(key)).toBe('udp 10.0.0.9:53 -> 10.0.0.1:4000')
  })

  it('writes IPv6 in brackets before a port', async () => {
    const key = await keyOf(fiveTuple(), ipv6Tcp('[2001:db8::2]:443', '[2001:db8::1]:5000', {}))
    expect(key.a).toEqual({ address: '2001:db8::1', port: 5000 })
    expect(String(key)).toBe('tcp [2001:db8::1]:5000 <-> [2001:db8::2]:443')
    expect(key.addressBytes[0]).toHaveLength(16)
  })

  it('is equal across trackers, though these have different secrets', async () => {
    const frame = ipv6Tcp('[2001:db8::2]:443', '[2001:db8::1]:5000', {})
    const [one, two] = [await keyOf(fiveTuple(), frame), await keyOf(autoDetectEncap(fiveTuple()), frame)]
    keyBlock(two).set([1, 2, 3], 0)
    expect(one.equals(two)).toBe(true)
    expect(one.equals(await keyOf(fiveTuple(), ipv6Tcp('[2001:db8::2]:443', '[2001:db8::1]:5001', {})))).toBe(false)
  })

  it('knows its ports', async () => {
    const key = await keyOf(fiveTuple(), ipv4Tcp('10.0.0.9:80', '10.0.0.1:40000', {}))
    expect([80, 40000, 81].map((port) => key.eitherPort(port))).toEqual([true, true, false])
  })

  it('has no ports where the protocol has none', async () => {
    const key = await keyOf(fiveTuple(), ipv4Icmp('10.0.0.1', '10.0.0.2', { type: 8 }))
    expect(key.protocol).toBe('icmp')
    expect(key.a).toEqual({ address: '10.0.0.1' })
    expect(key.eitherPort(0)).toBe(false)
    expect(String(key)).toBe('icmp 10.0.0.1 <-> 10.0.0.2')
  })

  it('has the ports of SCTP', async () => {
    const packet = ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, sctp({ source: 7, destination: 9 }))
    const key = await keyOf(fiveTuple(), ethernet({}, packet).bytes)
    expect(String(key)).toBe('sctp 10.0.0.1:7 <-> 10.0.0.2:9')
  })

  it('has a number for a protocol where a fragment hides the ports', async () => {
    const packet = ipv6(
      { source: '2001:db8::1', destination: '2001:db8::2' },
      fragment({ offset: 1480, more: false }, udp({ source: 1, destination: 2 }, 'x')),
    )
    const key = await keyOf(fiveTuple(), ethernet({}, packet).bytes)
    expect(key.protocol).toBe('17')
    expect(key.a).toEqual({ address: '2001:db8::1' })
  })

  it('carries VLAN ids, 0 among them, only when asked to', async () => {
    const frame = inVlans(udpPacket('10.0.0.1', '10.0.0.2'))
    expect((await keyOf(fiveTuple(), frame)).vlanIds).toEqual([])
    const key = await keyOf(fiveTuple({ vlanKey: true }), frame)
    expect(key.vlanIds).toEqual([0, 4095])
    expect(String(key)).toBe('udp 10.0.0.1:1 <-> 10.0.0.2:2 vlan 0.4095')
  })

  it('carries the tunnel only when asked to', async () => {
    const inner = ethernet({}, udpPacket('10.0.0.1', '10.0.0.2'))
    const outer = { source: '172.16.0.1', destination: '172.16.0.2' }
    const frame = ethernet({}, ipv4(outer, udp({ source: 5, destination: 4789 }, vxlan(7, inner)))).bytes
    expect((await keyOf(innerVxlan(fiveTuple()), frame)).tunnel).toBeUndefined()
    const key = await keyOf(innerVxlan(fiveTuple({ tunnelKey: true })), frame)
    expect(key.tunnel).toEqual({ kind: 'vxlan', id: 7 })
    expect(String(key)).toBe('udp 10.0.0.1:1 <-> 10.0.0.2:2 vxlan 7')
    expect(key.toJSON()).toMatchObject({ protocol: 'udp', tunnel: { kind: 'vxlan', id: 7 } })
  })

  it('carries the flow label of flowLabel, 0 for IPv4', async () => {
    const addresses = { source: '2001:db8::1', destination: '2001:db8::2' }
    const packet = ipv6({ ...addresses, flowLabel: 0xabcde }, udp({ source: 1, destination: 2 }, 'x'))
    const key = await keyOf(flowLabel(fiveTuple()), ethernet({}, packet).bytes)
    expect(key.flowLabel).toBe(0xabcde)
    expect(String(key)).toMatch(/ label 0xabcde$/)
    expect((await keyOf(flowLabel(fiveTuple()), ipv4Udp('1.2.3.4:1', '1.2.3.5:2'))).flowLabel).toBe(0)
    expect((await keyOf(fiveTuple(), ethernet({}, packet).bytes)).flowLabel).toBeUndefined()
  })

  it('shows itself', async () => {
    const key = await keyOf(fiveTuple(), ipv4Udp('10.0.0.1:1', '10.0.0.2:2'))
    expect(inspect(key)).toBe('FiveTupleKey udp 10.0.0.1:1 <-> 10.0.0.2:2')
    expect(JSON.parse(JSON.stringify(key))).toEqual({
      kind: 'five-tuple',
      protocol: 'udp',
      a: { address: '10.0.0.1', port: 1 },
      b: { address: '10.0.0.2', port: 2 },
    })
  })
})

describe('IpPairKey and MacPairKey', () => {
  it('have two addresses', async () => {
    const frame = ipv4Udp('10.0.0.9:1', '10.0.0.1:2')
    const ips = await keyOf(ipPair(), frame)
    expect(ips.kind).toBe('ip-pair')
    expect(String(ips)).toBe('10.0.0.1 <-> 10.0.0.9')
    expect(ips.toJSON()).toEqual({ kind: 'ip-pair', a: { address: '10.0.0.1' }, b: { address: '10.0.0.9' } })
  })

  it('tell stations apart by all six bytes', async () => {
    const macs = { source: 'ff:ee:dd:cc:bb:aa', destination: '01:02:03:04:05:06' }
    const key = await keyOf(macPair({ vlanKey: true }), ethernet(macs, vlan({ id: 5 }, new Uint8Array(20))).bytes)
    expect(key.a).toEqual({ mac: '01:02:03:04:05:06' })
    expect(key.b).toEqual({ mac: 'ff:ee:dd:cc:bb:aa' })
    expect(String(key)).toMatch(/^01:02:03:04:05:06 <-> ff:ee:dd:cc:bb:aa/)
  })
})

describe('CustomKey', () => {
  it('has the bytes of the extractor, up to 48', async () => {
    const bytes = Uint8Array.from({ length: 48 }, (_, i) => i + 1)
    const key = await keyOf(
      customExtractor(() => ({ key: bytes })),
      ipv4Udp('10.0.0.1:1', '10.0.0.2:2'),
    )
    expect(key.bytes).toEqual(bytes)
    expect(String(key)).toBe(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''))
    expect(key.toJSON()).toEqual({ kind: 'custom', bytes: String(key) })
  })

  it('is formatted by the user', async () => {
    const extractor = customExtractor(() => ({ key: Uint8Array.of(7) }), { format: ([first]) => `station ${first}` })
    expect(String(await keyOf(extractor, ipv4Udp('10.0.0.1:1', '10.0.0.2:2')))).toBe('station 7')
  })
})

describe('decodeKey', () => {
  it('refuses what is no key', () => {
    expect(() => decodeKey(new Uint8Array(64))).toThrow(RangeError)
  })
})
