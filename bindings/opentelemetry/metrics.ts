import type { FlowStats } from '../tracker/flow-stats'
import type { TrackerStats } from '../tracker/tracker-stats'
import type { EndReason } from '../tracker/vocabulary'
import { type EventSink, type ObservedEvent, type ObservedTracker, readStats } from './observed'
import type { Series, StatsSource } from './series'
import { anomalyLabel, l4Label, reasonLabel } from './vocabulary'

const SIDES = ['initiator', 'responder'] as const

/** Counts the events of one tracker into a series. */
export class MetricsSink implements EventSink, StatsSource {
  readonly #series: Series
  readonly #tracker: ObservedTracker

  constructor(series: Series, tracker: ObservedTracker) {
    this.#series = series
    this.#tracker = tracker
    series.attach(this)
  }

  event(event: ObservedEvent): void {
    switch (event.kind) {
      case 'started':
        this.#series.add('flowscope_flows_created_total', 1, { l4: l4Label(event.protocol) })
        break
      case 'ended':
        this.#end(event.reason, event.stats)
        break
      case 'anomaly':
      case 'tracker_anomaly':
        this.#series.add('flowscope_anomalies_total', 1, { kind: anomalyLabel(event.anomaly.kind) })
        break
      case 'message':
        this.#series.add('flowscope_messages_total', 1, { parser: event.protocol })
        break
      case 'parser_closed':
        this.#series.add('flowscope_parsers_closed_total', 1, { parser: event.protocol, reason: event.reason })
        break
      default:
    }
  }

  spanRefused(): void {
    this.#series.add('flowscope_spans_refused_total', 1, {})
  }

  read(): TrackerStats | undefined {
    return readStats(this.#tracker)
  }

  close(): void {
    this.#series.detach(this)
  }

  #end(reason: EndReason, stats: FlowStats): void {
    const { started, lastSeen, packets, bytes } = stats
    this.#series.add('flowscope_flows_ended_total', 1, { reason: reasonLabel(reason) })
    this.#series.record('flowscope_flow_duration_seconds', Number(lastSeen.saturatingSub(started)) / 1e9)
    this.#series.record('flowscope_flow_packets', packets)
    this.#series.record('flowscope_flow_bytes', bytes)
    for (const side of SIDES) {
      const { bytes, retransmits, stream } = stats[side]
      this.#series.add('flowscope_bytes_total', bytes, { side })
      if (retransmits > 0) this.#series.add('flowscope_retransmits_total', retransmits, { side })
      if (!stream) continue
      const { droppedSegments, droppedBytes, gapBytes, highWatermark, stopped } = stream
      if (droppedSegments > 0) this.#series.add('flowscope_reassembly_dropped_ooo_total', droppedSegments, { side })
      if (droppedBytes > 0 && stopped === 'overflow') {
        this.#series.add('flowscope_reassembly_bytes_dropped_oversize_total', droppedBytes, { side })
      }
      if (gapBytes > 0) this.#series.add('flowscope_reassembly_gap_bytes_total', gapBytes, { side })
      if (highWatermark > 0) {
        this.#series.record('flowscope_reassembler_high_watermark_bytes', highWatermark, { side })
      }
    }
  }
}
