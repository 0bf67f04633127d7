import { compileEmbeddedCore } from './embedded-core'
import type { Platform } from './platform'

/** A runtime that nothing is known of, but that it runs JavaScript and WebAssembly. */
export const platform: Platform = {
  compileCore: compileEmbeddedCore,
  openFile: undefined,
  standardInput: undefined,
  workers: undefined,
}
