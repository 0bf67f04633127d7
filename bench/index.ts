/**
 * The benchmarks: npm run bench -- [PART...] [--trace FILE] [--large]. All parts unless some are named. See docs/performance.md.
 */
import { parseArgs } from 'node:util'
import { calibration } from './parts/calibration'
import { events } from './parts/events'
import { memory } from './parts/memory'
import { peers } from './parts/peers'
import { pressure } from './parts/pressure'
import { protocols } from './parts/protocols'
import { stages } from './parts/stages'
import { stream } from './parts/stream'
import { streams } from './parts/streams'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { trace: { type: 'string' }, large: { type: 'boolean', default: false } },
})

const PARTS: Record<string, () => void | Promise<void>> = {
  calibration,
  stages,
  pressure,
  events,
  memory,
  stream: () => stream(values.trace),
  streams,
  protocols: () => protocols(values.trace, values.large),
  peers: () => peers(values.trace),
}

const unknown = positionals.filter((name) => !(name in PARTS))
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`)
  process.exit(2)
}
for (const name of positionals.length > 0 ? positionals : Object.keys(PARTS)) await PARTS[name]?.()
