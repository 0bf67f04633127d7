/** Loads in network byte order. The caller has checked that the bytes are there. */

export function be16(p: usize): u32 {
  return <u32>bswap<u16>(load<u16>(p))
}

export function be32(p: usize): u32 {
  return bswap<u32>(load<u32>(p))
}

export function be64(p: usize): u64 {
  return bswap<u64>(load<u64>(p))
}
