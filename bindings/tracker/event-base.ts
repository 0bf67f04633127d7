import { E_DETAIL, E_FLOW, E_KEY, E_NANOSECONDS, E_NUMBER, E_SECONDS, E_SIDE, KEY_SIZE } from '../../assembly/layout'
import { fieldsOf } from '../common/fields'
import { inspectSymbol } from '../common/inspect'
import type { EventRecord } from '../core/event-reader'
import type { FlowKey } from '../extract/flow-key'
import { Timestamp } from '../packet/timestamp'
import type { KeyDecoder } from './flow-entry'
import { type FlowSide, flowSide } from './vocabulary'

/** Index of the flow's record in the core. */
export function recordIndex({ data, at }: EventRecord): number {
  return data.getUint32(at + E_FLOW, true)
}

/** Time of the packet that caused the event. */
export function timestampOf({ data, at }: EventRecord): Timestamp {
  return new Timestamp(data.getFloat64(at + E_SECONDS, true), data.getUint32(at + E_NANOSECONDS, true))
}

/** E_DETAIL: each kind has its own meaning. */
export function detailOf({ data, at }: EventRecord): number {
  return data.getUint32(at + E_DETAIL, true)
}

/** What all events of flows have that the core tells of. */
export abstract class EventBase<K extends FlowKey, S> {
  /** Tells the events apart. */
  abstract readonly kind: string

  /** What the tracker's `userState` made for this flow. */
  readonly user: S

  readonly #record: EventRecord
  readonly #keys: KeyDecoder<K>
  #key: K | undefined

  /**
   * @param key where it is known already; records of packets do not have it
   * @internal
   */
  constructor(record: EventRecord, keys: KeyDecoder<K>, key: K | undefined, user: S) {
    this.#record = record
    this.#keys = keys
    this.#key = key
    this.user = user
  }

  /** Identity of the flow. */
  get key(): K {
    const { bytes, at } = this.#record
    this.#key ??= this.#keys.decodeKey(bytes.slice(at + E_KEY, at + E_KEY + KEY_SIZE))
    return this.#key
  }

  /** Number of the flow, counted from 1 in order of creation. */
  get flow(): number {
    return this.#record.data.getFloat64(this.#record.at + E_NUMBER, true)
  }

  /** Time of the packet that caused the event. */
  get timestamp(): Timestamp {
    return timestampOf(this.#record)
  }

  /** Who sent the packet that caused the event. */
  get side(): FlowSide {
    return flowSide(this.#record.data.getUint8(this.#record.at + E_SIDE))
  }

  /** What `JSON.stringify` writes: all but `user` and views on memory. */
  toJSON(): object {
    return fieldsOf(this, ['kind', 'flow', 'key', 'timestamp', 'side'])
  }

  /** @internal */
  [inspectSymbol](): object {
    return this.toJSON()
  }

  /**
   * Index of the flow's record.
   *
   * @internal
   */
  get index(): number {
    return recordIndex(this.#record)
  }

  /** @internal */
  get record(): EventRecord {
    return this.#record
  }

  /** @internal */
  protected get detail(): number {
    return detailOf(this.#record)
  }
}
