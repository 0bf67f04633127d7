import {
  CONFIG_TUNNEL_KEY,
  CONFIG_VLAN_KEY,
  D_FLOW_LABEL,
  D_KEY,
  D_ORIENTATION,
  D_PAYLOAD_LENGTH,
  D_PROTOCOL,
  D_TRANSPORT_KIND,
  ENCAPSULATION_GRE,
  ENCAPSULATION_VXLAN,
  KEY_ADDRESSES,
  KEY_DIRECTIONAL,
  KEY_HAS_LABEL,
  KEY_HAS_PROTOCOL,
  KEY_KIND_IPV4,
  KEY_KIND_IPV6,
  KEY_KIND_MAC,
  KEY_KIND_SHIFT,
  KEY_LABEL_AND_TUNNEL_KIND,
  KEY_NO_PORTS,
  KEY_PROTOCOL_SHIFT,
  KEY_SIZE,
  KEY_TAGGED,
  KEY_TAGS,
  KEY_TUNNEL_ID,
  KEY_VLANS,
  KEY_WORD0,
  KEY_WORD1,
  ORIENTATION_FORWARD,
  ORIENTATION_REVERSE,
  PLAN_AUTO_DETECT,
  PLAN_CUSTOM,
  PLAN_FIVE_TUPLE,
  PLAN_FLOW_LABEL,
  PLAN_IP_PAIR,
  PLAN_MAC_PAIR,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  TRANSPORT_NONE,
} from '../../layout'
import { be64 } from '../../memory/bytes'
import { begin, D, ethernet, fill, half, hex, inner, ipv4, tag, udp, word } from '../../packet/__tests__/frame'
import { beginPlan, detectOperation, extracted, operation, useKey, usePlan } from './plan'

const COPY: usize = memory.data(64, 8)
const KEY: usize = D + D_KEY

/** Kind byte of the key. */
function kind(): u32 {
  return <u32>(load<u64>(KEY, KEY_WORD1) >> KEY_KIND_SHIFT) & 0xff
}

function orientation(): u32 {
  return <u32>load<u8>(D, D_ORIENTATION)
}

/** UDP over IPv4 between these addresses and ports. */
function packet4(source: u32, destination: u32, sourcePort: u32, destinationPort: u32): void {
  begin()
  ethernet(0x0800)
  hex('45000021 00000000 4011 0000')
  word(source)
  word(destination)
  half(sourcePort)
  half(destinationPort)
  hex('000d 0000 0102030405')
}

/** UDP over IPv6 between addresses that end in these words. */
function packet6(
  source: u32,
  destination: u32,
  sourcePort: u32,
  destinationPort: u32,
  head: u32 = 0,
  tail: u32 = 0,
): void {
  begin()
  ethernet(0x86dd)
  hex('6000abcd 000d 11 40')
  word(0x20010db8)
  word(head)
  word(source)
  word(7)
  word(0x20010db8)
  word(tail)
  word(destination)
  word(7)
  half(sourcePort)
  half(destinationPort)
  hex('000d 0000 0102030405')
}

/** Keeps the key of a packet, to compare it with the next one's. */
function keep(): void {
  memory.copy(COPY, KEY, KEY_SIZE)
}

function isSame(): bool {
  return memory.compare(COPY, KEY, KEY_SIZE) == 0
}

