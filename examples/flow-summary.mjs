// The flows of a capture, from the first packet to the last: a line when one starts, a line when it ends.
//
//   node examples/flow-summary.mjs [CAPTURE]
//
// CAPTURE is a pcap, pcapng or snoop file; without one, a recording of curl, dig, ping and openssl is read.

import { autoDetectEncap, FlowTracker, fiveTuple, formatEndpoint } from 'flowscope'

const capture = process.argv[2] ?? new URL('../test/fixtures/recorded/loopback-mix.pcap', import.meta.url)

const tracker = await FlowTracker.create(autoDetectEncap(fiveTuple()))

for await (const event of tracker.events(capture)) {
  if (event.kind === 'started') {
    const ends = `${formatEndpoint(event.initiator)} -> ${formatEndpoint(event.responder)}`
    console.log(`+ ${event.flow} ${event.protocol} ${ends}`)
  } else if (event.kind === 'ended') {
    const { initiator, responder } = event.stats
    const packets = `${initiator.packets}/${responder.packets} packets`
    const bytes = `${initiator.bytes}/${responder.bytes} bytes`
    console.log(`- ${event.flow} ${event.reason} ${packets} ${bytes} ${event.history}`)
  }
}

const { packets, packetsUnmatched, flowsCreated } = tracker.stats
console.log(`${packets} packets, ${packetsUnmatched} of no flow, ${flowsCreated} flows`)
tracker.dispose()
