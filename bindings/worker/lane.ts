import { CaptureError, WorkerError } from '../common/errors'
import type { DriverEvent } from '../driver/driver-events'
import type { FlowKey } from '../extract/flow-key'
import type { WorkerLike } from '../platform/platform'
import type { FlowTrackerConfig } from '../tracker/config'
import type { ReadOptions } from '../tracker/tracker'
import type { Batch } from './batch'
import { BatchReader } from './batch-reader'
import { errorOf } from './errors'
import type { FlowNumbers } from './flow-numbers'
import { listen, listenForFailure } from './port'
import type { Command, FromWorker, ToWorker } from './protocol'
import { repairValues } from './values'
import type { Waiters } from './waiters'

type OnProgress = ReadOptions['onProgress']

/** A batch that waits, and who is told of its progress: nobody, once the iteration that it was for is over. */
interface Arrival {
  readonly batch: Batch
  onProgress: OnProgress
}

/** What is known of an event before it is taken. */
export interface Head {
  /** See {@link EventDecoder.place}. */
  readonly place: number
  /** Number of the flow, 0 for none, Infinity for one that is about to start. */
  readonly flow: number
}

/** One worker as its driver sees it: commands go in, events come out, in batches for which the worker gets credits. */
export class Lane<K extends FlowKey> {
  readonly #worker: WorkerLike
  readonly #waiters: Waiters
  readonly #numbers: FlowNumbers | undefined
  #arrivals: Arrival[] = []
  #reader: BatchReader<K> | undefined
  #onProgress: OnProgress
  #onReaderProgress: OnProgress
  #isReady = false
  #isAtWork = false
  #reached = 0
  #config: FlowTrackerConfig | undefined
  #error: Error | undefined
  #failure: Error | undefined
  #counters: ((value: object) => void)[] = []
  /** Called when the worker wants another piece of the capture. */
  onPull: (() => void) | undefined

  /**
   * @param waiters are woken when something has come
   * @param numbers of flows, where several lanes share them
   */
  constructor(worker: WorkerLike, waiters: Waiters, numbers: FlowNumbers | undefined) {
    this.#worker = worker
    this.#waiters = waiters
    this.#numbers = numbers
    listen(worker, (message) => this.#receive(message as FromWorker))
    listenForFailure(worker, (reason) => this.#fail(reason))
  }

  /**
   * Makes the worker's driver.
   *
   * @throws what `Driver.create` throws in the worker; WorkerError when there is no worker
   */
  async create(message: ToWorker & { readonly type: 'create' }): Promise<void> {
    await this.#until(() => this.#isReady)
    try {
      this.send(message)
    } catch {
      // Some runtimes cannot send modules: the worker then loads its own.
      this.send({ ...message, module: undefined })
    }
    await this.#until(() => this.#config !== undefined || this.#error !== undefined)
    this.#worker.unref?.()
    if (this.#error) throw this.#error
  }

  /** The configuration at work, once there is a driver. */
  get config(): FlowTrackerConfig {
    if (!this.#config) throw new WorkerError('the worker has no driver')
    return this.#config
  }

  /** Nothing is at work, and all events have been taken. */
  get isOver(): boolean {
    return !this.#isAtWork && !this.head()
  }

  /** All events that belong up to this place have come. */
  get reached(): number {
    return this.#isAtWork ? this.#reached : Number.POSITIVE_INFINITY
  }

  /** What the last command has ended with. */
  get error(): Error | undefined {
    return this.#error
  }

  /** What no further event can be expected after, but for those that are here. */
  get failure(): Error | undefined {
    if (this.head()) return undefined
    const isEarly = this.#error !== undefined && !(this.#error instanceof CaptureError)
    return this.#failure ?? (isEarly ? this.#error : undefined)
  }

  send(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer)
  }

  /** Waits until nothing is at work. */
  settled(): Promise<void> {
    return this.#until(() => !this.#isAtWork)
  }

  /** Begins a command. Nothing must be at work. */
  begin(command: Command, onProgress: OnProgress): void {
    this.#error = undefined
    this.#isAtWork = true
    // What a host asks for may belong before what it asked for last.
    this.#reached = 0
    this.#onProgress = onProgress
    this.#worker.ref?.()
    this.send(command)
  }

  /** No more is wanted of the command at work. Events that have come, or are on their way, come with the next one. */
  cancel(): void {
    this.onPull = undefined
    this.#onProgress = undefined
    this.#onReaderProgress = undefined
    for (const arrival of this.#arrivals) arrival.onProgress = undefined
    if (this.#isAtWork && !this.#failure) this.send({ type: 'cancel' })
  }

  /** What is known of the next event that is here. */
  head(): Head | undefined {
    return this.#open()?.head()
  }

  /** The next event that is here. */
  take(): DriverEvent<K, undefined> | undefined {
    return this.#open()?.next()
  }

  /** Counters of the worker's driver. */
  async stats(): Promise<object> {
    let counters: object | undefined
    this.#counters.push((value) => {
      counters = value
    })
    this.#worker.ref?.()
    this.send({ type: 'stats' })
    await this.#until(() => counters !== undefined)
    if (!this.#isAtWork) this.#worker.unref?.()
    return counters as object
  }

  /** Ends the worker. Whatever waits for it, or uses it later, gets this error. */
  terminate(error: Error): void {
    this.#failure = error
    this.#arrivals = []
    this.#reader = undefined
    this.#worker.terminate()
    this.#waiters.wake()
  }

  /** The batch that the next event lies in. */
  #open(): BatchReader<K> | undefined {
    for (;;) {
      if (this.#reader?.hasNext) return this.#reader
      const progress = this.#reader?.progress
      this.#reader = undefined
      if (progress) this.#onReaderProgress?.(progress)
      const arrival = this.#arrivals.shift()
      if (!arrival) return undefined
      this.#reader = new BatchReader(arrival.batch, this.#numbers)
      this.#onReaderProgress = arrival.onProgress
      if (!this.#failure) this.send({ type: 'credit' })
    }
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'hello':
        this.#isReady = true
        break
      case 'created':
        this.#config = message.config
        break
      case 'refused':
        this.#error = errorOf(message.error)
        break
      case 'batch':
        this.#reached = message.reached
        this.#arrivals.push({ batch: message, onProgress: this.#onProgress })
        break
      case 'end':
        this.#isAtWork = false
        this.#config = message.config
        this.#error = message.error && errorOf(message.error)
        this.#worker.unref?.()
        break
      case 'pull':
        this.onPull?.()
        return
      case 'stats':
        repairValues(message)
        this.#counters.shift()?.(message.value)
        break
    }
    this.#waiters.wake()
  }

  #fail(reason: unknown): void {
    const detail = reason instanceof Error ? reason.message : String(reason)
    this.#failure ??= new WorkerError(`the worker has failed: ${detail}`, { cause: reason })
    this.#waiters.wake()
  }

  async #until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) {
      if (this.#failure) throw this.#failure
      await this.#waiters.next()
    }
  }
}