describe('five-tuple of IPv4', () => {
  beforeEach(() => useKey(PLAN_FIVE_TUPLE))

  it('has the lesser address first', () => {
    packet4(0x0a000001, 0xc0a80001, 5000, 53)
    expect(extracted()).toBe(true)
    expect(load<u64>(KEY, KEY_WORD0)).toBe(0x0a000001c0a80001)
    const kind: u64 = <u64>(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL)
    const ports: u64 = 5000 | (53 << 16)
    expect(load<u64>(KEY, KEY_WORD1)).toBe(ports | ((<u64>17) << KEY_PROTOCOL_SHIFT) | (kind << KEY_KIND_SHIFT))
    for (let i = KEY_ADDRESSES; i < KEY_SIZE; i++) expect(load<u8>(KEY + i)).toBe(0)
    expect(orientation()).toBe(ORIENTATION_FORWARD)
  })

  it('is the same for both directions', () => {
    packet4(0x0a000001, 0xc0a80001, 5000, 53)
    extracted()
    keep()
    packet4(0xc0a80001, 0x0a000001, 53, 5000)
    extracted()
    expect(isSame()).toBe(true)
    expect(orientation()).toBe(ORIENTATION_REVERSE)
  })

  it('has the lesser port first between equal addresses', () => {
    packet4(0x7f000001, 0x7f000001, 53, 5000)
    extracted()
    keep()
    expect(orientation()).toBe(ORIENTATION_FORWARD)
    packet4(0x7f000001, 0x7f000001, 5000, 53)
    extracted()
    expect(isSame()).toBe(true)
    expect(orientation()).toBe(ORIENTATION_REVERSE)
    packet4(0x7f000001, 0x7f000001, 53, 53)
    extracted()
    expect(orientation()).toBe(ORIENTATION_FORWARD)
  })

  it('tells ports of one address from those of the other', () => {
    packet4(0x0a000001, 0xc0a80001, 5000, 53)
    extracted()
    keep()
    packet4(0x0a000001, 0xc0a80001, 53, 5000)
    extracted()
    expect(isSame()).toBe(false)
  })

  it('keeps source and destination when it is directional', () => {
    useKey(PLAN_FIVE_TUPLE, 0, true)
    packet4(0xc0a80001, 0x0a000001, 53, 5000)
    extracted()
    expect(load<u64>(KEY, KEY_WORD0)).toBe(0xc0a800010a000001)
    expect(<u32>load<u64>(KEY, KEY_WORD1)).toBe(53 | (5000 << 16))
    expect(kind()).toBe(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL | KEY_DIRECTIONAL)
    expect(orientation()).toBe(ORIENTATION_FORWARD)
  })

  it('has no ports for ICMP and other protocols', () => {
    begin()
    ethernet(0x0800)
    ipv4(1)
    hex('0800 0000 0001 0001')
    extracted()
    expect(kind()).toBe(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL)
    expect(<u32>load<u64>(KEY, KEY_WORD1)).toBe(0)
    begin()
    ethernet(0x0800)
    ipv4(50)
    fill(20)
    extracted()
    expect(kind()).toBe(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL)
  })

  it('says of fragments and cut packets that ports are missing', () => {
    begin()
    ethernet(0x0800)
    hex('45000024 00010001 4006 0000 0a000001 0a000002')
    fill(16)
    extracted()
    expect(kind()).toBe(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL | KEY_NO_PORTS)
    expect(<u32>load<u64>(KEY, KEY_WORD1)).toBe(0)
    packet4(0x0a000001, 0xc0a80001, 5000, 53)
    extracted(1, 37)
    expect(kind()).toBe(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL | KEY_NO_PORTS)
    extracted(1, 38)
    expect(kind()).toBe(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL)
  })

  it('is made of a packet with options too', () => {
    begin()
    ethernet(0x0800)
    hex('46000020 00000000 4011 0000 0a000002 0a000001 01010101 0035 1388 000c 0000 00000000')
    extracted()
    expect(load<u64>(KEY, KEY_WORD0)).toBe(0x0a0000010a000002)
    expect(<u32>load<u64>(KEY, KEY_WORD1)).toBe(0x1388 | (0x35 << 16))
    expect(orientation()).toBe(ORIENTATION_REVERSE)
  })
})

describe('five-tuple of IPv6', () => {
  beforeEach(() => useKey(PLAN_FIVE_TUPLE))

  it('has addresses in network order and leaves word 0 to the hash', () => {
    packet6(1, 2, 5000, 53)
    expect(extracted()).toBe(true)
    expect(load<u64>(KEY, KEY_WORD0)).toBe(0)
    expect(be64(KEY + KEY_ADDRESSES)).toBe(0x20010db800000000)
    expect(be64(KEY + KEY_ADDRESSES + 8)).toBe(0x0000000100000007)
    expect(be64(KEY + KEY_ADDRESSES + 24)).toBe(0x0000000200000007)
    expect(<u32>load<u64>(KEY, KEY_WORD1)).toBe(5000 | (53 << 16))
    expect(kind()).toBe(KEY_KIND_IPV6 | KEY_HAS_PROTOCOL)
    expect(load<u32>(D, D_FLOW_LABEL)).toBe(0xabcd)
  })

  it('is the same for both directions, wherever the addresses differ', () => {
    packet6(1, 2, 5000, 53)
    extracted()
    keep()
    packet6(2, 1, 53, 5000)
    extracted()
    expect(isSame()).toBe(true)
    expect(orientation()).toBe(ORIENTATION_REVERSE)
    packet6(9, 2, 5000, 53, 1, 0x80000000)
    extracted()
    keep()
    expect(orientation()).toBe(ORIENTATION_FORWARD)
    packet6(2, 9, 53, 5000, 0x80000000, 1)
    extracted()
    expect(isSame()).toBe(true)
    packet6(1, 1, 53, 5000)
    extracted()
    keep()
    packet6(1, 1, 5000, 53)
    extracted()
    expect(isSame()).toBe(true)
    expect(orientation()).toBe(ORIENTATION_REVERSE)
  })

  it('keeps source and destination when it is directional', () => {
    useKey(PLAN_FIVE_TUPLE, 0, true)
    packet6(2, 1, 53, 5000)
    extracted()
    expect(be64(KEY + KEY_ADDRESSES + 8)).toBe(0x0000000200000007)
    expect(<u32>load<u64>(KEY, KEY_WORD1)).toBe(53 | (5000 << 16))
  })
})

