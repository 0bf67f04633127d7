// What runtimes must answer alike that have workers: the same events, whoever runs the driver.

import { WorkerDriver } from 'flowscope/worker'
import { linesOf } from './cases.mjs'

/** How many workers share the flows. */
const SHARDS = [1, 2]

/** Runs all captures, bytes by name, through workers, and yields what {@link runCases} does. */
export async function* runWorkerCases(captures) {
  for (const shards of SHARDS) {
    for (const [capture, bytes] of Object.entries(captures)) {
      yield { name: `events of workers, ${shards}, ${capture}`, lines: await linesOf(events(bytes, shards)) }
    }
  }
}

async function* events(capture, shards) {
  const driver = await WorkerDriver.create({ shards, anomalies: true })
  try {
    // The bytes go to the worker, and are gone here.
    for await (const event of driver.events(capture.slice())) yield event
  } finally {
    driver.dispose()
  }
}
