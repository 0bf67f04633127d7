import {
  E_COLD,
  E_DETAIL,
  E_ENCAPSULATIONS,
  E_KIND,
  E_LENGTH,
  E_NUMBER,
  EVENT_ENDED,
  EVENT_ESTABLISHED,
  EVENT_STARTED,
  EVENT_STATE_CHANGE,
  K_NUMBER,
  KEY_SIZE,
} from '../../assembly/layout'
import type { EventRecord } from '../core/event-reader'
import { type DriverEvent, ParserClosedEvent, ParserMessage } from '../driver/driver-events'
import { decodeEncapsulations, type Encapsulation, NO_ENCAPSULATIONS } from '../extract/encapsulation'
import { decodeKey, type FlowKey } from '../extract/flow-key'
import { Timestamp } from '../packet/timestamp'
import { AnomalyEvent, type AnomalyOrigin, type TrackerAnomaly, TrackerAnomalyEvent } from '../tracker/anomalies'
import type { ByteViews } from '../tracker/byte-window'
import { EndedEvent, EstablishedEvent, PacketEvent, StartedEvent, StateChangeEvent } from '../tracker/events'
import type { ReadProgress } from '../tracker/tracker'
import type { Batch, PackedEvent, PackedOrigin } from './batch'
import { errorOf } from './errors'
import type { FlowNumbers } from './flow-numbers'
import type { Head } from './lane'
import { repairValues } from './values'

/** Bytes of records that events share a copy of: one that is kept keeps as many. */
const BLOCK_SIZE = 2048

/** Makes the events of a batch, of the same classes as in the thread that they come from. */
export class BatchReader<K extends FlowKey> {
  readonly #batch: Batch
  /** Items that have been read. */
  #read = 0
  readonly #keys = new Map<number, K>()
  /** The extractor is what K follows from, and the worker has it. */
  readonly #decoder = { decodeKey: (block: Uint8Array) => decodeKey(block) as K }
  #block: Omit<EventRecord, 'at'> = { bytes: new Uint8Array(0), data: new DataView(new ArrayBuffer(0)) }
  /** Offset in the records of the block's first byte. */
  #base = 0
  readonly #views: ByteViews
  readonly #numbers: FlowNumbers | undefined
  #head: Head | undefined
  /** On the records. */
  readonly #data: DataView

  /** @param numbers of flows, where those of the batch are a shard's own */
  constructor(batch: Batch, numbers: FlowNumbers | undefined) {
    this.#batch = batch
    this.#numbers = numbers
    this.#data = new DataView(batch.records.buffer, batch.records.byteOffset, batch.records.length)
    repairValues(batch)
    this.#views = { generation: 0, view: (_, address, length) => batch.blobs.subarray(address, address + length) }
  }

  /** How far the capture had been read behind the last event. */
  get progress(): ReadProgress | undefined {
    return this.#batch.progress
  }

  get hasNext(): boolean {
    return this.#read < this.#batch.items.length
  }

  /** What is known of the next event. */
  head(): Head | undefined {
    this.#head ??= this.#look()
    return this.#head
  }

