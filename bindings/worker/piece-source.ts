import type { CaptureSource } from '../sources/capture-source'
import { PIECES_AHEAD } from './protocol'

/** A capture that another thread sends in pieces. */
export class PieceSource implements CaptureSource {
  readonly size: number | undefined
  readonly #pull: () => void
  readonly #pieces: Uint8Array[] = []
  #isOver = false
  #failure: { readonly error: unknown } | undefined
  #wake: (() => void) | undefined

  /** @param pull asks for another piece */
  constructor(size: number | undefined, pull: () => void) {
    this.size = size
    this.#pull = pull
    for (let i = 0; i < PIECES_AHEAD; i++) pull()
  }

  /** Takes the next piece, undefined at the end. */
  take(bytes: Uint8Array | undefined): void {
    if (bytes) this.#pieces.push(bytes)
    else this.#isOver = true
    this.#wake?.()
  }

  /** The thread that sends cannot read on. */
  fail(error: unknown): void {
    this.#failure = { error }
    this.#wake?.()
  }

  readInto(target: Uint8Array): number | Promise<number> {
    return this.#pieces.length > 0 ? this.#read(target) : this.#wait(target)
  }

  close(): void {
    this.#pieces.length = 0
    this.#isOver = true
    this.#wake?.()
  }

  async #wait(target: Uint8Array): Promise<number> {
    while (this.#pieces.length === 0) {
      if (this.#failure) throw this.#failure.error
      if (this.#isOver) return 0
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#read(target)
  }

  #read(target: Uint8Array): number {
    const [piece] = this.#pieces
    if (!piece) return 0
    const part = piece.subarray(0, target.length)
    target.set(part)
    if (part.length < piece.length) {
      this.#pieces[0] = piece.subarray(part.length)
    } else {
      this.#pieces.shift()
      if (!this.#isOver) this.#pull()
    }
    return part.length
  }
}
