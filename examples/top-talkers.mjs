// Which hosts exchange the most bytes: pairs of addresses instead of connections, so the core does the adding up.
//
//   node examples/top-talkers.mjs [CAPTURE [COUNT]]
//
// Prints the COUNT (10) pairs with the most bytes on the wire. Without a CAPTURE, a recording over loopback is read.

import { autoDetectEncap, FlowTracker, ipPair } from 'flowscope'

const capture = process.argv[2] ?? new URL('../test/fixtures/recorded/loopback-mix.pcap', import.meta.url)
const count = Number(process.argv[3] ?? 10)

// A pair is one flow as long as it lives: with timeouts that never pass, it lives until the capture ends.
const idleTimeoutSeconds = { tcp: Infinity, udp: Infinity, other: Infinity }
const tracker = await FlowTracker.create(autoDetectEncap(ipPair()), { idleTimeoutSeconds, maxFlows: 1_000_000 })

const pairs = []
for await (const event of tracker.events(capture)) {
  if (event.kind === 'ended') pairs.push({ key: event.key, ...event.stats })
}
pairs.sort((a, b) => b.bytes - a.bytes)

const total = tracker.stats.bytes
for (const { key, bytes, packets } of pairs.slice(0, count)) {
  const share = ((100 * bytes) / total).toFixed(1)
  console.log(
    `${String(bytes).padStart(10)} bytes ${share.padStart(5)} % ${String(packets).padStart(6)} packets  ${key}`,
  )
}
console.log(`${pairs.length} pairs, ${total} bytes`)
tracker.dispose()
