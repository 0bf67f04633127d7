// Talks HTTP/1 over loopback, for scripts/record-http.sh, and prints what the programs say of it: a list of statements.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'

const [, , scene, work = '', nginxPort, nodePort] = process.argv
const run = promisify(execFile)
const said: object[] = []

const say = (statement: object) => said.push(statement)
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** What curl has to say of each transfer. */
const CURL_SAYS =
  '{"by":"curl","port":%{local_port},"method":"%{method}","status":%{http_code},"bytes":%{size_download},"sent":%{size_upload}}\n'

async function curl(...args: string[]): Promise<void> {
  const { stdout } = await run('curl', ['-gsS', '-o', '/dev/null', '-w', CURL_SAYS, ...args])
  for (const line of stdout.trim().split('\n')) say(JSON.parse(line))
}

/** Further transfers of the same curl, which keeps its connection. */
const next = (...args: string[]) => ['--next', '-gsS', '-o', '/dev/null', '-w', CURL_SAYS, ...args]

/** Writes these bytes on a new connection, and reads until the server closes it. */
async function raw(port: number, bytes: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const answer = text(socket)
  socket.write(bytes)
  await answer
}

// ---- nginx -------------------------------------------------------------------------------------------------------

async function talkToNginx(port: number): Promise<void> {
  const base = `http://127.0.0.1:${port}`
  await curl(
    `${base}/index.html`,
    ...next('-H', 'Accept-Encoding: gzip', `${base}/numbers.json`),
    ...next('-r', '0-9', `${base}/numbers.json`),
    ...next('-I', `${base}/numbers.json`),
    ...next(`${base}/moved`),
    ...next('-d', 'name=flowscope', `${base}/none`),
    ...next('-H', 'If-Modified-Since: Wed, 01 Jan 2020 00:00:00 GMT', `${base}/index.html`),
    ...next('-X', 'BREW', `${base}/pot`),
  )
  await curl('-0', `${base}/index.html`)
  await run('wget', ['-q', '-O', '/dev/null', `${base}/index.html`, `${base}/numbers.json`])
  const program = `import urllib.request; print(len(urllib.request.urlopen('${base}/numbers.json').read()))`
  await run('python3', ['-c', program])
  const get = (target: string, fields = '') => `GET ${target} HTTP/1.1\r\nHost: pipelined\r\n${fields}\r\n`
  const head = 'HEAD /numbers.json HTTP/1.1\r\nHost: pipelined\r\n\r\n'
  await raw(port, get('/index.html') + head + get('/none') + get('/index.html', 'Connection: close\r\n'))
  await raw(port, 'GET /index.html\r\n')
  const log = readFileSync(`${work}/nginx.log`, 'utf8')
  for (const line of log.trim().split('\n')) say(JSON.parse(line))
}

// ---- Node --------------------------------------------------------------------------------------------------------

const WEBSOCKET = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Says what the server was asked and what it answered, once it has. */
function note(req: IncomingMessage, body: Uint8Array, status: number, answer: Uint8Array, more: object = {}): void {
  const { method, url, httpVersion, rawHeaders, rawTrailers } = req
  const { remotePort } = req.socket
  say({
    by: 'node',
    port: remotePort,
    method,
    target: url,
    version: `HTTP/${httpVersion}`,
    headers: pairs(rawHeaders),
    trailers: pairs(rawTrailers),
    sent: body.length,
    sentSha256: hashOf(body),
    status,
    bytes: answer.length,
    sha256: hashOf(answer),
    ...more,
  })
}

function pairs(raw: readonly string[]): string[][] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? '']] : []))
}

const NOTHING = Buffer.alloc(0)

const PAGE = Buffer.from('line of a page\n'.repeat(200))

async function bodyOf(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body = await bodyOf(req)
  const hasBody = req.method !== 'HEAD'
  switch (req.url) {
    case '/gzip': {
      const packed = gzipSync(PAGE)
      res.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': packed.length }).end(packed)
      note(req, body, 200, packed, { decodedSha256: hashOf(PAGE) })
      break
    }
    case '/chunked': {
      const hasTrailers = hasBody && req.httpVersion === '1.1'
      const sum = { 'X-Sum': hashOf(PAGE) }
      res.writeHead(200, { 'Content-Type': 'text/plain', ...(hasTrailers && { Trailer: 'X-Sum' }) })
      for (let at = 0; at < PAGE.length; at += 1000) res.write(PAGE.subarray(at, at + 1000))
      if (hasTrailers) res.addTrailers(sum)
      res.end()
      note(req, body, 200, hasBody ? PAGE : NOTHING, hasTrailers ? { answerTrailers: Object.entries(sum) } : {})
      break
    }
    case '/hints':
      res.writeEarlyHints({ link: '</style.css>; rel=preload' })
      res.writeHead(200, { 'Content-Length': 2 }).end('ok')
      note(req, body, 200, Buffer.from('ok'), { before: [103] })
      break
    case '/none':
      res.writeHead(204).end()
      note(req, body, 204, NOTHING)
      break
    case '/same':
      res.writeHead(304, { ETag: '"1"', 'Content-Length': PAGE.length }).end()
      note(req, body, 304, NOTHING)
      break
    default: {
      res.writeHead(200, { 'Content-Length': body.length }).end(body)
      const before = req.headers.expect ? { before: [100] } : {}
      note(req, body, 200, hasBody ? body : NOTHING, before)
    }
  }
}

