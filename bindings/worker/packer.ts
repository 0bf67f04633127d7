import { E_LENGTH, P_FRAME, P_PAYLOAD } from '../../assembly/layout'
import type { EventRecord } from '../core/event-reader'
import type { DriverEvent } from '../driver/driver-events'
import { type FlowKey, keyBlock } from '../extract/flow-key'
import type { AnomalyOrigin } from '../tracker/anomalies'
import type { PacketEvent } from '../tracker/events'
import type { ReadProgress } from '../tracker/tracker'
import { type Batch, MOST_BYTES, MOST_EVENTS, type PackedEvent, type PackedOrigin } from './batch'
import { ByteBuffer } from './byte-buffer'
import { packError } from './errors'
import { ValuePacker } from './values'

/** Packs a driver's events into batches: records of the core as they are, messages as plain data. */
export class Packer {
  readonly #records = new ByteBuffer()
  readonly #blobs = new ByteBuffer()
  readonly #values = new ValuePacker(this.#blobs)
  #items: (number | PackedEvent)[] = []
  #places: number[] = []
  /** Offsets of keys in the batch at work. */
  readonly #keys = new Map<FlowKey, number>()

  get isEmpty(): boolean {
    return this.#items.length === 0
  }

  get isFull(): boolean {
    return this.#items.length >= MOST_EVENTS || this.#records.length + this.#blobs.length >= MOST_BYTES
  }

  /** Takes an event up, and where it belongs if that is to be told. @throws WorkerError when there is something in its message that cannot be sent */
  add(event: DriverEvent, place: number | undefined): void {
    this.#items.push(this.#pack(event))
    if (place !== undefined) this.#places.push(place)
  }

  /** Gives all that was taken up away. */
  take(progress: ReadProgress | undefined, reached: number): Batch {
    const [items, places] = [this.#items, this.#places]
    this.#items = []
    this.#places = []
    this.#keys.clear()
    return {
      type: 'batch',
      items,
      records: this.#records.take(),
      blobs: this.#blobs.take(),
      fixups: this.#values.takeFixups(),
      progress,
      places: places.length > 0 ? Float64Array.from(places) : undefined,
      reached,
    }
  }

  #pack(event: DriverEvent): number | PackedEvent {
    switch (event.kind) {
      case 'started':
      case 'established':
      case 'state_change':
        return this.#record(event.record)
      case 'ended': {
        const { encapsulations } = event
        const at = this.#record(event.record)
        return encapsulations.length === 0 ? at : { kind: 'ended', at, encapsulations }
      }
      case 'packet':
        return this.#packet(event)
      case 'message': {
        const { kind, flags, protocol } = event
        const packed: PackedEvent = { kind, flags, ...this.#origin(event), protocol, message: undefined }
        this.#values.packInto(packed, 'message', event.message, `a message of ${protocol}`)
        return packed
      }
      case 'anomaly':
        return { kind: event.kind, ...this.#origin(event), anomaly: this.#anomaly(event.anomaly) }
      case 'tracker_anomaly': {
        const { seconds, nanoseconds } = event.timestamp
        return { kind: event.kind, seconds, nanoseconds, anomaly: event.anomaly }
      }
      case 'parser_closed': {
        const { kind, protocol, reason, detail } = event
        const error = reason === 'threw' ? packError(event.error) : undefined
        return { kind, ...this.#origin(event), protocol, reason, detail, error }
      }
    }
  }

  #anomaly<A extends object>(anomaly: A): A {
    return this.#values.pack(anomaly, 'an anomaly') as A
  }

  #record({ bytes, data, at }: EventRecord): number {
    return this.#records.append(bytes.subarray(at, at + data.getUint16(at + E_LENGTH, true)))
  }

  /** The bytes of the packet lie in `blobs`, and the record says where. */
  #packet(event: PacketEvent): PackedEvent {
    const at = this.#record(event.record)
    const { frame, payload } = event
    const frameAt = this.#blobs.append(frame)
    // The payload of a datagram that was put together lies elsewhere.
    const offset = payload.byteOffset - frame.byteOffset
    const isInside = offset >= 0 && offset + payload.length <= frame.length
    this.#records.setUint32(at + P_FRAME, frameAt)
    this.#records.setUint32(at + P_PAYLOAD, isInside ? frameAt + offset : this.#blobs.append(payload))
    return { kind: 'packet', at, key: this.#key(event.key) }
  }

  #origin({ flow, key, side, timestamp }: AnomalyOrigin<FlowKey, unknown>): PackedOrigin {
    return { flow, key: this.#key(key), side, seconds: timestamp.seconds, nanoseconds: timestamp.nanoseconds }
  }

  #key(key: FlowKey): number {
    let at = this.#keys.get(key)
    if (at === undefined) {
      at = this.#blobs.append(keyBlock(key))
      this.#keys.set(key, at)
    }
    return at
  }
}
