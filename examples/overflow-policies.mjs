// What happens when one side of a connection has to hold more bytes than it may, because bytes before them are missing:
// the oldest hole is given up, or the side.
//
//   node examples/overflow-policies.mjs

import { FlowTracker, fiveTuple, OVERFLOW_POLICIES, PacketView, Timestamp } from 'flowscope'

/**
 * A TCP segment of 10.0.0.1:1 to 10.0.0.2:2 with 1000 bytes at this sequence number.
 *
 * @param {number} sequence
 */
function segment(sequence) {
  const frame = new Uint8Array(54 + 1000)
  const data = new DataView(frame.buffer)
  data.setUint16(12, 0x0800) // EtherType: IPv4
  frame.set([0x45, 0, (40 + 1000) >> 8, (40 + 1000) & 0xff, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], 14)
  data.setUint16(34, 1)
  data.setUint16(36, 2)
  data.setUint32(38, sequence)
  frame.set([0x50, 0x10, 0xff, 0xff], 46) // header of 20 bytes, ACK, window
  return frame
}

// The bytes from 1000 to 1999 never come.
const sequences = [0, 2000, 3000, 4000, 5000, 6000, 7000]

for (const overflow of OVERFLOW_POLICIES) {
  const tracker = await FlowTracker.create(fiveTuple(), { streams: { maxBuffer: 4096, overflow } })
  console.log(`${overflow}:`)
  const events = sequences.flatMap((sequence) => tracker.track(new PacketView(segment(sequence), Timestamp.ZERO)))
  for (const event of [...events, ...tracker.finish()]) {
    if (event.kind === 'stream_data') console.log(`  ${event.length} bytes at ${event.offset}`)
    if (event.kind === 'stream_gap') console.log(`  ${event.length} bytes missing at ${event.offset}: ${event.reason}`)
    if (event.kind === 'stream_stopped') console.log(`  given up at ${event.offset}`)
    if (event.kind === 'ended') console.log(`  ended: ${event.stats.initiator.stream?.droppedBytes} bytes dropped`)
  }
  tracker.dispose()
}
