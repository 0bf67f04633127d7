import {
  D_ENCAPSULATIONS,
  D_NETWORK,
  D_TRANSPORT,
  D_TRANSPORT_KIND,
  ENCAPSULATION_SIZE,
  MAX_ENCAPSULATIONS,
  N_DESTINATION,
  N_DESTINATION_PORT,
  N_FAMILY,
  N_HAS_ID,
  N_ID,
  N_KIND,
  N_SOURCE,
  N_SOURCE_PORT,
  TRANSPORT_UDP,
} from '../layout'
import { be16 } from '../memory/bytes'

/** Entries written so far, outermost first. They count once an IP header is found inside. */
export let encapsulations: usize = 0

export function beginEncapsulations(): void {
  encapsulations = 0
}

/** Goes back to a number of entries that there were before. */
export function resumeEncapsulations(count: usize): void {
  encapsulations = count
}

/** Notes a layer that no IP header carries: VLAN tag, MPLS stack, PPPoE. False when the list is full. */
export function addLinkLayer(d: usize, kind: u32, id: u32): bool {
  return addEntry(d, kind, true, id) != 0
}

/** Notes a tunnel, with addresses and ports of the flow found last, which carries it. False when the list is full. */
export function addTunnel(d: usize, kind: u32, hasId: bool, id: u32): bool {
  const entry = addEntry(d, kind, hasId, id)
  if (entry == 0) return false
  const network = <usize>load<u32>(d, D_NETWORK)
  if (network == 0) return true
  // Addresses begin 12 bytes into an IPv4 header (RFC 791 section 3.1) and 8 into an IPv6 header (RFC 8200 section 3).
  if (<u32>load<u8>(network) >> 4 == 4) {
    store<u8>(entry, 4, N_FAMILY)
    store<u32>(entry, load<u32>(network, 12), N_SOURCE)
    store<u32>(entry, load<u32>(network, 16), N_DESTINATION)
  } else {
    store<u8>(entry, 6, N_FAMILY)
    v128.store(entry, v128.load(network, 8), N_SOURCE)
    v128.store(entry, v128.load(network, 24), N_DESTINATION)
  }
  if (<u32>load<u8>(d, D_TRANSPORT_KIND) == TRANSPORT_UDP) {
    const transport = <usize>load<u32>(d, D_TRANSPORT)
    store<u16>(entry, <u16>be16(transport), N_SOURCE_PORT)
    store<u16>(entry, <u16>be16(transport + 2), N_DESTINATION_PORT)
  }
  return true
}

function addEntry(d: usize, kind: u32, hasId: bool, id: u32): usize {
  if (encapsulations == MAX_ENCAPSULATIONS) return 0
  const entry = d + D_ENCAPSULATIONS + encapsulations * ENCAPSULATION_SIZE
  encapsulations += 1
  v128.store(entry, i64x2.splat(0))
  v128.store(entry, i64x2.splat(0), N_SOURCE)
  v128.store(entry, i64x2.splat(0), N_DESTINATION)
  store<u8>(entry, <u8>kind, N_KIND)
  store<u8>(entry, <u8>hasId, N_HAS_ID)
  store<u32>(entry, id, N_ID)
  return entry
}
