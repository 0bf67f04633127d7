import { StaleViewError } from '../common/errors'
import type { Core } from '../core/core'

/** Where events find the bytes that they tell of. */
export interface ByteViews {
  /** Of the bytes that an event of now points to. */
  readonly generation: number
  /** @throws StaleViewError when the bytes have been overwritten */
  view(generation: number, address: number, length: number): Uint8Array
}

/** The core's memory as what events point to, and whether that is still there. */
export class ByteWindow implements ByteViews {
  readonly #core: Core
  #generation = 0

  /** @internal */
  constructor(core: Core) {
    this.#core = core
  }

  /** Grows by one each time that the bytes of earlier events may have been overwritten. */
  get generation(): number {
    return this.#generation
  }

  /** The bytes of all earlier events are about to be overwritten. */
  move(): void {
    this.#generation++
  }

  /** A view of the core's memory. */
  view(generation: number, address: number, length: number): Uint8Array {
    if (generation !== this.#generation) throw new StaleViewError()
    return this.bytes(address, length)
  }

  /** The same for somebody who looks at it at once. */
  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#core.memory().bytes.buffer, address, length)
  }
}
