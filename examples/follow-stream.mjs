// Writes what one side of one TCP connection has sent to a file.
//
//   node examples/follow-stream.mjs [CAPTURE [FLOW [initiator|responder [FILE]]]]
//
// FLOW is a number that `flowscope flows` prints, the first flow with bytes unless given; without FILE the bytes go to
// standard output.

import { appendFileSync, closeSync, openSync } from 'node:fs'
import { autoDetectEncap, FlowTracker, fiveTuple } from 'flowscope'

const [
  capture = new URL('../test/fixtures/generated/http_session.pcap', import.meta.url),
  number,
  side = 'responder',
  path,
] = process.argv.slice(2)

const file = path === undefined ? 1 : openSync(path, 'w')
let wanted = number === undefined ? undefined : Number(number)

const tracker = await FlowTracker.create(autoDetectEncap(fiveTuple()), { streams: {} })
for await (const event of tracker.events(capture)) {
  if (event.kind === 'stream_data') {
    if (event.side === side) wanted ??= event.flow
    // A view on the core's memory: it is written before the next event is pulled.
    if (event.side === side && event.flow === wanted) appendFileSync(file, event.bytes)
    // Nothing more is kept of what nobody wants.
    else event.stopListening()
  } else if (event.kind === 'stream_gap' && event.flow === wanted && event.side === side) {
    console.error(`${event.length} bytes are missing at ${event.offset}`)
  } else if (event.kind === 'stream_end' && event.flow === wanted && event.side === side) {
    // The side has sent its FIN: the rest of the capture has nothing more of it.
    break
  }
}
tracker.dispose()
if (path !== undefined) closeSync(file)
