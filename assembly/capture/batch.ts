import { D_SIZE } from '../layout'

/** The descriptors of the batch at work; one cache line aligned. */
export const BATCH_BASE: usize = memory.data(36864, 64)

/** Address of the descriptor with this index, 0 to BATCH - 1. */
export function descriptor(index: usize): usize {
  return BATCH_BASE + index * D_SIZE
}