/** Speaks WebSocket (RFC 6455, 4.2.2) as far as one greeting goes. */
function upgrade(req: IncomingMessage, socket: Socket): void {
  socket.on('error', () => {})
  const key = createHash('sha1').update(`${req.headers['sec-websocket-key']}${WEBSOCKET}`).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`,
  )
  note(req, NOTHING, 101, NOTHING, { upgrade: 'websocket' })
  socket.write('\x81\x05hello', 'latin1')
  socket.once('data', () => socket.end('\x88\x00', 'latin1'))
}

/** A proxy's CONNECT (RFC 9110, 9.3.6). */
function tunnel(req: IncomingMessage, socket: Socket): void {
  socket.on('error', () => {})
  const [host, port] = (req.url ?? '').split(':')
  if (host !== '127.0.0.1') {
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno')
    note(req, NOTHING, 403, Buffer.from('no'))
    return
  }
  const target = connect(Number(port), host, () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    note(req, NOTHING, 200, NOTHING, { upgrade: 'connect' })
    socket.pipe(target).pipe(socket)
  })
  target.on('error', () => socket.destroy())
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

async function talkToNode(port: number): Promise<void> {
  const server = createServer((req, res) => void answer(req, res))
  server.on('upgrade', upgrade)
  server.on('connect', tunnel)
  await listen(server, port)
  const options = { key: readFileSync(`${work}/key.pem`), cert: readFileSync(`${work}/cert.pem`) }
  const secure = createSecureServer(options, (_, res) => res.end('behind the tunnel'))
  const securePort = await listen(secure, 0)
  const base = `http://127.0.0.1:${port}`

  await talkAsAgent(port)
  for (const target of ['/gzip', '/chunked', '/none']) await (await fetch(base + target)).arrayBuffer()
  await (await fetch(`${base}/echo`, { method: 'PUT', body: 'of fetch' })).text()
  const long = 'x'.repeat(1500)
  await curl('-H', 'Expect: 100-continue', '-d', long, `${base}/echo`, ...next('-I', `${base}/echo`))
  await curl('-0', `${base}/chunked`)
  await greet(`ws://127.0.0.1:${port}/greeting`)
  await curl('-p', '-x', base, `${base}/echo`)
  await curl('-k', '-x', base, `https://127.0.0.1:${securePort}/`)
  await curl('-p', '-x', base, 'http://elsewhere.test/').catch(() => {})

  server.close()
  secure.close()
  server.closeAllConnections()
  secure.closeAllConnections()
}

/** Requests of one agent, which keeps its connection. */
async function talkAsAgent(serverPort: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = async (
    method: string,
    path: string,
    send: (req: ReturnType<typeof request>) => void = (req) => req.end(),
  ) => {
    const req = request({ agent, host: '127.0.0.1', port: serverPort, method, path })
    send(req)
    const [res] = (await once(req, 'response')) as [IncomingMessage]
    const port = res.socket.localPort
    const body = await bodyOf(res)
    say({
      by: 'node client',
      port,
      status: res.statusCode,
      bytes: body.length,
      sha256: hashOf(body),
    })
  }
  await ask('GET', '/chunked')
  await ask('HEAD', '/chunked')
  await ask('POST', '/echo', (req) => req.end('all at once'))
  await ask('POST', '/echo', (req) => {
    req.setHeader('Trailer', 'X-Last')
    req.write('in ')
    req.write('parts')
    req.addTrailers({ 'X-Last': 'yes' })
    req.end()
  })
  await ask('GET', '/hints')
  await ask('GET', '/same')
  await ask('DELETE', '/none')
  agent.destroy()
}

async function greet(url: string): Promise<void> {
  const socket = new WebSocket(url)
  await once(socket as unknown as EventTarget, 'message')
  socket.send('and back')
  await once(socket as unknown as EventTarget, 'close')
}

if (scene === 'nginx') await talkToNginx(Number(nginxPort))
else await talkToNode(Number(nodePort))
console.log(`[\n${said.map((statement) => JSON.stringify(statement)).join(',\n')}\n]`)
