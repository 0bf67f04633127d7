import {
  D_FLAGS,
  D_LINK_TYPE,
  D_MATCHED,
  PACKET_FRAGMENT,
  PACKET_LAYER_LIMIT,
  PACKET_MALFORMED,
  PACKET_TRUNCATED,
  PACKET_UNSUPPORTED_LINK,
  PROTOCOL_UDP,
  STATS_SIZE,
  T_BYTES,
  T_FRAGMENTS,
  T_LAYER_LIMIT,
  T_LINKS,
  T_LINKS_DROPPED,
  T_MALFORMED,
  T_PACKETS,
  T_TRUNCATED,
  T_UNMATCHED,
  T_UNSUPPORTED_LINKS,
  UNSUPPORTED_LINKS_MAX,
} from '../../layout'
import { statistics } from '../statistics'
import { CLIENT, counter, datagram, describe as describePacket, drain, restart, trackDescribed } from './harness'

/** Tracks a packet without a flow. */
function unmatched(flags: u32, linkType: u32): void {
  const d = describePacket(0, 1, PROTOCOL_UDP, CLIENT)
  store<u8>(d, 0, D_MATCHED)
  store<u32>(d, flags, D_FLAGS)
  store<u32>(d, linkType, D_LINK_TYPE)
  trackDescribed(1)
}

describe('statistics', () => {
  beforeEach(() => {
    restart()
    memory.fill(statistics, 0, STATS_SIZE)
  })

  it('count all packets and their bytes, and those without a flow', () => {
    datagram(1)
    unmatched(0, 1)
    expect<u64>(counter(T_PACKETS)).toBe(2)
    expect<u64>(counter(T_BYTES)).toBe(108)
    expect<u64>(counter(T_UNMATCHED)).toBe(1)
    expect<string>(drain()).toBe('1 started')
  })

  it('count each mark of a packet, with a flow or without', () => {
    unmatched(PACKET_TRUNCATED | PACKET_FRAGMENT | PACKET_LAYER_LIMIT | PACKET_MALFORMED, 1)
    store<u32>(describePacket(0, 1, PROTOCOL_UDP, CLIENT), PACKET_FRAGMENT, D_FLAGS)
    trackDescribed(1)
    expect<u64>(counter(T_TRUNCATED)).toBe(1)
    expect<u64>(counter(T_FRAGMENTS)).toBe(2)
    expect<u64>(counter(T_LAYER_LIMIT)).toBe(1)
    expect<u64>(counter(T_MALFORMED)).toBe(1)
    expect<u32>(load<u32>(statistics, T_UNSUPPORTED_LINKS)).toBe(0)
  })

  it('name link types that are not read, and count their packets', () => {
    for (let i = 0; i < 3; i++) unmatched(PACKET_UNSUPPORTED_LINK, 147)
    unmatched(PACKET_UNSUPPORTED_LINK, 0)
    unmatched(PACKET_UNSUPPORTED_LINK, 147)
    expect<u32>(load<u32>(statistics, T_UNSUPPORTED_LINKS)).toBe(2)
    expect<u32>(load<u32>(statistics, T_LINKS)).toBe(147)
    expect<u32>(load<u32>(statistics, T_LINKS + 4)).toBe(4)
    expect<u32>(load<u32>(statistics, T_LINKS + 8)).toBe(0)
    expect<u32>(load<u32>(statistics, T_LINKS + 12)).toBe(1)
    expect<u64>(counter(T_UNMATCHED)).toBe(5)
  })

  it('name a bounded number of them and count the packets of others', () => {
    for (let round = 0; round < 2; round++) {
      for (let linkType: u32 = 1000; linkType < 1020; linkType++) unmatched(PACKET_UNSUPPORTED_LINK, linkType)
    }
    expect<u32>(load<u32>(statistics, T_UNSUPPORTED_LINKS)).toBe(<u32>UNSUPPORTED_LINKS_MAX)
    for (let i: usize = 0; i < UNSUPPORTED_LINKS_MAX; i++) {
      expect<u32>(load<u32>(statistics + T_LINKS + i * 8)).toBe(1000 + <u32>i)
      expect<u32>(load<u32>(statistics + T_LINKS + i * 8, 4)).toBe(2)
    }
    expect<u64>(counter(T_LINKS_DROPPED)).toBe(8)
    expect<u64>(counter(T_UNMATCHED)).toBe(40)
  })
})
