import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CaptureError, Driver, type DriverEvent } from '../../../bindings'
import type { CommonDriverOptions } from '../../../bindings/driver/options'
import type { FiveTupleKey } from '../../../bindings/extract/flow-key'
import { dns } from '../../../bindings/parsers/dns'
import { http } from '../../../bindings/parsers/http'
import { tls } from '../../../bindings/parsers/tls'
import { WorkerDriver, type WorkerDriverOptions } from '../../../bindings/worker'
import type { ParserChoice } from '../../../bindings/worker/protocol'
import { ROOT } from '../../support/programs'

/** Bytes of a capture, by path from the root of the repository. */
export function bytesOf(path: string): Uint8Array {
  return readFileSync(join(ROOT, path))
}

/** What reading a capture comes to: its events, and the damage behind them. */
export interface Reading {
  readonly events: readonly DriverEvent[]
  readonly damage: CaptureError | undefined
}

/** Takes events until they end, or the capture is damaged. */
export async function readingOf(source: AsyncIterable<DriverEvent>): Promise<Reading> {
  const events: DriverEvent[] = []
  try {
    for await (const event of source) events.push(event)
  } catch (error) {
    if (error instanceof CaptureError) return { events, damage: error }
    throw error
  }
  return { events, damage: undefined }
}

/** A driver in this thread with all parsers that come with the package. */
export function referenceDriver(options: CommonDriverOptions<FiveTupleKey, undefined> = {}) {
  return Driver.create({ parsers: [http(), tls(), dns()], ...options })
}

/** The events of a driver in this thread, with its counters. */
export async function inThread(bytes: Uint8Array, options: CommonDriverOptions<FiveTupleKey, undefined> = {}) {
  const driver = await referenceDriver(options)
  // Bytes of packets hold only until the next event.
  const events: DriverEvent[] = []
  const frames: Uint8Array[] = []
  let damage: CaptureError | undefined
  try {
    for await (const event of driver.events(bytes)) {
      events.push(event)
      if (event.kind === 'packet') frames.push(event.frame.slice(), event.payload.slice())
    }
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    damage = error
  }
  return { events, frames, damage, stats: driver.stats }
}

/** Makes a worker driver, lets something be done with it, and ends it. */
export async function withWorker<T>(
  options: Omit<WorkerDriverOptions<FiveTupleKey, readonly ParserChoice<'http' | 'tls' | 'dns'>[]>, 'worker'>,
  use: (driver: WorkerDriver<FiveTupleKey>) => Promise<T>,
): Promise<T> {
  const driver = await WorkerDriver.create(options)
  try {
    return await use(driver as WorkerDriver<FiveTupleKey>)
  } finally {
    driver.dispose()
  }
}

/** What can be compared of events: their JSON text. */
export function textsOf(events: readonly DriverEvent[]): string[] {
  return events.map((event) => JSON.stringify(event))
}

/** What events and their parts are instances of. */
export function classesOf(events: readonly DriverEvent[]): unknown[] {
  const classOf = (value: unknown) => (typeof value === 'object' && value !== null ? value.constructor : typeof value)
  return events.map((event) => [
    classOf(event),
    classOf(event.timestamp),
    'key' in event && classOf(event.key),
    event.kind === 'message' && [classOf(event.message), ...Object.values(event.message as object).map(classOf)],
  ])
}
