import { E_LENGTH } from '../../assembly/layout'
import type { Core } from './core'

/** Bytes of events that are copied out of the core at once. An event that a user keeps keeps as many. */
const BLOCK_SIZE = 2048

const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0)

/** One event record in a copy of its own: `E_*` offsets count from `at`. */
export interface EventRecord {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly data: DataView<ArrayBuffer>
  readonly at: number
}

/**
 * Takes the events out of the core's ring, in order. They are copied in blocks, so that what is made of them does not
 * alias the core's memory, and a copy costs little for each.
 */
export class EventReader {
  readonly #core: Core
  /** Address in the ring of what comes next. */
  #next: number
  /** Where the ring ended when it was last asked. */
  #end: number
  #bytes = NOTHING
  #data: DataView<ArrayBuffer> = new DataView(new ArrayBuffer(0))
  /** Address of the copied block's first byte. */
  #base: number

  constructor(core: Core) {
    this.#core = core
    this.#next = core.eventsStart
    this.#end = core.eventsStart
    this.#base = core.eventsStart
  }

  /** The next event; undefined when there is none, and the ring is empty again. */
  read(): EventRecord | undefined {
    if (this.#next === this.#end && !this.#isMore()) {
      this.#clear()
      return undefined
    }
    if (!this.#holds(this.#next)) this.#copyBlock()
    const at = this.#next - this.#base
    this.#next += this.#data.getUint16(at + E_LENGTH, true)
    return { bytes: this.#bytes, data: this.#data, at }
  }

  /** A ring that was not empty may have grown since it was asked. */
  #isMore(): boolean {
    this.#end = this.#core.exports.eventsEnd() >>> 0
    return this.#next !== this.#end
  }

  /** Also when there was no event: it gives back the buffers whose bytes events have pointed to. */
  #clear(): void {
    this.#core.exports.clearEvents()
    this.#next = this.#core.eventsStart
    this.#end = this.#next
    this.#base = this.#next
    this.#bytes = NOTHING
  }

  /** Whether the whole event at this address lies in the block. */
  #holds(address: number): boolean {
    const at = address - this.#base
    if (at + E_LENGTH + 2 > this.#bytes.length) return false
    return at + this.#data.getUint16(at + E_LENGTH, true) <= this.#bytes.length
  }

  #copyBlock(): void {
    const length = Math.min(BLOCK_SIZE, this.#end - this.#next)
    this.#base = this.#next
    this.#bytes = this.#core.copy(this.#next, length)
    this.#data = new DataView(this.#bytes.buffer)
  }
}
