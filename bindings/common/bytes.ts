const TWO_TO_32 = 2 ** 32

/** An unsigned little-endian 64-bit counter as a number: exact up to 2^53, rounded above. */
export function uint64(data: DataView, at: number): number {
  return data.getUint32(at + 4, true) * TWO_TO_32 + data.getUint32(at, true)
}
