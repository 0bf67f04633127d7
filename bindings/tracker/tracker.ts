import { END_FORCED, END_OF_CAPTURE, T_FLOWS_LIVE } from '../../assembly/layout'
import { disposeSymbol } from '../common/dispose'
import { BusyError, CaptureError, DisposedError, SourceError } from '../common/errors'
import { untilAborted, yieldToEventLoop } from '../common/event-loop'
import { checkFunction } from '../common/options'
import { Wait } from '../common/wait'
import type { Extractor } from '../extract/extractor'
import type { FlowKey } from '../extract/flow-key'
import type { PacketView } from '../packet/packet-view'
import type { Timestamp } from '../packet/timestamp'
import { type CaptureInput, toSource } from '../sources/capture-input'
import { OpenedCapture } from '../sources/opened-capture'
import { CaptureReader } from './capture-reader'
import { changeConfig, type FlowTrackerChanges, type FlowTrackerConfig, type IdleTimeoutFunction } from './config'
import type { Engine } from './engine'
import type { FlowEntry } from './flow-entry'
import { FrameWriter } from './frame-writer'
import type { TrackerObserver } from './observer'
import { LONGEST_TURN, progressOf, type ReadOptions, type ReadSyncOptions } from './read-options'
import { decodeTrackerStats, type TrackerStats } from './tracker-stats'

export type { ReadOptions, ReadProgress, ReadSyncOptions } from './read-options'

/**
 * What {@link FlowTracker} and the drivers have in common: packets go in, one by one or from captures, and events of
 * type `E` come out.
 */
export abstract class Tracker<K extends FlowKey, S, E> implements Disposable {
  /** Which packets belong to which flow. */
  readonly extractor: Extractor<K>

  /** Undefined after disposal. */
  #engine: Engine<K, S, E> | undefined
  /** What keeps the tracker from other work. */
  #busyWith: 'reading a capture' | 'tracking frames' | 'finishing' | undefined
  /** A source writes into the core's memory, which must stay where it is. */
  #filling: Wait<number> | undefined
  /** What frames go through while the core expects single ones. */
  #writer: FrameWriter | undefined

  /** Class name, for messages. */
  readonly #owner: string

  /** @internal */
  protected constructor(owner: string, extractor: Extractor<K>, engine: Engine<K, S, E>) {
    this.#owner = owner
    this.extractor = extractor
    this.#engine = engine
  }

  /** The configuration at work. */
  get config(): FlowTrackerConfig {
    return this.#enter().config
  }

  /** Counters since the tracker was made. */
  get stats(): TrackerStats {
    const { core } = this.#enter()
    return decodeTrackerStats(core.memory().data, core.stats)
  }

  /** Live flows. */
  get flowCount(): number {
    const { core } = this.#enter()
    return core.memory().data.getUint32(core.stats + T_FLOWS_LIVE, true)
  }

  /**
   * Tracks one frame.
   *
   * @returns what it made happen, in order; empty when it belongs to no flow. Byte views of events hold until the
   * next call.
   * @throws FrameError when it is longer than 256 KiB, BusyError while a capture is read
   */
  track(view: PacketView): E[] {
    return this.trackAll([view])
  }

  /**
   * Tracks frames in their order, with as few calls of the core as its input buffer of 512 KiB allows: for live
   * traffic, which comes in batches. It is for batches that are at hand: all their events are returned together.
   *
   * @returns what they made happen, in order. Byte views of events hold until the next call.
   * @throws FrameError when one is longer than 256 KiB, BusyError while a capture is read. Frames before that have been
   * tracked, and what they made happen comes with the next call, as it does when `views` throws.
   */
  trackAll(views: Iterable<PacketView>): E[] {
    const engine = this.#enterIdle('track')
    const writer = this.#openWriter(engine)
    engine.settle()
    this.#busyWith = 'tracking frames'
    try {
      for (const view of views) {
        if (!writer.fits(view)) {
          this.#trackWritten(engine, writer)
          engine.keepBytes()
        }
        writer.add(view)
      }
    } finally {
      this.#busyWith = undefined
      this.#trackWritten(engine, writer)
    }
    return engine.takeAll()
  }

  /**
   * Reads a capture of any format that the core knows, and hands out its events in capture order. Flows live on
   * after its end, for captures that continue it: see {@link Tracker.finish}.
   *
   * The source is closed when the iteration ends, however it does.
   *
   * @throws CaptureError when the capture is damaged, after all events before the damage; the signal's reason;
   * errors of the source; BusyError while another capture is read
   */
  read(input: CaptureInput, options: ReadOptions = {}): AsyncGenerator<E, void, undefined> {
    return this.#readEvents(input, options, false)
  }

  /**
   * The same as {@link Tracker.read}, without waiting: for sources that answer at once, which bytes and regular
   * files do.
   *
   * @throws what `read` throws, and SourceError when the source answers with a promise
   */
  readSync(input: CaptureInput, options: ReadSyncOptions = {}): Generator<E, void, undefined> {
    return this.#readEventsSync(input, options, false)
  }

