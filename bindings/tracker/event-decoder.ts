import {
  E_DETAIL,
  E_KEY,
  E_KIND,
  E_NUMBER,
  E_SIDE,
  EVENT_ANOMALY,
  EVENT_CLOCK,
  EVENT_DATAGRAM,
  EVENT_ENDED,
  EVENT_ESTABLISHED,
  EVENT_PACKET,
  EVENT_PLACE,
  EVENT_STARTED,
  EVENT_STATE_CHANGE,
  EVENT_STREAM_CONFLICT,
  EVENT_STREAM_DATA,
  EVENT_STREAM_END,
  EVENT_STREAM_GAP,
  EVENT_STREAM_STOPPED,
  KEY_SIZE,
  PLACES,
  X_EVENT_LENGTH,
} from '../../assembly/layout'
import type { Core } from '../core/core'
import { EventReader, type EventRecord } from '../core/event-reader'
import type { Encapsulation } from '../extract/encapsulation'
import type { FlowKey } from '../extract/flow-key'
import type { Timestamp } from '../packet/timestamp'
import {
  AnomalyEvent,
  anomaliesOfGap,
  decodeAnomaly,
  decodeConflict,
  decodeTrackerAnomaly,
  type FlowAnomaly,
  isOfTracker,
} from './anomalies'
import { ByteRecords, type BytesListener } from './byte-records'
import type { ByteWindow } from './byte-window'
import { ClockTick } from './clock-tick'
import { EncapsulationStore } from './encapsulation-store'
import { detailOf, recordIndex, timestampOf } from './event-base'
import { EndedEvent, EstablishedEvent, PacketEvent, StartedEvent, StateChangeEvent, type TrackerEvent } from './events'
import type { KeyDecoder } from './flow-entry'
import { KeyStore } from './key-store'
import { Listening } from './listening'
import { DatagramEvent, StreamDataEvent, StreamEndEvent, StreamGapEvent, StreamStoppedEvent } from './stream-events'
import { flowSide } from './vocabulary'

/** What the decoder needs of the tracker that it works for. */
export interface DecoderHost<K extends FlowKey, S> extends KeyDecoder<K> {
  /** Makes the user's state of a flow that begins, where there is to be one. Must not throw. */
  createUser?(key: K): S
  /** Whether anomalies are told. */
  readonly tellsAnomalies: boolean
}

/** Takes what happens one after the other, bytes without an event. */
export interface TrackerListener<K extends FlowKey, S> extends BytesListener {
  /** The capture has come to another second, where the options say that this is to be told. */
  clock(now: Timestamp): void
  /** Whatever else happens. */
  event(event: TrackerEvent<K, S>): void
}

/**
 * Makes events of the core's records, and keeps what later events of a flow need and the core has not: the user's
 * state, encapsulations, and keys while there are events whose records have none. All of it is dropped with the flow's end.
 */
export class EventDecoder<K extends FlowKey, S> {
  readonly #reader: EventReader
  readonly #window: ByteWindow
  readonly #bytes: ByteRecords
  readonly #host: DecoderHost<K, S>
  /** What listeners do not want. */
  readonly listening: Listening
  /** Events that the last record told of besides the one that was handed out. */
  readonly #pending: TrackerEvent<K, S>[] = []
  /** Where the last event belongs: its packet's number times PLACES, and a PLACE_*. Only where flows are shared. */
  place = 0
  /** Whether a flow's events share one key from the first on, which pays where there are many. */
  sharesKeys = false
  /** By index of the flow's record, like those below. */
  readonly #users: (S | undefined)[] = []
  readonly #encapsulations = new EncapsulationStore()
  #keys: KeyStore<K> | undefined

  constructor(core: Core, window: ByteWindow, host: DecoderHost<K, S>) {
    this.#reader = new EventReader(core)
    this.listening = new Listening(core)
    this.#window = window
    this.#bytes = new ByteRecords(window, this.listening)
    this.#host = host
  }

