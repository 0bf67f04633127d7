import {
  CaptureError,
  type CaptureInput,
  type DriverEvent,
  type FiveTupleKey,
  formatEndpoint,
  type ReadProgress,
} from 'flowscope'
import { type StandardParsers, WorkerDriver } from 'flowscope/worker'
import { millisecondsOf, sentence } from './format'
import { Model } from './model'

/** Milliseconds between two looks at the worker's counters. */
const STATS_INTERVAL = 250

/** Milliseconds that events may take before the page gets its turn. */
const TURN = 24

/** Events between two looks at the clock. */
const EVENTS_PER_LOOK = 128

/** How the reading of a capture came to its end. */
export type Outcome =
  | { readonly kind: 'complete' }
  | { readonly kind: 'cancelled' }
  /** Damaged, or not to be read on: everything before that is listed. */
  | { readonly kind: 'failed'; readonly reason: string }

/** One capture that is read in a worker, and what has come of it so far. */
export class Analysis {
  readonly model = new Model()
  readonly #abort = new AbortController()
  #progress: ReadProgress = { bytesRead: 0, captureBytesRead: 0, bytesTotal: undefined }

  get progress(): ReadProgress {
    return this.#progress
  }

  cancel(): void {
    this.#abort.abort()
  }

  /** Reads the capture to its end, or until it is cancelled. */
  async run(capture: CaptureInput): Promise<Outcome> {
    const { signal } = this.#abort
    try {
      using driver = await WorkerDriver.create({ anomalies: true })
      let lookedAt = 0
      const onProgress = (progress: ReadProgress): void => {
        this.#progress = progress
        if (performance.now() - lookedAt < STATS_INTERVAL) return
        lookedAt = performance.now()
        driver.stats().then((stats) => {
          this.model.stats = stats
        }, ignore)
      }
      try {
        let turn = performance.now()
        let events = 0
        for await (const event of driver.events(capture, { signal, onProgress })) {
          this.#take(event)
          if (++events % EVENTS_PER_LOOK > 0 || performance.now() - turn < TURN) continue
          await new Promise((resolve) => setTimeout(resolve))
          turn = performance.now()
        }
      } catch (error) {
        // Flows that were alive at the damage have their sums as well.
        if (error instanceof CaptureError) for (const event of await driver.finish()) this.#take(event)
        throw error
      } finally {
        if (!signal.aborted) this.model.stats = await driver.stats()
      }
      return { kind: 'complete' }
    } catch (error) {
      if (signal.aborted) return { kind: 'cancelled' }
      const reason = error instanceof Error ? error.message : String(error)
      return {
        kind: 'failed',
        reason: error instanceof CaptureError ? sentence(reason) : `The capture cannot be read: ${reason}`,
      }
    }
  }

  #take(event: DriverEvent<FiveTupleKey, undefined, readonly StandardParsers[keyof StandardParsers][]>): void {
    switch (event.kind) {
      case 'started': {
        const { flow, key, timestamp, protocol = '', initiator, responder } = event
        const ends = [formatEndpoint(initiator), formatEndpoint(responder)] as const
        this.model.start(flow, key, millisecondsOf(timestamp), protocol, ends)
        break
      }
      case 'ended':
        this.model.end(event, formatEndpoint(event.initiator), formatEndpoint(event.responder))
        break
      case 'message':
        this.model.add(event)
        break
      case 'anomaly':
      case 'tracker_anomaly':
        this.model.anomalyCount++
    }
  }
}

function ignore(): void {}
