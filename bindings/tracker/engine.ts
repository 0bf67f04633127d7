import {
  COLD_SIZE,
  D_MATCHED,
  D_SIZE,
  F_FLAGS,
  F_PROTOCOL,
  FEED_DAMAGED,
  FEED_EVENTS,
  FEED_EXTRACT,
  HOT_SIZE,
  K_NUMBER,
  MAX_UNFINISHED,
  PLACE_TICK,
  PLACES,
  RECONFIGURE_EVENTS,
  RECONFIGURE_NO_MEMORY,
  SIDE_INITIATOR,
  STREAM_SIZE,
  T_PACKETS,
} from '../../assembly/layout'
import { uint64 } from '../common/bytes'
import { CallGuard } from '../common/call-guard'
import { secondsToNanoseconds } from '../common/duration'
import { OutOfMemoryError } from '../common/errors'
import { Core } from '../core/core'
import { customView, writeExtraction } from '../extract/custom'
import { decodeKey, type FlowKey, keyBlock, reportedProtocol } from '../extract/flow-key'
import type { Plan } from '../extract/plan'
import { nanosecondHalves, type Timestamp } from '../packet/timestamp'
import { ByteWindow } from './byte-window'
import { type FeedResult, READ_SIZE } from './capture-reader'
import { ClockTick } from './clock-tick'
import { encodeConfig, type FlowTrackerConfig, type ResolvedOptions } from './config'
import { EventDecoder, type TrackerListener } from './event-decoder'
import type { TrackerEvent } from './events'
import { FlowEntry, type KeyDecoder, recordKeyBlock } from './flow-entry'
import { ObservedSource, type TrackerObserver } from './observer'
import type { ListenerControl } from './stream-events'

/** Room for one read, and before it for what the last one left unfinished: less than a record of the longest frame. */
export const INPUT_CAPACITY = READ_SIZE + MAX_UNFINISHED

/** Bytes of a flow's record without its streams. */
const RECORD_SIZE = HOT_SIZE + COLD_SIZE

/** What stands between the events of flows and what the user gets. */
export interface EventSource<E> {
  /** The next event, undefined when there is none. */
  next(): E | undefined
  /** The flow with this record has been removed without an event. */
  drop(index: number): void
  /** Capture time has gone on to this point without a packet. */
  advance(now: Timestamp): void
}

/** What an {@link EventSource} is made of. */
export interface SourceHost<K extends FlowKey, S> {
  /** The next event of the core, undefined when there is none. */
  next(): TrackerEvent<K, S> | undefined
  /** Tells a listener of what the core has next, in place of `next`. False: it has nothing. */
  tell(listener: TrackerListener<K, S>): boolean
  /** Where the last event belongs, see {@link EventDecoder.place}. */
  place(): number
  /** Identity, FLOW_* and user's state of a live flow by the index of its record. */
  keyOf(index: number): K
  flagsOf(index: number): number
  userOf(index: number): S
  /** The same as in {@link EventSource}: there is nothing to be done, and `advance` likewise. */
  drop(index: number): void
  advance(now: Timestamp): void
  /** Takes what is said of bytes that are not wanted. */
  readonly control: ListenerControl
  /** Whether anomalies are told. */
  readonly tellsAnomalies: boolean
  /** Calls a function of the user's whose error is to come out of the call at work: undefined when it throws. */
  callUser<T>(name: string, callback: () => T): T | undefined
  /** Stands around the calls of functions of the user's that the caller will answer for. */
  readonly guard: Pick<CallGuard, 'enter' | 'leave'>
}

/** Makes an {@link EventSource}. */
export type SourceMaker<K extends FlowKey, S, E> = (host: SourceHost<K, S>) => EventSource<E>

/** Events that can copy their bytes before these are overwritten. */
interface Keeping {
  keep(): void
}

/**
 * Drives one instance of the core for a tracker: calls it again while its ring is full, keeps events in order
 * whoever causes them, and calls the user's functions.
 *
 * Errors of the user's functions never pass through the core. They are kept until the core has finished what it has
 * begun, and then thrown once, by {@link Engine.raise}; events lie in the queue until they are asked for.
 */
