import { ConfigError, WorkerError } from '../common/errors'
import { load } from '../core/module'
import type { DriverEvent } from '../driver/driver-events'
import type { Extractor } from '../extract/extractor'
import type { FlowKey } from '../extract/flow-key'
import { Timestamp } from '../packet/timestamp'
import type { PortLike } from '../platform/platform'
import type { ParserEntry } from '../session/protocol'
import { toSource } from '../sources/capture-input'
import type { CaptureSource } from '../sources/capture-source'
import type { IdleTimeoutFunction } from '../tracker/config'
import type { ReadProgress } from '../tracker/tracker'
import { MOST_AHEAD } from './batch'
import { ByteBuffer } from './byte-buffer'
import { errorOf, packError } from './errors'
import { Packer } from './packer'
import { PieceSource } from './piece-source'
import { listen } from './port'
import type { Command, FromWorker, ParserChoice, SentInput, ToWorker } from './protocol'
import { ServedDriver } from './served-driver'
import { ValuePacker } from './values'

/** Milliseconds that events may wait for others to be sent with. */
const LONGEST_WAIT = 20

/** What a worker can be asked for. */
export interface WorkerOffer {
  /** Makes parsers, by the name that they are asked for by. What they are given is what was sent with the name. */
  readonly parsers: Readonly<Record<string, (options: never) => ParserEntry>>
  /** Which packets belong to which flow, where whoever started the worker does not say. */
  readonly extractor?: Extractor
  /** See `Driver`: what cannot be sent to a worker, since it is a function. */
  readonly idleTimeoutOf?: IdleTimeoutFunction<FlowKey>
}

/** The side of a worker: runs a driver for whoever sends commands. */
export class Server {
  readonly #port: PortLike
  readonly #offer: WorkerOffer
  readonly #packer = new Packer()
  #driver: ServedDriver | undefined
  #credits = MOST_AHEAD
  /** Lets the command at work go on, where it waits for a credit. */
  #wake: (() => void) | undefined
  /** Ends the command at work. */
  #abort: AbortController | undefined
  #pieces: PieceSource | undefined
  #progress: ReadProgress | undefined
  /** All events that belong up to this place have been packed. */
  #reached = 0
  #lastSent = 0

  constructor(port: PortLike, offer: WorkerOffer) {
    this.#port = port
    this.#offer = offer
    listen(port, (message) => this.#receive(message as ToWorker))
    this.#send({ type: 'hello' })
  }

  #receive(message: ToWorker): void {
    switch (message.type) {
      case 'create':
        void this.#create(message)
        break
      case 'cancel':
        this.#abort?.abort()
        this.#wake?.()
        break
      case 'credit':
        this.#credits++
        this.#wake?.()
        break
      case 'piece':
        this.#pieces?.take(message.bytes)
        break
      case 'broken':
        this.#pieces?.fail(errorOf(message.error))
        break
      case 'stats':
        this.#sendStats()
        break
      default:
        void this.#run(message)
    }
  }

  async #create({ parsers, options, module, shard }: ToWorker & { readonly type: 'create' }): Promise<void> {
    try {
      if (module) await load(module)
      const { extractor, idleTimeoutOf } = this.#offer
      const entries = parsers.map((choice) => this.#parser(choice))
      const given = { ...(extractor && { extractor }), ...(idleTimeoutOf && { idleTimeoutOf }) }
      this.#driver = await ServedDriver.create(entries, { ...given, ...options }, shard)
      this.#send({ type: 'created', config: this.#driver.config })
    } catch (error) {
      this.#send({ type: 'refused', error: packError(error) })
    }
  }

  #parser(choice: ParserChoice): ParserEntry {
    const { name, options } = typeof choice === 'string' ? { name: choice, options: {} } : choice
    const make = Object.hasOwn(this.#offer.parsers, name) ? this.#offer.parsers[name] : undefined
    if (!make) throw new ConfigError('parsers', `must be among ${Object.keys(this.#offer.parsers).join(', ')}: ${name}`)
    return make(options as never)
  }

  async #run(command: Command): Promise<void> {
    const driver = this.#driver
    if (!driver) throw new WorkerError('a command has come before there is a driver')
    const abort = new AbortController()
    this.#abort = abort
    this.#reached = 0
    let failure: { readonly error: unknown } | undefined
    try {
      for await (const event of this.#events(driver, command, abort.signal)) {
        const place = driver.takePlace()
        this.#packer.add(event, place)
        // Others may belong to the same place.
        if (place !== undefined) this.#reached = place - 1
        if (this.#packer.isFull) await this.#flush(abort.signal)
      }
    } catch (error) {
      failure = { error }
    }
    try {
      await this.#flush(abort.signal)
    } catch (error) {
      failure ??= { error }
    }
    this.#abort = undefined
    this.#pieces = undefined
    this.#send({ type: 'end', config: driver.config, error: failure && packError(failure.error) })
  }

  #events(
    driver: ServedDriver,
    command: Command,
    signal: AbortSignal,
  ): AsyncIterable<DriverEvent> | Iterable<DriverEvent> {
    switch (command.type) {
      case 'read': {
        const source = this.#watched(this.#source(command.input))
        const onProgress = (progress: ReadProgress) => {
          this.#progress = progress
          this.#reached = driver.lastPlace
        }
        const options = { signal, onProgress }
        return command.endsFlows ? driver.events(source, options) : driver.read(source, options)
      }
      case 'sweep':
        return driver.sweep(new Timestamp(command.seconds, command.nanoseconds))
      case 'finish':
        return driver.finishing()
      case 'reconfigure':
        return driver.reconfigure(command.changes)
    }
  }

  #source(input: SentInput): CaptureSource {
    switch (input.kind) {
      case 'location':
        return toSource(input.isUrl ? new URL(input.location) : input.location)
      case 'blob':
        return toSource(input.blob)
      case 'pieces':
        this.#pieces = new PieceSource(input.size, () => this.#send({ type: 'pull' }))
        return this.#pieces
    }
  }

  /** Sends what there is before it is waited for a source, and from time to time. */
  #watched(source: CaptureSource): CaptureSource {
    return {
      get size() {
        return source.size
      },
      readInto: (target) => {
        const count = source.readInto(target)
        if (typeof count !== 'number' || performance.now() - this.#lastSent > LONGEST_WAIT) this.#sendBatch()
        return count
      },
      close: () => source.close?.(),
    }
  }

  /** Sends what there is, and waits for a credit first where that is needed. */
  async #flush(signal: AbortSignal): Promise<void> {
    while (this.#credits === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    // What has been taken out of the driver is sent even when nobody waits for it: it comes with the next command.
    this.#sendBatch(signal.aborted)
  }

  #sendBatch(isLast = false): void {
    if ((this.#packer.isEmpty && !this.#progress) || (this.#credits === 0 && !isLast)) return
    const batch = this.#packer.take(this.#progress, this.#reached)
    this.#progress = undefined
    this.#credits--
    this.#lastSent = performance.now()
    const { records, blobs, places } = batch
    this.#send(batch, [records.buffer, blobs.buffer, ...(places ? [places.buffer] : [])])
  }

  #sendStats(): void {
    const blobs = new ByteBuffer()
    const values = new ValuePacker(blobs)
    const value = values.pack(this.#driver?.stats, 'the counters') as object
    this.#send({ type: 'stats', value, fixups: values.takeFixups(), blobs: blobs.take() })
  }

  #send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer)
  }
}
