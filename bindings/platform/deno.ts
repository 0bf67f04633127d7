import { compileEmbeddedCore } from './embedded-core'
import { openFile, standardInput } from './files'
import type { Platform } from './platform'
import { webWorkers } from './web-workers'

/** Deno and Bun: reading the core as a file would ask for a permission, and would fail in a compiled program. */
export const platform: Platform = {
  compileCore: compileEmbeddedCore,
  openFile,
  standardInput,
  workers: webWorkers(
    () => new Worker(new URL('../../build/worker-main.js', import.meta.url), { type: 'module', name: 'flowscope' }),
  ),
}
