import {
  F_FLAGS,
  F_HISTORY_LENGTH,
  F_PROTOCOL,
  F_STATE,
  F_WORD0,
  FLOW_INITIATOR_REVERSE,
  K_ADDRESSES,
  K_HISTORY,
  K_ICMP_CODE,
  K_ICMP_TYPE,
  K_NUMBER,
  KEY_ADDRESSES,
  KEY_SIZE,
} from '../../assembly/layout'
import { uint64 } from '../common/bytes'
import { fieldsOf } from '../common/fields'
import { inspectSymbol } from '../common/inspect'
import type { Encapsulation } from '../extract/encapsulation'
import { type EndpointOf, type FlowKey, reportedProtocol } from '../extract/flow-key'
import type { Protocol } from '../packet/protocol'
import { communityIdOf } from './community-id'
import { decodeStats, type FlowStats } from './flow-stats'
import { type FlowState, flowState } from './vocabulary'

const FIELDS = [
  'flow',
  'key',
  'protocol',
  'initiator',
  'responder',
  'state',
  'history',
  'stats',
  'encapsulations',
  'communityId',
] as const satisfies readonly (keyof FlowEntry)[]

/** The endpoint of a key that is the initiator, or the other one. */
export function endpointOf<K extends FlowKey>(key: K, flags: number, side: 'initiator' | 'responder'): EndpointOf<K> {
  if (key.kind === 'custom') return undefined as EndpointOf<K>
  const initiatorIsB = (flags & FLOW_INITIATOR_REVERSE) !== 0
  return (initiatorIsB === (side === 'initiator') ? key.b : key.a) as EndpointOf<K>
}

/** Copies the key out of a flow's record; it lies there in two parts. */
export function recordKeyBlock(bytes: Uint8Array, hot: number, cold: number): Uint8Array {
  const block = new Uint8Array(KEY_SIZE)
  block.set(bytes.subarray(hot + F_WORD0, hot + F_WORD0 + KEY_ADDRESSES))
  block.set(bytes.subarray(cold + K_ADDRESSES, cold + K_ADDRESSES + KEY_SIZE - KEY_ADDRESSES), KEY_ADDRESSES)
  return block
}

/** Makes a key of its block, which it keeps. */
export interface KeyDecoder<K extends FlowKey> {
  decodeKey(block: Uint8Array): K
}

/** A copy of a flow's record, and the offsets of its parts. */
export interface FlowRecord {
  readonly bytes: Uint8Array
  readonly data: DataView
  readonly hot: number
  readonly cold: number
  /** The two stream records of a flow that somebody listens to. */
  readonly streams: number | undefined
}

/**
 * A flow as it was at one moment: live, when it comes from {@link FlowTracker.get} or {@link FlowTracker.flows}, or at
 * its end, as the base of {@link EndedEvent}. It is a copy, and decodes what it is asked for.
 */
export class FlowEntry<K extends FlowKey = FlowKey, S = unknown> {
  /** What was taken off the flow's first packet before its key was made, outermost first. */
  readonly encapsulations: readonly Encapsulation[]

  /** What the tracker's `userState` made for this flow. */
  readonly user: S

  readonly #record: FlowRecord
  readonly #keys: KeyDecoder<K>
  #key: K | undefined
  #stats: FlowStats | undefined
  #communityId: string | undefined

  /**
   * Index of its record in the core.
   *
   * @internal
   */
  readonly index: number

  /**
   * @param key where it is known already
   * @internal
   */
  constructor(
    index: number,
    record: FlowRecord,
    keys: KeyDecoder<K>,
    key: K | undefined,
    encapsulations: readonly Encapsulation[],
    user: S,
  ) {
    this.index = index
    this.#record = record
    this.#keys = keys
    this.#key = key
    this.encapsulations = encapsulations
    this.user = user
  }

  /** Identity. */
  get key(): K {
    const { bytes, hot, cold } = this.#record
    this.#key ??= this.#keys.decodeKey(recordKeyBlock(bytes, hot, cold))
    return this.#key
  }

  /** Number of the flow, counted from 1 in order of creation. */
  get flow(): number {
    return uint64(this.#record.data, this.#record.cold + K_NUMBER)
  }

  /** Transport protocol; undefined for pairs of MAC addresses, and where a custom extractor names none. */
  get protocol(): Protocol | undefined {
    return reportedProtocol(this.key, this.#record.data.getUint8(this.#record.hot + F_PROTOCOL))
  }

  /** Who opened the flow; undefined for custom keys. */
  get initiator(): EndpointOf<K> {
    return endpointOf(this.key, this.#flags, 'initiator')
  }

  /** The other end; undefined for custom keys. */
  get responder(): EndpointOf<K> {
    return endpointOf(this.key, this.#flags, 'responder')
  }

  /** State of the TCP connection, `active` for all else. */
  get state(): FlowState {
    return flowState(this.#record.data.getUint8(this.#record.hot + F_STATE))
  }

  /** What happened, one letter each, upper case for the initiator: Zeek's letters, or the Rust crate's by option. */
  get history(): string {
    const length = this.#record.data.getUint8(this.#record.hot + F_HISTORY_LENGTH)
    const start = this.#record.cold + K_HISTORY
    return String.fromCharCode(...this.#record.bytes.subarray(start, start + length))
  }

  /** Counters. */
  get stats(): FlowStats {
    const { data, hot, cold, streams } = this.#record
    this.#stats ??= decodeStats(data, hot, cold, streams)
    return this.#stats
  }

  /**
   * Community ID version 1 with seed 0 (github.com/corelight/community-id-spec), computed when it is asked for;
   * undefined for keys that are not five-tuples.
   */
  get communityId(): string | undefined {
    if (this.key.kind !== 'five-tuple') return undefined
    this.#communityId ??= communityIdOf(this.key, (this.#flags & FLOW_INITIATOR_REVERSE) !== 0, {
      type: this.#record.data.getUint8(this.#record.cold + K_ICMP_TYPE),
      code: this.#record.data.getUint8(this.#record.cold + K_ICMP_CODE),
    })
    return this.#communityId
  }

  /** What `JSON.stringify` writes: all but `user`. */
  toJSON(): object {
    return fieldsOf(this, FIELDS)
  }

  /** @internal */
  [inspectSymbol](): object {
    return this.toJSON()
  }

  get #flags(): number {
    return this.#record.data.getUint8(this.#record.hot + F_FLAGS)
  }
}
