/**
 * Compiles what an HTTP response brings: while it arrives, where its type allows that. Streaming compilation insists on
 * `application/wasm`, which many servers do not know.
 *
 * @throws Error when the response is one of failure
 */
export async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new Error(`HTTP status ${response.status}`)
  const type = response.headers.get('content-type')
  if (type?.startsWith('application/wasm') && typeof WebAssembly.compileStreaming === 'function') {
    return WebAssembly.compileStreaming(response)
  }
  return WebAssembly.compile(await response.arrayBuffer())
}
