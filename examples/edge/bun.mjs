// The service in Bun:
//
//   bun run examples/edge/bun.mjs [PORT]

import { captureService } from './capture-service.mjs'

const MAX_BYTES = 4 * 1024 ** 3

const { port } = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(Bun.argv[2] ?? 8080),
  // Bun's own bounds are 128 MiB and 10 seconds without a byte.
  maxRequestBodySize: MAX_BYTES,
  idleTimeout: 60,
  fetch: captureService({ maxBytes: MAX_BYTES }),
})

console.log(`http://127.0.0.1:${port}/`)
