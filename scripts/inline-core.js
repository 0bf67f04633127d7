import { readFileSync, writeFileSync } from 'node:fs'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import binaryen from 'binaryen'

// V8 does not inline WebAssembly, and asc inlines only the smallest functions: a tenth of the time of tracking was calls.
const LARGEST_INLINED = 200

// What asc is allowed to use, and no more: engines without garbage collection refuse types of later proposals.
const { BulkMemory, BulkMemoryOpt, MutableGlobals, NontrappingFPToInt, SignExt, SIMD128 } = binaryen.Features
const FEATURES = BulkMemory | BulkMemoryOpt | MutableGlobals | NontrappingFPToInt | SignExt | SIMD128

/** The module with more of its small functions inlined. */
export function inlineCalls(wasm) {
  const module = binaryen.readBinary(wasm)
  module.setFeatures(FEATURES)
  binaryen.setOptimizeLevel(3)
  binaryen.setShrinkLevel(0)
  binaryen.setFlexibleInlineMaxSize(LARGEST_INLINED)
  module.optimize()
  return module.emitBinary()
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const file = argv[2]
  writeFileSync(file, inlineCalls(readFileSync(file)))
}
