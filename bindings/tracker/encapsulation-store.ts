import { E_ENCAPSULATIONS, ENCAPSULATION_SIZE } from '../../assembly/layout'
import type { EventRecord } from '../core/event-reader'
import { decodeEncapsulations, type Encapsulation, NO_ENCAPSULATIONS } from '../extract/encapsulation'

/** Stacks of encapsulations that are remembered by their bytes: most flows of a capture share a few. */
const MAX_SHARED_STACKS = 1024

/** What was taken off the first packets of live flows, by the index of their records. */
export class EncapsulationStore {
  readonly #flows = new Map<number, readonly Encapsulation[]>()
  readonly #stacks = new Map<string, readonly Encapsulation[]>()

  /**
   * Takes the stack of the flow that a `started` record tells of.
   *
   * @param count how many it has
   */
  put(index: number, record: EventRecord, count: number): readonly Encapsulation[] {
    if (count === 0) return NO_ENCAPSULATIONS
    const stack = this.#share(record, count)
    this.#flows.set(index, stack)
    return stack
  }

  /** The stack of a live flow. */
  get(index: number): readonly Encapsulation[] {
    return this.#flows.get(index) ?? NO_ENCAPSULATIONS
  }

  /** Drops what is kept for a flow. */
  drop(index: number): void {
    this.#flows.delete(index)
  }

  #share({ bytes, at }: EventRecord, count: number): readonly Encapsulation[] {
    const start = at + E_ENCAPSULATIONS
    const name = String.fromCharCode(...bytes.subarray(start, start + count * ENCAPSULATION_SIZE))
    const known = this.#stacks.get(name)
    if (known) return known
    const stack = decodeEncapsulations(bytes, start, count)
    if (this.#stacks.size === MAX_SHARED_STACKS) this.#stacks.clear()
    this.#stacks.set(name, stack)
    return stack
  }
}
