import { SourceError } from '../common/errors'
import type { CaptureSource } from './capture-source'

/** Bytes of a slice: many enough that the browser's work for each is small against that for its bytes. */
const SLICE = 4 << 20

/**
 * A capture in a `Blob` or `File` of any size, as a file chooser or a drop brings it. It is read in slices of 4 MiB,
 * the next one while the one before is tracked: two are in memory at most.
 *
 * Reading throws the errors of the browser, such as a `NotReadableError` when the file has changed meanwhile.
 */
export function blobSource(blob: Blob): CaptureSource {
  return new BlobSource(blob)
}

class BlobSource implements CaptureSource {
  readonly #blob: Blob
  /** What is left of the slice at work. */
  #rest: Uint8Array = new Uint8Array(0)
  /** Bytes of the blob that are read, or being read. */
  #position = 0
  /** The slice that is being read. */
  #next: Promise<Uint8Array> | undefined
  #isClosed = false

  constructor(blob: Blob) {
    this.#blob = blob
  }

  get size(): number {
    return this.#blob.size
  }

  readInto(target: Uint8Array): number | Promise<number> {
    return this.#rest.length > 0 ? this.#take(target) : this.#wait(target)
  }

  close(): void {
    this.#isClosed = true
    this.#rest = new Uint8Array(0)
    this.#next = undefined
  }

  async #wait(target: Uint8Array): Promise<number> {
    const slice = await (this.#next ?? this.#readSlice())
    // Closed while waiting: the target is no longer ours.
    if (this.#isClosed || !slice) return 0
    this.#next = this.#readSlice()
    this.#rest = slice
    return this.#take(target)
  }

  /** Undefined at the end. */
  #readSlice(): Promise<Uint8Array> | undefined {
    const start = this.#position
    const end = Math.min(start + SLICE, this.#blob.size)
    if (start === end) return undefined
    this.#position = end
    const reading = readSlice(this.#blob, start, end)
    // It is looked at when its turn comes, perhaps never.
    reading.catch(() => undefined)
    return reading
  }

  #take(target: Uint8Array): number {
    const piece = this.#rest.subarray(0, target.length)
    target.set(piece)
    this.#rest = this.#rest.subarray(piece.length)
    return piece.length
  }
}

async function readSlice(blob: Blob, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(await blob.slice(start, end).arrayBuffer())
  if (bytes.length === end - start) return bytes
  throw new SourceError(`the blob has ended early: found ${bytes.length} bytes from ${start}, expected ${end - start}`)
}
