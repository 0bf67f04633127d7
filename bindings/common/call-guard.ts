import { BusyError, DisposedError } from './errors'

/**
 * Keeps an object that runs in WebAssembly from being used at the wrong moment: after it was disposed, or from inside
 * a callback that it is calling.
 */
export class CallGuard {
  readonly #owner: string
  #callback: string | undefined
  #isDisposed = false

  /** @param owner class name, for messages */
  constructor(owner: string) {
    this.#owner = owner
  }

  /**
   * To be called first in whatever uses the core.
   *
   * @throws DisposedError, BusyError
   */
  check(): void {
    if (this.#isDisposed) throw new DisposedError(this.#owner)
    if (this.#callback) throw new BusyError(`a ${this.#owner} cannot be used from inside its own ${this.#callback}`)
  }

  /** Calls a function of the user's. */
  call<T>(name: string, callback: () => T): T {
    this.enter(name)
    try {
      return callback()
    } finally {
      this.leave()
    }
  }

  /** A function of the user's is about to be called: what {@link CallGuard.call} does, without a closure. */
  enter(name: string): void {
    this.#callback = name
  }

  /** It has returned, or thrown. */
  leave(): void {
    this.#callback = undefined
  }

  /** No use any more from now on. @throws BusyError inside a callback */
  dispose(): void {
    if (!this.#isDisposed) this.check()
    this.#isDisposed = true
  }
}
