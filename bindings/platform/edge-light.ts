import core from '../../build/core.wasm?module'
import type { Platform } from './platform'

/** Vercel's edge runtime and what follows it: as in Cloudflare Workers, with a suffix that its bundlers ask for. */
export const platform: Platform = {
  compileCore: async () => core,
  openFile: undefined,
  standardInput: undefined,
  workers: undefined,
}
