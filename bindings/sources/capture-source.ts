import { SourceError } from '../common/errors'

/**
 * Where the bytes of a capture come from. Bytes are written straight into the core's memory.
 *
 * Anything that can fill a buffer is a source. One source is read once, by one reader, from its beginning.
 */
export interface CaptureSource {
  /** Bytes of the whole capture, where they are known beforehand; for progress only. */
  readonly size?: number | undefined

  /**
   * Writes the next bytes to the start of `target`, as many as there are and fit, and tells how many: 0 at the end,
   * and only there. It may answer at once or with a promise.
   *
   * `target` is a view of WebAssembly memory: it cannot be transferred, and is to be written to only until the answer
   * is given, and not any more after {@link CaptureSource.close} was called.
   */
  readInto(target: Uint8Array): number | Promise<number>

  /** Called once when no more bytes are wanted, also after a failure, and also while an answer is awaited. */
  close?(): void | Promise<void>
}

/**
 * What a source has answered.
 *
 * @param room bytes that it could have written
 * @throws SourceError when the answer is impossible
 */
export function checkCount(count: number, room: number): number {
  if (Number.isInteger(count) && count >= 0 && count <= room) return count
  throw new SourceError(`a source cannot have written ${count} bytes`)
}
