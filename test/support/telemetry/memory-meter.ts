import type {
  Attributes,
  BatchObservableCallback,
  BatchObservableResult,
  Counter,
  Gauge,
  Histogram,
  Meter,
  MetricOptions,
  Observable,
  ObservableCallback,
  UpDownCounter,
} from '@opentelemetry/api'
import type { Collected, Distribution } from '../telemetry'
import { labelText } from './labels'

interface Buckets extends Distribution {
  count: number
  sum: number
  readonly counts: number[]
}

/** An instrument that is asked; callbacks are only taken for many at once. */
class MemoryObservable implements Observable {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  addCallback(_callback: ObservableCallback): void {
    throw new Error('not used')
  }

  removeCallback(_callback: ObservableCallback): void {
    throw new Error('not used')
  }
}

/** A meter that keeps values in memory, by the rules of the API: an instrument must be declared, names are unique. */
export class MemoryMeter implements Meter {
  readonly #names = new Set<string>()
  readonly #callbacks = new Map<BatchObservableCallback, ReadonlySet<Observable>>()
  readonly #histograms: Record<string, Record<string, Buckets>> = {}

  createHistogram(name: string, { advice }: MetricOptions = {}): Histogram {
    this.#declare(name)
    const bounds = advice?.explicitBucketBoundaries ?? []
    const series: Record<string, Buckets> = {}
    this.#histograms[name] = series
    return {
      record: (value: number, attributes?: Attributes) => {
        const label = labelText(attributes)
        series[label] ??= { count: 0, sum: 0, bounds, counts: new Array<number>(bounds.length + 1).fill(0) }
        const buckets = series[label]
        const at = bounds.findIndex((bound) => value <= bound)
        const bucket = at < 0 ? bounds.length : at
        buckets.count++
        buckets.sum += value
        buckets.counts[bucket] = (buckets.counts[bucket] ?? 0) + 1
      },
    }
  }

  createObservableCounter(name: string): Observable {
    return this.#observable(name)
  }

  createObservableUpDownCounter(name: string): Observable {
    return this.#observable(name)
  }

  createObservableGauge(name: string): Observable {
    return this.#observable(name)
  }

  createGauge(): Gauge {
    throw new Error('not used')
  }

  createCounter(): Counter {
    throw new Error('not used')
  }

  createUpDownCounter(): UpDownCounter {
    throw new Error('not used')
  }

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#callbacks.set(callback, new Set(observables))
  }

  removeBatchObservableCallback(callback: BatchObservableCallback): void {
    this.#callbacks.delete(callback)
  }

  /** Asks what is to be asked; a later value for the same labels takes the place of the one before. */
  collect(): Collected {
    const values: Record<string, Record<string, number | Distribution>> = {}
    for (const [name, series] of Object.entries(this.#histograms)) {
      if (Object.keys(series).length > 0) values[name] = structuredClone(series)
    }
    for (const [callback, observables] of this.#callbacks) {
      const result: BatchObservableResult = {
        observe(metric, value, attributes) {
          if (!observables.has(metric) || !(metric instanceof MemoryObservable)) throw new Error('was not announced')
          values[metric.name] = { ...values[metric.name], [labelText(attributes)]: value }
        },
      }
      callback(result)
    }
    return values
  }

  #observable(name: string): MemoryObservable {
    this.#declare(name)
    return new MemoryObservable(name)
  }

  #declare(name: string): void {
    if (this.#names.has(name)) throw new Error(`declared twice: ${name}`)
    this.#names.add(name)
  }
}
