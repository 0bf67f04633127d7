import type { CaptureSource } from '../capture-source'
import { CompressedInput, type Decompression, type Decompressor } from './decompression'

/** What the bytes of a compressed source become. Nothing is read ahead of what is asked for but 256 KiB of it. */
export class CompressedSource implements CaptureSource {
  readonly #source: CaptureSource
  readonly #decompressor: Decompressor
  readonly #input = new CompressedInput()
  #isClosed = false

  /** @param head what has been read of the source already, at most 256 KiB */
  constructor(source: CaptureSource, decompression: Decompression, head: Uint8Array) {
    this.#source = source
    this.#decompressor = decompression.start()
    this.#input.room().set(head)
    this.#input.add(head.length)
  }

  /** Compressed bytes that have been read. */
  get bytesRead(): number {
    return this.#input.offset + this.#input.length
  }

  readInto(target: Uint8Array): number | Promise<number> {
    for (;;) {
      const written = this.#decompressor.decompress(this.#input, target)
      if (written > 0 || this.#input.isComplete) return written
      const added = this.#source.readInto(this.#input.room())
      if (typeof added !== 'number') return this.#wait(added, target)
      this.#input.add(added)
    }
  }

  close(): void | Promise<void> {
    this.#isClosed = true
    return this.#source.close?.()
  }

  async #wait(adding: Promise<number>, target: Uint8Array): Promise<number> {
    const added = await adding
    // Closed while waiting: the target is no longer ours.
    if (this.#isClosed) return 0
    this.#input.add(added)
    return this.readInto(target)
  }
}
