/** Written by scripts/embed-core.js: core.wasm in base64. */
declare module '*/core-bytes.js' {
  const coreBytes: string
  export default coreBytes
}

declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}

declare module '*.wasm?module' {
  const module: WebAssembly.Module
  export default module
}
