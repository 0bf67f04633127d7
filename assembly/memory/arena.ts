/**
 * Regions of linear memory, laid out one after the other above the module's statics. Memory only ever grows in
 * set-up calls (`init`, `reconfigure`), never while packets are tracked, so the host's views stay valid.
 */

const PAGE: u64 = 65536
const MAX_PAGES: u64 = 65536

/** First byte above the statics, on a cache line. */
export function arenaBase(): usize {
  return align64(__heap_base)
}

/** The next address on a 64-byte cache line. */
export function align64(address: usize): usize {
  return (address + 63) & ~63
}

/** Grows memory so that addresses below `end` exist. False where the 4 GiB or the host's limit forbid it. */
export function reserveUntil(end: u64): bool {
  const pages = (end + PAGE - 1) / PAGE
  if (pages > MAX_PAGES) return false
  const present = <u64>memory.size()
  if (pages <= present) return true
  return memory.grow(<i32>(pages - present)) >= 0
}
