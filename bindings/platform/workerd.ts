import core from '../../build/core.wasm'
import type { Platform } from './platform'

/** Cloudflare Workers: compiling bytes is forbidden, a module can only be imported. */
export const platform: Platform = {
  compileCore: async () => core,
  openFile: undefined,
  standardInput: undefined,
  workers: undefined,
}