  /**
   * Reads a whole capture, and ends all flows at its end: {@link Tracker.read} and then
   * {@link Tracker.finishing}.
   *
   * @throws what `read` throws; a CaptureError after all flows have ended
   */
  events(input: CaptureInput, options: ReadOptions = {}): AsyncGenerator<E, void, undefined> {
    return this.#readEvents(input, options, true)
  }

  /**
   * The same as {@link Tracker.events}, without waiting.
   *
   * @throws what `readSync` throws; a CaptureError after all flows have ended
   */
  eventsSync(input: CaptureInput, options: ReadSyncOptions = {}): Generator<E, void, undefined> {
    return this.#readEventsSync(input, options, true)
  }

  /**
   * Ends the flows that are idle at this time. Flows end by themselves as capture time goes by, so this is for live
   * traffic that has ceased.
   *
   * @returns what happened; while a capture is read it comes out of that iteration instead, and this is empty
   */
  sweep(now: Timestamp): E[] {
    const engine = this.#enter()
    engine.sweep(now)
    return this.#result(engine)
  }

  /**
   * Ends all live flows, for the reason `end_of_capture`. The tracker can go on.
   *
   * @returns what happened; while a capture is read it comes out of that iteration instead, and this is empty
   */
  finish(): E[] {
    const engine = this.#enter()
    do engine.complete(() => engine.core.exports.finish(END_OF_CAPTURE))
    while (this.flowCount > 0)
    return this.#result(engine)
  }

  /**
   * The same as {@link Tracker.finish}, one event at a time: for more flows than are to be held in memory twice.
   * Nothing happens before the first event is pulled.
   *
   * @throws BusyError while a capture is read
   */
  *finishing(): Generator<E, void, undefined> {
    const engine = this.#enterIdle('finishing')
    this.#busyWith = 'finishing'
    try {
      do {
        yield* engine.drain()
        engine.core.exports.finish(END_OF_CAPTURE)
        yield* engine.drain()
      } while (this.flowCount > 0)
    } finally {
      this.#busyWith = undefined
    }
    engine.raise()
  }

  /**
   * Ends one flow, for the reason `forced`.
   *
   * @returns what happened, empty when there is no such flow; while a capture is read it comes out of that iteration
   * instead, and this is empty
   */
  forceClose(key: K): E[] {
    const engine = this.#enter()
    engine.settle()
    const index = engine.find(key)
    if (index >= 0) engine.complete(() => engine.core.exports.closeFlow(index, END_FORCED))
    return this.#result(engine)
  }

  /**
   * Removes one flow without an event.
   *
   * @returns whether there was such a flow
   */
  forget(key: K): boolean {
    const engine = this.#enter()
    const index = engine.find(key)
    if (index >= 0) engine.forget(index)
    engine.raise()
    return index >= 0
  }

  /** A live flow as it is now; undefined when there is none with this key. It does not count as use of the flow. */
  get(key: K): FlowEntry<K, S> | undefined {
    const engine = this.#enter()
    engine.settle()
    engine.raise()
    const index = engine.find(key)
    return index < 0 ? undefined : engine.entry(index)
  }

  /** All live flows, each as it is when its turn comes, in no particular order. */
  *flows(): Generator<FlowEntry<K, S>, void, undefined> {
    const engine = this.#enter()
    for (let index = engine.nextLive(0); index >= 0; index = engine.nextLive(index + 1)) {
      engine.settle()
      engine.raise()
      yield engine.entry(index)
      engine.guard.check()
    }
  }

  /**
   * Changes some of the configuration. Live flows are measured by the new idle timeouts at once. Fewer `maxFlows`
   * than there are live flows evict the longest unused.
   *
   * @returns what happened; while a capture is read it comes out of that iteration instead, and this is empty
   * @throws ConfigError when a value cannot be used, OutOfMemoryError when memory for more flows is not to be had,
   * BusyError while a source is being waited for; then nothing has changed
   */
  reconfigure(changes: FlowTrackerChanges): E[] {
    const engine = this.#enterUnfilled('reconfigure')
    engine.reconfigure(changeConfig(engine.config, changes), engine.idleTimeoutOf)
    return this.#result(engine)
  }

  /**
   * Sets the function that gives single flows an idle timeout of their own, or takes it away. It is asked for all
   * live flows at once, and later for each one that starts.
   *
   * @throws BusyError while a source is being waited for; then nothing has changed
   */
  setIdleTimeoutOf(idleTimeoutOf: IdleTimeoutFunction<K> | undefined): void {
    const engine = this.#enterUnfilled('setIdleTimeoutOf')
    engine.reconfigure(engine.config, checkFunction(idleTimeoutOf, 'idleTimeoutOf'))
    engine.raise()
  }

