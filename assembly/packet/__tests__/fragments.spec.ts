import {
  ANOMALY_FRAGMENT_MALFORMED,
  ANOMALY_FRAGMENT_OVERLAP,
  D_NETWORK,
  D_TRANSPORT,
  ENCAPSULATION_GTPU,
  PACKET_FRAGMENT,
  PACKET_FRAGMENT_CUT,
  PACKET_FRAGMENT_DROPPED,
  PACKET_HELD,
  PACKET_MALFORMED,
  PACKET_REASSEMBLED,
  PACKET_TRUNCATED,
  TRANSPORT_NONE,
  TRANSPORT_PORTS,
  TRANSPORT_TCP,
  TRANSPORT_UDP,
} from '../../layout'
import { be16 } from '../../memory/bytes'
import { datagramsLive } from '../datagrams'
import { AREA_BYTES, areaHasRoom, blocksTaken } from '../fragment-pool'
import {
  begin,
  D,
  destinationPort,
  encapsulations,
  ethernet,
  fill,
  flags,
  foundInner,
  half,
  hex,
  inner,
  isFound,
  kindAt,
  payloadLength,
  protocol,
  sourcePort,
  tag,
  transportKind,
  word,
} from './frame'
import {
  bytes,
  carries,
  crowdedOut,
  drain,
  earlierBytes,
  earlierPackets,
  fault,
  faultValue,
  givenUp,
  hasFlag,
  header4,
  header6,
  hexSource,
  restart,
  SECOND,
  SOURCE,
  send4,
  send6,
  show,
  takeOver,
  timedOut,
  udpHeader,
  wait,
} from './reassembly'

const ETHERNET: u32 = 14

/** Whether the packet is a whole UDP datagram of `length` bytes out of `packets` packets. */
function isWhole(length: u32, packets: u32): bool {
  return (
    isFound() &&
    transportKind() == TRANSPORT_UDP &&
    sourcePort() == 53 &&
    destinationPort() == 1000 &&
    carries(8, length) &&
    earlierPackets() == packets - 1 &&
    !hasFlag(PACKET_FRAGMENT | PACKET_HELD | PACKET_MALFORMED)
  )
}

