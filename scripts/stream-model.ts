// Compares the reassembler with the naive one of test/support/stream-model.ts on random connections:
//
//   npx tsx scripts/stream-model.ts [COUNT [FIRST [CORE]]]
//
// COUNT connections (default a million) from number FIRST (default 1) on, with the core in the file CORE (default
// build/core.wasm). Prints what differs; exit status 1 if anything did.

import { readFileSync } from 'node:fs'
import { StreamModel } from '../test/support/stream-model'

const MOST_FAULTS = 10
const MINUTE = 60_000

const [count = '1000000', first = '1', file = 'build/core.wasm'] = process.argv.slice(2)
const model = new StreamModel(await WebAssembly.compile(readFileSync(file)))
const last = Number(first) + Number(count) - 1
let faults = 0
let reported = performance.now()
for (let seed = Number(first); seed <= last && faults < MOST_FAULTS; seed++) {
  const fault = model.check(seed)
  if (fault !== '') {
    console.log(`connection ${seed}: ${fault}`)
    faults++
  }
  if (performance.now() - reported < MINUTE) continue
  reported = performance.now()
  console.log(`${seed - Number(first) + 1} connections`)
}
const { gaps, conflicts, ends, bytes } = model.seen
console.log(
  `${count} connections, ${bytes} bytes, ${gaps} with gaps, ${conflicts} with conflicts, ${ends} with FIN: ${faults} faults`,
)
if (faults > 0) process.exitCode = 1
