import {
  CONFIG_ACCEPT_ANY_RST,
  CONFIG_ANOMALIES,
  CONFIG_CLOCK,
  CONFIG_CRATE_HISTORY,
  CONFIG_IDLE_TIMEOUT_FUNCTION,
  CONFIG_MONOTONIC,
  CONFIG_PACKET_EVENTS,
  CONFIG_REASSEMBLE,
} from '../../assembly/layout'
import { secondsToNanoseconds } from '../common/duration'
import { ConfigError } from '../common/errors'
import { checkBoolean, checkFunction, checkInteger, checkOptions } from '../common/options'
import type { CoreConfig, CoreDedupConfig, CoreFragmentConfig, Shard } from '../core/core'
import type { FlowKey } from '../extract/flow-key'
import type { Plan } from '../extract/plan'
import type { Protocol } from '../packet/protocol'
import { type DedupOptions, resolveDedup } from './dedup-options'
import { encodeStreams, resolveStreams, type StreamConfig, type StreamOptions } from './stream-options'

/**
 * Most flows that `maxFlows` allows: what fits into 4 GiB at 256 bytes a flow, the room for everything else taken off.
 */
const MOST_FLOWS = 16_000_000

const HISTORIES: readonly string[] = ['zeek', 'crate']

/** How long a flow may be silent before it ends, by its transport protocol, in seconds; `Infinity` for ever. */
export interface IdleTimeouts {
  /** Default 300. */
  readonly tcp: number
  /** Default 60. */
  readonly udp: number
  /** All other protocols, and unknown ones. Default 30. */
  readonly other: number
}

/** What of a tracker can be changed while it runs, see {@link FlowTracker.reconfigure}. */
export interface FlowTrackerConfig {
  /** Live flows at most, 1 to 16 million; one more evicts the longest unused. Default 100,000. */
  readonly maxFlows: number
  /** In seconds, fractions allowed down to the nanosecond. A flow silent for as long or longer has ended. */
  readonly idleTimeoutSeconds: IdleTimeouts
  /**
   * Capture time between two looks for idle flows, in seconds. It decides when the end of a flow is told, not whether
   * two packets belong to one flow. Default 1.
   */
  readonly sweepIntervalSeconds: number
  /** Hand out an event for each packet of a flow. Default false. */
  readonly packetEvents: boolean
  /** Take a time stamp that is earlier than one before it for that one. Default false. */
  readonly monotonicTimestamps: boolean
  /** Let a RST end a flow wherever its sequence number lies. Default false: it must lie in the window. */
  readonly acceptAnyRst: boolean
  /**
   * Letters of the history: `zeek`, each once a side, with ACK, or as the Rust crate writes it: S F R D, repeated.
   * Default `zeek`.
   */
  readonly history: 'zeek' | 'crate'
  /**
   * Put IP fragments together: a datagram counts, with all its packets, when its last fragment comes; fragments of
   * one that never becomes complete belong to no flow. Default true. With false each fragment is tracked for itself:
   * the first by its ports, the others as a flow without.
   */
  readonly reassembleFragments: boolean
}

/** Some of the configuration, the rest as it is or by default. */
export type FlowTrackerChanges = Partial<Omit<FlowTrackerConfig, 'idleTimeoutSeconds'>> & {
  readonly idleTimeoutSeconds?: Partial<IdleTimeouts>
}

/**
 * Idle timeout of one flow, in seconds, `Infinity` for ever; undefined for the one of its protocol. Asked once for
 * each flow when it starts, and again for those that live when it is set.
 */
export type IdleTimeoutFunction<K extends FlowKey> = (key: K, protocol: Protocol | undefined) => number | undefined

