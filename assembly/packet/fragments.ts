import {
  ANOMALY_FRAGMENT_MALFORMED,
  ANOMALY_FRAGMENT_OVERLAP,
  D_ENCAPSULATIONS,
  D_TIME,
  ENCAPSULATION_MPLS,
  ENCAPSULATION_PPPOE,
  ENCAPSULATION_PSEUDOWIRE,
  ENCAPSULATION_SIZE,
  N_ID,
  N_KIND,
} from '../layout'
import { be16 } from '../memory/bytes'
import { contradictsEnd, isCopy, keepBytes, keepHeader, overlaps } from './datagram-bytes'
import {
  addContext,
  beginDatagram,
  CUT,
  DISCARDED,
  findDatagram,
  G_CONTEXT,
  G_DESTINATION,
  G_FRAGMENTS,
  G_ID,
  G_LENGTH,
  G_PROTOCOL,
  G_RECEIVED,
  G_SOURCE,
  G_STATE,
  hasWaited,
  IPV4_VERSION,
  IPV6_VERSION,
  isTableFull,
  newerDatagram,
  oldestDatagram,
  pagesWanted,
  WANTED,
} from './datagrams'
import { encapsulations } from './encapsulation'
import { fragmentId, fragmentMore, fragmentOffset } from './fragment'
import { fragmentTimeout, maxFragments } from './fragment-config'
import { isKnown, recall, remember } from './fragment-memo'
import { crowdOut, cut, discard, drop, hold, refuse, release, SEPARATE, timeOut, touchPacket } from './fragment-outcome'
import { blocksFree, MAX_DATAGRAM } from './fragment-pool'
import { layerEnd, layerMissing } from './layer'
import { putTogether } from './whole-datagram'

/**
 * Reassembly of IP datagrams: RFC 791 section 3.2, RFC 815, RFC 8200 section 4.5. The packet that completes a datagram
 * becomes the datagram, and stands for the packets before it; those are held, and belong to no flow till then.
 *
 * Fragments that overlap discard the datagram (RFC 5722, here for IPv4 too), but for exact copies of one that is
 * there. What happens is decided when packets are parsed, in the order of the capture and by its clock alone; the
 * tracker counts and tells it when the packet's turn has come.
 */

const IPV6_HEADER: usize = 40

/** Gives up datagrams that are not complete in time, or all that there are. */
export function giveUpDatagrams(time: u64, all: bool): void {
  let datagram = oldestDatagram()
  while (datagram != 0 && (all || hasWaited(datagram, fragmentTimeout, time))) {
    timeOut(datagram)
    datagram = oldestDatagram()
  }
}

/** Whether any packet is held. */
export function hasDatagrams(): bool {
  return oldestDatagram() != 0
}

/**
 * The fragment with the IPv4 header of `header` bytes at `p`: SEPARATE, PUT_ASIDE, or the address of the datagram that
 * it completes; then the layers are those of the datagram, see `wholePayload`.
 */
export function ipv4Fragment(d: usize, p: usize, header: usize): usize {
  if (isKnown(p)) return recall(p)
  const protocol = <u32>load<u8>(p, 9)
  v128.store(WANTED, v128.load_zero<u32>(p + 12), G_SOURCE)
  v128.store(WANTED, v128.load_zero<u32>(p + 16), G_DESTINATION)
  store<u32>(WANTED, IPV4_VERSION | protocol, G_PROTOCOL)
  const total = <usize>be16(p + 2)
  return remember(p, reassemble(d, p, header, p + header, protocol, layerEnd - p < total))
}

/** Likewise for the fragment header at `p` in a packet with an IPv6 header at `network`. */
export function ipv6Fragment(d: usize, network: usize, p: usize, header: usize): usize {
  if (isKnown(p)) return recall(p)
  v128.store(WANTED, v128.load(network, 8), G_SOURCE)
  v128.store(WANTED, v128.load(network, 24), G_DESTINATION)
  // Only the next header of the first fragment counts: RFC 8200 section 4.5.
  store<u32>(WANTED, IPV6_VERSION, G_PROTOCOL)
  const length = <usize>be16(network + 4)
  const isShort = layerEnd - network - IPV6_HEADER < length
  return remember(p, reassemble(d, network, IPV6_HEADER, p + header, <u32>load<u8>(p), isShort))
}

