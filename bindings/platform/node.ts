import { readFile } from 'node:fs/promises'
import { parentPort, Worker } from 'node:worker_threads'
import { openFile, standardInput } from './files'
import type { Platform } from './platform'

/** Node and Electron: the core is a file. Where a bundler has left it behind, its copy in JavaScript will do. */
export const platform: Platform = {
  compileCore,
  openFile,
  standardInput,
  workers: {
    start: () => new Worker(new URL('../../build/worker-main.js', import.meta.url), { name: 'flowscope' }),
    parent: parentPort ?? undefined,
  },
}

async function compileCore(): Promise<WebAssembly.Module> {
  let bytes: Uint8Array<ArrayBuffer>
  try {
    bytes = await readFile(new URL('../../build/core.wasm', import.meta.url))
  } catch {
    return (await import('./embedded-core')).compileEmbeddedCore()
  }
  return WebAssembly.compile(bytes)
}
