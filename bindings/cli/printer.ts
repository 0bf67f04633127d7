import type { CliEvent, CliMessage, CliStream, EndedFlow } from './flow'
import type { Format, Look, RowFormat } from './formats/format'
import type { Output } from './output/output'
import { StreamCollector, type StreamSink } from './streams/collector'

/** What is printed besides anomalies and, at the end, the summary. */
export type Shows = 'summary' | 'flows' | 'messages' | 'streams'

interface PrinterOptions {
  readonly output: Output
  readonly format: Format
  readonly look: Look
  readonly shows: Shows
  readonly sink: StreamSink | undefined
}

/** Prints events as they come: anomalies, and the rows that the command shows. */
export class Printer {
  readonly #options: PrinterOptions
  readonly #flows: RowFormat<EndedFlow>
  readonly #messages: RowFormat<CliMessage>
  readonly #streams: RowFormat<CliStream>
  readonly #collector: StreamCollector | undefined
  #isFirst = true
  #foot = ''

  constructor(options: PrinterOptions) {
    const { format, look, shows, sink } = options
    this.#options = options
    this.#flows = format.flows(look)
    this.#messages = format.messages(look)
    this.#streams = format.streams(look)
    this.#collector = shows === 'streams' ? new StreamCollector(sink) : undefined
  }

  /** A promise is answered when the caller should wait because the reader is slower. */
  print(event: CliEvent): Promise<void> | undefined {
    const { output, format, look, shows } = this.#options
    if (event.kind === 'anomaly' || event.kind === 'tracker_anomaly') {
      // A screen that is to be one screen names them by their numbers only.
      return shows === 'summary' && format.isScreen ? undefined : output.write(format.anomaly(event, look))
    }
    if (shows === 'flows' && event.kind === 'ended') return this.#write(this.#flows, event)
    if (shows === 'messages' && event.kind === 'message') return this.#write(this.#messages, event)
    if (!this.#collector) return undefined
    let wait: Promise<void> | undefined
    for (const stream of this.#collector.take(event)) wait = this.#write(this.#streams, stream)
    return wait
  }

  /** What stands behind the last row. */
  end(): void {
    this.#options.output.write(this.#foot)
  }

  #write<T>(rows: RowFormat<T>, thing: T): Promise<void> | undefined {
    const { output } = this.#options
    if (this.#isFirst) output.write(rows.head)
    this.#isFirst = false
    this.#foot = rows.foot
    return output.write(rows.row(thing))
  }
}
