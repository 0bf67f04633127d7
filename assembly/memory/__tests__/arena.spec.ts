import { align64, arenaBase, reserveUntil } from '../arena'

describe('arenas', () => {
  it('begin on a cache line above the statics', () => {
    expect<usize>(arenaBase() & 63).toBe(0)
    expect<bool>(arenaBase() >= __heap_base).toBe(true)
    expect<bool>(arenaBase() - __heap_base < 64).toBe(true)
  })

  it('are rounded up to cache lines', () => {
    expect<usize>(align64(0)).toBe(0)
    expect<usize>(align64(1)).toBe(64)
    expect<usize>(align64(64)).toBe(64)
    expect<usize>(align64(65)).toBe(128)
  })

  it('grow memory by as many pages as are needed, and never shrink it', () => {
    const pages = <u64>memory.size()
    expect<bool>(reserveUntil(pages * 65536)).toBe(true)
    expect<u64>(<u64>memory.size()).toBe(pages)
    expect<bool>(reserveUntil(pages * 65536 + 1)).toBe(true)
    expect<u64>(<u64>memory.size()).toBe(pages + 1)
    expect<bool>(reserveUntil((pages + 3) * 65536)).toBe(true)
    expect<u64>(<u64>memory.size()).toBe(pages + 3)
    expect<bool>(reserveUntil(0)).toBe(true)
    expect<u64>(<u64>memory.size()).toBe(pages + 3)
    store<u8>(<usize>((pages + 3) * 65536) - 1, 1)
  })

  it('say no to more than 4 GiB, and leave memory as it is', () => {
    const pages = memory.size()
    expect<bool>(reserveUntil(((<u64>1) << 32) + 1)).toBe(false)
    expect<bool>(reserveUntil((<u64>1) << 50)).toBe(false)
    expect<i32>(memory.size()).toBe(pages)
  })
})