describe('reassembly of IPv4', () => {
  beforeEach(() => restart())

  it('makes the last fragment the datagram', () => {
    udpHeader(100)
    expect(send4(1, 0, 40)).toBe(false)
    expect(isFound()).toBe(false)
    expect(flags()).toBe(PACKET_FRAGMENT | PACKET_HELD)
    expect(send4(1, 40, 80)).toBe(false)
    expect(send4(1, 80, 100, false)).toBe(true)
    expect(isWhole(100, 3)).toBe(true)
    expect(flags()).toBe(PACKET_REASSEMBLED)
    expect<u64>(earlierBytes()).toBe(2 * (ETHERNET + 20 + 40))
    expect<usize>(datagramsLive()).toBe(0)
    expect<usize>(blocksTaken()).toBe(0)
  })

  it('writes a header as if nothing had been fragmented', () => {
    udpHeader(48)
    send4(1, 0, 24)
    send4(1, 24, 48, false)
    const network = <usize>load<u32>(D, D_NETWORK)
    expect(be16(network + 2)).toBe(68)
    expect(be16(network + 6)).toBe(0x4000)
    expect<usize>(<usize>load<u32>(D, D_TRANSPORT)).toBe(network + 20)
    let sum: u32 = 0
    for (let i: usize = 0; i < 20; i += 2) sum += be16(network + i)
    expect((sum & 0xffff) + (sum >> 16)).toBe(0xffff)
  })

  it('takes any order', () => {
    udpHeader(100)
    send4(1, 80, 100, false)
    send4(1, 40, 80)
    expect(send4(1, 0, 40)).toBe(true)
    expect(isWhole(100, 3)).toBe(true)
    send4(2, 40, 80)
    send4(2, 80, 100, false)
    expect(send4(2, 0, 40)).toBe(true)
    expect(isWhole(100, 3)).toBe(true)
  })

  it('keeps the options of the first fragment', () => {
    udpHeader(40)
    begin()
    ethernet(0x0800)
    header4(1, 0, 16, true, 17, 2)
    bytes(0, 16)
    show()
    expect(send4(1, 16, 40, false)).toBe(true)
    expect(isWhole(40, 2)).toBe(true)
    const network = <usize>load<u32>(D, D_NETWORK)
    expect<u8>(load<u8>(network)).toBe(0x47)
    expect(be16(network + 2)).toBe(68)
  })

  it('joins a transport header that is split', () => {
    // Ports and sequence number in the first fragment, flags in the second: RFC 1858.
    hexSource('0050 03e8 01020304 00000000 50 02 2000 0000 0000')
    send4(1, 0, 8, true, 6)
    expect(send4(1, 8, 30, false, 6)).toBe(true)
    expect(transportKind()).toBe(TRANSPORT_TCP)
    expect(sourcePort()).toBe(80)
    expect(carries(20, 30)).toBe(true)
  })

  it('calls a transport header that is too short even so malformed', () => {
    send4(1, 0, 8, true, 6)
    expect(send4(1, 8, 12, false, 6)).toBe(true)
    expect(transportKind()).toBe(TRANSPORT_PORTS)
    expect(hasFlag(PACKET_MALFORMED)).toBe(true)
  })

  it('cuts off padding', () => {
    udpHeader(27)
    send4(1, 0, 24)
    begin()
    ethernet(0x0800)
    header4(1, 24, 3, false)
    bytes(24, 3)
    fill(20, 0xaa)
    expect(show()).toBe(true)
    expect(isWhole(27, 2)).toBe(true)
  })

  it('tells datagrams apart by id, protocol and addresses', () => {
    udpHeader(32)
    send4(1, 0, 16)
    expect(send4(2, 16, 32, false)).toBe(false)
    expect(send4(1, 16, 32, false, 6)).toBe(false)
    begin()
    ethernet(0x0800)
    hex('45 00 0024 0001 0002 40 11 0000 0a000001 0a000003')
    bytes(16, 16)
    expect(show()).toBe(false)
    expect<usize>(datagramsLive()).toBe(4)
    expect(send4(1, 16, 32, false)).toBe(true)
    expect(isWhole(32, 2)).toBe(true)
  })

  it('tells them apart by VLAN, but not by the way that a label switched path takes', () => {
    udpHeader(32)
    for (let i: u32 = 0; i < 2; i++) {
      begin()
      ethernet(0x8100)
      tag(10 + i, 0x0800)
      header4(1, i * 16, 16, i == 0)
      bytes(i * 16, 16)
      expect(show()).toBe(false)
    }
    for (let i: u32 = 0; i < 2; i++) {
      begin()
      ethernet(0x8847)
      word(((20 + i) << 12) | 0x140)
      header4(2, i * 16, 16, i == 0)
      bytes(i * 16, 16)
      expect(show()).toBe(i == 1)
    }
    expect(isWhole(32, 2)).toBe(true)
  })

  it('takes the longest datagram there is, and none that is longer', () => {
    udpHeader(65515)
    send4(1, 0, 32768)
    expect(send4(1, 32768, 65515, false)).toBe(true)
    expect(isWhole(65515, 2)).toBe(true)
    send4(2, 0, 32768)
    expect(send4(2, 32768, 65516, false)).toBe(false)
    expect(fault()).toBe(ANOMALY_FRAGMENT_MALFORMED)
    expect(faultValue()).toBe(32768)
    expect(givenUp()).toBe(0)
    begin()
    ethernet(0x0800)
    header4(3, 0, 16, true, 17, 10)
    bytes(0, 16)
    show()
    expect(send4(3, 16, 65515, false)).toBe(false)
    expect(fault()).toBe(ANOMALY_FRAGMENT_MALFORMED)
    expect(givenUp()).toBe(1)
  })

  it('begins anew with the same id once a datagram is complete', () => {
    udpHeader(32)
    for (let i = 0; i < 5; i++) {
      expect(send4(1, 0, 16)).toBe(false)
      expect(send4(1, 16, 32, false)).toBe(true)
      expect(isWhole(32, 2)).toBe(true)
    }
  })

  it('is off unless it is wanted', () => {
    restart(16, 1 << 20, 256, SECOND, false)
    udpHeader(32)
    expect(send4(1, 0, 16)).toBe(true)
    expect(transportKind()).toBe(TRANSPORT_UDP)
    expect(flags()).toBe(PACKET_FRAGMENT)
    expect(send4(1, 16, 32, false)).toBe(true)
    expect(transportKind()).toBe(TRANSPORT_NONE)
    restart(0)
    expect(send4(1, 0, 16)).toBe(true)
    expect(flags()).toBe(PACKET_FRAGMENT)
  })
})

