// Several protocols at once, with counters that go on while the capture is read: a line for each second of its time
// that has messages, and the totals. Made for live traffic, too:
//
//   tcpdump -U -w - | node examples/protocol-monitor.mjs -
//   node examples/protocol-monitor.mjs [CAPTURE]

import { Driver, stdinSource } from 'flowscope'
import { dns } from 'flowscope/dns'
import { http } from 'flowscope/http'
import { tls } from 'flowscope/tls'

const capture = process.argv[2] ?? new URL('../test/fixtures/recorded/loopback-mix.pcap', import.meta.url)

const driver = await Driver.create({ parsers: [http(), tls(), dns()], anomalies: true })

/** Messages by protocol and kind, flows and anomalies: of the second at work. @type {Map<string, number>} */
let now = new Map()
/** The same of all. @type {Map<string, number>} */
const total = new Map()
let second = 0

/** @param {string} what */
function count(what) {
  now.set(what, (now.get(what) ?? 0) + 1)
  total.set(what, (total.get(what) ?? 0) + 1)
}

/** @param {string} title @param {Map<string, number>} counts */
function print(title, counts) {
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
  console.log(`${title} ${sorted.map(([what, times]) => `${what} ${times}`).join(', ')}`)
}

/** @param {import('flowscope').Timestamp} timestamp */
function tick(timestamp) {
  if (timestamp.seconds === second) return
  if (now.size > 0) print(new Date(second * 1000).toISOString(), now)
  now = new Map()
  second = timestamp.seconds
}

for await (const event of driver.events(capture === '-' ? stdinSource() : capture)) {
  tick(event.timestamp)
  if (event.kind === 'message') count(`${event.protocol} ${event.message.kind}`)
  else if (event.kind === 'started') count(`${event.protocol} flow`)
  else if (event.kind === 'anomaly' || event.kind === 'tracker_anomaly') count(`! ${event.anomaly.kind}`)
}
if (now.size > 0) print(new Date(second * 1000).toISOString(), now)
print('total', total)
driver.dispose()
