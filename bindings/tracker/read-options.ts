import type { Decompression } from '../sources/compressed/decompression'
import type { OpenedCapture } from '../sources/opened-capture'
import type { CaptureReader } from './capture-reader'

/** How far the reading of a capture has come. */
export interface ReadProgress {
  /** Bytes of the capture that have been read; where it is compressed, bytes of the compressed file. */
  readonly bytesRead: number
  /** Bytes of the capture itself that have been read: where it is compressed, of what it becomes. */
  readonly captureBytesRead: number
  /** Bytes of the whole capture, or of the compressed file, where they are known. */
  readonly bytesTotal: number | undefined
}

/** Options of what reads a capture. */
export interface ReadOptions {
  /** Ends the reading with the signal's reason, at the latest after the chunk at work. */
  readonly signal?: AbortSignal
  /** Called after each chunk of up to 256 KiB. What it throws ends the reading. */
  readonly onProgress?: (progress: ReadProgress) => void
  /**
   * What compressed captures are decompressed with. What is not among it is loaded when it is needed; where nothing
   * can be waited for it must be given: `{ decompress: [gunzip, unzstd] }`, from `flowscope/decompress`.
   */
  readonly decompress?: readonly Decompression[]
}

/** Options of what reads a capture without waiting. */
export type ReadSyncOptions = Pick<ReadOptions, 'onProgress' | 'decompress'>

/** Milliseconds that reading may keep the event loop waiting when a source answers at once. */
export const LONGEST_TURN = 10

/** How far a reader has come with a source. */
export function progressOf(
  { compressedBytesRead, size }: OpenedCapture,
  { bytesRead }: Pick<CaptureReader<unknown>, 'bytesRead'>,
): ReadProgress {
  return { bytesRead: compressedBytesRead ?? bytesRead, captureBytesRead: bytesRead, bytesTotal: size }
}
