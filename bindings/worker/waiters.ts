/** Those that wait for something to happen, whatever it is. */
export class Waiters {
  #waiting: (() => void)[] = []

  /** Resolves when something happens next. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Something has happened. */
  wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
