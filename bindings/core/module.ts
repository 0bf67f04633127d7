import { platform } from '#platform'
import { ModuleError } from '../common/errors'
import { compileResponse } from '../platform/compile-response'

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
  loaded ??= platform.compileCore().then(ofThisRealm)
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
    if (isResponse(resolved)) return await compileResponse(resolved)
    return isModule(resolved) ? ofThisRealm(resolved) : await WebAssembly.compile(resolved)
  } catch (cause) {
    throw new ModuleError('cannot load the core from what was given', { cause })
  }
}

/** Asks for the class by name: `instanceof` says no to what comes from another realm, as in edge runtimes and frames. */
function isModule(source: WebAssembly.Module | BufferSource): source is WebAssembly.Module {
  return Object.prototype.toString.call(source) === '[object WebAssembly.Module]'
}

function isResponse(source: ModuleSource): source is Response {
  return Object.prototype.toString.call(source) === '[object Response]'
}

/** The loader asks by `instanceof`. The engine itself takes modules of any realm. */
function ofThisRealm(module: WebAssembly.Module): WebAssembly.Module {
  return module instanceof WebAssembly.Module ? module : Object.setPrototypeOf(module, WebAssembly.Module.prototype)
}
