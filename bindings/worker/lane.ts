import { WorkerError } from '../common/errors'
import type { DriverEvent } from '../driver/driver-events'
import type { FlowKey } from '../extract/flow-key'
import type { WorkerLike } from '../platform/platform'
import type { FlowTrackerConfig } from '../tracker/config'
import type { ReadOptions } from '../tracker/tracker'
import type { Batch } from './batch'
import { BatchReader } from './batch-reader'
import { errorOf, type PackedError } from './errors'
import { listen, listenForFailure } from './port'
import type { Command, FromWorker, ToWorker } from './protocol'
import { repairValues } from './values'

type OnProgress = ReadOptions['onProgress']

/** A batch that waits, and who is told of its progress: nobody, once the iteration that it was for is over. */
interface Arrival {
  readonly batch: Batch
  onProgress: OnProgress
}

/** One worker as its driver sees it: commands go in, events come out, in batches for which the worker gets credits. */
export class Lane<K extends FlowKey> {
  readonly #worker: WorkerLike
  #arrivals: Arrival[] = []
  #reader: BatchReader<K> | undefined
  #onProgress: OnProgress
  #onReaderProgress: OnProgress
  #isReady = false
  #isAtWork = false
  #config: FlowTrackerConfig | undefined
  #error: PackedError | undefined
  #failure: Error | undefined
  /** Those that wait for something to happen. */
  #waiting: (() => void)[] = []
  #counters: ((value: object) => void)[] = []
  /** Called when the worker wants another piece of the capture. */
  onPull: (() => void) | undefined

  constructor(worker: WorkerLike) {
    this.#worker = worker
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
    this.raise()
  }

  /** The configuration at work, once there is a driver. */
  get config(): FlowTrackerConfig {
    if (!this.#config) throw new WorkerError('the worker has no driver')
    return this.#config
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

  /** The next event that is here. */
  take(): DriverEvent<K, undefined> | undefined {
    for (;;) {
      const event = this.#reader?.next()
      if (event) return event
      const progress = this.#reader?.progress
      this.#reader = undefined
      if (progress) this.#onReaderProgress?.(progress)
      const arrival = this.#arrivals.shift()
      if (!arrival) return undefined
      this.#reader = new BatchReader(arrival.batch)
      this.#onReaderProgress = arrival.onProgress
      if (!this.#failure) this.send({ type: 'credit' })
    }
  }

  /** Waits for events. False: the command has ended, and they have all been taken. @throws WorkerError, DisposedError */
  async hasMore(): Promise<boolean> {
    await this.#until(() => this.#arrivals.length > 0 || !this.#isAtWork)
    return this.#arrivals.length > 0
  }

  /** Throws what the last command has ended with. */
  raise(): void {
    const error = this.#error
    this.#error = undefined
    if (error) throw errorOf(error)
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
    this.#wake()
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
        this.#error = message.error
        break
      case 'batch':
        this.#arrivals.push({ batch: message, onProgress: this.#onProgress })
        break
      case 'end':
        this.#isAtWork = false
        this.#config = message.config
        this.#error = message.error
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
    this.#wake()
  }

  #fail(reason: unknown): void {
    const detail = reason instanceof Error ? reason.message : String(reason)
    this.#failure ??= new WorkerError(`the worker has failed: ${detail}`, { cause: reason })
    this.#wake()
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  async #until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) {
      if (this.#failure) throw this.#failure
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }
}
