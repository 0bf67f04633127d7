import { createRequire } from 'node:module'
import type { Attributes, HrTime, MeterProvider, TracerProvider } from '@opentelemetry/api'
import type { Collected, Distribution, EndedSpan, Telemetry } from '../telemetry'
import { labelText } from './labels'

/** What is used of `@opentelemetry/sdk-metrics`. */
interface SdkMetrics {
  MeterProvider: new (options: { readers: object[] }) => MeterProvider
  PeriodicExportingMetricReader: new (options: {
    exporter: object
    exportIntervalMillis: number
  }) => {
    collect(): Promise<{ resourceMetrics: { scopeMetrics: { metrics: SdkMetric[] }[] }; errors: unknown[] }>
  }
  InMemoryMetricExporter: new (temporality: number) => object
}

interface SdkMetric {
  readonly descriptor: { readonly name: string }
  readonly dataPoints: readonly { readonly attributes: Attributes; readonly value: number | SdkHistogram }[]
}

interface SdkHistogram {
  readonly count: number
  readonly sum: number
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] }
}

/** What is used of `@opentelemetry/sdk-trace-base`. */
interface SdkTrace {
  BasicTracerProvider: new (options: { spanProcessors: object[] }) => TracerProvider
  SimpleSpanProcessor: new (exporter: object) => object
  InMemorySpanExporter: new () => { getFinishedSpans(): readonly SdkSpan[] }
}

interface SdkSpan {
  readonly name: string
  readonly attributes: Attributes
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly events: readonly { readonly name: string; readonly attributes?: Attributes; readonly time: HrTime }[]
  readonly parentSpanContext?: object
}

const CUMULATIVE = 1

/** Milliseconds between two exports: longer than any test. */
const NEVER = 86_400_000

/** Loads OpenTelemetry's SDK from where `npm ci --prefix test/opentelemetry` puts it; undefined where it is not. */
export function loadSdk(): (() => Telemetry) | undefined {
  const require = createRequire(new URL('../../opentelemetry/package.json', import.meta.url))
  try {
    const metrics: SdkMetrics = require('@opentelemetry/sdk-metrics')
    const trace: SdkTrace = require('@opentelemetry/sdk-trace-base')
    return () => telemetryOf(metrics, trace)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function telemetryOf(metrics: SdkMetrics, trace: SdkTrace): Telemetry {
  const reader = new metrics.PeriodicExportingMetricReader({
    exporter: new metrics.InMemoryMetricExporter(CUMULATIVE),
    exportIntervalMillis: NEVER,
  })
  const exporter = new trace.InMemorySpanExporter()
  const spanProcessors = [new trace.SimpleSpanProcessor(exporter)]
  return {
    meter: new metrics.MeterProvider({ readers: [reader] }).getMeter('flowscope'),
    tracer: new trace.BasicTracerProvider({ spanProcessors }).getTracer('flowscope'),
    async collect() {
      const { resourceMetrics, errors } = await reader.collect()
      if (errors.length > 0) throw new AggregateError(errors)
      return collectedOf(resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics))
    },
    spans: () => exporter.getFinishedSpans().map(endedSpan),
  }
}

function collectedOf(metrics: readonly SdkMetric[]): Collected {
  return Object.fromEntries(
    metrics.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      Object.fromEntries(dataPoints.map(({ attributes, value }) => [labelText(attributes), pointValue(value)])),
    ]),
  )
}

function pointValue(value: number | SdkHistogram): number | Distribution {
  if (typeof value === 'number') return value
  const { count, sum, buckets } = value
  return { count, sum, bounds: buckets.boundaries, counts: buckets.counts }
}

function endedSpan(span: SdkSpan): EndedSpan {
  return {
    name: span.name,
    attributes: span.attributes,
    start: span.startTime,
    end: span.endTime,
    events: span.events.map(({ name, attributes = {}, time }) => ({ name, attributes, time })),
    isRoot: span.parentSpanContext === undefined,
  }
}
