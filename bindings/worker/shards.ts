import { checkInteger } from '../common/options'
import { DEFAULT_PROBE_BUFFER } from '../driver/probe-budget'
import type { FlowKey } from '../extract/flow-key'
import type { FlowTrackerChanges } from '../tracker/config'
import { DEFAULT_CONFIG, randomSeed } from '../tracker/config'
import { DEFAULT_STREAMS } from '../tracker/stream-options'
import type { TrackerStats } from '../tracker/tracker-stats'
import type { SentOptions } from './protocol'

const MOST_SHARDS = 64

/** @throws ConfigError when it is no number of workers */
export function checkShards(shards: number): number {
  return checkInteger(shards, 1, MOST_SHARDS, 'shards')
}

/** What each worker is made with: one secret for all, and its part of what flows may take. */
export function splitOptions<K extends FlowKey>(options: SentOptions<K>, shards: number): SentOptions<K>[] {
  if (shards === 1) return [options]
  const {
    maxFlows = DEFAULT_CONFIG.maxFlows,
    hashSeed = randomSeed(),
    streams = {},
    maxProbeBuffer = DEFAULT_PROBE_BUFFER,
  } = options
  const { maxStreams, maxTotalBuffer = DEFAULT_STREAMS.maxTotalBuffer } = streams
  return Array.from({ length: shards }, (_, i) => ({
    ...options,
    hashSeed,
    maxFlows: part(maxFlows, shards, i),
    maxProbeBuffer: part(maxProbeBuffer, shards, i),
    streams: {
      ...streams,
      maxTotalBuffer: part(maxTotalBuffer, shards, i),
      ...(maxStreams !== undefined && { maxStreams: part(maxStreams, shards, i) }),
    },
  }))
}

/** What each worker is to change. */
export function splitChanges(changes: FlowTrackerChanges, shards: number): FlowTrackerChanges[] {
  const { maxFlows } = changes
  return Array.from({ length: shards }, (_, i) =>
    maxFlows === undefined || shards === 1 ? changes : { ...changes, maxFlows: part(maxFlows, shards, i) },
  )
}

/** A part of a number, as equal as can be. What is no bound is left for the worker to refuse. */
function part(total: number, shards: number, index: number): number {
  if (!Number.isInteger(total) || total < 1) return total
  return Math.max(Math.floor(total / shards) + (index < total % shards ? 1 : 0), 1)
}

/** Counters of flows, which each shard has its own of. All others are of packets, and each shard has read all of them. */
const OF_FLOWS = [
  'flowsCreated',
  'flowsEnded',
  'flowsEvicted',
  'flowsForgotten',
  'flowsLive',
  'rstsIgnored',
  'segmentsOutOfOrder',
  'segmentsAfterFin',
  'streamsRefused',
] as const satisfies readonly (keyof TrackerStats)[]

/** The counters of all shards together. */
export function mergeStats(all: readonly TrackerStats[]): TrackerStats {
  const [first] = all as [TrackerStats]
  if (all.length === 1) return first
  const sums = OF_FLOWS.map((name) => [name, all.reduce((sum, stats) => sum + stats[name], 0)])
  return { ...first, ...Object.fromEntries(sums) }
}
