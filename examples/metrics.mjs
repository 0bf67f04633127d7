// Metrics of captures for OpenTelemetry. The program knows only the API: where the metrics go is up to the SDK that was
// registered before, with `node --import`. Without one they go nowhere, and cost next to nothing.
//
//   node [--import ./sdk.mjs] examples/metrics.mjs [CAPTURE...]

import { metrics } from '@opentelemetry/api'
import { Driver } from 'flowscope'
import { dns } from 'flowscope/dns'
import { http } from 'flowscope/http'
import { observe } from 'flowscope/opentelemetry'
import { tls } from 'flowscope/tls'

const captures =
  process.argv.length > 2
    ? process.argv.slice(2)
    : [new URL('../test/fixtures/recorded/loopback-mix.pcap', import.meta.url)]

const meter = metrics.getMeter('flowscope')

for (const capture of captures) {
  const driver = await Driver.create({ parsers: [http(), tls(), dns()], anomalies: true })
  // One series for all captures: their counters sum up.
  observe(driver, { meter, attributes: { source: 'file' } })
  // Nothing is done with the events: the observer sees them pass.
  for await (const _ of driver.events(capture));
  const { packets, flowsEnded } = driver.stats
  console.log(`# ${packets} packets, ${flowsEnded} flows`)
  driver.dispose()
}
