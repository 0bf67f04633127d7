import { disposeSymbol } from '../common/dispose'
import { BusyError, DisposedError, WorkerError } from '../common/errors'
import { untilAborted } from '../common/event-loop'
import { coreModule } from '../core/module'
import type { DriverEvent } from '../driver/driver-events'
import type { FiveTupleKey, FlowKey } from '../extract/flow-key'
import type { Timestamp } from '../packet/timestamp'
import type { WorkerLike } from '../platform/platform'
import type { ParserEntry } from '../session/protocol'
import { type CaptureInput, toSource } from '../sources/capture-input'
import type { CaptureSource } from '../sources/capture-source'
import type { FlowTrackerChanges, FlowTrackerConfig } from '../tracker/config'
import type { ReadOptions } from '../tracker/tracker'
import type { TrackerStats } from '../tracker/tracker-stats'
import { FlowNumbers } from './flow-numbers'
import { Lane } from './lane'
import { Merge } from './merge'
import type { Command, ParserChoice, SentOptions } from './protocol'
import { Pump } from './pump'
import { checkSendable, sendable } from './sendable'
import { checkShards, mergeStats, splitChanges, splitOptions } from './shards'
import { startSafely, startWorker } from './start'
import { Waiters } from './waiters'
import { ALL, type ChosenParsers, type StandardName, type WorkerDriverOptions } from './worker-options'

/**
 * A `Driver` that runs in a worker: captures go in, the same events come out, in the same order and of the same
 * classes, and the thread that asks stays free.
 *
 * ```ts
 * using driver = await WorkerDriver.create({ parsers: ['http', 'dns'] })
 * for await (const event of driver.events(file)) if (event.kind === 'message') console.log(event.message)
 * ```
 *
 * - Events come in batches. The worker is ahead of what is taken by 5 batches of about 64 KiB at most.
 * - Files, blobs and paths are read in the worker. All else is read here, and sent on in pieces of 256 KiB.
 * - Byte views of events hold as long as the event. `user` is undefined: what functions make cannot be sent.
 * - When the worker fails, whatever waits for it gets a WorkerError, and so does every later call.
 * - With several `shards`, an iteration that is left early ends the driver's use: workers stop at different places.
 */
