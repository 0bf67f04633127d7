import { CaptureError, type CaptureInput, formatEndpoint, type ReadProgress } from 'flowscope'
import { WorkerDriver } from 'flowscope/worker'
import { millisecondsOf } from './format'
import { Model } from './model'

/** Milliseconds between two looks at the worker's counters. */
const STATS_INTERVAL = 250

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
  #progress: ReadProgress = { bytesRead: 0, bytesTotal: undefined }

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
        for await (const event of driver.events(capture, { signal, onProgress })) {
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
      } finally {
        if (!signal.aborted) this.model.stats = await driver.stats()
      }
      return { kind: 'complete' }
    } catch (error) {
      if (signal.aborted) return { kind: 'cancelled' }
      const reason = error instanceof Error ? error.message : String(error)
      return {
        kind: 'failed',
        reason: error instanceof CaptureError ? reason : `The capture cannot be read: ${reason}`,
      }
    }
  }
}

function ignore(): void {}
