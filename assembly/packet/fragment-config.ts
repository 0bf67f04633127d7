import { C_FRAGMENT_BUFFER, C_FRAGMENT_TIMEOUT, C_MAX_DATAGRAMS, C_MAX_FRAGMENTS } from '../layout'
import { datagramsBytes, placeDatagrams, seedDatagrams } from './datagrams'
import { AREA_BYTES, blocksBytes, placeArea, placeBlocks } from './fragment-pool'

/** Bounds and memory of reassembly. */

/** Whether fragments are put together. */
export let reassembles: bool = false
/** Longest time from the first fragment on, in nanoseconds. */
export let fragmentTimeout: u64 = 0
/** Most fragments of a datagram. */
export let maxFragments: u32 = 0
let maxDatagrams: usize = 0

/** Bytes of memory that reassembly takes with this configuration. */
export function fragmentsBytes(config: usize): u64 {
  const datagrams = <usize>load<u32>(config, C_MAX_DATAGRAMS)
  if (datagrams == 0) return 0
  return datagramsBytes(datagrams) + blocksBytes(<usize>load<u32>(config, C_FRAGMENT_BUFFER)) + <u64>AREA_BYTES + 64
}

/** Lays out `fragmentsBytes` of memory at this address, a multiple of 64. */
export function placeFragments(address: usize, config: usize, seed: u64): void {
  maxDatagrams = <usize>load<u32>(config, C_MAX_DATAGRAMS)
  if (maxDatagrams == 0) return
  const bytes = <usize>load<u32>(config, C_FRAGMENT_BUFFER)
  const blocks = (address + <usize>datagramsBytes(maxDatagrams) + 7) & ~7
  placeDatagrams(address, maxDatagrams)
  placeBlocks(blocks, bytes)
  placeArea((blocks + <usize>blocksBytes(bytes) + 15) & ~15)
  seedDatagrams(seed)
}

/** Takes over what may change; `isWanted`: fragments are to be put together, if `placeFragments` made room for it. */
export function readFragmentConfig(config: usize, isWanted: bool): void {
  reassembles = isWanted && maxDatagrams != 0
  fragmentTimeout = load<u64>(config, C_FRAGMENT_TIMEOUT)
  maxFragments = load<u32>(config, C_MAX_FRAGMENTS)
}
