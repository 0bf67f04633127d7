import { PACKET_FRAGMENT } from '../layout'
import { flag } from './found'

// The fragment that the packet at hand is, for whoever puts datagrams together. Its bytes begin at D_TRANSPORT.

/** Identification: 16 bits in IPv4 (RFC 791 section 3.1), 32 in IPv6 (RFC 8200 section 4.5). */
export let fragmentId: u32 = 0
/** Where it belongs in the datagram, in bytes. */
export let fragmentOffset: u32 = 0
/** Whether others follow. */
export let fragmentMore: bool = false

/** Notes that the packet is a fragment. */
export function fragmentFound(d: usize, id: u32, offset: u32, more: bool): void {
  fragmentId = id
  fragmentOffset = offset
  fragmentMore = more
  flag(d, PACKET_FRAGMENT)
}
