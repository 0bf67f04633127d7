/** Waits for a promise in turns: between them there is time for what else has happened. */
export class Wait<T> {
  #outcome: { readonly value: T } | { readonly error: unknown } | undefined
  #isInterrupted = false
  #wake: (() => void) | undefined

  constructor(promise: Promise<T>) {
    promise.then(
      (value) => this.#settle({ value }),
      (error: unknown) => this.#settle({ error }),
    )
  }

  /** Ends the turn at work, or else the next one at once. */
  interrupt(): void {
    this.#isInterrupted = true
    this.#wake?.()
  }

  /**
   * Waits until the promise is settled or somebody interrupts.
   *
   * @returns what the promise was fulfilled with, undefined after an interruption
   * @throws what it was rejected with
   */
  async turn(): Promise<{ readonly value: T } | undefined> {
    if (!this.#isInterrupted && !this.#outcome) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#isInterrupted) {
      this.#isInterrupted = false
      return undefined
    }
    if (this.#outcome && 'error' in this.#outcome) throw this.#outcome.error
    return this.#outcome
  }

  #settle(outcome: { readonly value: T } | { readonly error: unknown }): void {
    this.#outcome = outcome
    this.#wake?.()
  }
}
