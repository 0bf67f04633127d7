/** Address of fresh pages for the code under test, out of the way of the spec's own objects. */
export function takePages(pages: i32): usize {
  // The allocator claims all memory there is when it is first used: let that be before.
  heap.free(heap.alloc(16))
  return (<usize>memory.grow(pages)) << 16
}