/** What a tracker is made with. */
export interface FlowTrackerOptions<K extends FlowKey, S> extends FlowTrackerChanges {
  /** See {@link FlowTracker.setIdleTimeoutOf}. */
  readonly idleTimeoutOf?: IdleTimeoutFunction<K>
  /**
   * Makes a state of your own for each flow when it starts. It is `user` in all the flow's events, and is let go
   * after its end.
   */
  readonly userState?: (key: K) => S
  /** Hand out an event for each anomaly, of flows and of all the traffic; they are counted in any case. Default false. */
  readonly anomalies?: boolean
  /** Hand out the bytes of flows, those of TCP in order. Default none: then nothing is kept of them. */
  readonly streams?: StreamOptions
  /**
   * Leave out frames that are copies of one shortly before, as captures of loopback or mirrored interfaces have them;
   * they are counted, and have no events. Default false. True: within a millisecond, among the last 256 frames.
   */
  readonly dedup?: boolean | DedupOptions
  /** Secret of the hash of keys, 64 bits; at random unless given, so that nobody can choose keys that collide. */
  readonly hashSeed?: bigint
}

/** What a tracker has that is not given. */
export const DEFAULT_CONFIG: FlowTrackerConfig = Object.freeze({
  maxFlows: 100_000,
  idleTimeoutSeconds: Object.freeze({ tcp: 300, udp: 60, other: 30 }),
  sweepIntervalSeconds: 1,
  packetEvents: false,
  monotonicTimestamps: false,
  acceptAnyRst: false,
  history: 'zeek',
  reassembleFragments: true,
})

/** Bounds of the reassembly of IP datagrams: those of Linux, in round figures. 256 fragments are enough for an MTU of 296. */
const FRAGMENTS: CoreFragmentConfig = Object.freeze({
  maxDatagrams: 1024,
  buffer: 4 << 20,
  maxFragments: 256,
  timeout: 30_000_000_000n,
})

const CONFIG_NAMES = Object.keys(DEFAULT_CONFIG)

/** Names of all options of a tracker. */
export const OPTION_NAMES: readonly string[] = [
  ...CONFIG_NAMES,
  'idleTimeoutOf',
  'userState',
  'anomalies',
  'streams',
  'dedup',
  'hashSeed',
]

/**
 * Options of a tracker, checked and complete. Its functions are methods to the type checker, so that a tracker of
 * certain keys passes for one of any: they are only ever called with keys that its own extractor made.
 */
export interface ResolvedOptions<K extends FlowKey, S> {
  readonly config: FlowTrackerConfig
  idleTimeoutOf?(key: K, protocol: Protocol | undefined): number | undefined
  userState?(key: K): S
  readonly anomalies: boolean
  readonly streams?: StreamConfig
  readonly dedup?: CoreDedupConfig
  readonly hashSeed: bigint
  /** Tell of each second of the capture. */
  readonly hasClock?: boolean
  /** The part of all flows that is tracked. */
  readonly shard?: Shard | undefined
}

/**
 * Checks the options of a new tracker.
 *
 * @throws ConfigError when one is unknown, or has a value that cannot be used
 */
export function resolveOptions<K extends FlowKey, S>(options: FlowTrackerOptions<K, S>): ResolvedOptions<K, S> {
  checkOptions(options, OPTION_NAMES, 'options')
  const {
    idleTimeoutOf,
    userState,
    anomalies = false,
    streams,
    dedup = false,
    hashSeed = randomSeed(),
    ...changes
  } = options
  if (typeof hashSeed !== 'bigint' || BigInt.asUintN(64, hashSeed) !== hashSeed) {
    throw new ConfigError('hashSeed', `must be a bigint from 0 to 2^64 - 1: ${String(hashSeed)}`)
  }
  checkFunction(idleTimeoutOf, 'idleTimeoutOf')
  checkFunction(userState, 'userState')
  checkBoolean(anomalies, 'anomalies')
  const copies = resolveDedup(dedup)
  return {
    config: changeConfig(DEFAULT_CONFIG, changes),
    ...(idleTimeoutOf && { idleTimeoutOf }),
    ...(userState && { userState }),
    anomalies,
    ...(streams && { streams: resolveStreams(streams) }),
    ...(copies && { dedup: copies }),
    hashSeed,
  }
}

