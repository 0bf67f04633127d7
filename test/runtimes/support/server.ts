import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

/** A web server on loopback. */
export interface Server extends AsyncDisposable {
  readonly origin: string
  /**
   * The body of the first POST.
   *
   * @throws when none comes within these milliseconds; the message says what was asked for in vain
   */
  posted(limit: number): Promise<string>
  /** Paths of the files that it has sent. */
  readonly found: readonly string[]
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
}

/** What a strict site allows: its own files, and WebAssembly. */
export const STRICT_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'"

/** Serves the files of a folder, with a content security policy or without. */
export async function serve(folder: string, policy?: string): Promise<Server> {
  const found: string[] = []
  const missed: string[] = []
  let post: (body: string) => void = () => {}
  const posted = new Promise<string>((resolve) => {
    post = resolve
  })
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      post(await text(request))
      response.end()
      return
    }
    const path = normalize(new URL(request.url ?? '', 'http://localhost').pathname)
    try {
      const body = await readFile(join(folder, path))
      found.push(path)
      const type = TYPES[extname(path)] ?? 'application/octet-stream'
      response.writeHead(200, { 'content-type': type, ...(policy && { 'content-security-policy': policy }) }).end(body)
    } catch {
      missed.push(path)
      response.writeHead(404).end()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    found,
    async posted(limit) {
      const late = new AbortController()
      const none = sleep(limit, undefined, { signal: late.signal }).then(() => {
        throw new Error(`nothing was posted in ${limit} ms; not there: ${missed.join(' ') || 'nothing'}`)
      })
      try {
        return await Promise.race([posted, none])
      } finally {
        late.abort()
        none.catch(() => {})
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
