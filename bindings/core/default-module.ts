import { readFile } from 'node:fs/promises'
import { ModuleError } from '../common/errors'

/**
 * Compiles the module that lies beside this package, in the way of this runtime: Node reads a file. Other runtimes
 * get a file of their own in this one's place, and nothing else here differs for them.
 */
export async function compileDefaultModule(): Promise<WebAssembly.Module> {
  const location = new URL('../../build/core.wasm', import.meta.url)
  try {
    return await WebAssembly.compile(await readFile(location))
  } catch (cause) {
    throw new ModuleError(`cannot load ${location}`, { cause })
  }
}
