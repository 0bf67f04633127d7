import type { Attributes, Histogram } from '@opentelemetry/api'
import type { TrackerStats } from '../tracker/tracker-stats'
import {
  EVENT_COUNTERS,
  type EventCounter,
  type HistogramName,
  TRACKER_COUNTERS,
  type TrackerCounterName,
} from './instruments'

/** One value of a counter. */
export interface Point {
  value: number
  readonly attributes: Attributes
}

/** Where the counters of a tracker can be read. */
export interface StatsSource {
  /** Undefined while they cannot be read. */
  read(): TrackerStats | undefined
}

/** What a tracker counted before it was observed, and what it had counted when it was last asked. */
interface Reading {
  readonly before: TrackerStats
  latest: TrackerStats
}

const TRACKER_COUNTER_NAMES = Object.keys(TRACKER_COUNTERS) as TrackerCounterName[]

/** What the trackers that were observed with the same attributes have come to, those that are gone included. */
export class Series {
  /** What its user has given. */
  readonly attributes: Attributes
  readonly #histograms: Record<HistogramName, Histogram>
  /** By counter, then by the values of its labels: these are few. */
  readonly #points: Record<EventCounter, Map<string, Point>>
  readonly #trackers = new Map<StatsSource, Reading>()
  /** What trackers have counted that are gone. */
  readonly #retired: Record<TrackerCounterName, number>

  constructor(attributes: Attributes, histograms: Record<HistogramName, Histogram>) {
    this.attributes = Object.freeze({ ...attributes })
    this.#histograms = histograms
    this.#points = Object.fromEntries(Object.keys(EVENT_COUNTERS).map((name) => [name, new Map()])) as Record<
      EventCounter,
      Map<string, Point>
    >
    this.#retired = Object.fromEntries(TRACKER_COUNTER_NAMES.map((name) => [name, 0])) as Record<
      TrackerCounterName,
      number
    >
  }

  /** Adds to a counter. The labels' values must come from sets that do not grow with the traffic. */
  add(counter: EventCounter, value: number, labels: Readonly<Record<string, string>>): void {
    const name = Object.values(labels).join('\0')
    const point = this.#points[counter].get(name)
    if (point) point.value += value
    else this.#points[counter].set(name, { value, attributes: Object.freeze({ ...this.attributes, ...labels }) })
  }

  /** Puts a value into a histogram. */
  record(histogram: HistogramName, value: number, labels?: Readonly<Record<string, string>>): void {
    this.#histograms[histogram].record(value, labels ? { ...this.attributes, ...labels } : this.attributes)
  }

  /** The values of a counter so far. */
  points(counter: EventCounter): Iterable<Point> {
    return this.#points[counter].values()
  }

  /** Counts what this tracker counts, from now on. */
  attach(source: StatsSource): void {
    const before = source.read()
    if (before) this.#trackers.set(source, { before, latest: before })
  }

  /** Keeps what this tracker has counted, and asks it no more. */
  detach(source: StatsSource): void {
    const reading = this.#trackers.get(source)
    if (!reading) return
    reading.latest = source.read() ?? reading.latest
    for (const name of TRACKER_COUNTER_NAMES) this.#retired[name] += counted(reading, name)
    this.#trackers.delete(source)
  }

  /** Asks all trackers for their counters. One that is busy is taken as it was. */
  refresh(): void {
    for (const [source, reading] of this.#trackers) reading.latest = source.read() ?? reading.latest
  }

  /** A counter of all trackers. */
  trackerCounter(name: TrackerCounterName): number {
    let sum = this.#retired[name]
    for (const reading of this.#trackers.values()) sum += counted(reading, name)
    return sum
  }

  /** Flows in the tables of all trackers. */
  get flowsActive(): number {
    let sum = 0
    for (const { latest } of this.#trackers.values()) sum += latest.flowsLive
    return sum
  }
}

function counted({ before, latest }: Reading, name: TrackerCounterName): number {
  const { read } = TRACKER_COUNTERS[name]
  return read(latest) - read(before)
}