  /**
   * Shows all that happens to somebody else, too: each event once, in order, whichever method hands it out. For counters,
   * logs and traces that are to miss nothing. What nobody observes costs nothing. Observers count among the functions
   * that must not use the tracker, and an error of theirs comes out of the call at work.
   *
   * @returns ends it
   */
  observe(observer: TrackerObserver<E>): () => void {
    return this.#enter().observe(observer)
  }

  /**
   * Lets the core's memory go. The tracker cannot be used any more; a second time does nothing.
   *
   * @throws BusyError inside one of the tracker's callbacks
   */
  dispose(): void {
    const engine = this.#engine
    if (!engine) return
    engine.guard.check()
    try {
      engine.close()
    } finally {
      engine.guard.dispose()
      this.#engine = undefined
      // An iteration that waits for its source ends at once.
      this.#filling?.interrupt()
    }
  }

  /** The same as `dispose`, for `using`. */
  declare readonly [Symbol.dispose]: () => void;

  /** @internal */
  [disposeSymbol](): void {
    this.dispose()
  }

  /** One generator for both, without `yield*`: each layer of it would double what an event costs. */
  async *#readEvents(
    input: CaptureInput,
    { signal, onProgress, decompress = [] }: ReadOptions,
    endsFlows: boolean,
  ): AsyncGenerator<E, void, undefined> {
    const engine = this.#enterIdle('read')
    const source = new OpenedCapture(toSource(input), decompress, true)
    let damage: CaptureError | undefined
    this.#busyWith = 'reading a capture'
    this.#writer = undefined
    try {
      const reader = new CaptureReader(engine)
      let turn = performance.now()
      for (;;) {
        signal?.throwIfAborted()
        let count = source.readInto(reader.target())
        if (typeof count !== 'number') {
          this.#filling = new Wait(untilAborted(count, signal))
          let filled = await this.#filling.turn()
          for (; !filled; filled = await this.#filling.turn()) {
            // What a sweep made happen does not wait for the source.
            for (const event of engine.drain()) yield event
          }
          this.#filling = undefined
          count = filled.value
        }
        if (count === 0) break
        for (const event of reader.accept(count)) yield event
        onProgress?.(progressOf(source, reader))
        if (performance.now() - turn < LONGEST_TURN) continue
        await yieldToEventLoop()
        turn = performance.now()
      }
      reader.end()
    } catch (error) {
      if (!endsFlows || !(error instanceof CaptureError)) throw error
      damage = error
    } finally {
      this.#busyWith = undefined
      this.#filling = undefined
      await source.close()
    }
    if (endsFlows) for (const event of this.finishing()) yield event
    if (damage) throw damage
  }

  *#readEventsSync(
    input: CaptureInput,
    { onProgress, decompress = [] }: ReadSyncOptions,
    endsFlows: boolean,
  ): Generator<E, void, undefined> {
    const engine = this.#enterIdle('readSync')
    const source = new OpenedCapture(toSource(input), decompress, false)
    let damage: CaptureError | undefined
    this.#busyWith = 'reading a capture'
    this.#writer = undefined
    try {
      const reader = new CaptureReader(engine)
      for (;;) {
        const count = source.readInto(reader.target())
        if (typeof count !== 'number') throw new SourceError('this source cannot be read synchronously')
        if (count === 0) break
        yield* reader.accept(count)
        onProgress?.(progressOf(source, reader))
      }
      reader.end()
    } catch (error) {
      if (!endsFlows || !(error instanceof CaptureError)) throw error
      damage = error
    } finally {
      this.#busyWith = undefined
      closeWithoutWaiting(source.close())
    }
    if (endsFlows) yield* this.finishing()
    if (damage) throw damage
  }

  #enter(): Engine<K, S, E> {
    if (!this.#engine) throw new DisposedError(this.#owner)
    this.#engine.guard.check()
    return this.#engine
  }

  #enterIdle(method: string): Engine<K, S, E> {
    const engine = this.#enter()
    if (this.#busyWith) throw new BusyError(`${method}: the tracker is ${this.#busyWith}`)
    return engine
  }

  #enterUnfilled(method: string): Engine<K, S, E> {
    const engine = this.#enter()
    if (this.#filling) throw new BusyError(`${method}: a source is writing into the tracker's memory`)
    return engine
  }

  /** Events that a call has caused: for an iteration that is under way, or else for the caller. */
  #result(engine: Engine<K, S, E>): E[] {
    engine.raise()
    this.#filling?.interrupt()
    return this.#busyWith ? [] : engine.takeAll()
  }

  #openWriter({ core }: Engine<K, S, E>): FrameWriter {
    if (!this.#writer) {
      this.#writer = new FrameWriter(core)
      this.#writer.open()
    }
    return this.#writer
  }

  #trackWritten(engine: Engine<K, S, E>, writer: FrameWriter): void {
    if (writer.isEmpty) return
    const { start, end } = writer
    writer.clear()
    engine.feedWhole(start, end)
  }
}

/** A failure to close what was read synchronously has nobody to go to. */
function closeWithoutWaiting(closing: void | Promise<void>): void {
  if (closing instanceof Promise) closing.catch(() => undefined)
}
