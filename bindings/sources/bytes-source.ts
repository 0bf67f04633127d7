import type { CaptureSource } from './capture-source'

/** A capture that lies in memory. The bytes are borrowed, not copied. */
export function bytesSource(bytes: Uint8Array | ArrayBuffer): CaptureSource {
  const all = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)
  let position = 0
  return {
    size: all.length,
    readInto(target) {
      const piece = all.subarray(position, position + target.length)
      target.set(piece)
      position += piece.length
      return piece.length
    },
  }
}