/**
 * Takes in the fragment whose bytes begin at `payload`; the datagram is that of WANTED, but for id and context.
 * `isShort`: the frame ends before the packet does.
 */
function reassemble(d: usize, header: usize, headerLength: usize, payload: usize, next: u32, isShort: bool): usize {
  touchPacket()
  const time = load<u64>(d, D_TIME)
  const length = layerEnd - payload
  const start = <usize>fragmentOffset
  const isMissing = isShort || layerMissing != 0
  giveUpDatagrams(time, false)
  if (!isMissing && isImpossible(headerLength, start, length)) return drop(ANOMALY_FRAGMENT_MALFORMED)
  store<u32>(WANTED, fragmentId, G_ID)
  store<u64>(WANTED, contextOf(d), G_CONTEXT)
  const datagram = datagramAt(time)
  if (load<u32>(datagram, G_STATE) == DISCARDED) return drop(0)
  if (isMissing) return cut(datagram)
  if (load<u32>(datagram, G_STATE) == CUT) return SEPARATE
  if (contradictsEnd(datagram, start + length)) return discard(datagram, ANOMALY_FRAGMENT_MALFORMED)
  if (overlaps(datagram, start, start + length)) {
    if (!isCopy(datagram, start, payload, length)) return discard(datagram, ANOMALY_FRAGMENT_OVERLAP)
    return hold(d, datagram)
  }
  if (load<u32>(datagram, G_FRAGMENTS) == maxFragments || !makeRoom(datagram, start, start + length)) {
    return refuse(datagram)
  }
  if (start == 0) keepHeader(datagram, header, headerLength, next)
  keepBytes(datagram, start, payload, length)
  if (load<u32>(datagram, G_RECEIVED) != load<u32>(datagram, G_LENGTH)) return hold(d, datagram)
  return complete(datagram)
}

/**
 * A fragment that no receiver takes: RFC 8200 section 4.5. An empty one would only tell where the datagram ends; Linux
 * drops it, too.
 */
function isImpossible(headerLength: usize, start: usize, length: usize): bool {
  if (length == 0 || (fragmentMore && (length & 7) != 0)) return true
  const counted: usize = load<u32>(WANTED, G_PROTOCOL) == IPV6_VERSION ? 0 : headerLength
  return length > MAX_DATAGRAM - counted || start > MAX_DATAGRAM - counted - length
}

/**
 * Tags and tunnels around the header at hand: equal addresses in another network are others. MPLS labels and PPPoE
 * sessions name a link or path, and fragments may take several.
 */
function contextOf(d: usize): u64 {
  let context: u64 = 0
  for (let i: usize = 0; i < encapsulations; i++) {
    const entry = d + D_ENCAPSULATIONS + i * ENCAPSULATION_SIZE
    const kind = <u32>load<u8>(entry, N_KIND)
    if (kind == ENCAPSULATION_MPLS || kind == ENCAPSULATION_PPPOE || kind == ENCAPSULATION_PSEUDOWIRE) continue
    context = addContext(context, ((<u64>kind) << 32) | <u64>load<u32>(entry, N_ID))
  }
  return context
}

/** The datagram that WANTED describes, a new one if there is none or its time is over. */
function datagramAt(time: u64): usize {
  const datagram = findDatagram()
  if (datagram != 0) {
    if (!hasWaited(datagram, fragmentTimeout, time)) return datagram
    timeOut(datagram)
  }
  if (isTableFull()) crowdOut(oldestDatagram())
  return beginDatagram(time)
}

/** Sees to it that there are blocks for these bytes: the oldest datagrams go. False: there are not enough even so. */
function makeRoom(datagram: usize, start: usize, end: usize): bool {
  const wanted = pagesWanted(datagram, start, end)
  while (blocksFree() < wanted) {
    let victim = oldestDatagram()
    if (victim == datagram) victim = newerDatagram(victim)
    if (victim == 0) return false
    crowdOut(victim)
  }
  return true
}

/** All fragments are there. */
function complete(datagram: usize): usize {
  const whole = putTogether(datagram)
  if (whole == 0) return discard(datagram, ANOMALY_FRAGMENT_MALFORMED)
  release(datagram)
  return whole
}
