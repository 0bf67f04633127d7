// Reads a capture in workers, with a parser of its own beside HTTP: this thread only takes the messages. The same file is
// the module of the workers.
//
//   node examples/worker.mjs [CAPTURE [WORKERS]]

import { isMainThread, Worker } from 'node:worker_threads'
import { http } from 'flowscope/http'
import { WorkerDriver } from 'flowscope/worker'
import { serve } from 'flowscope/worker-thread'
import { lengthPrefixed } from './length-prefixed-parser.mjs'

if (isMainThread) await main()
else serve({ parsers: { http, 'length-prefixed': lengthPrefixed } })

async function main() {
  const capture = process.argv[2] ?? new URL('../test/fixtures/generated/length_prefixed.pcap', import.meta.url)
  const driver = await WorkerDriver.create({
    parsers: ['http', 'length-prefixed'],
    shards: Number(process.argv[3] ?? 2),
    worker: () => new Worker(new URL(import.meta.url)),
  })
  const counts = new Map()
  for await (const event of driver.events(capture)) {
    if (event.kind === 'message') counts.set(event.protocol, (counts.get(event.protocol) ?? 0) + 1)
  }
  const { packets, flowsCreated } = await driver.stats()
  console.log(`${packets} packets, ${flowsCreated} flows`)
  for (const [protocol, count] of counts) console.log(`${count} messages of ${protocol}`)
  driver.dispose()
}