/**
 * A configuration with some values changed.
 *
 * @throws ConfigError when one is unknown, or has a value that cannot be used
 */
export function changeConfig(config: FlowTrackerConfig, changes: FlowTrackerChanges): FlowTrackerConfig {
  checkOptions(changes, CONFIG_NAMES, 'options')
  checkOptions(changes.idleTimeoutSeconds ?? {}, Object.keys(config.idleTimeoutSeconds), 'idleTimeoutSeconds')
  const idleTimeoutSeconds = Object.freeze({ ...config.idleTimeoutSeconds, ...changes.idleTimeoutSeconds })
  const changed = Object.freeze({ ...config, ...changes, idleTimeoutSeconds })
  checkConfig(changed)
  return changed
}

function checkConfig(config: FlowTrackerConfig): void {
  checkInteger(config.maxFlows, 1, MOST_FLOWS, 'maxFlows')
  for (const [name, seconds] of Object.entries(config.idleTimeoutSeconds)) {
    secondsToNanoseconds(seconds, `idleTimeoutSeconds.${name}`)
  }
  if (secondsToNanoseconds(config.sweepIntervalSeconds, 'sweepIntervalSeconds') === 0n) {
    throw new ConfigError('sweepIntervalSeconds', 'must be at least a nanosecond')
  }
  checkBoolean(config.packetEvents, 'packetEvents')
  checkBoolean(config.monotonicTimestamps, 'monotonicTimestamps')
  checkBoolean(config.acceptAnyRst, 'acceptAnyRst')
  checkBoolean(config.reassembleFragments, 'reassembleFragments')
  if (!HISTORIES.includes(config.history)) {
    throw new ConfigError('history', `must be one of ${HISTORIES.join(', ')}: ${String(config.history)}`)
  }
}

/**
 * The configuration as the core wants it.
 *
 * @param fixed what does not change in the life of a tracker
 */
export function encodeConfig(
  config: FlowTrackerConfig,
  plan: Plan,
  fixed: Pick<ResolvedOptions<FlowKey, unknown>, 'anomalies' | 'dedup' | 'hashSeed' | 'hasClock' | 'shard' | 'streams'>,
  asksIdleTimeout: boolean,
): CoreConfig {
  const flags =
    plan.flags |
    (config.packetEvents ? CONFIG_PACKET_EVENTS : 0) |
    (fixed.anomalies ? CONFIG_ANOMALIES : 0) |
    (fixed.hasClock ? CONFIG_CLOCK : 0) |
    (config.monotonicTimestamps ? CONFIG_MONOTONIC : 0) |
    (asksIdleTimeout ? CONFIG_IDLE_TIMEOUT_FUNCTION : 0) |
    (config.acceptAnyRst ? CONFIG_ACCEPT_ANY_RST : 0) |
    (config.history === 'crate' ? CONFIG_CRATE_HISTORY : 0) |
    (config.reassembleFragments ? CONFIG_REASSEMBLE : 0)
  const { tcp, udp, other } = config.idleTimeoutSeconds
  return {
    maxFlows: config.maxFlows,
    flags,
    idleTcp: secondsToNanoseconds(tcp, 'idleTimeoutSeconds.tcp'),
    idleUdp: secondsToNanoseconds(udp, 'idleTimeoutSeconds.udp'),
    idleOther: secondsToNanoseconds(other, 'idleTimeoutSeconds.other'),
    sweepInterval: secondsToNanoseconds(config.sweepIntervalSeconds, 'sweepIntervalSeconds'),
    seed: fixed.hashSeed,
    plan: plan.operations,
    streams: fixed.streams && encodeStreams(fixed.streams, config.maxFlows, fixed.anomalies),
    fragments: FRAGMENTS,
    dedup: fixed.dedup,
    shard: fixed.shard,
  }
}

/** A secret for the hash of keys, 64 bits. */
export function randomSeed(): bigint {
  const [low = 0, high = 0] = crypto.getRandomValues(new Uint32Array(2))
  return (BigInt(high) << 32n) | BigInt(low)
}
