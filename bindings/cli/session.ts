import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  CaptureError,
  type CaptureErrorCode,
  Driver,
  FlowTracker,
  ModuleError,
  OutOfMemoryError,
  type ParserEntry,
  type StreamOptions,
  type TrackerEvent,
  type TrackerStats,
} from '../index'
import { fileErrorReason, nameOf } from './captures'
import { type Host, UsageError } from './command'
import { type Feed, FeedError } from './feeds/feed'
import { startIdleClock } from './feeds/idle-clock'
import type { CliEvent, CliKey } from './flow'
import { extractorOf, trackerConfigOf } from './options/tracker'
import type { TrackingOptions } from './options/tracking'
import type { Output } from './output/output'
import { sanitize } from './output/sanitize'
import type { Progress } from './progress'
import type { Damage } from './report'
import { onStopSignal } from './stop'

/** What is wrong with a capture whose sender was stopped inside a record. */
const CUT_SHORT: readonly CaptureErrorCode[] = ['truncated', 'compressed_truncated']

/** Events that are printed at the end before signals have their turn again. */
const EVENTS_A_TURN = 1024

export interface SessionOptions {
  readonly feeds: readonly Feed[]
  readonly tracking: TrackingOptions
  /** How the bytes of TCP are put in order; undefined where nobody wants them. */
  readonly streams: StreamOptions | undefined
  /** What makes messages; undefined where nobody wants any. */
  readonly parsers: readonly ParserEntry[] | undefined
  /** Whether anomalies are told. */
  readonly anomalies: boolean
  readonly host: Host
  /** Reading ends when nobody reads this any more. */
  readonly output: Output
  readonly progress: Progress
  /** Called for each event; reading waits for the answer. */
  onEvent(event: CliEvent): Promise<void> | undefined
  /** Called for each capture that could not be read to its end, after the flows before. */
  onDamage(damage: Damage): Promise<void>
}

/**
 * Reads captures one after the other through one tracker, and then ends the flows that are left. A damaged capture
 * does not keep the next from being read. The first Ctrl-C or SIGTERM ends the reading, as if there were no more.
 *
 * @throws UsageError before anything was read
 */
export async function trackCaptures(options: SessionOptions): Promise<TrackerStats> {
  using tracker = await createTracker(options)
  await new Session(tracker, options).run()
  return tracker.stats
}

type CliTracker = FlowTracker<CliKey, undefined, TrackerEvent<CliKey, undefined>> | Driver<CliKey>

async function createTracker({ tracking, streams, parsers, anomalies }: SessionOptions): Promise<CliTracker> {
  try {
    const config = { ...trackerConfigOf(tracking), anomalies, ...(streams && { streams }) }
    const extractor = extractorOf(tracking)
    if (parsers) return await Driver.create({ ...config, extractor, parsers })
    return await FlowTracker.create<CliKey>(extractor, config)
  } catch (error) {
    if (error instanceof OutOfMemoryError) throw new UsageError(`--max-flows ${tracking.maxFlows}: ${error.message}`)
    if (error instanceof ModuleError) throw new UsageError(`${error.message}: ${error.cause}`)
    throw error
  }
}

class Session {
  readonly #tracker: CliTracker
  readonly #options: SessionOptions
  readonly #reading = new AbortController()
  /** The one at work. */
  #current: Feed | undefined
  #isStopping = false

  constructor(tracker: CliTracker, options: SessionOptions) {
    this.#tracker = tracker
    this.#options = options
  }

  async run(): Promise<void> {
    const { feeds, host, output, progress } = this.#options
    output.onClose = () => this.#reading.abort()
    const ignoreSignals = onStopSignal(host, () => this.#stop())
    try {
      for (const feed of feeds) {
        if (this.#isStopping || output.isClosed) break
        await this.#read(feed)
        // Captures may be too small for the tracker to let signals have their turn.
        await nextTurn()
      }
      progress.clear()
      await this.#finish()
    } finally {
      progress.clear()
      ignoreSignals()
    }
  }

  #stop(): void {
    this.#isStopping = true
    const { stop, lastWords } = this.#current ?? {}
    stop?.()
    if (stop) setTimeout(() => this.#reading.abort(), lastWords).unref()
    else this.#reading.abort()
  }

  async #read(feed: Feed): Promise<void> {
    const { progress, onEvent, onDamage } = this.#options
    this.#current = feed
    const stopClock = feed.isLive ? startIdleClock(this.#tracker) : undefined
    let offset = 0
    try {
      const events = this.#tracker.read(feed.input, {
        signal: this.#reading.signal,
        onProgress: ({ bytesRead, bytesTotal }) => {
          offset = bytesRead
          progress.update(sanitize(nameOf(feed.name)), bytesRead, bytesTotal)
        },
      })
      for await (const event of events) {
        const wait = onEvent(event)
        if (wait) await wait
      }
    } catch (error) {
      const damage = this.#damageOf(feed.name, error, offset)
      if (!damage) return
      progress.clear()
      await onDamage(damage)
    } finally {
      stopClock?.()
    }
  }

  async #finish(): Promise<void> {
    const { output, onEvent } = this.#options
    let count = 0
    for (const event of this.#tracker.finishing()) {
      if (output.isClosed) return
      const wait = onEvent(event)
      if (wait) await wait
      if (++count % EVENTS_A_TURN === 0) await nextTurn()
    }
  }

  /** Undefined when the reading was ended on purpose. */
  #damageOf(capture: string, error: unknown, bytesRead: number): Damage | undefined {
    if (this.#reading.signal.aborted) return undefined
    if (error instanceof CaptureError) {
      // Ctrl-C ends the sender too, perhaps inside a record.
      if (this.#isStopping && CUT_SHORT.includes(error.code)) return undefined
      return { capture, offset: error.offset, reason: error.message }
    }
    if (error instanceof FeedError)
      return { capture, offset: bytesRead, reason: `${error.message}, at byte ${bytesRead}` }
    if (!isSystemError(error)) throw error
    return { capture, offset: bytesRead, reason: `cannot be read on: ${fileErrorReason(error)} at byte ${bytesRead}` }
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
