/** RFC 8878, 3.1.1: Magic_Number, little-endian. */
export const ZSTD_MAGIC = 0xfd2fb528

/** RFC 8878, 3.1.2: Magic_Number and Frame_Size. */
export const SKIPPABLE_HEADER = 8

/** RFC 8878, 3.1.1.2.4: Block_Maximum_Size, unless the window is smaller. */
const MOST_BLOCK = 128 << 10

/** What a frame's header says, or why the frame cannot be read. */
export interface FrameHeader {
  /** Bytes of the header, magic number included. */
  readonly length: number
  readonly hasChecksum: boolean
  /** Bytes of a block at most, before and after decompression. */
  readonly mostBlock: number
  readonly fault: string | undefined
}

/**
 * Reads the header of a frame, RFC 8878, 3.1.1.1; undefined when it is not there as a whole.
 *
 * @param mostWindow the largest window that is accepted, in bytes
 */
export function readFrameHeader(bytes: Uint8Array, mostWindow: number): FrameHeader | undefined {
  const descriptor = bytes[4]
  if (descriptor === undefined) return undefined
  const isSingleSegment = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  const windowBytes = isSingleSegment ? 0 : 1
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
  const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag
  const length = 5 + windowBytes + dictionaryBytes + sizeBytes
  if (bytes.length < length) return undefined
  const dictionary = littleEndian(bytes, 5 + windowBytes, dictionaryBytes)
  const window = isSingleSegment ? contentSize(bytes, length - sizeBytes, sizeBytes) : windowSize(bytes[5] ?? 0)
  return {
    length,
    hasChecksum: (descriptor & 4) !== 0,
    mostBlock: Math.min(window, MOST_BLOCK),
    fault: faultOf((descriptor & 8) !== 0, dictionary, window, mostWindow),
  }
}

/** Bytes of a skippable frame, header included. */
export function skippableLength(bytes: Uint8Array): number {
  return SKIPPABLE_HEADER + littleEndian(bytes, 4, 4)
}

function faultOf(usesReserved: boolean, dictionary: number, window: number, mostWindow: number): string | undefined {
  if (usesReserved) return 'reserved bit in the frame header'
  if (dictionary !== 0) return `needs dictionary ${dictionary}`
  if (window > mostWindow) return `window of ${window} bytes, at most ${mostWindow} are accepted`
  return undefined
}

/** RFC 8878, 3.1.1.1.2: Window_Descriptor. */
function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3))
  return base + (base / 8) * (descriptor & 7)
}

/** RFC 8878, 3.1.1.1.4: of two bytes it counts from 256. */
function contentSize(bytes: Uint8Array, at: number, length: number): number {
  return littleEndian(bytes, at, length) + (length === 2 ? 256 : 0)
}

/** An unsigned number, rounded above 2^53. */
function littleEndian(bytes: Uint8Array, at: number, length: number): number {
  let value = 0
  for (let i = length - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0)
  return value
}
