// The service in Deno:
//
//   deno run --allow-net examples/edge/deno.mjs [PORT]

import { captureService } from './capture-service.mjs'

Deno.serve(
  {
    hostname: '127.0.0.1',
    port: Number(Deno.args[0] ?? 8080),
    onListen: ({ port }) => console.log(`http://127.0.0.1:${port}/`),
  },
  captureService(),
)
