import { SourceError } from '../common/errors'
import type { FlowKey } from '../extract/flow-key'
import type { CaptureSource } from '../sources/capture-source'
import { packError } from './errors'
import type { Lane } from './lane'
import { PIECE } from './protocol'

/** Reads a source for workers that cannot: piece by piece, each when all of them have asked for it. */
export class Pump<K extends FlowKey> {
  readonly #source: CaptureSource
  readonly #lanes: readonly Lane<K>[]
  /** Pieces that each worker has asked for and not got. */
  readonly #wanted: number[]
  #isReading = false
  #spare: Uint8Array<ArrayBuffer> | undefined
  #isOver = false
  #failure: { readonly error: unknown } | undefined

  constructor(source: CaptureSource, lanes: readonly Lane<K>[]) {
    this.#source = source
    this.#lanes = lanes
    this.#wanted = lanes.map(() => 0)
    for (const [i, lane] of lanes.entries()) lane.onPull = () => this.#pull(i)
  }

  /** Throws what the source has thrown. */
  raise(): void {
    if (this.#failure) throw this.#failure.error
  }

  /** Reads no more; closing the source is for whoever opened it. */
  stop(): void {
    this.#isOver = true
  }

  #pull(lane: number): void {
    this.#wanted[lane] = (this.#wanted[lane] ?? 0) + 1
    if (!this.#isReading) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isReading = true
    try {
      while (!this.#isOver && this.#wanted.every((count) => count > 0)) {
        for (const i of this.#wanted.keys()) this.#wanted[i] = (this.#wanted[i] ?? 0) - 1
        const bytes = await this.#read()
        if (this.#isOver) return
        this.#isOver = bytes === undefined
        this.#send(bytes)
      }
    } catch (error) {
      this.#failure = { error }
      if (this.#isOver) return
      this.#isOver = true
      for (const lane of this.#lanes) lane.send({ type: 'broken', error: packError(error) })
    } finally {
      this.#isReading = false
    }
  }

  /** The next bytes in a buffer of their own, undefined at the end. */
  async #read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const target = this.#spare ?? new Uint8Array(PIECE)
    const count = await this.#source.readInto(target)
    if (!Number.isInteger(count) || count < 0 || count > PIECE) {
      throw new SourceError(`a source cannot have written ${count} bytes`)
    }
    // What is sent as a whole is given away; what a stream brings in smaller chunks is copied out of one buffer.
    this.#spare = count === PIECE ? undefined : target
    if (count === 0) return undefined
    return count === PIECE ? target : target.slice(0, count)
  }

  #send(bytes: Uint8Array<ArrayBuffer> | undefined): void {
    for (const [i, lane] of this.#lanes.entries()) {
      // All but the last get copies: a buffer can be given away once.
      const own = i + 1 < this.#lanes.length ? bytes?.slice() : bytes
      lane.send({ type: 'piece', bytes: own }, own ? [own.buffer] : [])
    }
  }
}
