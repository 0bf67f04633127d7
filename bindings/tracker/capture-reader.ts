import { FORMAT_UNKNOWN } from '../../assembly/layout'
import type { CallGuard } from '../common/call-guard'
import { FlowscopeError } from '../common/errors'
import type { Core } from '../core/core'
import { readDamage } from '../core/damage'
import { checkCount } from '../sources/capture-source'

/** Bytes asked of a source at once: few enough to lie in the second-level cache until they are tracked. */
export const READ_SIZE = 1 << 18

/** What one call of `feed` came to. */
export interface FeedResult {
  /** Address of the first byte that was not consumed. */
  readonly next: number
  /** The core has reported damage there. */
  readonly isDamaged: boolean
}

/** What makes something of the records of a capture. */
export interface CaptureFeeder<T> {
  readonly core: Core
  readonly guard: CallGuard
  /** Reads the records between two addresses. */
  feed(start: number, end: number): Generator<T, FeedResult, undefined>
}

/**
 * Reads one capture through an engine: a source fills {@link CaptureReader.target}, {@link CaptureReader.accept}
 * tracks what came, and moves the record that is not yet whole to the front of the buffer.
 */
export class CaptureReader<T> {
  readonly #engine: CaptureFeeder<T>
  /** Bytes at the front of the buffer that have not been consumed. */
  #rest = 0
  #bytesRead = 0

  constructor(engine: CaptureFeeder<T>) {
    this.#engine = engine
    engine.core.exports.openCapture(FORMAT_UNKNOWN)
  }

  /** Bytes of the capture that have been read. */
  get bytesRead(): number {
    return this.#bytesRead
  }

  /** Where the source is to write: a view that holds until the next call of the engine. */
  target(): Uint8Array {
    const { core, guard } = this.#engine
    guard.check()
    return new Uint8Array(core.memory().bytes.buffer, core.input + this.#rest, this.#room)
  }

  /**
   * Tracks the bytes that a source has written.
   *
   * @param count how many, as the source says
   * @throws CaptureError at the damage, SourceError when the count is impossible
   */
  *accept(count: number): Generator<T, void, undefined> {
    const { core, guard } = this.#engine
    guard.check()
    checkCount(count, this.#room)
    this.#bytesRead += count
    const end = core.input + this.#rest + count
    const { next, isDamaged } = yield* this.#engine.feed(core.input, end)
    if (isDamaged) throw readDamage(core)
    core.memory().bytes.copyWithin(core.input, next, end)
    this.#rest = end - next
    if (this.#room === 0) throw new FlowscopeError('a record does not fit into the input buffer')
  }

  /** The capture ends here. @throws CaptureError when it ends inside a record */
  end(): void {
    const { core, guard } = this.#engine
    guard.check()
    if (core.exports.endCapture(core.input, core.input + this.#rest) === 0) throw readDamage(core)
  }

  /** Bytes that can be read at once. */
  get #room(): number {
    return Math.min(READ_SIZE, this.#engine.core.inputCapacity - this.#rest)
  }
}
