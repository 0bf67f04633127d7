import type { Attributes, BatchObservableResult, Histogram, Meter, Observable } from '@opentelemetry/api'
import {
  EVENT_COUNTERS,
  type EventCounter,
  FLOWS_ACTIVE,
  FLOWS_ACTIVE_OPTIONS,
  HISTOGRAMS,
  type HistogramName,
  TRACKER_COUNTERS,
  type TrackerCounterName,
} from './instruments'
import { Series } from './series'

/** The instruments of each meter: several callbacks for one instrument would hide each other's values. */
const meters = new WeakMap<Meter, MeterMetrics>()

/** Names of an object of constants, as the type checker knows them. */
const namesOf = <T extends object>(table: T) => Object.keys(table) as (keyof T)[]

/** All metrics of one meter, whichever trackers they come from. */
export class MeterMetrics {
  readonly #histograms: Record<HistogramName, Histogram>
  readonly #eventCounters: readonly (readonly [EventCounter, Observable])[]
  readonly #trackerCounters: readonly (readonly [TrackerCounterName, Observable])[]
  readonly #active: Observable
  /** By their attributes, as text. */
  readonly #series = new Map<string, Series>()

  private constructor(meter: Meter) {
    this.#histograms = Object.fromEntries(
      namesOf(HISTOGRAMS).map((name) => [name, meter.createHistogram(name, HISTOGRAMS[name])]),
    ) as Record<HistogramName, Histogram>
    this.#eventCounters = namesOf(EVENT_COUNTERS).map(
      (name) => [name, meter.createObservableCounter(name, EVENT_COUNTERS[name])] as const,
    )
    this.#trackerCounters = namesOf(TRACKER_COUNTERS).map((name) => {
      const { unit, description } = TRACKER_COUNTERS[name]
      return [name, meter.createObservableCounter(name, { unit, description })] as const
    })
    this.#active = meter.createObservableUpDownCounter(FLOWS_ACTIVE, FLOWS_ACTIVE_OPTIONS)
    const counters = [...this.#eventCounters, ...this.#trackerCounters].map(([, counter]) => counter)
    meter.addBatchObservableCallback((result) => this.#collect(result), [...counters, this.#active])
  }

  /** The metrics of a meter, made when they are first asked for. They live as long as the meter. */
  static of(meter: Meter): MeterMetrics {
    let metrics = meters.get(meter)
    if (!metrics) {
      metrics = new MeterMetrics(meter)
      meters.set(meter, metrics)
    }
    return metrics
  }

  /** The series with these attributes. */
  series(attributes: Attributes): Series {
    const name = JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)))
    let series = this.#series.get(name)
    if (!series) {
      series = new Series(attributes, this.#histograms)
      this.#series.set(name, series)
    }
    return series
  }

  #collect(result: BatchObservableResult): void {
    for (const series of this.#series.values()) {
      for (const [name, counter] of this.#eventCounters) {
        for (const { value, attributes } of series.points(name)) result.observe(counter, value, attributes)
      }
      series.refresh()
      for (const [name, counter] of this.#trackerCounters) {
        result.observe(counter, series.trackerCounter(name), series.attributes)
      }
      result.observe(this.#active, series.flowsActive, series.attributes)
    }
  }
}
