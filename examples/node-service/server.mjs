// The same service in Node, without a framework.
//
//   node examples/node-service/server.mjs [PORT]
//   curl --data-binary @trace.pcap http://127.0.0.1:8080/flows
//
// SIGTERM and SIGINT end it: what is being answered is answered first.

import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { captureService } from '../edge/capture-service.mjs'

/** Milliseconds that a client may go on sending what was refused, so that it gets to read why. */
const LINGER = 2000

/** Milliseconds that answers may take once the service is to end. */
const GRACE = 10_000

const answer = captureService({ maxSeconds: 600 })

const server = createServer(async (incoming, outgoing) => {
  try {
    const response = await answer(toRequest(incoming))
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    // The first lines may be long in coming.
    outgoing.flushHeaders()
    await pipeline(Readable.fromWeb(response.body), outgoing)
    if (!incoming.complete) passOver(incoming)
  } catch (error) {
    // Whoever asked has gone, or there is a fault of ours: the connection ends, the service goes on.
    if (!incoming.destroyed && !outgoing.destroyed) console.error(error)
    outgoing.destroy()
  }
})

server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/`)
})

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close()
    setTimeout(() => server.closeAllConnections(), GRACE).unref()
  })
}

function toRequest(incoming) {
  const { method, url, headers } = incoming
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(new URL(url, 'http://localhost'), {
    method,
    headers: Object.entries(headers).flatMap(([name, value]) => [value].flat().map((single) => [name, single])),
    ...(hasBody && { body: bodyOf(incoming), duplex: 'half' }),
  })
}

/** The body, read no faster than it is asked for. `Readable.toWeb` would end the connection when no more is wanted. */
function bodyOf(incoming) {
  let controller
  const take = (chunk) => {
    incoming.pause()
    controller.enqueue(chunk)
  }
  const end = () => controller.close()
  const fail = (error) => controller.error(error)
  return new ReadableStream(
    {
      start(made) {
        controller = made
        incoming.on('data', take).on('end', end).on('error', fail)
        incoming.pause()
      },
      pull() {
        incoming.resume()
      },
      cancel() {
        incoming.pause()
        incoming.off('data', take).off('end', end)
      },
    },
    { highWaterMark: 0 },
  )
}

/** Reads on without looking, so that the connection can be used again; but not for long. */
function passOver(incoming) {
  const timer = setTimeout(() => incoming.destroy(), LINGER).unref()
  incoming.once('close', () => clearTimeout(timer))
  incoming.resume()
}
