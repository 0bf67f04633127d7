import { compileResponse } from './compile-response'
import type { Platform } from './platform'
import { webWorkers } from './web-workers'

/** Browsers: the core is compiled while it arrives. */
export const platform: Platform = {
  compileCore,
  openFile: undefined,
  standardInput: undefined,
  // A file without imports of its own, so that bundlers need not be told how workers are split.
  workers: webWorkers(
    () => new Worker(new URL('../../build/worker-browser.js', import.meta.url), { type: 'module', name: 'flowscope' }),
  ),
}

async function compileCore(): Promise<WebAssembly.Module> {
  try {
    // Bundlers know this form, and those that keep files beside the code see to it that the file is where it says.
    return await compileResponse(await fetch(new URL('../../build/core.wasm', import.meta.url)))
  } catch {
    // Some bundlers leave the file behind.
    return (await import('./embedded-core')).compileEmbeddedCore()
  }
}
