import {
  D_FLAGS,
  D_TIME,
  D_WIRE,
  PACKET_FRAGMENT,
  PACKET_LAYER_LIMIT,
  PACKET_MALFORMED,
  PACKET_REASSEMBLED,
  PACKET_TRUNCATED,
  T_BYTES,
  T_DUPLICATE_BYTES,
  T_DUPLICATES,
  T_FIRST,
  T_LAST,
  T_LAYER_LIMIT,
  T_MALFORMED,
  T_PACKETS,
  T_TRUNCATED,
} from '../layout'
import { countFragment } from './fragments'
import { count, statistics } from './statistics'

/** Each packet in the books, whether it has a flow or not. */

/** Low bits of the number of the packet at work: the age of flows is counted in packets. */
export let packetNumber: u32 = 0
/** Copies are counted, and that is all. */
export function countDuplicate(d: usize): void {
  countPacket(d, 0)
  count(T_DUPLICATES)
  count(T_DUPLICATE_BYTES, load<u32>(d, D_WIRE))
}

/** Counts the packet in `d`; `now` is the time of what is told because of the packet. */
export function countPacket(d: usize, now: u64): void {
  const time = load<u64>(d, D_TIME)
  const packets = load<u64>(statistics, T_PACKETS) + 1
  store<u64>(statistics, packets, T_PACKETS)
  packetNumber = <u32>packets
  store<u64>(statistics, load<u64>(statistics, T_BYTES) + load<u32>(d, D_WIRE), T_BYTES)
  if (packets == 1 || time < load<u64>(statistics, T_FIRST)) store<u64>(statistics, time, T_FIRST)
  if (time > load<u64>(statistics, T_LAST)) store<u64>(statistics, time, T_LAST)
  const flags = load<u32>(d, D_FLAGS)
  if (flags == 0) return
  if ((flags & PACKET_TRUNCATED) != 0) count(T_TRUNCATED)
  if ((flags & (PACKET_FRAGMENT | PACKET_REASSEMBLED)) != 0) countFragment(d, flags, now)
  if ((flags & PACKET_LAYER_LIMIT) != 0) count(T_LAYER_LIMIT)
  if ((flags & PACKET_MALFORMED) != 0) count(T_MALFORMED)
}
