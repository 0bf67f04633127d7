/** Bytes of memory that undecided flows may hold together, where no number is given. */
export const DEFAULT_PROBE_BUFFER = 16 << 20

/** What undecided flows have come to. */
export interface ProbeStats {
  /** Bytes of memory that they hold now, about. */
  readonly heldBytes: number
  /** The most that it has been. */
  readonly peakBytes: number
  /** Flows that had to be given up. */
  readonly flowsGivenUp: number
}

/** A flow that nobody knows yet, and which holds bytes. */
export interface Undecided {
  /** Lets its bytes go: it will not be known. */
  giveUp(): void
}

/** Bounds what undecided flows hold together: those that have held bytes for the longest are given up first. */
export class ProbeBudget {
  readonly #limit: number
  /** Those that hold any, and how much; the longest first. */
  readonly #costs = new Map<Undecided, number>()
  #heldBytes = 0
  #peakBytes = 0
  #flowsGivenUp = 0

  /** @param limit bytes */
  constructor(limit: number) {
    this.#limit = limit
  }

  get stats(): ProbeStats {
    return { heldBytes: this.#heldBytes, peakBytes: this.#peakBytes, flowsGivenUp: this.#flowsGivenUp }
  }

  /** A flow holds so many bytes now, 0 when it is decided or has ended. */
  set(flow: Undecided, cost: number): void {
    const before = this.#costs.get(flow) ?? 0
    if (cost === before) return
    if (cost === 0) this.#costs.delete(flow)
    else this.#costs.set(flow, cost)
    this.#heldBytes += cost - before
    if (this.#heldBytes > this.#limit) this.#shrink()
    this.#peakBytes = Math.max(this.#peakBytes, this.#heldBytes)
  }

  #shrink(): void {
    for (const [flow, cost] of this.#costs) {
      if (this.#heldBytes <= this.#limit) return
      this.#costs.delete(flow)
      this.#heldBytes -= cost
      this.#flowsGivenUp++
      flow.giveUp()
    }
  }
}
