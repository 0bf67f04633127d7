import type { DriverEvent } from '../driver/driver-events'
import type { FlowKey } from '../extract/flow-key'
import type { TrackerEvent } from '../tracker/events'
import type { TrackerStats } from '../tracker/tracker-stats'
import { anomalyLine } from './anomaly'
import { flowLine } from './flow'
import { type MessageLineOptions, messageLine } from './message'
import { type Damage, summaryLine } from './summary'

/** What an {@link NdjsonWriter} writes lines of. */
export interface NdjsonOptions extends MessageLineOptions {
  /** Flows, when they end. Default true. */
  readonly flows?: boolean
  /** Messages of parsers. Default true. */
  readonly messages?: boolean
  /** What is odd, where the tracker tells of it. Default true. */
  readonly anomalies?: boolean
}

/** What a writer knows only from its user. */
export interface NdjsonEnd {
  /** How many captures were read. Default 1. */
  readonly captures?: number
  /** What was wrong with the capture. */
  readonly damage?: Damage | undefined
}

/** Writes the events of a tracker or driver as the lines of the command line: one JSON object a line, the summary last. */
export class NdjsonWriter {
  readonly #options: NdjsonOptions
  readonly #messages = new Map<string, number>()
  readonly #anomalies = new Map<string, number>()

  constructor(options: NdjsonOptions = {}) {
    this.#options = options
  }

  /** The line of an event with its line feed; empty for what has no line. */
  line(event: TrackerEvent<FlowKey, unknown> | DriverEvent<FlowKey, unknown>): string {
    const { flows = true, messages = true, anomalies = true } = this.#options
    switch (event.kind) {
      case 'ended':
        return flows ? flowLine(event) : ''
      case 'message':
        count(this.#messages, event.protocol)
        return messages ? messageLine(event, this.#options) : ''
      case 'anomaly':
      case 'tracker_anomaly':
        count(this.#anomalies, event.anomaly.kind)
        return anomalies ? anomalyLine(event) : ''
      default:
        return ''
    }
  }

  /** The last line. */
  summary(stats: TrackerStats, { captures = 1, damage }: NdjsonEnd = {}): string {
    return summaryLine({ captures, stats, messages: this.#messages, anomalies: this.#anomalies, damage })
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
