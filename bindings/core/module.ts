import { platform } from '#platform'
import { ModuleError } from '../common/errors'

/** What the core can be loaded from: a compiled module, its bytes, or an HTTP response that brings them. */
export type ModuleSource = WebAssembly.Module | BufferSource | Response

/** The one module that all trackers are instances of. */
let loaded: Promise<WebAssembly.Module> | undefined

/**
 * Loads the core from somewhere unusual, such as a module that a bundler imported. It need not be called: the first
 * tracker loads the core from beside this package. Later calls replace the module for trackers made after them.
 *
 * @throws ModuleError when the source is not a WebAssembly module
 */
export async function load(source: ModuleSource | PromiseLike<ModuleSource>): Promise<void> {
  const compiling = compile(source)
  await compiling
  loaded = compiling
}

/**
 * The compiled core; compiled at the first call, and again at the next one after a failure.
 *
 * @throws ModuleError when it cannot be loaded
 */
export async function coreModule(): Promise<WebAssembly.Module> {
  loaded ??= platform.compileCore()
  try {
    return await loaded
  } catch (cause) {
    loaded = undefined
    throw new ModuleError('cannot load the core that comes with the package', { cause })
  }
}

async function compile(source: ModuleSource | PromiseLike<ModuleSource>): Promise<WebAssembly.Module> {
  try {
    const resolved = await source
    if (resolved instanceof WebAssembly.Module) return resolved
    if (!isResponse(resolved)) return await WebAssembly.compile(resolved)
    if (!resolved.ok) throw new Error(`HTTP status ${resolved.status}`)
    return await compileResponse(resolved)
  } catch (cause) {
    throw new ModuleError('cannot load the core from what was given', { cause })
  }
}

function isResponse(source: BufferSource | Response): source is Response {
  return typeof Response !== 'undefined' && source instanceof Response
}

/** Streaming compilation insists on the MIME type, which many servers do not know. */
async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  const type = response.headers.get('content-type')
  if (type?.startsWith('application/wasm') && typeof WebAssembly.compileStreaming === 'function') {
    return WebAssembly.compileStreaming(response)
  }
  return WebAssembly.compile(await response.arrayBuffer())
}