  #look(): Head | undefined {
    const item = this.#batch.items[this.#read]
    if (item === undefined) return undefined
    const own = typeof item === 'number' ? this.#ownNumber(item) : this.#ownNumberOf(item)
    const flow = own === 0 ? 0 : (this.#numbers?.of(own) ?? Number.POSITIVE_INFINITY)
    return { place: this.#batch.places?.[this.#read] ?? 0, flow }
  }

  /** The next event, undefined at the end. */
  next(): DriverEvent<K, undefined> | undefined {
    const item = this.#batch.items[this.#read]
    if (item === undefined) return undefined
    this.#read++
    this.#head = undefined
    return typeof item === 'number' ? this.#decode(this.#record(item)) : this.#make(item)
  }

  #make(item: PackedEvent): DriverEvent<K, undefined> {
    switch (item.kind) {
      case 'packet':
        return new PacketEvent(this.#record(item.at), this.#decoder, this.#key(item.key), undefined, this.#views)
      case 'ended':
        return this.#ended(this.#record(item.at), deepFreeze(item.encapsulations))
      case 'message':
        return new ParserMessage(this.#origin(item), item.flags, item.protocol, item.message)
      case 'anomaly':
        return new AnomalyEvent(this.#origin(item), item.anomaly)
      case 'tracker_anomaly':
        return new TrackerAnomalyEvent(new Timestamp(item.seconds, item.nanoseconds), this.#renumber(item.anomaly))
      case 'parser_closed': {
        const { protocol, reason, detail, error } = item
        return new ParserClosedEvent(this.#origin(item), protocol, reason, detail, error && errorOf(error))
      }
    }
  }

  #decode(record: EventRecord): DriverEvent<K, undefined> {
    const { bytes, data, at } = record
    const kind = data.getUint8(at + E_KIND)
    switch (kind) {
      case EVENT_STARTED: {
        const count = data.getUint16(at + E_DETAIL + 2, true)
        const encapsulations = decodeEncapsulations(bytes, at + E_ENCAPSULATIONS, count)
        return new StartedEvent(record, this.#decoder, undefined, undefined, encapsulations)
      }
      case EVENT_ESTABLISHED:
        return new EstablishedEvent(record, this.#decoder, undefined, undefined)
      case EVENT_STATE_CHANGE:
        return new StateChangeEvent(record, this.#decoder, undefined, undefined)
      case EVENT_ENDED:
        return this.#ended(record, NO_ENCAPSULATIONS)
      default:
        throw new RangeError(`not an event that is sent as a record: ${kind}`)
    }
  }

  #ended(record: EventRecord, encapsulations: readonly Encapsulation[]): DriverEvent<K, undefined> {
    return new EndedEvent(record, this.#decoder, undefined, encapsulations, undefined)
  }

  #origin({ flow, key, side, seconds, nanoseconds }: PackedOrigin): AnomalyOrigin<K, undefined> {
    const number = this.#numbers?.of(flow) ?? flow
    return { flow: number, key: this.#key(key), side, timestamp: new Timestamp(seconds, nanoseconds), user: undefined }
  }

  #key(at: number): K {
    let key = this.#keys.get(at)
    if (!key) {
      key = this.#decoder.decodeKey(this.#batch.blobs.slice(at, at + KEY_SIZE))
      this.#keys.set(at, key)
    }
    return key
  }

  #ownNumber(at: number): number {
    return this.#data.getFloat64(at + E_NUMBER, true)
  }

  #ownNumberOf(item: PackedEvent): number {
    if (item.kind === 'packet' || item.kind === 'ended') return this.#ownNumber(item.at)
    return item.kind === 'tracker_anomaly' ? 0 : item.flow
  }

  #renumber(anomaly: TrackerAnomaly): TrackerAnomaly {
    if (anomaly.kind !== 'flow_table_eviction' || !this.#numbers) return anomaly
    return { ...anomaly, evicted: this.#numbers.of(anomaly.evicted) ?? anomaly.evicted }
  }

  /** A record in a copy that it shares with its neighbours. */
  #record(offset: number): EventRecord {
    const { records } = this.#batch
    const end = offset + this.#data.getUint16(offset + E_LENGTH, true)
    if (offset < this.#base || end > this.#base + this.#block.bytes.length) {
      const bytes = records.slice(offset, Math.max(offset + BLOCK_SIZE, end))
      this.#base = offset
      this.#block = { bytes, data: new DataView(bytes.buffer) }
    }
    const record = { ...this.#block, at: offset - this.#base }
    if (this.#numbers) renumber(record, this.#numbers)
    return record
  }
}

/** Writes the number that the flow has among all. */
function renumber({ data, at }: EventRecord, numbers: FlowNumbers): void {
  const kind = data.getUint8(at + E_KIND)
  const own = data.getFloat64(at + E_NUMBER, true)
  const number = kind === EVENT_STARTED ? numbers.start(own) : (numbers.of(own) ?? own)
  data.setFloat64(at + E_NUMBER, number, true)
  if (kind !== EVENT_ENDED) return
  data.setBigUint64(at + E_COLD + K_NUMBER, BigInt(number), true)
  numbers.end(own)
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner)
  return Object.freeze(value)
}