describe('reassembly of IPv6', () => {
  beforeEach(() => restart())

  it('makes the last fragment the packet', () => {
    udpHeader(100)
    expect(send6(1, 0, 40)).toBe(false)
    expect(send6(1, 80, 100, false)).toBe(false)
    expect(send6(1, 40, 80)).toBe(true)
    expect(isWhole(100, 3)).toBe(true)
    expect<u64>(earlierBytes()).toBe(2 * (ETHERNET + 48) + 60)
    const network = <usize>load<u32>(D, D_NETWORK)
    expect(be16(network + 4)).toBe(100)
    expect<u8>(load<u8>(network, 6)).toBe(17)
  })

  it('takes the next header of the first fragment', () => {
    udpHeader(32)
    send6(1, 16, 32, false, 6)
    expect(send6(1, 0, 16, true, 17)).toBe(true)
    expect(isWhole(32, 2)).toBe(true)
    expect(protocol()).toBe(17)
  })

  it('walks the extension headers inside', () => {
    // Destination options, then UDP.
    hexSource('11 00 0104 00000000 0035 03e8 0018 0000')
    send6(1, 0, 8, true, 60)
    expect(send6(1, 8, 32, false, 60)).toBe(true)
    expect(sourcePort()).toBe(53)
    expect(carries(16, 32)).toBe(true)
  })

  it('does not put a fragment inside a fragment together', () => {
    // Of a first fragment: more to come.
    hexSource('11 00 0001 00000009 0035 03e8 0018 0000')
    send6(1, 0, 8, true, 44)
    expect(send6(1, 8, 32, false, 44)).toBe(true)
    expect(transportKind()).toBe(TRANSPORT_UDP)
    expect(flags()).toBe(PACKET_FRAGMENT | PACKET_REASSEMBLED)
    // And of a later one.
    hexSource('11 00 0010 00000009 0035 03e8 0018 0000')
    send6(2, 0, 8, true, 44)
    expect(send6(2, 8, 32, false, 44)).toBe(true)
    expect(transportKind()).toBe(TRANSPORT_NONE)
  })

  it('leaves atomic fragments alone', () => {
    udpHeader(32)
    expect(send6(1, 0, 32, false)).toBe(true)
    expect(sourcePort()).toBe(53)
    expect(flags()).toBe(0)
    send6(1, 0, 16)
    expect(send6(1, 0, 32, false)).toBe(true)
    expect(send6(1, 16, 32, false)).toBe(true)
    expect(isWhole(32, 2)).toBe(true)
  })

  it('has nothing to do with IPv4', () => {
    udpHeader(32)
    send4(1, 0, 16)
    expect(send6(1, 16, 32, false)).toBe(false)
    expect<usize>(datagramsLive()).toBe(2)
  })

  it('takes the longest packet there is, and none that is longer', () => {
    udpHeader(65535)
    send6(1, 0, 32768)
    expect(send6(1, 32768, 65535, false)).toBe(true)
    expect(isWhole(65535, 2)).toBe(true)
    expect(send6(2, 65528, 65536, false)).toBe(false)
    expect(fault()).toBe(ANOMALY_FRAGMENT_MALFORMED)
  })
})

describe('reassembly in tunnels', () => {
  beforeEach(() => restart())

  it('opens the tunnel that a datagram turns out to be', () => {
    gtpu()
    send4(1, 0, 24)
    expect(send4(1, 24, 49, false)).toBe(true)
    expect(foundInner()).toBe(true)
    expect(encapsulations()).toBe(1)
    expect(kindAt(0)).toBe(ENCAPSULATION_GTPU)
    expect(earlierPackets()).toBe(1)
    expect(flags()).toBe(PACKET_REASSEMBLED)
    send4(2, 0, 24)
    expect(send4(2, 24, 49, false)).toBe(true)
  })

  it('counts all packets where fragments carry fragments', () => {
    // IPv4 in IPv4: the inner datagram in two fragments, each of them in two.
    udpHeader(64)
    for (let part: u32 = 0; part < 2; part++) {
      for (let piece: u32 = 0; piece < 2; piece++) {
        begin()
        ethernet(0x0800)
        header4(10 + part, piece * 24, piece == 0 ? 24 : 28, piece == 0, 4)
        if (piece == 0) {
          header4(1, part * 32, 32, part == 0)
          bytes(part * 32, 4)
        } else {
          bytes(part * 32 + 4, 28)
        }
        const hasFlow = show()
        expect(hasFlow).toBe(part == 1 && piece == 1)
      }
    }
    expect(isWhole(64, 4)).toBe(true)
    expect<u64>(earlierBytes()).toBe(2 * (34 + 24) + 34 + 28)
    expect(encapsulations()).toBe(1)
  })

  it('keeps equal addresses in different tunnels apart', () => {
    udpHeader(32)
    expect(sendInGtpu(1, 0, 16, true)).toBe(false)
    expect(sendInGtpu(2, 16, 32, false)).toBe(false)
    expect(sendInGtpu(1, 16, 32, false)).toBe(true)
    expect(isWhole(32, 2)).toBe(true)
  })

  it('stops at the outer header where it is not to look inside', () => {
    udpHeader(32)
    begin()
    ethernet(0x0800)
    header4(1, 0, 36, false, 4)
    header4(1, 0, 16, true)
    bytes(0, 16)
    expect(show(1 << 30, 0)).toBe(true)
    expect(protocol()).toBe(4)
    expect<usize>(datagramsLive()).toBe(0)
  })
})

