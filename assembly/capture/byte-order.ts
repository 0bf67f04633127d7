/** Loads of files that are written in the byte order of the host that wrote them. */

export function u16In(p: usize, swapped: bool): u32 {
  const value = load<u16>(p)
  return <u32>(swapped ? bswap<u16>(value) : value)
}

export function u32In(p: usize, swapped: bool): u32 {
  const value = load<u32>(p)
  return swapped ? bswap<u32>(value) : value
}

export function u64In(p: usize, swapped: bool): u64 {
  const value = load<u64>(p)
  return swapped ? bswap<u64>(value) : value
}
