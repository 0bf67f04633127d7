// How many bytes each side of each TCP connection carried, put together in a buffer of 64 KiB a side, and how the side
// ended: `fin` where all that it has sent is known.
//
//   node examples/buffered-reassembly.mjs [CAPTURE]

import { BufferedReassembler, FlowDriver } from 'flowscope'

const capture = process.argv[2] ?? new URL('../test/fixtures/recorded/http-curl-nginx.pcap', import.meta.url)

/** By flow number and side. */
const buffers = new Map()

const driver = await FlowDriver.create({
  streams: { maxBuffer: 65_536 },
  // The key and the side say whose bytes; the bounds are those of `streams`.
  reassembler: (key, side, bounds) => {
    const buffer = new BufferedReassembler(bounds)
    buffers.set(`${key} ${side}`, buffer)
    return buffer
  },
})

for await (const event of driver.events(capture)) {
  if (event.kind !== 'ended' || event.protocol !== 'tcp') continue
  for (const side of ['initiator', 'responder']) {
    const name = `${event.key} ${side}`
    const buffer = buffers.get(name)
    buffers.delete(name)
    if (!buffer) continue
    const { highWatermark, bytesDroppedOversize, ending } = buffer
    console.log(`${event.flow} ${side}: ${highWatermark} bytes at most, ${bytesDroppedOversize} dropped, ${ending}`)
  }
}
driver.dispose()
