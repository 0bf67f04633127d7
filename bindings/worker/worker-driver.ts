import { platform } from '#platform'
import { disposeSymbol } from '../common/dispose'
import { BusyError, ConfigError, DisposedError, WorkerError } from '../common/errors'
import { untilAborted } from '../common/event-loop'
import { coreModule } from '../core/module'
import type { DriverEvent } from '../driver/driver-events'
import type { ExtractorNode } from '../extract/extractor'
import type { FiveTupleKey, FlowKey } from '../extract/flow-key'
import type { Timestamp } from '../packet/timestamp'
import type { DnsParser } from '../parsers/dns/protocol'
import type { HttpProtocol } from '../parsers/http/protocol'
import type { TlsEvent } from '../parsers/tls/session'
import type { WorkerLike } from '../platform/platform'
import type { ParserEntry, SessionProtocol } from '../session/protocol'
import { type CaptureInput, toSource } from '../sources/capture-input'
import type { CaptureSource } from '../sources/capture-source'
import type { FlowTrackerChanges, FlowTrackerConfig } from '../tracker/config'
import type { ReadOptions } from '../tracker/tracker'
import type { TrackerStats } from '../tracker/tracker-stats'
import { Lane } from './lane'
import type { Command, ParserChoice, SentInput, SentOptions } from './protocol'
import { Pump } from './pump'

/** The parsers that the worker of this package offers, by name. */
export interface StandardParsers {
  readonly http: HttpProtocol
  readonly tls: SessionProtocol<'tls', TlsEvent>
  readonly dns: DnsParser
}

type StandardName = keyof StandardParsers

type NameOf<C> = C extends { readonly name: infer N } ? N : C

/** What the chosen parsers are, for the types of messages. */
export type ChosenParsers<C extends readonly ParserChoice<StandardName>[]> = readonly StandardParsers[NameOf<
  C[number]
> &
  StandardName][]

/** What {@link WorkerDriver.create} is given: the options of a {@link Driver} that can be sent to another thread. */
export interface WorkerDriverOptions<K extends FlowKey, C extends readonly ParserChoice[]> extends SentOptions<K> {
  /**
   * Names of parsers that the worker offers, or `{ name, options }` with what the parser is made with. Default all that
   * come with this package: `['http', 'tls', 'dns']`.
   */
  readonly parsers?: C
  /** Starts a worker whose module calls {@link serve}. Default the one of this package. */
  readonly worker?: () => WorkerLike
}

/** What a worker can be given to read besides what a driver can. */
export type WorkerInput = CaptureInput | Blob

const ALL: readonly StandardName[] = ['http', 'tls', 'dns']

/**
 * A {@link Driver} that runs in a worker: captures go in, the same events come out, in the same order and of the same
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
 */