describe('pair of IP addresses', () => {
  it('has neither ports nor protocol, and no transport state', () => {
    useKey(PLAN_IP_PAIR)
    packet4(0xc0a80001, 0x0a000001, 53, 5000)
    expect(extracted()).toBe(true)
    expect(load<u64>(KEY, KEY_WORD0)).toBe(0x0a000001c0a80001)
    expect(load<u64>(KEY, KEY_WORD1)).toBe((<u64>KEY_KIND_IPV4) << KEY_KIND_SHIFT)
    expect(orientation()).toBe(ORIENTATION_REVERSE)
    expect(<u32>load<u8>(D, D_PROTOCOL)).toBe(PROTOCOL_UDP)
    expect(<u32>load<u8>(D, D_TRANSPORT_KIND)).toBe(TRANSPORT_NONE)
    expect(load<u32>(D, D_PAYLOAD_LENGTH)).toBe(5)
    packet6(2, 1, 53, 5000)
    expect(extracted()).toBe(true)
    expect(load<u64>(KEY, KEY_WORD1)).toBe((<u64>KEY_KIND_IPV6) << KEY_KIND_SHIFT)
  })

  it('needs an IP header', () => {
    useKey(PLAN_IP_PAIR)
    begin()
    ethernet(0x0806)
    fill(28)
    expect(extracted()).toBe(false)
    for (let i: usize = 0; i < KEY_SIZE; i++) expect(load<u8>(KEY + i)).toBe(0)
  })
})

describe('pair of stations', () => {
  beforeEach(() => useKey(PLAN_MAC_PAIR))

  it('is made of any Ethernet frame', () => {
    begin()
    hex('020000000001 0400000000ff 0806')
    expect(extracted()).toBe(true)
    expect(load<u64>(KEY, KEY_WORD0)).toBe(0x0200000000010400)
    expect(load<u64>(KEY, KEY_WORD1)).toBe(0x000000ff | ((<u64>KEY_KIND_MAC) << KEY_KIND_SHIFT))
    expect(orientation()).toBe(ORIENTATION_REVERSE)
    keep()
    begin()
    hex('0400000000ff 020000000001 0800')
    inner()
    expect(extracted()).toBe(true)
    expect(isSame()).toBe(true)
    expect(orientation()).toBe(ORIENTATION_FORWARD)
    expect(load<u8>(D, D_PROTOCOL)).toBe(0)
    expect(<u32>load<u8>(D, D_TRANSPORT_KIND)).toBe(TRANSPORT_NONE)
    expect(load<u32>(D, D_PAYLOAD_LENGTH)).toBe(5)
  })

  it('needs addresses', () => {
    begin()
    inner()
    expect(extracted(101)).toBe(false)
    begin()
    fill(13)
    expect(extracted()).toBe(false)
  })

  it('is that of the innermost frame that has addresses', () => {
    beginPlan()
    detectOperation(PLAN_AUTO_DETECT, 0xff)
    usePlan(PLAN_MAC_PAIR)
    begin()
    ethernet(0x0800)
    ipv4(PROTOCOL_UDP, 3)
    udp(50000, 4789)
    hex('08000000 00007b00 0a0000000001 0b0000000002 0800')
    inner()
    expect(extracted()).toBe(true)
    expect(load<u64>(KEY, KEY_WORD0)).toBe(0x0a00000000010b00)
    begin()
    ethernet(0x0800)
    ipv4(47, 3)
    hex('0000 0800')
    inner()
    expect(extracted()).toBe(true)
    expect(load<u64>(KEY, KEY_WORD0)).toBe(0x0200000000010200)
  })
})

/** VLAN tags with these ids around the flow to recognise. */
function tagged(first: u32, second: u32): void {
  begin()
  ethernet(0x88a8)
  tag(first, 0x8100)
  tag(second, 0x0800)
  inner()
}