  /**
   * Keeps the keys of flows from now on, or no longer.
   *
   * @param live those of the flows that there are, and their FLOW_*
   */
  keepKeys(live: Iterable<readonly [index: number, key: K, flags: number]> | undefined): void {
    this.#keys = live && new KeyStore(this.#host)
    for (const [index, key, flags] of live ?? []) this.#keys?.putLive(index, key, flags)
  }

  /** The next event, or a new second of the capture; undefined when the core has none. */
  next(): TrackerEvent<K, S> | ClockTick | undefined {
    if (this.#pending.length > 0) return this.#pending.shift()
    for (;;) {
      const record = this.#read()
      if (!record) return undefined
      const event = this.#decode(record)
      if (event) return event
    }
  }

  /** Tells a listener of what comes next. False: the core has nothing. */
  tell(listener: TrackerListener<K, S>): boolean {
    const pending = this.#pending.shift()
    const record = pending ? undefined : this.#read()
    if (pending) listener.event(pending)
    else if (record) this.#tellRecord(record, listener)
    return pending !== undefined || record !== undefined
  }

  /** Identity of a live flow, while there are events whose records have no key. */
  keyOf(index: number): K {
    if (!this.#keys) throw new RangeError(`no flow has record ${index}`)
    return this.#keys.get(index)
  }

  /** FLOW_* of a live flow, as far as they tell who began it; like its key. */
  flagsOf(index: number): number {
    return this.#keys?.flags(index) ?? 0
  }

  /** The user's state of a live flow. */
  userOf(index: number): S {
    // Every flow has had its `started`, so there is a state; where none was asked for, S is undefined.
    return this.#users[index] as S
  }

  /** What was taken off a live flow's first packet. */
  encapsulationsOf(index: number): readonly Encapsulation[] {
    return this.#encapsulations.get(index)
  }

  /** Drops what is kept for a flow. */
  drop(index: number): void {
    // Set, not deleted: an array with holes is slow.
    if (index < this.#users.length) this.#users[index] = undefined
    this.#encapsulations.drop(index)
    this.#keys?.drop(index)
    this.listening.drop(index)
  }

  #read(): EventRecord | undefined {
    const record = this.#reader.read()
    if (!record) this.listening.settle()
    return record
  }

  #tellRecord(record: EventRecord, listener: TrackerListener<K, S>): void {
    const kind = record.data.getUint8(record.at + E_KIND)
    if (kind === EVENT_STREAM_DATA) {
      this.#bytes.data(record, listener)
    } else if (kind === EVENT_DATAGRAM) {
      this.#bytes.datagram(record, listener)
    } else {
      const event = this.#decode(record)
      if (event instanceof ClockTick) listener.clock(event.timestamp)
      else if (event) listener.event(event)
    }
  }

  /** Undefined for what nobody wants to hear. */
  #decode(record: EventRecord): TrackerEvent<K, S> | ClockTick | undefined {
    const index = recordIndex(record)
    const kind = record.data.getUint8(record.at + E_KIND)
    switch (kind) {
      case EVENT_STARTED:
        return this.#start(record, index)
      case EVENT_PACKET:
        return new PacketEvent(record, this.#host, this.keyOf(index), this.userOf(index), this.#window)
      case EVENT_ESTABLISHED:
        return new EstablishedEvent(record, this.#host, this.#keys?.peek(index), this.userOf(index))
      case EVENT_STATE_CHANGE:
        return new StateChangeEvent(record, this.#host, this.#keys?.peek(index), this.userOf(index))
      case EVENT_ENDED:
        return this.#end(record, index)
      case EVENT_STREAM_DATA:
        return this.#data(record, index)
      case EVENT_STREAM_GAP:
        return this.#gap(record, index)
      case EVENT_STREAM_STOPPED:
        return this.#stop(record, index)
      case EVENT_STREAM_END:
        return this.#isStopped(record, index)
          ? undefined
          : new StreamEndEvent(record, this.#host, this.keyOf(index), this.userOf(index))
      case EVENT_STREAM_CONFLICT:
        return this.#isStopped(record, index) ? undefined : this.#anomaly(record, index, decodeConflict(record))
      case EVENT_DATAGRAM:
        return this.#datagram(record, index)
      case EVENT_ANOMALY:
        return isOfTracker(record) ? decodeTrackerAnomaly(record) : this.#anomaly(record, index, decodeAnomaly(record))
      case EVENT_CLOCK:
        return new ClockTick(timestampOf(record))
      case EVENT_PLACE:
        this.place = record.data.getFloat64(record.at + E_NUMBER, true) * PLACES + detailOf(record)
        return undefined
      default:
        throw new RangeError(`not an event: ${kind}`)
    }
  }

  #start(record: EventRecord, index: number): TrackerEvent<K, S> {
    const key = this.#host.createUser || this.sharesKeys ? this.#readKey(record) : undefined
    this.#keys?.put(index, record, key)
    if (this.#host.createUser && key) this.#users[index] = this.#host.createUser(key)
    const count = record.data.getUint16(record.at + E_DETAIL + 2, true)
    const encapsulations = this.#encapsulations.put(index, record, count)
    return new StartedEvent(record, this.#host, key, this.userOf(index), encapsulations)
  }

  #end(record: EventRecord, index: number): TrackerEvent<K, S> {
    const encapsulations = this.encapsulationsOf(index)
    const event = new EndedEvent(record, this.#host, this.#keys?.peek(index), encapsulations, this.userOf(index))
    this.drop(index)
    return event
  }

  #data(record: EventRecord, index: number): TrackerEvent<K, S> | undefined {
    const { data, at } = record
    const length = data.getUint32(at + X_EVENT_LENGTH, true)
    const skipped = this.#bytes.unwanted(record, length)
    if (skipped === length) return undefined
    return new StreamDataEvent(
      record,
      this.#host,
      this.keyOf(index),
      this.userOf(index),
      this.#window,
      this.listening,
      skipped,
    )
  }

  #gap(record: EventRecord, index: number): TrackerEvent<K, S> | undefined {
    if (this.#isStopped(record, index)) return undefined
    // Also one among bytes to be skipped: who counts those must know that they are not there.
    const gap = new StreamGapEvent(record, this.#host, this.keyOf(index), this.userOf(index))
    if (this.#host.tellsAnomalies) {
      for (const anomaly of anomaliesOfGap(gap)) this.#pending.push(new AnomalyEvent(gap, anomaly))
    }
    return gap
  }

  #stop(record: EventRecord, index: number): TrackerEvent<K, S> | undefined {
    if (this.#isStopped(record, index)) return undefined
    const stopped = new StreamStoppedEvent(record, this.#host, this.keyOf(index), this.userOf(index))
    if (this.#host.tellsAnomalies) {
      const { offset } = stopped
      const anomaly = { kind: 'buffer_overflow', policy: 'drop-flow', offset, bytes: undefined } as const
      this.#pending.push(new AnomalyEvent(stopped, anomaly))
    }
    return stopped
  }

  #datagram(record: EventRecord, index: number): TrackerEvent<K, S> | undefined {
    if (this.#isStopped(record, index)) return undefined
    const [key, user] = [this.keyOf(index), this.userOf(index)]
    return new DatagramEvent(record, this.#host, key, user, this.#window, this.listening, 0)
  }

  #anomaly(record: EventRecord, index: number, anomaly: FlowAnomaly): TrackerEvent<K, S> {
    const { data, at } = record
    const origin = {
      flow: data.getFloat64(at + E_NUMBER, true),
      key: this.keyOf(index),
      side: flowSide(data.getUint8(at + E_SIDE)),
      timestamp: timestampOf(record),
      user: this.userOf(index),
    }
    return new AnomalyEvent(origin, anomaly)
  }

  /** Whether the listener wants nothing more of the side, which the core may have learned too late. */
  #isStopped({ data, at }: EventRecord, index: number): boolean {
    return this.listening.isStopped(index, data.getFloat64(at + E_NUMBER, true), data.getUint8(at + E_SIDE))
  }

  #readKey({ bytes, at }: EventRecord): K {
    return this.#host.decodeKey(bytes.slice(at + E_KEY, at + E_KEY + KEY_SIZE))
  }
}
