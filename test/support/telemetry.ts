import type { HrTime, Meter, Tracer } from '@opentelemetry/api'
import type { MetricName } from '../../bindings/opentelemetry/instruments'
import { MemoryMeter } from './telemetry/memory-meter'
import { MemoryTracer } from './telemetry/memory-tracer'
import { loadSdk } from './telemetry/sdk'

/** What a histogram holds. */
export interface Distribution {
  readonly count: number
  readonly sum: number
  /** Upper bounds, each included. */
  readonly bounds: readonly number[]
  /** Values in each bucket, the last one for all above. */
  readonly counts: readonly number[]
}

/** Values by name of the metric, and then by labels: `side=initiator`. */
export type Collected = Readonly<Partial<Record<MetricName, Readonly<Record<string, number | Distribution>>>>>

/** A span that has ended. */
export interface EndedSpan {
  readonly name: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly start: HrTime
  readonly end: HrTime
  readonly events: readonly { readonly name: string; readonly attributes: object; readonly time: HrTime }[]
  readonly isRoot: boolean
}

/** Something that takes metrics and spans, and shows what it has got. */
export interface Telemetry {
  readonly meter: Meter
  readonly tracer: Tracer
  collect(): Promise<Collected>
  spans(): readonly EndedSpan[]
}

const sdk = loadSdk()

/** Makers of {@link Telemetry}: one of a few lines here, and OpenTelemetry's own where it has been installed. */
export const backends: readonly (readonly [string, () => Telemetry])[] = [
  ['in memory', () => inMemory()],
  ...(sdk ? [['of the SDK', sdk] as const] : []),
]

function inMemory(): Telemetry {
  const meter = new MemoryMeter()
  const tracer = new MemoryTracer()
  return { meter, tracer, collect: async () => meter.collect(), spans: () => tracer.ended }
}
