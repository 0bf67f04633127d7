// Runs a script in Vercel's edge runtime, and prints what its function `answers` says: edge-vm.mjs SCRIPT CORE.

import { readFile } from 'node:fs/promises'
import { argv } from 'node:process'
import { EdgeVM } from '@edge-runtime/vm'

const [, , script, core] = argv
const module = await WebAssembly.compile(await readFile(core))
const vm = new EdgeVM({ extend: (context) => Object.assign(context, { wasm_core: module }) })
// The VM puts proxies in the place of constructors, but not where prototypes name them, as engines do everywhere.
vm.evaluate('Array.prototype.constructor = Array')
vm.evaluate(await readFile(script, 'utf8'))
console.log(await vm.evaluate('answers().then(JSON.stringify)'))
