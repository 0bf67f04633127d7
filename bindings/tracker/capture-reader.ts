import { FORMAT_UNKNOWN } from '../../assembly/layout'
import { FlowscopeError } from '../common/errors'
import { readDamage } from '../core/damage'
import type { FlowKey } from '../extract/flow-key'
import { checkCount } from '../sources/capture-source'
import { type Engine, READ_SIZE } from './engine'

/**
 * Reads one capture through an engine: a source fills {@link CaptureReader.target}, {@link CaptureReader.accept}
 * tracks what came, and moves the record that is not yet whole to the front of the buffer.
 */
export class CaptureReader<K extends FlowKey, S, E> {
  readonly #engine: Engine<K, S, E>
  /** Bytes at the front of the buffer that have not been consumed. */
  #rest = 0
  #bytesRead = 0

  constructor(engine: Engine<K, S, E>) {
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
  *accept(count: number): Generator<E, void, undefined> {
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
