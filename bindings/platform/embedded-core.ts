import coreBytes from '../../build/core-bytes.js'

/** Compiles the core from its copy in JavaScript: needs no file, no network, and no permission. */
export function compileEmbeddedCore(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(Uint8Array.from(atob(coreBytes), (character) => character.charCodeAt(0)))
}
