import {
  LISTEN_CONFLICTS,
  LISTEN_DROP_ON_OVERFLOW,
  LISTEN_TCP,
  LISTEN_UDP,
  OVERLAP_BSD,
  OVERLAP_FIRST,
  OVERLAP_LAST,
  OVERLAP_LINUX,
  OVERLAP_SOLARIS,
  OVERLAP_WINDOWS,
} from '../../assembly/layout'
import { secondsToNanoseconds } from '../common/duration'
import { ConfigError } from '../common/errors'
import { checkInteger, checkOptions } from '../common/options'
import type { CoreStreamConfig } from '../core/core'

/** Streams whose records may be laid out at once: those of a million flows take 384 MB. */
const MOST_STREAMS = 4_000_000

/** Streams at once where no number is given, at most; never more than there may be flows. */
const USUAL_STREAMS = 1_000_000

const MOST_BUFFER = 2 ** 31

const LAST_PORT = 65_535

const POLICIES = {
  first: OVERLAP_FIRST,
  last: OVERLAP_LAST,
  bsd: OVERLAP_BSD,
  linux: OVERLAP_LINUX,
  windows: OVERLAP_WINDOWS,
  solaris: OVERLAP_SOLARIS,
} as const

/** Which copy of a byte counts where segments overlap that disagree. See docs/reassembly.md for what each resolves to. */
export type OverlapPolicy = keyof typeof POLICIES

/** All overlap policies, the default first. */
export const OVERLAP_POLICIES = Object.keys(POLICIES) as readonly OverlapPolicy[]

const OVERFLOWS = { 'sliding-window': 0, 'drop-flow': LISTEN_DROP_ON_OVERFLOW } as const

/**
 * What becomes of a side that would have to hold more bytes than it may: `sliding-window` gives up its oldest hole,
 * so that what is behind it is delivered; `drop-flow` gives up the side. The flow goes on in either case.
 */
export type OverflowPolicy = keyof typeof OVERFLOWS

/** All overflow policies, the default first. */
export const OVERFLOW_POLICIES = Object.keys(OVERFLOWS) as readonly OverflowPolicy[]

/** Flows whose bytes are wanted: all of the protocol, or those with one of these ports at either end. */
export type Listening = 'all' | readonly number[]

/** Whose bytes a tracker hands out, and what putting them in order may take. Fixed when the tracker is made. */
export interface StreamOptions {
  /** TCP flows. Default `'all'`. */
  readonly tcp?: Listening
  /** UDP flows. Default none. */
  readonly udp?: Listening
  /** TCP flows listened to at once; further ones are tracked without. Default `maxFlows`, at most a million. */
  readonly maxStreams?: number
  /** Bytes that one side of a flow may hold behind a hole, in steps of 2 KiB. Default 1 MiB. */
  readonly maxBuffer?: number
  /** Bytes that both sides of a flow may hold together, likewise. Default twice `maxBuffer`. */
  readonly maxFlowBuffer?: number
  /** Bytes that all sides may hold together. Default 64 MiB. */
  readonly maxTotalBuffer?: number
  /** What happens to the side that passes one of the three. Default `sliding-window`. */
  readonly overflow?: OverflowPolicy
  /** Default `first`. */
  readonly overlap?: OverlapPolicy
  /** Capture time that a hole is waited for, in seconds; `Infinity` for ever. Default 30. */
  readonly holeTimeoutSeconds?: number
}

/** Options of streams with nothing left open but the number of streams. */
export type StreamConfig = Required<Omit<StreamOptions, 'maxStreams'>> & Pick<StreamOptions, 'maxStreams'>

/** What follows from other options where it is not given. */
type Derived = 'maxStreams' | 'maxFlowBuffer'

/** What streams have that is not given. */
export const DEFAULT_STREAMS: Omit<StreamConfig, Derived> = Object.freeze({
  tcp: 'all',
  udp: Object.freeze([]),
  maxBuffer: 1 << 20,
  maxTotalBuffer: 64 << 20,
  overflow: 'sliding-window',
  overlap: 'first',
  holeTimeoutSeconds: 30,
})

const NAMES: readonly string[] = [...Object.keys(DEFAULT_STREAMS), 'maxStreams', 'maxFlowBuffer']

/**
 * Checks the options of streams and completes them.
 *
 * @throws ConfigError when one is unknown, or has a value that cannot be used
 */
export function resolveStreams(options: StreamOptions): StreamConfig {
  checkOptions(options, NAMES, 'streams')
  const given = { ...DEFAULT_STREAMS, ...options }
  const config = { ...given, maxFlowBuffer: options.maxFlowBuffer ?? 2 * given.maxBuffer }
  checkListening(config.tcp, 'streams.tcp')
  checkListening(config.udp, 'streams.udp')
  checkInteger(config.maxBuffer, 1, MOST_BUFFER, 'streams.maxBuffer')
  checkInteger(config.maxFlowBuffer, 1, 2 * MOST_BUFFER, 'streams.maxFlowBuffer')
  checkInteger(config.maxTotalBuffer, 1, MOST_BUFFER, 'streams.maxTotalBuffer')
  if (config.maxStreams !== undefined) checkInteger(config.maxStreams, 1, MOST_STREAMS, 'streams.maxStreams')
  checkName(config.overflow, OVERFLOW_POLICIES, 'streams.overflow')
  checkName(config.overlap, OVERLAP_POLICIES, 'streams.overlap')
  secondsToNanoseconds(config.holeTimeoutSeconds, 'streams.holeTimeoutSeconds')
  return Object.freeze(config)
}

/** Options of streams as the core wants them. */
export function encodeStreams(config: StreamConfig, maxFlows: number, tellsConflicts: boolean): CoreStreamConfig {
  return {
    flags:
      (config.tcp === 'all' ? LISTEN_TCP : 0) |
      (config.udp === 'all' ? LISTEN_UDP : 0) |
      (tellsConflicts ? LISTEN_CONFLICTS : 0) |
      OVERFLOWS[config.overflow],
    overlapPolicy: POLICIES[config.overlap],
    sideBuffer: config.maxBuffer,
    // The whole of memory is less than the largest number here.
    flowBuffer: Math.min(config.maxFlowBuffer, 2 ** 32 - 1),
    totalBuffer: config.maxTotalBuffer,
    holeTimeout: secondsToNanoseconds(config.holeTimeoutSeconds, 'streams.holeTimeoutSeconds'),
    maxStreams: config.maxStreams ?? Math.min(maxFlows, USUAL_STREAMS),
    tcpPorts: config.tcp === 'all' ? [] : config.tcp,
    udpPorts: config.udp === 'all' ? [] : config.udp,
  }
}

function checkListening(listening: Listening, option: string): void {
  if (listening === 'all') return
  if (!Array.isArray(listening)) throw new ConfigError(option, `must be 'all' or ports: ${String(listening)}`)
  for (const port of listening) checkInteger(port, 0, LAST_PORT, option)
}

function checkName(name: string, names: readonly string[], option: string): void {
  if (!names.includes(name)) throw new ConfigError(option, `must be one of ${names.join(', ')}: ${String(name)}`)
}
