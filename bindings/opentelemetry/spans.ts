import type { Attributes, Context, HrTime, Span, SpanOptions, Tracer } from '@opentelemetry/api'
import { Timestamp } from '../packet/timestamp'
import type { AnomalyEvent, TrackerAnomalyEvent } from '../tracker/anomalies'
import type { EndedEvent, StartedEvent } from '../tracker/events'
import { describeMessage } from './describe'
import { type EventSink, type ObservedEvent, type ObservedTracker, readStats } from './observed'
import { anomalyLabel, l4Label, reasonLabel } from './vocabulary'

/** How spans are made. */
export interface SpanSettings {
  readonly tracer: Tracer
  readonly attributes: Attributes
  /** What spans are children of; each is a trace of its own without. */
  readonly parent: Context | undefined
  /** Spans that may be open at once. */
  readonly maxSpans: number
  /** Whether messages are told. */
  readonly messages: boolean
  /** A flow has no span because of the bound. */
  onRefused(): void
}

/** What of an anomaly is told: numbers and names, never bytes of the capture or numbers of flows. */
const ANOMALY_FIELDS: readonly string[] = [
  'bytes',
  'offset',
  'sequence',
  'policy',
  'reason',
  'parser',
  'detail',
  'kept',
  'datagrams',
  'total',
]

/** Makes a span of each flow. */
export class SpanSink implements EventSink {
  readonly #settings: SpanSettings
  readonly #tracker: ObservedTracker
  /** By number of the flow. */
  readonly #spans = new Map<number, Span>()
  /** Latest time of a flow's beginning or end. */
  #latest = Timestamp.fromNanoseconds(0n)

  constructor(settings: SpanSettings, tracker: ObservedTracker) {
    this.#settings = settings
    this.#tracker = tracker
  }

  event(event: ObservedEvent): void {
    switch (event.kind) {
      case 'started':
        this.#open(event)
        break
      case 'anomaly':
        this.#spans
          .get(event.flow)
          ?.addEvent('flowscope.anomaly', { side: event.side, ...anomalyAttributes(event) }, hrTime(event.timestamp))
        break
      case 'tracker_anomaly':
        // It concerns no flow: a span without a duration stands for it.
        this.#start('flowscope.anomaly', anomalyAttributes(event), event.timestamp).end(hrTime(event.timestamp))
        break
      case 'message':
        if (this.#settings.messages) {
          const { protocol: parser, side, message, timestamp } = event
          const attributes = { parser, side, message: describeMessage(message) }
          this.#spans.get(event.flow)?.addEvent('flowscope.message', attributes, hrTime(timestamp))
        }
        break
      case 'parser_closed': {
        const { protocol: parser, reason, timestamp } = event
        this.#spans.get(event.flow)?.addEvent('flowscope.parser_closed', { parser, reason }, hrTime(timestamp))
        break
      }
      case 'ended':
        this.#end(event)
        break
      default:
    }
  }

  forgotten(flow: number): void {
    this.#spans.get(flow)?.setAttribute('reason', 'forgotten').end(hrTime(this.#latest))
    this.#spans.delete(flow)
  }

  close(): void {
    const end = hrTime(readStats(this.#tracker)?.last ?? this.#latest)
    for (const span of this.#spans.values()) span.end(end)
    this.#spans.clear()
  }

  #open({ flow, protocol, timestamp }: StartedEvent): void {
    this.#pass(timestamp)
    if (this.#spans.size >= this.#settings.maxSpans) {
      this.#settings.onRefused()
      return
    }
    const span = this.#start('flowscope.flow', { l4: l4Label(protocol) }, timestamp)
    // Nothing is kept of a flow that sampling leaves out.
    if (span.isRecording()) this.#spans.set(flow, span)
  }

  #end({ flow, reason, stats }: EndedEvent): void {
    this.#pass(stats.lastSeen)
    const span = this.#spans.get(flow)
    if (!span) return
    this.#spans.delete(flow)
    span.setAttributes({ reason: reasonLabel(reason), packets: stats.packets, bytes: stats.bytes })
    span.end(hrTime(stats.lastSeen))
  }

  #start(name: string, attributes: Attributes, timestamp: Timestamp): Span {
    const { tracer, attributes: given, parent } = this.#settings
    const options: SpanOptions = {
      root: parent === undefined,
      startTime: hrTime(timestamp),
      attributes: { ...given, ...attributes },
    }
    return parent ? tracer.startSpan(name, options, parent) : tracer.startSpan(name, options)
  }

  #pass(timestamp: Timestamp): void {
    if (timestamp.compare(this.#latest) > 0) this.#latest = timestamp
  }
}

function anomalyAttributes({ anomaly, severity }: AnomalyEvent | TrackerAnomalyEvent): Attributes {
  const told = Object.entries(anomaly).filter(([name]) => ANOMALY_FIELDS.includes(name))
  return { kind: anomalyLabel(anomaly.kind), severity, ...Object.fromEntries(told) }
}

/** Capture time, exact to the nanosecond. */
function hrTime({ seconds, nanoseconds }: Timestamp): HrTime {
  return [seconds, nanoseconds]
}