export class WorkerDriver<K extends FlowKey = FlowKey, P extends readonly ParserEntry[] = readonly ParserEntry[]>
  implements Disposable
{
  readonly #lane: Lane<K>
  #isBusy = false
  #isDisposed = false

  private constructor(lane: Lane<K>) {
    this.#lane = lane
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
    ...options
  }: WorkerDriverOptions<K, readonly ParserChoice[]> = {}): Promise<WorkerDriver<K, P>> {
    checkSendable(options)
    const module = await coreModule()
    const lane = new Lane<K>(startSafely(worker))
    try {
      await lane.create({ type: 'create', parsers, options: options as SentOptions, module })
      return new WorkerDriver<K, P>(lane)
    } catch (error) {
      lane.terminate(new DisposedError('WorkerDriver'))
      throw error
    }
  }

  /** The configuration at work. */
  get config(): FlowTrackerConfig {
    this.#check()
    return this.#lane.config
  }

  /** Counters since the driver was made. While a capture is read they are those of the worker, which is ahead. */
  async stats(): Promise<TrackerStats> {
    this.#check()
    return (await this.#lane.stats()) as TrackerStats
  }

  /**
   * Reads a whole capture, and ends all flows at its end, as {@link Tracker.events} does.
   *
   * @throws what that throws, and WorkerError
   */
  events(input: WorkerInput, options: ReadOptions = {}): AsyncGenerator<DriverEvent<K, undefined, P>, void, undefined> {
    return this.#read(input, options, true)
  }

  /** Reads a capture, as {@link Tracker.read} does: flows live on after its end. */
  read(input: WorkerInput, options: ReadOptions = {}): AsyncGenerator<DriverEvent<K, undefined, P>, void, undefined> {
    return this.#read(input, options, false)
  }

  /** Ends the flows that are idle at this time. @returns what happened */
  sweep({ seconds, nanoseconds }: Timestamp): Promise<DriverEvent<K, undefined, P>[]> {
    return this.#collect({ type: 'sweep', seconds, nanoseconds })
  }

  /** Ends all live flows. @returns what happened */
  finish(): Promise<DriverEvent<K, undefined, P>[]> {
    return this.#collect({ type: 'finish' })
  }

  /** Changes some of the configuration, as {@link Tracker.reconfigure} does. @returns what happened */
  reconfigure(changes: FlowTrackerChanges): Promise<DriverEvent<K, undefined, P>[]> {
    return this.#collect({ type: 'reconfigure', changes })
  }

  /** Ends the worker, whatever it is doing. A second time does nothing. */
  dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#lane.terminate(new DisposedError('WorkerDriver'))
  }

  /** The same as `dispose`, for `using`. */
  declare readonly [Symbol.dispose]: () => void;

  /** @internal */
  [disposeSymbol](): void {
    this.dispose()
  }

  async #collect(command: Command): Promise<DriverEvent<K, undefined, P>[]> {
    const events: DriverEvent<K, undefined, P>[] = []
    for await (const event of this.#run(command)) events.push(event)
    return events
  }

  /** One generator for all: each layer of them would double what an event costs. */
  async *#run(
    command: Command,
    source?: CaptureSource,
    { signal, onProgress }: ReadOptions = {},
  ): AsyncGenerator<DriverEvent<K, undefined, P>, void, undefined> {
    this.#check()
    if (this.#isBusy) throw new BusyError(`${command.type}: the driver is at work`)
    this.#isBusy = true
    const lane = this.#lane
    let pump: Pump<K> | undefined
    try {
      signal?.throwIfAborted()
      // What was left early before may be at work still.
      await untilAborted(lane.settled(), signal)
      if (source) pump = new Pump(source, [lane])
      lane.begin(command, onProgress)
      do {
        for (let event = lane.take(); event; event = lane.take()) {
          // Which messages there are follows from the parsers, and the worker has them.
          yield event as DriverEvent<K, undefined, P>
          signal?.throwIfAborted()
        }
      } while (await untilAborted(lane.hasMore(), signal))
      // The source's own error, not what became of it on its way through the worker.
      pump?.raise()
      lane.raise()
    } finally {
      this.#isBusy = false
      lane.cancel()
      pump?.stop()
      await source?.close?.()
    }
  }

  #read(
    input: WorkerInput,
    options: ReadOptions,
    endsFlows: boolean,
  ): AsyncGenerator<DriverEvent<K, undefined, P>, void, undefined> {
    const sent = sendable(input)
    if (sent) return this.#run({ type: 'read', input: sent, endsFlows }, undefined, options)
    const source = toSource(input as CaptureInput)
    const { size } = source
    return this.#run({ type: 'read', input: { kind: 'pieces', size }, endsFlows }, source, options)
  }

  #check(): void {
    if (this.#isDisposed) throw new DisposedError('WorkerDriver')
  }
}

/** What is sent to the worker, where it can read for itself. */
function sendable(input: WorkerInput): SentInput | undefined {
  if (typeof input === 'string') return { kind: 'location', location: input, isUrl: false }
  if (input instanceof URL) return { kind: 'location', location: input.href, isUrl: true }
  return isBlob(input) ? { kind: 'blob', blob: input } : undefined
}

function startWorker(): WorkerLike {
  if (!platform.workers) throw new WorkerError('this runtime has no workers')
  return platform.workers.start()
}

function startSafely(start: () => WorkerLike): WorkerLike {
  try {
    return start()
  } catch (cause) {
    if (cause instanceof WorkerError) throw cause
    throw new WorkerError('the worker cannot be started', { cause })
  }
}

/** By what it can do, since other realms and polyfills have classes of their own. */
function isBlob(input: WorkerInput): input is Blob {
  return typeof input === 'object' && input !== null && 'arrayBuffer' in input && 'slice' in input
}

/** @throws ConfigError when an option is a function, or has one */
function checkSendable({ extractor, ...options }: SentOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'function') throw new ConfigError(name, 'cannot be sent to a worker: give it to serve() there')
  }
  for (let node: ExtractorNode | undefined = extractor; node; node = 'inner' in node ? node.inner : undefined) {
    if (node.kind === 'custom')
      throw new ConfigError('extractor', 'cannot be sent to a worker: give it to serve() there')
  }
}
