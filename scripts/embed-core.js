// Writes a WebAssembly module as a module of JavaScript that exports its bytes in base64.

import { readFileSync, writeFileSync } from 'node:fs'
import { argv } from 'node:process'

const [, , wasm, target] = argv
writeFileSync(target, `export default '${readFileSync(wasm, 'base64')}'\n`)
