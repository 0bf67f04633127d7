import { PLACE_PACKET, PLACES } from '../../assembly/layout'
import type { Shard } from '../core/core'
import { createParts, type DriverParts, ParserDriver } from '../driver/driver'
import type { DriverEvent } from '../driver/driver-events'
import { type CommonDriverOptions, flatten } from '../driver/options'
import type { FlowKey } from '../extract/flow-key'
import type { ParserEntry } from '../session/protocol'

/** The driver in a worker: one that, where it shares its flows with others, knows where its events belong. */
export class ServedDriver extends ParserDriver<FlowKey, undefined, DriverEvent> {
  readonly #places: Places | undefined

  private constructor(parts: DriverParts<FlowKey, undefined>, places: Places | undefined) {
    super('Driver', parts)
    this.#places = places
  }

  /** @throws what `Driver.create` throws */
  static async create(
    parsers: readonly ParserEntry[],
    options: CommonDriverOptions<FlowKey, undefined>,
    shard: Shard | undefined,
  ): Promise<ServedDriver> {
    const places = shard && new Places()
    const parts = await createParts('Driver', flatten(parsers), options, {
      shard,
      ...(places && { onPlace: (place) => places.add(place) }),
    })
    return new ServedDriver(parts, places)
  }

  /** Where the next event that is taken belongs; undefined where flows are not shared. Once for each, in their order. */
  takePlace(): number | undefined {
    return this.#places?.take()
  }

  /** The last place of the packet that was tracked last. */
  get lastPlace(): number {
    return this.stats.packets * PLACES + PLACE_PACKET
  }
}

/** Places of events that have been made and not taken, first in, first out. */
class Places {
  #places: number[] = []
  #taken = 0

  add(place: number): void {
    this.#places.push(place)
  }

  take(): number | undefined {
    const place = this.#places[this.#taken++]
    if (this.#taken === this.#places.length) {
      this.#places = []
      this.#taken = 0
    }
    return place
  }
}
