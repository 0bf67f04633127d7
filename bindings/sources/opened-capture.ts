import { SourceError } from '../common/errors'
import { type CaptureSource, checkCount } from './capture-source'
import { CompressedSource } from './compressed/compressed-source'
import { type Decompression, MAGIC_LENGTH } from './compressed/decompression'
import { knownCompression } from './compressed/known'

/** The bytes of a capture, decompressed where its first bytes say that it is compressed. */
export class OpenedCapture implements CaptureSource {
  readonly #source: CaptureSource
  readonly #decompress: readonly Decompression[]
  readonly #canWait: boolean
  /** Undefined until the first bytes have been looked at. */
  #content: CaptureSource | undefined
  #isClosed = false

  /**
   * @param decompress what to decompress with; what is not among it is loaded when it is needed
   * @param canWait whether it may be loaded
   */
  constructor(source: CaptureSource, decompress: readonly Decompression[], canWait: boolean) {
    this.#source = source
    this.#decompress = decompress
    this.#canWait = canWait
  }

  /** Bytes of the whole file, as it lies there. */
  get size(): number | undefined {
    return this.#source.size
  }

  /** Bytes of a compressed file that have been read; undefined when it is not compressed. */
  get compressedBytesRead(): number | undefined {
    return this.#content instanceof CompressedSource ? this.#content.bytesRead : undefined
  }

  /** @throws SourceError when something would have to be loaded, and this may not wait */
  readInto(target: Uint8Array): number | Promise<number> {
    return this.#content ? this.#content.readInto(target) : this.#begin(target, 0)
  }

  close(): void | Promise<void> {
    this.#isClosed = true
    return (this.#content ?? this.#source).close?.()
  }

  /** Reads until there is enough to tell what it is; `have` bytes are there already. */
  #begin(target: Uint8Array, have: number): number | Promise<number> {
    while (have < Math.min(MAGIC_LENGTH, target.length)) {
      const count = this.#source.readInto(target.subarray(have))
      if (typeof count !== 'number') return this.#goOn(target, have, count)
      if (count === 0) break
      have += checkCount(count, target.length - have)
    }
    return this.#decide(target, have)
  }

  async #goOn(target: Uint8Array, have: number, counting: Promise<number>): Promise<number> {
    const count = await counting
    if (this.#isClosed) return 0
    if (count === 0) return this.#decide(target, have)
    return this.#begin(target, have + checkCount(count, target.length - have))
  }

  #decide(target: Uint8Array, have: number): number | Promise<number> {
    const head = target.subarray(0, have)
    const given = this.#decompress.find((decompression) => decompression.recognizes(head))
    if (given) return this.#decompressWith(given, head.slice(), target)
    const known = knownCompression(head)
    if (!known) {
      this.#content = this.#source
      return have
    }
    if (this.#canWait) return this.#load(known.load(), head.slice(), target)
    throw new SourceError(
      `this capture is compressed by ${known.name}: to read it synchronously, pass ` +
        `{ decompress: [${known.exportName}] }, imported from 'flowscope/decompress'`,
    )
  }

  async #load(loading: Promise<Decompression>, head: Uint8Array, target: Uint8Array): Promise<number> {
    const decompression = await loading
    return this.#isClosed ? 0 : this.#decompressWith(decompression, head, target)
  }

  #decompressWith(decompression: Decompression, head: Uint8Array, target: Uint8Array): number | Promise<number> {
    this.#content = new CompressedSource(this.#source, decompression, head)
    return this.#content.readInto(target)
  }
}
