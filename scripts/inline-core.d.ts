/** The module with more of its small functions inlined. */
export function inlineCalls(wasm: Uint8Array): Uint8Array<ArrayBuffer>
