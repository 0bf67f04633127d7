import { E_NUMBER, E_SIDE, X_EVENT_LENGTH, X_EVENT_OFFSET, X_EVENT_POINTER } from '../../assembly/layout'
import type { EventRecord } from '../core/event-reader'
import type { Timestamp } from '../packet/timestamp'
import type { ByteWindow } from './byte-window'
import { detailOf, recordIndex, timestampOf } from './event-base'
import type { Listening } from './listening'
import { type FlowSide, flowSide } from './vocabulary'

/** Takes the bytes of flows without an event for each. They are views that hold during the call. */
export interface BytesListener {
  /** The next bytes of a side of a TCP connection, from this stream offset on. */
  data(flow: number, index: number, side: FlowSide, bytes: Uint8Array, timestamp: Timestamp, offset: number): void
  /** A UDP datagram, as long as `wireLength` by its headers. */
  datagram(
    flow: number,
    index: number,
    side: FlowSide,
    payload: Uint8Array,
    timestamp: Timestamp,
    wireLength: number,
  ): void
}

/** Decodes records that bring bytes for a listener, those left out that it does not want. */
export class ByteRecords {
  readonly #window: ByteWindow
  readonly #listening: Listening

  constructor(window: ByteWindow, listening: Listening) {
    this.#window = window
    this.#listening = listening
  }

  /** How many bytes at the front of data are not wanted. */
  unwanted(record: EventRecord, length: number): number {
    const { data, at } = record
    const index = recordIndex(record)
    const offset = data.getFloat64(at + X_EVENT_OFFSET, true)
    const flow = data.getFloat64(at + E_NUMBER, true)
    return this.#listening.unwanted(index, flow, data.getUint8(at + E_SIDE), offset, length)
  }

  /** Hands out an EVENT_STREAM_DATA. */
  data(record: EventRecord, listener: BytesListener): void {
    const { data, at } = record
    const length = data.getUint32(at + X_EVENT_LENGTH, true)
    const skipped = this.unwanted(record, length)
    if (skipped === length) return
    const flow = data.getFloat64(at + E_NUMBER, true)
    const side = flowSide(data.getUint8(at + E_SIDE))
    const bytes = this.#window.bytes(data.getUint32(at + X_EVENT_POINTER, true) + skipped, length - skipped)
    const offset = data.getFloat64(at + X_EVENT_OFFSET, true) + skipped
    listener.data(flow, recordIndex(record), side, bytes, timestampOf(record), offset)
  }

  /** Hands out an EVENT_DATAGRAM. */
  datagram(record: EventRecord, listener: BytesListener): void {
    const { data, at } = record
    const index = recordIndex(record)
    const flow = data.getFloat64(at + E_NUMBER, true)
    const code = data.getUint8(at + E_SIDE)
    if (this.#listening.isStopped(index, flow, code)) return
    const length = data.getUint32(at + X_EVENT_LENGTH, true)
    const payload = this.#window.bytes(data.getUint32(at + X_EVENT_POINTER, true), length)
    listener.datagram(flow, index, flowSide(code), payload, timestampOf(record), detailOf(record))
  }
}