describe('copies and overlaps', () => {
  beforeEach(() => restart())

  it('holds exact copies, which count as packets', () => {
    udpHeader(32)
    send4(1, 0, 16)
    expect(send4(1, 0, 16)).toBe(false)
    expect(fault()).toBe(0)
    expect(hasFlag(PACKET_HELD)).toBe(true)
    expect(send4(1, 16, 32, false)).toBe(true)
    expect(isWhole(32, 3)).toBe(true)
    expect<u64>(earlierBytes()).toBe(100)
    send4(2, 16, 32, false)
    send4(2, 16, 32, false)
    expect(send4(2, 0, 16)).toBe(true)
    expect(isWhole(32, 3)).toBe(true)
  })

  it('discards the datagram where bytes differ', () => {
    udpHeader(32)
    send4(1, 0, 16)
    store<u8>(SOURCE + 12, 0xff)
    expect(send4(1, 0, 16)).toBe(false)
    expect(fault()).toBe(ANOMALY_FRAGMENT_OVERLAP)
    expect(givenUp()).toBe(1)
    expect(hasFlag(PACKET_FRAGMENT_DROPPED)).toBe(true)
  })

  it('discards the datagram where fragments overlap in any way, over pages too', () => {
    const spans: StaticArray<u32> = [
      0, 16, 8, 24, 8, 24, 0, 16, 0, 32, 8, 16, 8, 16, 0, 32, 0, 16, 0, 24, 0, 24, 0, 16, 8, 24, 0, 24, 2040, 2056,
      2048, 2064, 0, 6000, 4096, 4104, 4096, 4104, 0, 6000, 2048, 2056, 0, 6000,
    ]
    for (let i = 0; i < spans.length; i += 4) {
      restart()
      expect(send4(1, spans[i], spans[i + 1])).toBe(false)
      expect(fault()).toBe(0)
      expect(send4(1, spans[i + 2], spans[i + 3])).toBe(false)
      expect(fault()).toBe(ANOMALY_FRAGMENT_OVERLAP)
      expect(faultValue()).toBe(spans[i + 2])
      expect<usize>(blocksTaken()).toBe(0)
      restart()
      expect(send6(1, spans[i], spans[i + 1])).toBe(false)
      expect(fault()).toBe(0)
      expect(send6(1, spans[i + 2], spans[i + 3])).toBe(false)
      expect(fault()).toBe(ANOMALY_FRAGMENT_OVERLAP)
      expect(faultValue()).toBe(spans[i + 2])
      expect<usize>(blocksTaken()).toBe(0)
    }
  })

  it('drops what comes of a discarded datagram until its time is over', () => {
    udpHeader(32)
    send6(1, 0, 16)
    send6(1, 8, 24)
    expect(send6(1, 16, 32, false)).toBe(false)
    expect(hasFlag(PACKET_FRAGMENT_DROPPED)).toBe(true)
    expect(fault() + givenUp()).toBe(0)
    wait(30 * SECOND)
    expect(send6(1, 0, 16)).toBe(false)
    expect(timedOut()).toBe(0)
    expect(send6(1, 16, 32, false)).toBe(true)
    expect(isWhole(32, 2)).toBe(true)
  })
})

