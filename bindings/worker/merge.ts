import type { DriverEvent } from '../driver/driver-events'
import type { FlowKey } from '../extract/flow-key'
import type { Head, Lane } from './lane'

/**
 * Puts the events of several workers, each of which tracks a part of the flows of the same packets, in the order in
 * which one would have told them: by packet, by what happens before and because of it, then by the flow's number.
 */
export class Merge<K extends FlowKey> {
  readonly #lanes: readonly Lane<K>[]

  constructor(lanes: readonly Lane<K>[]) {
    this.#lanes = lanes
  }

  /** The next event; undefined when it is not here, or when it is not known yet which one it is. */
  take(): DriverEvent<K, undefined> | undefined {
    const [only, ...others] = this.#lanes
    if (others.length === 0) return only?.take()
    let first: Lane<K> | undefined
    let firstHead: Head | undefined
    for (const lane of this.#lanes) {
      const head = lane.head()
      if (head && (!firstHead || isBefore(head, firstHead))) {
        first = lane
        firstHead = head
      }
    }
    if (!firstHead) return undefined
    for (const lane of this.#lanes) if (!lane.head() && lane.reached < firstHead.place) return undefined
    return first?.take()
  }
}

function isBefore(a: Head, b: Head): boolean {
  return a.place === b.place ? a.flow < b.flow : a.place < b.place
}
