import {
  GAP_ACKNOWLEDGED,
  GAP_BUFFER,
  GAP_END,
  GAP_TIMEOUT,
  X_EVENT_GAP,
  X_EVENT_LENGTH,
  X_EVENT_OFFSET,
  X_EVENT_POINTER,
} from '../../assembly/layout'
import { fieldsOf } from '../common/fields'
import type { EventRecord } from '../core/event-reader'
import type { FlowKey } from '../extract/flow-key'
import type { ByteWindow } from './byte-window'
import { detailOf, EventBase } from './event-base'
import type { KeyDecoder } from './flow-entry'
import { type FlowSide, nameOf } from './vocabulary'

/** Takes what a listener says of the bytes that it gets. */
export interface ListenerControl {
  /** No more bytes of this side. */
  stopListening(index: number, flow: number, side: FlowSide): void
  /** No bytes of this side below this stream offset. */
  skipUntil(index: number, flow: number, side: FlowSide, offset: number): void
}

/** What all events with bytes have. */
abstract class BytesEvent<K extends FlowKey, S> extends EventBase<K, S> {
  /** How many bytes there are. */
  readonly length: number

  readonly #window: ByteWindow
  readonly #generation: number
  readonly #address: number
  readonly #control: ListenerControl
  #kept: Uint8Array | undefined

  /**
   * @param skipped bytes at the front that the listener does not want
   * @internal
   */
  constructor(
    record: EventRecord,
    keys: KeyDecoder<K>,
    key: K,
    user: S,
    window: ByteWindow,
    control: ListenerControl,
    skipped: number,
  ) {
    super(record, keys, key, user)
    this.length = record.data.getUint32(record.at + X_EVENT_LENGTH, true) - skipped
    this.#window = window
    this.#generation = window.generation
    this.#address = record.data.getUint32(record.at + X_EVENT_POINTER, true) + skipped
    this.#control = control
  }

  /**
   * The bytes, as a view of the core's memory that holds only until the next event is pulled: copy what is needed
   * longer.
   *
   * @throws StaleViewError when they have been overwritten
   */
  get bytes(): Uint8Array {
    return this.#kept ?? this.#window.view(this.#generation, this.#address, this.length)
  }

  /** The listener wants no more bytes of this side: nothing of it is kept or handed out any more. */
  stopListening(): void {
    this.#control.stopListening(this.index, this.flow, this.side)
  }

  /** @internal */
  keep(): void {
    this.#kept ??= this.bytes.slice()
  }

  /** @internal */
  protected get control(): ListenerControl {
    return this.#control
  }
}

/**
 * The next bytes of one side of a TCP connection. The offsets of a side's data and gaps follow one another without
 * overlap from 0, which is the first byte after the SYN, or where the capture has none the first byte seen.
 */
export class StreamDataEvent<K extends FlowKey = FlowKey, S = unknown> extends BytesEvent<K, S> {
  readonly kind = 'stream_data'

  /** Stream offset of the first byte, exact up to 2^53. */
  readonly offset: number

  /** @internal */
  constructor(
    record: EventRecord,
    keys: KeyDecoder<K>,
    key: K,
    user: S,
    window: ByteWindow,
    control: ListenerControl,
    skipped: number,
  ) {
    super(record, keys, key, user, window, control, skipped)
    this.offset = record.data.getFloat64(record.at + X_EVENT_OFFSET, true) + skipped
  }

  /** The listener wants to skip so many bytes after these: they are counted, and not handed out. */
  skip(bytes: number): void {
    const until = this.offset + this.length + bytes
    this.control.skipUntil(this.index, this.flow, this.side, until)
  }

  override toJSON(): object {
    return { ...super.toJSON(), ...fieldsOf(this, ['offset', 'length']) }
  }
}

/**
 * Why bytes are missing.
 *
 * | reason | meaning |
 * |---|---|
 * | `acknowledged` | the peer has acknowledged them: they were sent, and are not in the capture |
 * | `buffer` | what came after them filled the buffer of the side, or of all sides |
 * | `timeout` | they were waited for as long as `holeTimeoutSeconds` says |
 * | `end` | the flow has ended |
 */
export type GapReason = 'acknowledged' | 'buffer' | 'timeout' | 'end'

const GAP_REASONS: Readonly<Record<number, GapReason>> = {
  [GAP_ACKNOWLEDGED]: 'acknowledged',
  [GAP_BUFFER]: 'buffer',
  [GAP_TIMEOUT]: 'timeout',
  [GAP_END]: 'end',
}

/** Bytes of one side of a TCP connection are missing; what comes next is what follows them. */
export class StreamGapEvent<K extends FlowKey = FlowKey, S = unknown> extends EventBase<K, S> {
  readonly kind = 'stream_gap'

  /** Stream offset of the first missing byte. */
  readonly offset: number

  /** How many bytes are missing. */
  readonly length: number

  /** @internal */
  constructor(record: EventRecord, keys: KeyDecoder<K>, key: K, user: S) {
    super(record, keys, key, user)
    this.offset = record.data.getFloat64(record.at + X_EVENT_OFFSET, true)
    this.length = record.data.getFloat64(record.at + X_EVENT_GAP, true)
  }

  /** Why they are. */
  get reason(): GapReason {
    return nameOf(GAP_REASONS, detailOf(this.record), 'gap reason')
  }

  override toJSON(): object {
    return { ...super.toJSON(), ...fieldsOf(this, ['offset', 'length', 'reason']) }
  }
}

/**
 * One side of a TCP connection had to hold more bytes than it may, and `overflow` is `drop-flow`: no more bytes of it
 * are handed out. The flow goes on.
 */
export class StreamStoppedEvent<K extends FlowKey = FlowKey, S = unknown> extends EventBase<K, S> {
  readonly kind = 'stream_stopped'

  /** Stream offset of the first byte that is not handed out. */
  get offset(): number {
    return this.record.data.getFloat64(this.record.at + X_EVENT_OFFSET, true)
  }

  override toJSON(): object {
    return { ...super.toJSON(), ...fieldsOf(this, ['offset']) }
  }
}

/**
 * One side of a TCP connection is complete: all that it has sent before its FIN has been handed out, told as a gap, or
 * skipped. At most once a side, after its last data and gap. A side whose FIN is not captured has none, nor has one that
 * is not listened to any more.
 */
export class StreamEndEvent<K extends FlowKey = FlowKey, S = unknown> extends EventBase<K, S> {
  readonly kind = 'stream_end'

  /** Stream offset behind the last byte. */
  get offset(): number {
    return this.record.data.getFloat64(this.record.at + X_EVENT_OFFSET, true)
  }

  override toJSON(): object {
    return { ...super.toJSON(), ...fieldsOf(this, ['offset']) }
  }
}

/** A UDP datagram, also an empty one. */
export class DatagramEvent<K extends FlowKey = FlowKey, S = unknown> extends BytesEvent<K, S> {
  readonly kind = 'datagram'

  /** Length of the payload by its headers: `length` is less where a snap length has cut it. */
  get wireLength(): number {
    return detailOf(this.record)
  }

  override toJSON(): object {
    return { ...super.toJSON(), ...fieldsOf(this, ['length', 'wireLength']) }
  }
}
