import { D_KEY, D_SIZE, PROTOCOL_TCP, PROTOCOL_UDP } from '../../layout'
import { plain } from '../plain'
import { setTunnelPorts } from '../udp-tunnels'
import {
  ALL,
  begin,
  byte,
  D,
  dissect,
  ethernet,
  fill,
  half,
  hex,
  ipv4,
  ipv6,
  lengthField,
  present,
  seal,
  tag,
  tcp,
  udp,
} from './frame'

const COPY: usize = memory.data(576, 64)

let seed: u32 = 1

/** The next number below `bound` of a fixed sequence. */
function random(bound: u32): u32 {
  seed ^= seed << 13
  seed ^= seed >> 17
  seed ^= seed << 5
  return seed % bound
}

/** Whether the straight way takes the frame, and comes to what the long way comes to. */
function isPlain(captured: usize = 1 << 30, wire: usize = 0, detect: u32 = ALL): bool {
  present(1, captured, wire)
  if (!plain(D, detect)) return false
  // What neither of the two writes: the hash's and key's fields, and gaps.
  memory.fill(D + 32, 0, 8)
  memory.fill(D + 92, 0, 4)
  memory.copy(COPY, D, D_SIZE)
  dissect(1, detect, captured, wire)
  memory.fill(D + 32, 0, 8)
  memory.fill(D + 92, 0, 4)
  expect(memory.compare(COPY, D, D_KEY)).toBe(0)
  expect(memory.compare(COPY + 160, D + 160, D_SIZE - 160)).toBe(0)
  return true
}

/** A frame that the straight way takes, unless something is done to it. */
function whole(protocol: u32, tags: u32, version: u32): void {
  begin()
  const type: u32 = version == 4 ? 0x0800 : 0x86dd
  ethernet(tags > 0 ? 0x8100 : type)
  for (let i: u32 = 0; i < tags; i++) tag(100 + i, i + 1 < tags ? 0x88a8 : type)
  if (version == 4) ipv4(protocol)
  else ipv6(protocol)
  if (protocol == PROTOCOL_TCP) tcp(40000, 80)
  else udp(40000, 53)
  fill(10)
}

describe('the straight way', () => {
  beforeEach(() => setTunnelPorts(4789, 4790, 6081, 2152))

  it('takes TCP and UDP over IPv4 and IPv6, with VLAN tags or without', () => {
    for (let tags: u32 = 0; tags <= 8; tags++) {
      for (let version: u32 = 4; version <= 6; version += 2) {
        whole(PROTOCOL_TCP, tags, version)
        expect(isPlain()).toBe(true)
        whole(PROTOCOL_UDP, tags, version)
        expect(isPlain()).toBe(true)
      }
    }
    whole(PROTOCOL_TCP, 9, 4)
    expect(isPlain()).toBe(false)
  })

  it('takes padding and options of TCP', () => {
    whole(PROTOCOL_TCP, 0, 4)
    seal()
    fill(6, 0)
    expect(isPlain()).toBe(true)
    begin()
    ethernet(0x0800)
    ipv4(PROTOCOL_TCP)
    hex('9c40 0050 01020304 00000000 70 02 1000 0000 0000 02040578 01030307')
    expect(isPlain()).toBe(true)
  })

  it('takes frames that the snap length cuts behind the headers, and no others', () => {
    whole(PROTOCOL_TCP, 0, 4)
    expect(isPlain(54)).toBe(true)
    expect(isPlain(53)).toBe(false)
    whole(PROTOCOL_UDP, 0, 6)
    expect(isPlain(62)).toBe(true)
    expect(isPlain(61)).toBe(false)
  })

  it('leaves tunnels to the long way when they are to be detected', () => {
    begin()
    ethernet(0x0800)
    ipv4(PROTOCOL_UDP)
    udp(50000, 4789)
    fill(10)
    expect(isPlain()).toBe(false)
    expect(isPlain(1 << 30, 0, 0)).toBe(true)
  })

  it('leaves fragments, options, extension headers and bad lengths to the long way', () => {
    begin()
    ethernet(0x0800)
    hex('4500 001c 0001 2000 40 11 0000 0a000001 0a000002 0001 0002 0008 0000')
    expect(isPlain()).toBe(false)
    begin()
    ethernet(0x0800)
    hex('4600 0020 0001 0000 40 11 0000 0a000001 0a000002 01010101 0001 0002 0008 0000')
    expect(isPlain()).toBe(false)
    begin()
    ethernet(0x86dd)
    ipv6(0)
    hex('11 00 0104 00000000 0001 0002 0008 0000')
    expect(isPlain()).toBe(false)
    begin()
    ethernet(0x0800)
    ipv4(PROTOCOL_UDP)
    hex('0001 0002 0009 0000')
    expect(isPlain()).toBe(false)
    whole(PROTOCOL_TCP, 0, 4)
    expect(isPlain(1 << 30, 30)).toBe(false)
  })

  it('agrees with the long way on whatever it takes', () => {
    let taken = 0
    for (let i = 0; i < 20000; i++) {
      begin()
      const v6 = random(3) == 0
      const isTcp = random(2) == 0
      const type: u32 = v6 ? 0x86dd : 0x0800
      const tags: u32 = random(4) == 0 ? 1 + random(3) : 0
      ethernet(tags > 0 ? 0x9100 : type)
      for (let t: u32 = 0; t < tags; t++) tag(random(65536), t + 1 < tags ? 0x8100 : type)
      byte(v6 ? 0x60 : random(10) == 0 ? random(256) : 0x45)
      byte(random(256))
      if (v6) {
        half(random(65536))
        lengthField(2, random(10) == 0 ? <i32>random(9) : 36)
        byte(isTcp ? 6 : 17)
        byte(64)
        for (let k = 0; k < 32; k++) byte(random(256))
      } else {
        lengthField(2, random(10) == 0 ? <i32>random(9) : -2)
        half(random(65536))
        half(random(10) == 0 ? random(65536) : 0x4000)
        byte(64)
        byte(isTcp ? 6 : 17)
        for (let k = 0; k < 10; k++) byte(random(256))
      }
      half(random(65536))
      half(random(8) == 0 ? 4789 : random(65536))
      if (isTcp) {
        for (let k = 0; k < 8; k++) byte(random(256))
        byte(random(16) << 4)
        for (let k = 0; k < 7; k++) byte(random(256))
      } else {
        lengthField(2, random(10) == 0 ? <i32>random(9) : -4)
        half(0)
      }
      for (let k: u32 = random(60); k > 0; k--) byte(random(256))
      const captured: usize = random(4) == 0 ? <usize>random(120) : 1 << 30
      if (isPlain(captured, random(4) == 0 ? <usize>(1 + random(2000)) : 0)) taken += 1
    }
    expect(taken).toBeGreaterThan(2000)
  })
})
