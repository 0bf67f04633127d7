import { createReadStream, readdirSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http'
import { extname } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** What the files of the page are. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/** The same policy that the page itself names, and what only a server can say: nobody may put it into a frame. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; worker-src 'self'; " +
  "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** The only address that is listened on. */
export const LOOPBACK = '127.0.0.1'

/**
 * Makes the server of the page: its files, and the capture, if there is one, under the name `capture`.
 *
 * @param folder where the files of the page are
 */
export function createPageServer(folder: URL, capture: string | undefined): Server {
  // Only what lies there now is served, by its name alone: nothing in a request can lead elsewhere.
  const files = new Map(readdirSync(folder).map((name) => [name, TYPES[extname(name)]]))
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  return server

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isOurs(request.headers.host)) return refuse(response, 403)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, { allow: 'GET, HEAD' })
    const [path = ''] = (request.url ?? '').split('?')
    const name = path.slice(1) || 'index.html'
    const type = files.get(name)
    if (type !== undefined) {
      const content = await readFile(new URL(name, folder))
      send(response, type, content.length)
      response.end(request.method === 'HEAD' ? undefined : content)
    } else if (name === 'capture' && capture !== undefined) {
      const size = await sizeOf(capture)
      // It was there when the server was started.
      if (size === undefined) return refuse(response, 404)
      send(response, 'application/octet-stream', size)
      if (request.method === 'HEAD') response.end()
      // No more than was announced, should the file grow meanwhile.
      else if (size > 0) await pipeline(createReadStream(capture, { end: size - 1 }), response)
      else response.end()
    } else {
      refuse(response, 404)
    }
  }

  /** A page of another site that has its name resolve to this address would come with that name. */
  function isOurs(host: string | undefined): boolean {
    const address = server.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    return host === `${LOOPBACK}:${port}` || host === `localhost:${port}`
  }
}

/** Undefined when the file is not there any more. */
async function sizeOf(file: string): Promise<number | undefined> {
  try {
    const stats = await stat(file)
    return stats.size
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, type: string, length: number): void {
  response.writeHead(200, { ...HEADERS, 'content-type': type, 'content-length': length })
}

function refuse(response: ServerResponse, status: number, more: OutgoingHttpHeaders = {}): void {
  response.writeHead(status, { ...HEADERS, ...more, 'content-length': 0 }).end()
}
