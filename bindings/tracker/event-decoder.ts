import {
  E_DETAIL,
  E_ENCAPSULATIONS,
  E_KEY,
  E_KIND,
  ENCAPSULATION_SIZE,
  EVENT_ENDED,
  EVENT_ESTABLISHED,
  EVENT_PACKET,
  EVENT_STARTED,
  EVENT_STATE_CHANGE,
  KEY_SIZE,
} from '../../assembly/layout'
import type { Core } from '../core/core'
import { EventReader, type EventRecord } from '../core/event-reader'
import { decodeEncapsulations, type Encapsulation, NO_ENCAPSULATIONS } from '../extract/encapsulation'
import type { FlowKey } from '../extract/flow-key'
import {
  EndedEvent,
  EstablishedEvent,
  type FlowEvent,
  PacketEvent,
  type PacketWindow,
  recordIndex,
  StartedEvent,
  StateChangeEvent,
} from './events'
import type { KeyDecoder } from './flow-entry'

/** What the decoder needs of the tracker that it works for. */
export interface DecoderHost<K extends FlowKey, S> extends KeyDecoder<K> {
  /** Makes the user's state of a flow that begins, where there is to be one. Must not throw. */
  createUser?(key: K): S
}

/** Stacks of encapsulations that are remembered by their bytes: most flows of a capture share a few. */
const MAX_SHARED_STACKS = 1024

/**
 * Makes events of the core's records, and keeps what later events of a flow need and the core has not: the user's
 * state, encapsulations, and keys while packet events are on. All of it is dropped with the flow's end.
 */
export class EventDecoder<K extends FlowKey, S> {
  readonly #reader: EventReader
  readonly #window: PacketWindow
  readonly #host: DecoderHost<K, S>
  /** By index of the flow's record, like those below. */
  readonly #users: (S | undefined)[] = []
  readonly #encapsulations = new Map<number, readonly Encapsulation[]>()
  #keys: (K | undefined)[] | undefined
  readonly #stacks = new Map<string, readonly Encapsulation[]>()

  constructor(core: Core, window: PacketWindow, host: DecoderHost<K, S>) {
    this.#reader = new EventReader(core)
    this.#window = window
    this.#host = host
  }

  /**
   * Keeps the keys of flows from now on, or no longer.
   *
   * @param live those of the flows that there are
   */
  keepKeys(live: Iterable<readonly [index: number, key: K]> | undefined): void {
    this.#keys = live ? [] : undefined
    for (const [index, key] of live ?? []) if (this.#keys) this.#keys[index] = key
  }

  /** The next event; undefined when the core has none. */
  next(): FlowEvent<K, S> | undefined {
    const record = this.#reader.read()
    return record && this.#decode(record)
  }

  /** The user's state of a live flow. */
  userOf(index: number): S {
    // Every flow has had its `started`, so there is a state; where none was asked for, S is undefined.
    return this.#users[index] as S
  }

  /** What was taken off a live flow's first packet. */
  encapsulationsOf(index: number): readonly Encapsulation[] {
    return this.#encapsulations.get(index) ?? NO_ENCAPSULATIONS
  }

  /** Drops what is kept for a flow. */
  drop(index: number): void {
    // Set, not deleted: an array with holes is slow.
    if (index < this.#users.length) this.#users[index] = undefined
    this.#encapsulations.delete(index)
    if (this.#keys) this.#keys[index] = undefined
  }

  #decode(record: EventRecord): FlowEvent<K, S> {
    const index = recordIndex(record)
    const kind = record.data.getUint8(record.at + E_KIND)
    switch (kind) {
      case EVENT_STARTED:
        return this.#start(record, index)
      case EVENT_PACKET:
        return new PacketEvent(record, this.#host, this.#keptKey(index), this.userOf(index), this.#window)
      case EVENT_ESTABLISHED:
        return new EstablishedEvent(record, this.#host, this.#keys?.[index], this.userOf(index))
      case EVENT_STATE_CHANGE:
        return new StateChangeEvent(record, this.#host, this.#keys?.[index], this.userOf(index))
      case EVENT_ENDED:
        return this.#end(record, index)
      default:
        throw new RangeError(`not an event: ${kind}`)
    }
  }

  #start(record: EventRecord, index: number): FlowEvent<K, S> {
    const key = this.#keys || this.#host.createUser ? this.#readKey(record) : undefined
    if (this.#keys) this.#keys[index] = key
    if (this.#host.createUser && key) this.#users[index] = this.#host.createUser(key)
    const count = record.data.getUint16(record.at + E_DETAIL + 2, true)
    const encapsulations = count === 0 ? NO_ENCAPSULATIONS : this.#shareStack(record, count)
    if (count > 0) this.#encapsulations.set(index, encapsulations)
    return new StartedEvent(record, this.#host, key, this.userOf(index), encapsulations)
  }

  #end(record: EventRecord, index: number): FlowEvent<K, S> {
    const encapsulations = this.encapsulationsOf(index)
    const event = new EndedEvent(record, this.#host, this.#keys?.[index], encapsulations, this.userOf(index))
    this.drop(index)
    return event
  }

  /** Packet records have no key; keys are kept whenever there are packet events. */
  #keptKey(index: number): K {
    const key = this.#keys?.[index]
    if (key === undefined) throw new RangeError(`no flow has record ${index}`)
    return key
  }

  #readKey({ bytes, at }: EventRecord): K {
    return this.#host.decodeKey(bytes.slice(at + E_KEY, at + E_KEY + KEY_SIZE))
  }

  #shareStack({ bytes, at }: EventRecord, count: number): readonly Encapsulation[] {
    const start = at + E_ENCAPSULATIONS
    const name = String.fromCharCode(...bytes.subarray(start, start + count * ENCAPSULATION_SIZE))
    const known = this.#stacks.get(name)
    if (known) return known
    const stack = decodeEncapsulations(bytes, start, count)
    if (this.#stacks.size === MAX_SHARED_STACKS) this.#stacks.clear()
    this.#stacks.set(name, stack)
    return stack
  }
}
