import { D_CAPTURED, D_FRAME, D_LINK_TYPE, D_TIME, D_WIRE } from '../layout'

export const NANOSECONDS_PER_SECOND: u64 = 1000000000

/** Records that the last call of a reader put into the batch, from descriptor 0 on. */
export let batchCount: usize = 0

export function setBatchCount(count: usize): void {
  batchCount = count
}

/**
 * Fills what a reader knows of a frame into the descriptor `d`: nanoseconds since 1970, address, bytes present, bytes
 * on the wire, link type. Lengths are what the capture says, even where it has more bytes than were on the wire.
 */
export function storeRecord(d: usize, time: u64, frame: usize, captured: u32, wire: u32, linkType: u32): void {
  store<u64>(d, time, D_TIME)
  store<u32>(d, <u32>frame, D_FRAME)
  store<u32>(d, captured, D_CAPTURED)
  store<u32>(d, wire, D_WIRE)
  store<u32>(d, linkType, D_LINK_TYPE)
}