export class Engine<K extends FlowKey, S, E> {
  readonly core: Core
  readonly guard: CallGuard
  readonly #plan: Plan
  readonly #options: ResolvedOptions<K, S>
  readonly #window: ByteWindow
  readonly #keyDecoder: KeyDecoder<K>
  readonly #decoder: EventDecoder<K, S>
  readonly #observers = new Set<TrackerObserver<E>>()
  #source: EventSource<E>
  /** Events that were taken out of the ring to make room, before those in the ring. */
  #queue: E[] = []
  /** Events of the queue that have been taken. */
  #taken = 0
  #config: FlowTrackerConfig
  #idleTimeoutOf: ResolvedOptions<K, S>['idleTimeoutOf']
  /** The core is to be called again with the same input. */
  #isUnfinished = false
  #failure: { readonly error: unknown } | undefined

  private constructor(
    owner: string,
    core: Core,
    plan: Plan,
    options: ResolvedOptions<K, S>,
    make: SourceMaker<K, S, E>,
  ) {
    this.guard = new CallGuard(owner)
    this.core = core
    this.#plan = plan
    this.#options = options
    this.#config = options.config
    this.#idleTimeoutOf = options.idleTimeoutOf
    this.#window = new ByteWindow(core)
    // The plan decides which keys there are, and K follows from the extractor that it was compiled of.
    this.#keyDecoder = { decodeKey: (block) => decodeKey(block, plan.format) as K }
    const tellsAnomalies = options.anomalies
    this.#decoder = new EventDecoder(core, this.#window, {
      ...this.#keyDecoder,
      ...(options.userState && { createUser: (key: K) => this.#createUser(key) }),
      tellsAnomalies,
    })
    if (this.#keepsKeys(this.#config)) this.#decoder.keepKeys([])
    this.#decoder.sharesKeys = this.#config.packetEvents
    this.#source = make({
      next: () => this.#nextEvent(),
      tell: (listener) => this.#decoder.tell(listener),
      place: () => this.#decoder.place,
      keyOf: (index) => this.#decoder.keyOf(index),
      flagsOf: (index) => this.#decoder.flagsOf(index),
      userOf: (index) => this.#decoder.userOf(index),
      drop: () => undefined,
      advance: () => undefined,
      control: this.#decoder.listening,
      tellsAnomalies,
      callUser: (name, callback) => this.#callUser(name, callback),
      guard: this.guard,
    })
  }

  /**
   * @param owner class name, for messages
   * @param make makes what the user's events come from
   * @throws ModuleError, OutOfMemoryError
   */
  static async create<K extends FlowKey, S, E>(
    owner: string,
    plan: Plan,
    options: ResolvedOptions<K, S>,
    make: SourceMaker<K, S, E>,
  ): Promise<Engine<K, S, E>> {
    let engine: Engine<K, S, E> | undefined
    const { config, idleTimeoutOf } = options
    const coreConfig = encodeConfig(config, plan, options, idleTimeoutOf !== undefined)
    const core = await Core.create(coreConfig, INPUT_CAPACITY, {
      idleTimeoutOf: (index) => engine?.answerIdleTimeout(index) ?? -1,
    })
    engine = new Engine(owner, core, plan, options, make)
    return engine
  }

  get config(): FlowTrackerConfig {
    return this.#config
  }

  /** What gives single flows an idle timeout of their own. */
  get idleTimeoutOf(): ResolvedOptions<K, S>['idleTimeoutOf'] {
    return this.#idleTimeoutOf
  }

  /** The next event, undefined when there is none. */
  take(): E | undefined {
    if (this.#taken < this.#queue.length) return this.#queue[this.#taken++]
    if (this.#taken > 0) this.#resetQueue()
    return this.#source.next()
  }

  /** Shows all that happens to somebody, until the function that is returned is called. */
  observe(observer: TrackerObserver<E>): () => void {
    if (this.#observers.size === 0) {
      this.#source = new ObservedSource(this.#source, this.#observers, (name, call) => this.#callUser(name, call))
    }
    // An object of its own: the same observer may come twice.
    const own: TrackerObserver<E> = {
      event: (event) => observer.event(event),
      forgotten: (flow) => observer.forgotten?.(flow),
      disposed: () => observer.disposed?.(),
    }
    this.#observers.add(own)
    return () => {
      this.#observers.delete(own)
      if (this.#observers.size === 0 && this.#source instanceof ObservedSource) this.#source = this.#source.inner
    }
  }

  /** Tells observers that this is the end. */
  close(): void {
    for (const observer of this.#observers) observer.disposed?.()
  }

  /** All events that there are, one by one. */
  *drain(): Generator<E, void, undefined> {
    for (;;) {
      this.guard.check()
      const event = this.take()
      if (!event) return
      yield event
    }
  }

  /** Empties the ring into the queue. What is kept for each flow is then in step with the core. */
  settle(): void {
    for (let event = this.#source.next(); event; event = this.#source.next()) this.#queue.push(event)
  }

  /** Takes all events that there are. */
  takeAll(): E[] {
    this.settle()
    const events = this.#taken > 0 ? this.#queue.slice(this.#taken) : this.#queue
    this.#resetQueue()
    return events
  }

  /** Throws what a function of the user's has thrown since the last time. */
  raise(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure) throw failure.error
  }

  /** Calls what the core may leave unfinished for want of room until it is done. */
  complete(step: () => number): void {
    this.settle()
    while (step() === 0) this.settle()
    this.settle()
  }

  /** Ends what is idle at this time. */
  sweep(now: Timestamp): void {
    const [low, high] = nanosecondHalves(now)
    this.complete(() => this.core.exports.sweep(low, high))
    this.#decoder.place = uint64(this.core.memory().data, this.core.stats + T_PACKETS) * PLACES + PLACE_TICK
    this.#source.advance(now)
    this.settle()
  }

  /** Tracks the records between two addresses, events coming out on the way; raises at the end. */
  *feed(start: number, end: number): Generator<E, FeedResult, undefined> {
    let next = start
    do {
      next = this.#feedOnce(next, end)
      yield* this.drain()
    } while (this.#isUnfinished)
    this.raise()
    return { next, isDamaged: this.core.exports.feedStatus() === FEED_DAMAGED }
  }

  /** Tracks the records between two addresses, all of them whole; events gather in the queue. Raises at the end. */
  feedWhole(start: number, end: number): void {
    let next = start
    do {
      next = this.#feedOnce(next, end)
      this.settle()
      if (this.#isUnfinished) this.keepBytes()
    } while (this.#isUnfinished)
    this.raise()
  }

  /**
   * Takes over another configuration, or another function for idle timeouts.
   *
   * @throws OutOfMemoryError, and then everything is as before
   */
  reconfigure(config: FlowTrackerConfig, idleTimeoutOf: ResolvedOptions<K, S>['idleTimeoutOf']): void {
    this.settle()
    if (this.#keepsKeys(config) && !this.#keepsKeys(this.#config)) this.#decoder.keepKeys(this.#liveKeys())
    this.#applyConfig(config, idleTimeoutOf)
    if (!this.#keepsKeys(config)) this.#decoder.keepKeys(undefined)
    this.#decoder.sharesKeys = config.packetEvents
    this.#config = config
    this.#idleTimeoutOf = idleTimeoutOf
    this.core.exports.refreshIdleTimeouts()
  }

  /** Index of the record of the flow with this key, -1 when there is none. */
  find(key: FlowKey): number {
    const { exports } = this.core
    this.core.memory().bytes.set(keyBlock(key), exports.keyPointer() >>> 0)
    return (exports.findFlow() >>> 0) - 1
  }

  /** Index of the first live record at or after this one, -1 when there is none. */
  nextLive(index: number): number {
    return (this.core.exports.nextFlow(index) >>> 0) - 1
  }

  /** A copy of a live record. The ring must have been settled. */
  entry(index: number): FlowEntry<K, S> {
    const { hot, cold } = this.#recordAt(index)
    const streams = this.core.exports.streamPointer(index, SIDE_INITIATOR) >>> 0
    const bytes = new Uint8Array(RECORD_SIZE + (streams === 0 ? 0 : 2 * STREAM_SIZE))
    const memory = this.core.memory().bytes
    bytes.set(memory.subarray(hot, hot + HOT_SIZE))
    bytes.set(memory.subarray(cold, cold + COLD_SIZE), HOT_SIZE)
    if (streams !== 0) bytes.set(memory.subarray(streams, streams + 2 * STREAM_SIZE), RECORD_SIZE)
    const record = {
      bytes,
      data: new DataView(bytes.buffer),
      hot: 0,
      cold: HOT_SIZE,
      streams: streams === 0 ? undefined : RECORD_SIZE,
    }
    return new FlowEntry(
      index,
      record,
      this.#keyDecoder,
      undefined,
      this.#decoder.encapsulationsOf(index),
      this.#decoder.userOf(index),
    )
  }

  /** Removes a live record without an event. */
  forget(index: number): void {
    this.settle()
    const flow = uint64(this.core.memory().data, this.#recordAt(index).cold + K_NUMBER)
    this.core.exports.forgetFlow(index)
    this.#decoder.drop(index)
    this.#source.drop(index)
    for (const observer of this.#observers) this.#callUser('observer', () => observer.forgotten?.(flow))
  }

  #nextEvent(): TrackerEvent<K, S> | undefined {
    for (;;) {
      const event = this.#decoder.next()
      if (!(event instanceof ClockTick)) return event
    }
  }

  /** What the core's import answers. It must not throw. */
  answerIdleTimeout(index: number): number {
    const { hot, cold } = this.#recordAt(index)
    const { bytes } = this.core.memory()
    const key = this.#keyDecoder.decodeKey(recordKeyBlock(bytes, hot, cold))
    const protocol = reportedProtocol(key, bytes[hot + F_PROTOCOL] ?? 0)
    const answer = this.#callUser('idleTimeoutOf', () => {
      const seconds = this.#idleTimeoutOf?.(key, protocol)
      return seconds === undefined ? undefined : secondsToNanoseconds(seconds, 'idleTimeoutOf')
    })
    return answer === undefined ? -1 : Number(answer)
  }

  /** What waits in the queue is about to lose the bytes that it points to. */
  keepBytes(): void {
    for (const event of this.#queue as readonly (E & Partial<Keeping>)[]) event.keep?.()
  }

  /** Calls the core with some input, and sees to what it needs before it is called with the rest. */
  #feedOnce(start: number, end: number): number {
    const { exports } = this.core
    this.#window.move()
    // Once a function has failed, only the batch that the core has begun is finished.
    const next = exports.feed(start, this.#failure ? start : end) >>> 0
    const status = exports.feedStatus()
    this.#isUnfinished = status === FEED_EXTRACT || status === FEED_EVENTS
    if (status === FEED_EXTRACT) this.#extractBatch()
    return next
  }

  /** Whether there are events whose records have no key. */
  #keepsKeys({ packetEvents }: FlowTrackerConfig): boolean {
    return packetEvents || this.#options.anomalies || this.#options.streams !== undefined
  }

  #resetQueue(): void {
    this.#queue = []
    this.#taken = 0
  }

  /** What `userState` makes; undefined where it throws, which the call at work does then at its end. */
  #createUser(key: K): S {
    return this.#callUser('userState', () => this.#options.userState?.(key)) as S
  }

  /** Calls a function of the user's; undefined when it throws. */
  #callUser<T>(name: string, callback: () => T): T | undefined {
    try {
      return this.guard.call(name, callback)
    } catch (error) {
      this.#failure ??= { error }
      return undefined
    }
  }

  #extractBatch(): void {
    const { custom } = this.#plan
    const { exports } = this.core
    const views = this.core.memory()
    const count = exports.batchCount()
    for (let i = 0, d = exports.batchPointer() >>> 0; i < count; i++, d += D_SIZE) {
      if (views.data.getUint8(d + D_MATCHED) === 0) continue
      const isWritten = this.#callUser('extractor', () => {
        writeExtraction(views, d, custom?.(customView(views, d)))
        return true
      })
      if (!isWritten) views.data.setUint8(d + D_MATCHED, 0)
    }
  }

  #applyConfig(config: FlowTrackerConfig, idleTimeoutOf: ResolvedOptions<K, S>['idleTimeoutOf']): void {
    const { exports } = this.core
    this.#writeConfig(config, idleTimeoutOf)
    let answer = exports.reconfigure()
    while (answer === RECONFIGURE_EVENTS) {
      this.settle()
      answer = exports.reconfigure()
    }
    if (answer === RECONFIGURE_NO_MEMORY) {
      this.#writeConfig(this.#config, this.#idleTimeoutOf)
      exports.reconfigure()
      throw new OutOfMemoryError(config.maxFlows)
    }
    this.settle()
  }

  #writeConfig(config: FlowTrackerConfig, idleTimeoutOf: ResolvedOptions<K, S>['idleTimeoutOf']): void {
    this.core.writeConfig(encodeConfig(config, this.#plan, this.#options, idleTimeoutOf !== undefined))
  }

  *#liveKeys(): Generator<readonly [index: number, key: K, flags: number]> {
    for (let index = this.nextLive(0); index >= 0; index = this.nextLive(index + 1)) {
      const { hot, cold } = this.#recordAt(index)
      const { bytes } = this.core.memory()
      yield [index, this.#keyDecoder.decodeKey(recordKeyBlock(bytes, hot, cold)), bytes[hot + F_FLAGS] ?? 0]
    }
  }

  #recordAt(index: number): { readonly hot: number; readonly cold: number } {
    const { exports } = this.core
    return {
      hot: (exports.hotPointer() >>> 0) + index * HOT_SIZE,
      cold: (exports.coldPointer() >>> 0) + index * COLD_SIZE,
    }
  }
}
