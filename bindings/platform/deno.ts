import { compileEmbeddedCore } from './embedded-core'
import { openFile, standardInput } from './files'
import type { Platform } from './platform'

/** Deno and Bun: reading the core as a file would ask for a permission, and would fail in a compiled program. */
export const platform: Platform = { compileCore: compileEmbeddedCore, openFile, standardInput }