export class WorkerDriver<K extends FlowKey = FlowKey, P extends readonly ParserEntry[] = readonly ParserEntry[]>
  implements Disposable
{
  readonly #lanes: readonly Lane<K>[]
  readonly #waiters: Waiters
  readonly #merge: Merge<K>
  #isBusy = false
  #isDisposed = false
  /** Several workers have been stopped, each wherever it was. */
  #isTorn = false

  private constructor(lanes: readonly Lane<K>[], waiters: Waiters) {
    this.#lanes = lanes
    this.#waiters = waiters
    this.#merge = new Merge(lanes)
  }

  /**
   * Starts a worker, and makes a driver in it.
   *
   * @throws ConfigError when an option cannot be used, or not be sent to a worker; ModuleError when the core cannot be
   * loaded; OutOfMemoryError; WorkerError when the worker cannot be started, or this runtime has none
   */
  static async create<
    const C extends readonly ParserChoice<StandardName>[] = readonly StandardName[],
    K extends FlowKey = FiveTupleKey,
  >(options?: WorkerDriverOptions<K, C> & { readonly worker?: never }): Promise<WorkerDriver<K, ChosenParsers<C>>>
  /** The same with a worker of your own: what its parsers `P` are cannot be known from their names. */
  static async create<P extends readonly ParserEntry[], K extends FlowKey = FiveTupleKey>(
    options: WorkerDriverOptions<K, readonly ParserChoice[]> & { readonly worker: () => WorkerLike },
  ): Promise<WorkerDriver<K, P>>
  static async create<K extends FlowKey, P extends readonly ParserEntry[]>({
    parsers = ALL,
    worker = startWorker,
    shards = 1,
    ...options
  }: WorkerDriverOptions<K, readonly ParserChoice[]> = {}): Promise<WorkerDriver<K, P>> {
    checkSendable(options)
    checkShards(shards)
    const module = await coreModule()
    const waiters = new Waiters()
    const counter = { count: 0 }
    const lanes: Lane<K>[] = []
    try {
      const creations = splitOptions(options, shards).map((own, index) => {
        const numbers = shards === 1 ? undefined : new FlowNumbers(counter)
        const lane = new Lane<K>(startSafely(worker), waiters, numbers)
        lanes.push(lane)
        const shard = shards === 1 ? undefined : { index, count: shards }
        return lane.create({ type: 'create', parsers, options: own as SentOptions, module, shard })
      })
      await Promise.all(creations)
      return new WorkerDriver<K, P>(lanes, waiters)
    } catch (error) {
      for (const lane of lanes) lane.terminate(new DisposedError('WorkerDriver'))
      throw error
    }
  }

  /** The configuration at work. */
  get config(): FlowTrackerConfig {
    this.#check()
    const configs = this.#lanes.map((lane) => lane.config) as [FlowTrackerConfig]
    return { ...configs[0], maxFlows: configs.reduce((sum, { maxFlows }) => sum + maxFlows, 0) }
  }

  /** Counters since the driver was made. While a capture is read they are those of the workers, which are ahead. */
  async stats(): Promise<TrackerStats> {
    this.#check()
    return mergeStats((await Promise.all(this.#lanes.map((lane) => lane.stats()))) as TrackerStats[])
  }

  /**
   * Reads a whole capture, and ends all flows at its end, as `Tracker.events` does.
   *
   * @throws what that throws, and WorkerError
   */
  events(
    input: CaptureInput,
    options: ReadOptions = {},
  ): AsyncGenerator<DriverEvent<K, undefined, P>, void, undefined> {
    return this.#read(input, options, true)
  }

  /** Reads a capture, as `Tracker.read` does: flows live on after its end. */
  read(input: CaptureInput, options: ReadOptions = {}): AsyncGenerator<DriverEvent<K, undefined, P>, void, undefined> {
    return this.#read(input, options, false)
  }

  /** Ends the flows that are idle at this time. @returns what happened */
  sweep({ seconds, nanoseconds }: Timestamp): Promise<DriverEvent<K, undefined, P>[]> {
    return this.#collect(this.#lanes.map(() => ({ type: 'sweep', seconds, nanoseconds })))
  }

  /** Ends all live flows. @returns what happened */
  finish(): Promise<DriverEvent<K, undefined, P>[]> {
    return this.#collect(this.#lanes.map(() => ({ type: 'finish' })))
  }

  /** Changes some of the configuration, as `Tracker.reconfigure` does. @returns what happened */
  reconfigure(changes: FlowTrackerChanges): Promise<DriverEvent<K, undefined, P>[]> {
    const { length } = this.#lanes
    return this.#collect(splitChanges(changes, length).map((own) => ({ type: 'reconfigure', changes: own })))
  }

  /** Ends the workers, whatever they are doing. A second time does nothing. */
  dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    for (const lane of this.#lanes) lane.terminate(new DisposedError('WorkerDriver'))
  }

  /** The same as `dispose`, for `using`. */
  declare readonly [Symbol.dispose]: () => void;

  /** @internal */
  [disposeSymbol](): void {
    this.dispose()
  }

  async #collect(commands: readonly Command[]): Promise<DriverEvent<K, undefined, P>[]> {
    const events: DriverEvent<K, undefined, P>[] = []
    for await (const event of this.#run(commands)) events.push(event)
    return events
  }

  /** One generator for all: each layer of them would double what an event costs. */
  async *#run(
    commands: readonly Command[],
    source?: CaptureSource,
    { signal, onProgress }: ReadOptions = {},
  ): AsyncGenerator<DriverEvent<K, undefined, P>, void, undefined> {
    this.#check()
    if (this.#isBusy) throw new BusyError(`${commands[0]?.type}: the driver is at work`)
    this.#isBusy = true
    const lanes = this.#lanes
    let pump: Pump<K> | undefined
    let isWhole = false
    try {
      signal?.throwIfAborted()
      // What was left early before may be at work still.
      await untilAborted(Promise.all(lanes.map((lane) => lane.settled())), signal)
      if (source) pump = new Pump(source, lanes)
      for (const [i, lane] of lanes.entries()) lane.begin(commands[i] as Command, i === 0 ? onProgress : undefined)
      do {
        for (let event = this.#merge.take(); event; event = this.#merge.take()) {
          // Which messages there are follows from the parsers, and the workers have them.
          yield event as DriverEvent<K, undefined, P>
          signal?.throwIfAborted()
        }
      } while (await untilAborted(this.#hasMore(pump), signal))
      isWhole = true
      const error = lanes.find((lane) => lane.error)?.error
      if (error) throw error
    } finally {
      this.#isBusy = false
      this.#isTorn ||= !isWhole && lanes.length > 1
      for (const lane of lanes) lane.cancel()
      pump?.stop()
      await source?.close?.()
    }
  }

  /** Waits for events. False: the command has ended, and they have all been taken. @throws what a worker has failed with */
  async #hasMore(pump: Pump<K> | undefined): Promise<boolean> {
    const failure = this.#lanes.find((lane) => lane.failure)?.failure
    // The source's own error, not what became of it on its way through the worker.
    if (failure) pump?.raise()
    if (failure) throw failure
    if (this.#lanes.every((lane) => lane.isOver)) return false
    await this.#waiters.next()
    return true
  }

  #read(
    input: CaptureInput,
    options: ReadOptions,
    endsFlows: boolean,
  ): AsyncGenerator<DriverEvent<K, undefined, P>, void, undefined> {
    const sent = sendable(input)
    const source = sent ? undefined : toSource(input)
    const read = { type: 'read', input: sent ?? { kind: 'pieces', size: source?.size }, endsFlows } as const
    const commands = this.#lanes.map(() => read)
    return this.#run(commands, source, options)
  }

  #check(): void {
    if (this.#isDisposed) throw new DisposedError('WorkerDriver')
    if (this.#isTorn) throw new WorkerError('the workers have been stopped in the middle: they share no state any more')
  }
}
