import type { Attributes, Context, Meter, Tracer } from '@opentelemetry/api'
import { disposeSymbol } from '../common/dispose'
import { ConfigError } from '../common/errors'
import { checkBoolean, checkInteger, checkOptions } from '../common/options'
import { MeterMetrics } from './meters'
import { MetricsSink } from './metrics'
import type { EventSink, ObservedTracker } from './observed'
import { SpanSink } from './spans'

/** Spans open at once unless said otherwise. */
const MAX_SPANS = 10_000

/** The most that `maxSpans` allows. */
const MOST_SPANS = 1_000_000

const OPTION_NAMES = ['meter', 'tracer', 'attributes', 'parent', 'maxSpans', 'messages']

/** Options of {@link observe}. What is not given is not collected. */
export interface ObserveOptions {
  /** Takes metrics, such as `metrics.getMeter('flowscope')`. */
  readonly meter?: Meter
  /** Takes a span of each flow, such as `trace.getTracer('flowscope')`. */
  readonly tracer?: Tracer
  /**
   * Added to all metrics and spans, to tell trackers apart: the interface, or the site. Each set of values makes series
   * of its own, so never what is different for each capture.
   */
  readonly attributes?: Attributes
  /** What spans become children of. Default none: each flow is a trace of its own. */
  readonly parent?: Context
  /** Flows at most that have an open span, 1 to 1,000,000. Others have none, and are counted. Default 10,000. */
  readonly maxSpans?: number
  /** Tell messages of parsers in spans, with their content: 1024 characters of JSON at most. Default false. */
  readonly messages?: boolean
}

/** A tracker is being observed, until this or the tracker is disposed. */
export class Observation implements Disposable {
  readonly #tally: SpanTally
  readonly #close: () => void

  /** @internal */
  constructor(tally: SpanTally, close: () => void) {
    this.#tally = tally
    this.#close = close
  }

  /** Flows that have no span because of `maxSpans`. */
  get spansRefused(): number {
    return this.#tally.refused
  }

  /**
   * Ends it: what has been counted stays with the meter, live flows count as active no longer, and open spans end. A
   * second time does nothing.
   */
  dispose(): void {
    this.#close()
  }

  /** The same as `dispose`, for `using`. */
  declare readonly [Symbol.dispose]: () => void;

  /** @internal */
  [disposeSymbol](): void {
    this.dispose()
  }
}

/** What became of spans. */
interface SpanTally {
  refused: number
}

/**
 * Gives a meter and a tracer of OpenTelemetry what a tracker or driver does:
 *
 * ```ts
 * using tracker = await FlowTracker.create(fiveTuple())
 * observe(tracker, { meter: metrics.getMeter('flowscope') })
 * ```
 *
 * Metrics of packets are read from the tracker when they are collected; those of flows are counted as events come out,
 * by whichever method. No label has a value that grows with the traffic: never addresses, ports or numbers of flows.
 *
 * Trackers that are observed with the same meter and attributes sum up. A tracker is to be observed once for each meter.
 *
 * @throws ConfigError when an option cannot be used, DisposedError when the tracker has been disposed, BusyError inside
 * one of its callbacks
 */
export function observe(tracker: ObservedTracker, options: ObserveOptions): Observation {
  const { meter, tracer, attributes = {}, parent, maxSpans = MAX_SPANS, messages = false } = checked(options)
  const tally = { refused: 0 }
  // Throws where the tracker cannot be observed, before anything is attached to it.
  const metrics = meter && new MetricsSink(MeterMetrics.of(meter).series(attributes), tracker)
  const onRefused = () => {
    tally.refused++
    metrics?.spanRefused()
  }
  const settings = { attributes, parent, maxSpans, messages, onRefused }
  const spans = tracer && new SpanSink({ ...settings, tracer }, tracker)
  const sinks: EventSink[] = [...(metrics ? [metrics] : []), ...(spans ? [spans] : [])]
  const close = () => {
    stop()
    for (const sink of sinks.splice(0)) sink.close()
  }
  const stop = tracker.observe({
    event: (event) => {
      for (const sink of sinks) sink.event(event)
    },
    forgotten: (flow) => {
      for (const sink of sinks) sink.forgotten?.(flow)
    },
    disposed: close,
  })
  return new Observation(tally, close)
}

function checked(options: ObserveOptions): ObserveOptions {
  checkOptions(options, OPTION_NAMES, 'options')
  const { meter, tracer, attributes = {}, maxSpans = MAX_SPANS, messages = false } = options
  if (!meter && !tracer) throw new ConfigError('options', 'must have a meter or a tracer')
  if (meter && typeof meter.addBatchObservableCallback !== 'function') throw new ConfigError('meter', 'must be a meter')
  if (tracer && typeof tracer.startSpan !== 'function') throw new ConfigError('tracer', 'must be a tracer')
  if (typeof attributes !== 'object' || attributes === null) throw new ConfigError('attributes', 'must be an object')
  checkInteger(maxSpans, 1, MOST_SPANS, 'maxSpans')
  checkBoolean(messages, 'messages')
  return options
}
