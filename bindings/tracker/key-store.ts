import { E_DETAIL, E_KEY, KEY_SIZE } from '../../assembly/layout'
import type { EventRecord } from '../core/event-reader'
import { type FlowKey, keyBlock } from '../extract/flow-key'
import type { KeyDecoder } from './flow-entry'

/** Flows that there is room for at first. */
const FIRST_FLOWS = 256

/**
 * Keys of live flows, and which of their ends is the initiator, by the index of their records: 65 bytes for each, and an
 * object only for those that were asked for.
 */
export class KeyStore<K extends FlowKey> {
  readonly #decoder: KeyDecoder<K>
  #blocks = new Uint8Array(FIRST_FLOWS * KEY_SIZE)
  readonly #keys: (K | undefined)[] = []
  /** FLOW_* as they were when the flow began. */
  #flags = new Uint8Array(FIRST_FLOWS)
  /** Records that have had a key. */
  #length = 0

  constructor(decoder: KeyDecoder<K>) {
    this.#decoder = decoder
  }

  /** Takes the key of the flow that a `started` record tells of. */
  put(index: number, { bytes, at }: EventRecord, key: K | undefined): void {
    this.#reserve(index)
    this.#blocks.set(bytes.subarray(at + E_KEY, at + E_KEY + KEY_SIZE), index * KEY_SIZE)
    this.#flags[index] = bytes[at + E_DETAIL + 1] ?? 0
    this.#keys[index] = key
  }

  /** Takes the key and the flags of a flow that lives already. */
  putLive(index: number, key: K, flags: number): void {
    this.#reserve(index)
    this.#blocks.set(keyBlock(key), index * KEY_SIZE)
    this.#flags[index] = flags
    this.#keys[index] = key
  }

  /** FLOW_* of a live flow, as far as they tell who began it. */
  flags(index: number): number {
    return this.#flags[index] ?? 0
  }

  /** The key of a live flow. */
  get(index: number): K {
    const known = this.#keys[index]
    if (known) return known
    if (index >= this.#length) throw new RangeError(`no flow has record ${index}`)
    const key = this.#decoder.decodeKey(this.#blocks.slice(index * KEY_SIZE, (index + 1) * KEY_SIZE))
    this.#keys[index] = key
    return key
  }

  /** The key of a live flow where it has been asked for before. */
  peek(index: number): K | undefined {
    return this.#keys[index]
  }

  /** Drops what was made for a flow. */
  drop(index: number): void {
    // Set, not deleted: an array with holes is slow.
    if (index < this.#length) this.#keys[index] = undefined
  }

  #reserve(index: number): void {
    // Filled without holes: the core gives out records in order.
    while (this.#length <= index) {
      this.#keys[this.#length] = undefined
      this.#length++
    }
    if (this.#length * KEY_SIZE <= this.#blocks.length) return
    const larger = new Uint8Array(Math.max(2 * this.#blocks.length, this.#length * KEY_SIZE))
    larger.set(this.#blocks)
    this.#blocks = larger
    const flags = new Uint8Array(larger.length / KEY_SIZE)
    flags.set(this.#flags)
    this.#flags = flags
  }
}
