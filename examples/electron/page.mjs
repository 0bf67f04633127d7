// What the window may load: the page that comes with flowscope, and the capture that was opened. Nothing else is there.

import { createReadStream, readdirSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { Readable } from 'node:stream'

export const SCHEME = 'flowscope'

/** The page, which is an origin of its own. */
export const PAGE = `${SCHEME}://app/`

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/** The page names the same policy; that nobody may put it into a frame can be said only here. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; worker-src 'self'; " +
  "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * Makes what answers the requests of the window.
 *
 * @param {URL} folder where the files of the page lie, with a slash at the end
 * @param {() => string | undefined} captureNow the path of the capture that is opened, if one is
 * @returns {(request: Request) => Promise<Response>}
 */
export function pageHandler(folder, captureNow) {
  // By name alone: nothing in an address can lead elsewhere.
  const types = new Map(readdirSync(folder).map((name) => [name, TYPES[extname(name)]]))

  return async ({ method, url }) => {
    if (method !== 'GET' && method !== 'HEAD') return answer(405)
    if (!url.startsWith(PAGE)) return answer(404)
    const name = url.slice(PAGE.length).split(/[?#]/, 1)[0] || 'index.html'
    const type = types.get(name)
    if (type !== undefined) return answer(200, type, await readFile(new URL(name, folder)))
    const capture = captureNow()
    return name === 'capture' && capture !== undefined ? captureAnswer(capture, method) : answer(404)
  }
}

/** The capture as a stream from the disk: it may be larger than the memory. */
async function captureAnswer(path, method) {
  const stats = await stat(path).catch(() => undefined)
  if (!stats?.isFile()) return answer(404)
  const length = { 'content-length': String(stats.size) }
  const isEmpty = method === 'HEAD' || stats.size === 0
  // No more than was announced, should the file grow meanwhile.
  const body = isEmpty ? null : Readable.toWeb(createReadStream(path, { end: stats.size - 1 }))
  return answer(200, 'application/octet-stream', body, length)
}

function answer(status, type, body = null, more = {}) {
  const headers = {
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...(type && { 'content-type': type }),
    ...more,
  }
  return new Response(body, { status, headers })
}
