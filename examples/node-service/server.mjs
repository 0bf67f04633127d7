// The same service in Node, without a framework.
//
//   node examples/node-service/server.mjs [PORT]
//   curl --data-binary @trace.pcap http://127.0.0.1:8080/flows

import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { captureService } from '../edge/capture-service.mjs'

const answer = captureService({ maxSeconds: 600 })

const server = createServer(async (incoming, outgoing) => {
  try {
    const response = await answer(toRequest(incoming))
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    await pipeline(Readable.fromWeb(response.body), outgoing)
  } catch (error) {
    // Whoever asked has gone, or there is a fault of ours: the connection ends, the service goes on.
    if (!outgoing.destroyed) console.error(error)
    outgoing.destroy()
  } finally {
    // A body that was refused is not read: the connection cannot be used again.
    if (!incoming.readableEnded) incoming.destroy()
  }
})

server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/`)
})

function toRequest(incoming) {
  const { method, url, headers } = incoming
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(new URL(url, 'http://localhost'), {
    method,
    headers: Object.entries(headers).flatMap(([name, value]) => [value].flat().map((single) => [name, single])),
    ...(hasBody && { body: Readable.toWeb(incoming), duplex: 'half' }),
  })
}
