import {
  C_FLOW_BUFFER,
  C_HOLE_TIMEOUT,
  C_OVERLAP_POLICY,
  C_SIDE_BUFFER,
  C_STREAM_FLAGS,
  LISTEN_CONFLICTS,
  LISTEN_DROP_ON_OVERFLOW,
  LISTEN_TCP,
  LISTEN_UDP,
} from '../layout'
import { BLOCK_BYTES } from './pool'

/** What the host configured for reassembly. */
export let listensToAllTcp: bool = false
export let listensToAllUdp: bool = false
export let tellsConflicts: bool = false
export let dropOnOverflow: bool = false
export let overlapPolicy: u32 = 0
/** Nanoseconds of capture time that a hole is waited for. */
export let holeTimeout: u64 = 0
/** Most blocks of one side. */
export let sideBlocks: usize = 0
/** Most blocks of both sides of a flow. */
export let flowBlocks: usize = 0

export function readStreamConfig(config: usize): void {
  const flags = load<u32>(config, C_STREAM_FLAGS)
  listensToAllTcp = (flags & LISTEN_TCP) != 0
  listensToAllUdp = (flags & LISTEN_UDP) != 0
  tellsConflicts = (flags & LISTEN_CONFLICTS) != 0
  dropOnOverflow = (flags & LISTEN_DROP_ON_OVERFLOW) != 0
  overlapPolicy = load<u32>(config, C_OVERLAP_POLICY)
  holeTimeout = load<u64>(config, C_HOLE_TIMEOUT)
  sideBlocks = max<usize>(<usize>load<u32>(config, C_SIDE_BUFFER) / BLOCK_BYTES, 1)
  flowBlocks = max<usize>(<usize>load<u32>(config, C_FLOW_BUFFER) / BLOCK_BYTES, 1)
}
