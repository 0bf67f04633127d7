/** What one shard counts, in the numbers of all flows together: by the order in which they start. */
export class FlowNumbers {
  readonly #counter: { count: number }
  /** By the shard's own number. */
  readonly #numbers = new Map<number, number>()
  /** The flow that ended last: an anomaly behind its end may name it. */
  #ended: readonly [own: number, number: number] = [0, 0]

  /** @param counter flows that have started so far, shared by all */
  constructor(counter: { count: number }) {
    this.#counter = counter
  }

  /** A flow has started. */
  start(own: number): number {
    const number = ++this.#counter.count
    this.#numbers.set(own, number)
    return number
  }

  /** Number of a flow; undefined when it has not started. */
  of(own: number): number | undefined {
    return this.#numbers.get(own) ?? (this.#ended[0] === own ? this.#ended[1] : undefined)
  }

  /** A flow has ended. */
  end(own: number): void {
    this.#ended = [own, this.of(own) ?? 0]
    this.#numbers.delete(own)
  }
}
