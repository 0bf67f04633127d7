import type { MetricOptions } from '@opentelemetry/api'
import type { TrackerStats } from '../tracker/tracker-stats'

/** Counters that observed events add to, one of each for every set of values that their labels have had. */
export const EVENT_COUNTERS = {
  flowscope_flows_created_total: { unit: '{flow}', description: 'Flows that have started' },
  flowscope_flows_ended_total: { unit: '{flow}', description: 'Flows that have ended' },
  flowscope_bytes_total: { unit: 'By', description: 'Bytes of frames of flows that have ended' },
  flowscope_anomalies_total: { unit: '{anomaly}', description: 'Anomalies that were told' },
  flowscope_reassembly_dropped_ooo_total: {
    unit: '{segment}',
    description: 'Segments of ended flows that bytes were dropped of in reassembly',
  },
  flowscope_reassembly_bytes_dropped_oversize_total: {
    unit: 'By',
    description: 'Bytes of ended flows dropped because a side had to hold more than it may',
  },
  flowscope_reassembly_gap_bytes_total: { unit: 'By', description: 'Bytes missing in streams of ended flows' },
  flowscope_retransmits_total: { unit: '{segment}', description: 'TCP segments of ended flows that were sent again' },
  flowscope_messages_total: { unit: '{message}', description: 'Messages that parsers have made' },
  flowscope_parsers_closed_total: { unit: '{parser}', description: 'Parsers that ended before their flow' },
  flowscope_spans_refused_total: { unit: '{span}', description: 'Flows that have no span because of the bound' },
} as const satisfies Record<string, MetricOptions>

/** Name of a counter that observed events add to. */
export type EventCounter = keyof typeof EVENT_COUNTERS

/** A counter of the tracker's own, read when metrics are collected. */
interface TrackerCounter extends MetricOptions {
  readonly read: (stats: TrackerStats) => number
}

/** Counters that the core keeps in any case. */
export const TRACKER_COUNTERS = {
  flowscope_packets_total: { unit: '{packet}', description: 'Packets read', read: ({ packets }) => packets },
  flowscope_packets_unmatched_total: {
    unit: '{packet}',
    description: 'Packets of no flow',
    read: ({ packetsUnmatched }) => packetsUnmatched,
  },
  flowscope_packets_truncated_total: {
    unit: '{packet}',
    description: 'Packets that a snap length has cut',
    read: ({ packetsTruncated }) => packetsTruncated,
  },
  flowscope_packets_malformed_total: {
    unit: '{packet}',
    description: 'Packets with a header that contradicts itself or does not fit',
    read: ({ packetsMalformed }) => packetsMalformed,
  },
  flowscope_packets_duplicate_total: {
    unit: '{packet}',
    description: 'Packets left out as copies',
    read: ({ packetsDuplicate }) => packetsDuplicate,
  },
  flowscope_flows_forgotten_total: {
    unit: '{flow}',
    description: 'Flows removed without an event',
    read: ({ flowsForgotten }) => flowsForgotten,
  },
  flowscope_streams_refused_total: {
    unit: '{flow}',
    description: 'TCP flows tracked without their bytes for want of room',
    read: ({ streamsRefused }) => streamsRefused,
  },
} as const satisfies Record<string, TrackerCounter>

/** Name of a counter of the tracker's own. */
export type TrackerCounterName = keyof typeof TRACKER_COUNTERS

/** What is there now, not what has been: sums up over trackers. */
export const FLOWS_ACTIVE = 'flowscope_flows_active'

/** Options of {@link FLOWS_ACTIVE}. */
export const FLOWS_ACTIVE_OPTIONS: MetricOptions = { unit: '{flow}', description: 'Flows in the table' }

/** Distributions over flows that have ended. Bounds are those that the Rust crate suggests. */
export const HISTOGRAMS = {
  flowscope_flow_duration_seconds: {
    unit: 's',
    description: 'Capture time from the first packet of a flow to its last',
    advice: { explicitBucketBoundaries: [0.1, 1, 10, 60, 300, 3600] },
  },
  flowscope_flow_packets: {
    unit: '{packet}',
    description: 'Packets of a flow',
    advice: { explicitBucketBoundaries: [1, 10, 100, 1000, 10_000, 100_000] },
  },
  flowscope_flow_bytes: {
    unit: 'By',
    description: 'Bytes of frames of a flow',
    advice: { explicitBucketBoundaries: [1500, 64_000, 1e6, 1e7, 1e8] },
  },
  flowscope_reassembler_high_watermark_bytes: {
    unit: 'By',
    description: 'Most bytes that a side of a flow had to hold behind holes',
    advice: { explicitBucketBoundaries: [1500, 16_384, 65_536, 262_144, 1_048_576] },
  },
} satisfies Record<string, MetricOptions>

/** Name of a histogram. */
export type HistogramName = keyof typeof HISTOGRAMS

/** Name of any metric. */
export type MetricName = EventCounter | TrackerCounterName | HistogramName | typeof FLOWS_ACTIVE
