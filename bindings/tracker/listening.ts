import { SIDE_INITIATOR, SIDE_RESPONDER } from '../../assembly/layout'
import type { Core } from '../core/core'
import type { ListenerControl } from './stream-events'
import type { FlowSide } from './vocabulary'

/** From where on the listener of one side wants bytes. */
interface Limit {
  readonly flow: number
  readonly offset: number
}

/**
 * What listeners have said that they do not want. The core is told; but it is ahead of them, so that what it has
 * delivered already is held against the same limits here.
 */
export class Listening implements ListenerControl {
  readonly #core: Core
  /** By record index and side. */
  readonly #limits = new Map<number, Limit>()
  /** Places of those that were stopped since the core's ring was empty. */
  #stopped: number[] = []

  constructor(core: Core) {
    this.#core = core
  }

  stopListening(index: number, flow: number, side: FlowSide): void {
    this.skipUntil(index, flow, side, Number.POSITIVE_INFINITY)
  }

  /** A part of a byte is none: it is skipped as a whole. NaN is no offset. */
  skipUntil(index: number, flow: number, side: FlowSide, until: number): void {
    const offset = Math.ceil(until)
    if (Number.isNaN(offset)) return
    const code = codeOf(side)
    const place = placeOf(index, code)
    const limit = this.#limits.get(place)
    if (limit?.flow === flow && limit.offset >= offset) return
    if (offset === Number.POSITIVE_INFINITY) {
      this.#core.exports.stopListening(index, flow, code)
      this.#stopped.push(place)
    } else {
      this.#core.exports.skipStream(index, flow, code, offset)
    }
    this.#limits.set(place, { flow, offset })
  }

  /** The ring is empty: the core tells nothing more of the sides that were stopped. */
  settle(): void {
    if (this.#stopped.length === 0) return
    for (const place of this.#stopped) this.#limits.delete(place)
    this.#stopped = []
  }

  /**
   * How many of the bytes at this stream offset nobody wants.
   *
   * @param side SIDE_*
   */
  unwanted(index: number, flow: number, side: number, offset: number, length: number): number {
    if (this.#limits.size === 0) return 0
    const place = placeOf(index, side)
    const limit = this.#limits.get(place)
    if (limit?.flow !== flow) return 0
    if (limit.offset <= offset + length) this.#limits.delete(place)
    return Math.min(Math.max(limit.offset - offset, 0), length)
  }

  /** Whether nobody wants any more of a side (SIDE_*). */
  isStopped(index: number, flow: number, side: number): boolean {
    if (this.#limits.size === 0) return false
    const limit = this.#limits.get(placeOf(index, side))
    return limit?.flow === flow && limit.offset === Number.POSITIVE_INFINITY
  }

  /** Forgets what was said of a record's flow. */
  drop(index: number): void {
    if (this.#limits.size === 0) return
    this.#limits.delete(placeOf(index, SIDE_INITIATOR))
    this.#limits.delete(placeOf(index, SIDE_RESPONDER))
  }
}

function placeOf(index: number, side: number): number {
  return 2 * index + side
}

function codeOf(side: FlowSide): number {
  return side === 'responder' ? SIDE_RESPONDER : SIDE_INITIATOR
}