describe('fragments that cannot be', () => {
  beforeEach(() => restart())

  it('are dropped for themselves when empty or, with more to come, of an odd length', () => {
    udpHeader(32)
    send4(1, 0, 16)
    expect(send4(1, 16, 16)).toBe(false)
    expect(fault()).toBe(ANOMALY_FRAGMENT_MALFORMED)
    expect(send4(1, 32, 32, false)).toBe(false)
    expect(fault()).toBe(ANOMALY_FRAGMENT_MALFORMED)
    expect(send4(1, 16, 29)).toBe(false)
    expect(fault()).toBe(ANOMALY_FRAGMENT_MALFORMED)
    expect(faultValue()).toBe(16)
    expect(hasFlag(PACKET_FRAGMENT_DROPPED)).toBe(true)
    expect(send4(9, 16, 29)).toBe(false)
    expect<usize>(datagramsLive()).toBe(1)
    expect(send4(1, 16, 32, false)).toBe(true)
    expect(isWhole(32, 2)).toBe(true)
  })

  it('discard the datagram when they contradict its end', () => {
    const spans: StaticArray<u32> = [
      // Two ends; more behind the end; the end before what is there; more to come at the end.
      32, 40, 0, 16, 24, 0, 32, 40, 0, 40, 48, 1, 40, 48, 1, 16, 32, 0, 24, 32, 0, 24, 32, 1,
    ]
    for (let i = 0; i < spans.length; i += 6) {
      restart()
      send4(1, spans[i], spans[i + 1], spans[i + 2] != 0)
      expect(fault()).toBe(0)
      expect(send4(1, spans[i + 3], spans[i + 4], spans[i + 5] != 0)).toBe(false)
      expect(fault()).toBe(ANOMALY_FRAGMENT_MALFORMED)
      expect(givenUp()).toBe(1)
    }
  })

  it('are tracked each for itself once one was cut by the snap length', () => {
    udpHeader(64)
    send4(1, 0, 16)
    begin()
    ethernet(0x0800)
    header4(1, 16, 16, true)
    bytes(16, 16)
    expect(show(40)).toBe(true)
    expect(flags()).toBe(PACKET_FRAGMENT | PACKET_TRUNCATED | PACKET_FRAGMENT_CUT | 512)
    expect(givenUp()).toBe(1)
    expect(transportKind()).toBe(TRANSPORT_NONE)
    expect(send4(1, 32, 64, false)).toBe(true)
    expect(flags()).toBe(PACKET_FRAGMENT)
    begin()
    ethernet(0x0800)
    header4(2, 0, 16, true)
    bytes(0, 16)
    expect(show(48)).toBe(true)
    expect(transportKind()).toBe(TRANSPORT_UDP)
    expect(payloadLength()).toBe(8)
  })

  it('are tracked each for itself if the frame ends before the packet', () => {
    for (let version: u32 = 4; version <= 6; version += 2) {
      begin()
      ethernet(version == 4 ? 0x0800 : 0x86dd)
      if (version == 4) header4(1, 0, 1480, true)
      else header6(1, 0, 1480, true)
      udpHeader(2000)
      bytes(0, 40)
      expect(show()).toBe(true)
      expect(flags()).toBe(PACKET_FRAGMENT | PACKET_FRAGMENT_CUT)
      expect(sourcePort()).toBe(53)
    }
  })

  it('do not mind a cut behind their end', () => {
    udpHeader(32)
    begin()
    ethernet(0x0800)
    header4(1, 0, 16, true)
    bytes(0, 16)
    fill(10)
    expect(show(52)).toBe(false)
    expect(send4(1, 16, 32, false)).toBe(true)
    expect(isWhole(32, 2)).toBe(true)
  })
})

