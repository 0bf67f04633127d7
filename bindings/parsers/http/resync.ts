import type { HttpCounters } from './findings'
import type { HttpConfig } from './options'
import { StartLineSearch } from './search'
import type { SectionBuffer } from './section'
import type { MessageKind } from './side-owner'

/** What a search has come to: nothing yet; a start line; nothing in as many bytes as may be searched. */
export type ResyncStep = 'more' | 'found' | 'bound'

/** Searches for the next message where it is not known any more where messages begin, up to a bound. */
export class Resync {
  /** After {@link Resync.take}: where the bytes behind those searched begin. */
  next = 0
  readonly #config: HttpConfig
  readonly #counters: HttpCounters
  readonly #search = new StartLineSearch()
  #searched = 0

  constructor(config: HttpConfig, counters: HttpCounters) {
    this.#config = config
    this.#counters = counters
  }

  /** After `found`: the start line with its end. */
  get line(): SectionBuffer {
    return this.#search.line
  }

  /** Bytes are missing: no start line goes on behind them. */
  gap(): void {
    this.#search.reset()
  }

  /** Searches the bytes from `from` on for what this side sends. */
  take(bytes: Uint8Array, from: number, kind: MessageKind | undefined): ResyncStep {
    const { maxSearch } = this.#config
    const limit = Math.min(bytes.length, from + maxSearch - this.#searched)
    const found = this.#search.find(bytes, from, limit, kind)
    this.next = found < 0 ? limit : found
    this.#searched += this.next - from
    this.#counters.strayBytes += this.next - from
    if (found < 0) return this.#searched >= maxSearch ? 'bound' : 'more'
    this.#counters.strayBytes -= this.line.length
    return 'found'
  }
}