describe('tags of the key', () => {
  it('are none unless asked for', () => {
    useKey(PLAN_FIVE_TUPLE)
    tagged(5, 6)
    extracted()
    expect(kind()).toBe(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL)
    expect(load<u64>(KEY, KEY_TAGS)).toBe(0)
  })

  it('are VLAN ids from the outermost on', () => {
    useKey(PLAN_FIVE_TUPLE, CONFIG_VLAN_KEY)
    tagged(5, 0xf006)
    extracted()
    expect(kind()).toBe(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL | KEY_TAGGED)
    expect(load<u64>(KEY, KEY_VLANS)).toBe(0x80068005)
    begin()
    ethernet(0x0800)
    inner()
    extracted()
    expect(kind()).toBe(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL)
  })

  it('are at most four VLAN ids', () => {
    useKey(PLAN_FIVE_TUPLE, CONFIG_VLAN_KEY)
    begin()
    ethernet(0x8100)
    for (let i: u32 = 0; i < 6; i++) tag(i, i < 5 ? 0x8100 : 0x0800)
    inner()
    extracted()
    expect(load<u64>(KEY, KEY_VLANS)).toBe(0x8003800280018000)
    expect(load<u64>(KEY, KEY_TAGS + 8)).toBe(0)
  })

  it('are VLAN ids of frames without IP too, in a pair of stations', () => {
    useKey(PLAN_MAC_PAIR, CONFIG_VLAN_KEY)
    begin()
    ethernet(0x8100)
    tag(9, 0x0806)
    fill(28)
    expect(extracted()).toBe(true)
    expect(load<u64>(KEY, KEY_VLANS)).toBe(0x8009)
  })

  it('are the id of the innermost tunnel that has one, with its kind', () => {
    beginPlan()
    detectOperation(PLAN_AUTO_DETECT, 0xff)
    usePlan(PLAN_FIVE_TUPLE, CONFIG_TUNNEL_KEY)
    begin()
    ethernet(0x8100)
    tag(5, 0x0800)
    ipv4(PROTOCOL_UDP, 3)
    udp(50000, 4789)
    hex('08000000 00007b00 020000000002 020000000001 0800')
    ipv4(47, 4)
    hex('0000 0800')
    inner()
    extracted()
    expect(kind()).toBe(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL | KEY_TAGGED)
    expect(load<u64>(KEY, KEY_VLANS)).toBe(0)
    expect(load<u32>(KEY, KEY_TUNNEL_ID)).toBe(123)
    expect(load<u32>(KEY, KEY_LABEL_AND_TUNNEL_KIND)).toBe(ENCAPSULATION_VXLAN << 24)
    begin()
    ethernet(0x0800)
    ipv4(47, 4)
    hex('2000 0800 00000000')
    inner()
    extracted()
    expect(kind()).toBe(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL | KEY_TAGGED)
    expect(load<u32>(KEY, KEY_LABEL_AND_TUNNEL_KIND)).toBe(ENCAPSULATION_GRE << 24)
  })

  it('are the flow label', () => {
    beginPlan()
    operation(PLAN_FLOW_LABEL)
    usePlan(PLAN_FIVE_TUPLE)
    packet6(1, 2, 5000, 53)
    extracted()
    expect(kind()).toBe(KEY_KIND_IPV6 | KEY_HAS_PROTOCOL | KEY_HAS_LABEL | KEY_TAGGED)
    expect(load<u32>(KEY, KEY_LABEL_AND_TUNNEL_KIND)).toBe(0xabcd)
    packet4(1, 2, 3, 4)
    extracted()
    expect(kind()).toBe(KEY_KIND_IPV4 | KEY_HAS_PROTOCOL | KEY_HAS_LABEL)
    expect(load<u32>(KEY, KEY_LABEL_AND_TUNNEL_KIND)).toBe(0)
  })

  it('are not in a key that the host makes', () => {
    useKey(PLAN_CUSTOM, CONFIG_VLAN_KEY)
    tagged(5, 6)
    expect(extracted()).toBe(true)
    for (let i: usize = 0; i < KEY_SIZE; i++) expect(load<u8>(KEY + i)).toBe(0)
  })
})

describe('a plan without a key', () => {
  it('matches nothing', () => {
    useKey(99)
    packet4(1, 2, 3, 4)
    expect(extracted()).toBe(false)
  })
})

describe('all fields', () => {
  it('are those of this packet, whatever was there', () => {
    useKey(PLAN_FIVE_TUPLE)
    begin()
    ethernet(0x0800)
    ipv4(PROTOCOL_TCP)
    hex('9c40 0050 01020304 05060708 5018 1000 0000 0000')
    extracted()
    expect(<u32>load<u8>(D, D_PROTOCOL)).toBe(PROTOCOL_TCP)
    begin()
    ethernet(0x0806)
    fill(28)
    expect(extracted()).toBe(false)
    // Present fills the descriptor with 0xee: none of it may be left between orientation and flow label.
    expect(load<u8>(D, D_PROTOCOL)).toBe(0)
    expect(load<u32>(D, D_FLOW_LABEL)).toBe(0)
    expect(load<u32>(D, D_PAYLOAD_LENGTH)).toBe(0)
  })
})