describe('bounds', () => {
  it('give up a datagram that is not complete in time', () => {
    restart()
    udpHeader(32)
    send4(1, 0, 16)
    wait(15 * SECOND)
    send4(2, 0, 16)
    send4(2, 0, 16)
    wait(15 * SECOND - 1)
    expect(send4(1, 16, 32, false)).toBe(true)
    send4(1, 0, 16)
    wait(15 * SECOND + 1)
    expect(send4(3, 0, 16)).toBe(false)
    expect(timedOut()).toBe(1)
    expect(givenUp()).toBe(2)
    wait(15 * SECOND)
    expect(send4(1, 16, 32, false)).toBe(false)
    expect(timedOut()).toBe(1)
    expect(givenUp()).toBe(1)
  })

  it('count from the first fragment on, and bear a clock that goes back', () => {
    restart()
    udpHeader(64)
    send4(1, 0, 16)
    wait(20 * SECOND)
    send4(1, 16, 32)
    wait(10 * SECOND)
    expect(send4(1, 32, 64, false)).toBe(false)
    expect(timedOut()).toBe(1)
    expect(givenUp()).toBe(2)
    restart()
    udpHeader(64)
    send4(1, 0, 32)
    wait(<u64>(-100 * <i64>SECOND))
    expect(send4(1, 32, 64, false)).toBe(true)
    expect(isWhole(64, 2)).toBe(true)
    wait(100 * SECOND)
  })

  it('hold for datagrams behind one whose time is wrong', () => {
    restart()
    udpHeader(32)
    wait(1000 * SECOND)
    send4(1, 0, 16)
    wait(<u64>(-1000 * <i64>SECOND))
    send4(2, 0, 16)
    wait(15 * SECOND)
    send4(3, 0, 16)
    expect(timedOut()).toBe(0)
    // The first was wrong by far, so it counts from the next one on.
    wait(15 * SECOND)
    send4(4, 0, 16)
    expect(timedOut()).toBe(2)
    wait(15 * SECOND)
    send4(5, 0, 16)
    expect(timedOut()).toBe(1)
  })

  it('hold for datagrams in progress: the oldest goes', () => {
    restart(3)
    udpHeader(32)
    for (let id: u32 = 1; id <= 3; id++) send4(id, 0, 16)
    expect(crowdedOut()).toBe(0)
    send4(4, 0, 16)
    expect(crowdedOut()).toBe(1)
    expect(givenUp()).toBe(1)
    expect<usize>(datagramsLive()).toBe(3)
    expect(send4(2, 16, 32, false)).toBe(true)
    expect(send4(1, 16, 32, false)).toBe(false)
    expect(crowdedOut()).toBe(0)
  })

  it('hold for bytes: the oldest goes, or the datagram at hand', () => {
    // 64 KiB: 32 blocks.
    restart(100, 65536)
    udpHeader(4096)
    for (let id: u32 = 1; id <= 16; id++) send4(id, 0, 4096)
    expect(crowdedOut()).toBe(0)
    expect<usize>(blocksTaken()).toBe(32)
    send4(17, 0, 4096)
    expect(crowdedOut()).toBe(1)
    expect<usize>(blocksTaken()).toBe(32)
    // One that needs all the room leaves nothing of the others.
    udpHeader(65000)
    send4(18, 0, 32768)
    expect(crowdedOut()).toBe(8)
    expect(send4(18, 32768, 65000, false)).toBe(true)
    expect(crowdedOut()).toBe(8)
    expect(isWhole(65000, 2)).toBe(true)
    expect<usize>(blocksTaken()).toBe(0)
  })

  it('hold for fragments of a datagram', () => {
    restart(16, 1 << 20, 4)
    for (let i: u32 = 0; i < 4; i++) send4(1, i * 8, i * 8 + 8)
    expect(send4(1, 0, 8)).toBe(false)
    expect(crowdedOut()).toBe(0)
    expect(send4(1, 32, 40, false)).toBe(false)
    expect(crowdedOut()).toBe(1)
    expect(givenUp()).toBe(5)
    expect(hasFlag(PACKET_FRAGMENT_DROPPED)).toBe(true)
    expect(fault()).toBe(0)
  })

  it('hold for complete datagrams that have not been read', () => {
    restart()
    udpHeader(65000)
    let complete: usize = 0
    while (areaHasRoom) {
      send4(1, 0, 32768)
      send4(1, 32768, 65000, false)
      expect(isWhole(65000, 2)).toBe(true)
      complete++
    }
    expect<usize>(complete).toBeLessThanOrEqual(AREA_BYTES / 65020)
    expect<usize>(complete).toBeGreaterThan(25)
    drain()
    expect<bool>(areaHasRoom).toBe(true)
  })
})

/** G-PDU that carries `inner`, in UDP. */
function gtpu(): void {
  begin()
  half(2152)
  half(2152)
  half(49)
  half(0)
  hex('30 ff')
  half(33)
  word(0x1234)
  inner()
  takeOver()
}

/** Fragment of IPv4 in GTP-U, itself not fragmented. */
function sendInGtpu(teid: u32, start: u32, end: u32, more: bool): bool {
  begin()
  ethernet(0x0800)
  header4(7, 0, 8 + 8 + 20 + (end - start), false)
  half(2152)
  half(2152)
  half(8 + 8 + 20 + (end - start))
  half(0)
  hex('30 ff')
  half(20 + (end - start))
  word(teid)
  header4(1, start, end - start, more)
  bytes(start, end - start)
  return show()
}
