import { Reader } from './reader'

/** Gathers the body of a hello in SSL 2.0 framing. */
export class Ssl2Buffer {
  readonly #bytes: Uint8Array
  #filled = 0

  /** @param length of the body, at most 32,767 bytes */
  constructor(length: number) {
    this.#bytes = new Uint8Array(length)
  }

  /** Takes bytes from `at` on, as many as are missing; returns where it stopped. */
  take(bytes: Uint8Array, at: number): number {
    const taken = Math.min(this.#bytes.length - this.#filled, bytes.length - at)
    this.#bytes.set(bytes.subarray(at, at + taken), this.#filled)
    this.#filled += taken
    return at + taken
  }

  /** What follows the message type, once it is whole. */
  get body(): Reader | undefined {
    return this.#filled === this.#bytes.length ? new Reader(this.#bytes, 1) : undefined
  }
}
