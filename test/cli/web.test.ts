// `flowscope web` of the built program, asked by hand: what a browser does with it is tried in test/runtimes.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runNode, runShell } from '../support/programs'

const CAPTURE = 'test/fixtures/recorded/loopback-mix.pcap'
const running = new Set<ChildProcess>()
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowscope-web-'))
})
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

/** The program, once it has printed where it listens. */
async function start(...argv: string[]) {
  const child = spawn(process.execPath, ['build/cli.js', 'web', ...argv])
  running.add(child)
  const ended = Promise.all([text(child.stderr), once(child, 'close')]).then(([stderr, [status]]) => {
    running.delete(child)
    return { stderr, status }
  })
  const [printed] = await Promise.race([once(child.stdout, 'data'), ended.then(({ stderr }) => Promise.reject(stderr))])
  const line = String(printed)
  return { child, ended, line, port: Number(new URL(line).port) }
}

interface Question {
  readonly method?: string
  readonly host?: string
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Asks for a path exactly as it stands: `fetch` would tidy it up. */
async function ask(port: number, path: string, { method = 'GET', host }: Question = {}): Promise<Answer> {
  const asked = request({ host: '127.0.0.1', port, path, method, ...(host && { headers: { host } }) }).end()
  const [response] = await once(asked, 'response')
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) }
}

describe('flowscope web', () => {
  let port: number
  let line: string

  beforeAll(async () => {
    const served = await start(CAPTURE)
    port = served.port
    line = served.line
  })

  it('prints the address, with the name of the capture', () => {
    expect(line).toBe(`http://127.0.0.1:${port}/?capture=loopback-mix.pcap\n`)
  })

  it.each([
    ['/', 'text/html; charset=utf-8', 'index.html'],
    ['/?capture=x', 'text/html; charset=utf-8', 'index.html'],
    ['/app.js', 'text/javascript; charset=utf-8', 'app.js'],
    ['/style.css', 'text/css; charset=utf-8', 'style.css'],
    ['/icon.svg', 'image/svg+xml', 'icon.svg'],
    ['/core.wasm', 'application/wasm', 'core.wasm'],
    ['/worker-browser.js', 'text/javascript; charset=utf-8', 'worker-browser.js'],
  ])('serves %s', async (path, type, file) => {
    const { status, headers, body } = await ask(port, path)
    expect([status, headers['content-type']]).toEqual([200, type])
    expect(body.equals(readFileSync(join('build/web', file)))).toBe(true)
  })

  it('serves the capture whole, with its size', async () => {
    const { status, headers, body } = await ask(port, '/capture')
    const expected = readFileSync(CAPTURE)
    expect([status, headers['content-length']]).toEqual([200, String(expected.length)])
    expect(headers['content-type']).toBe('application/octet-stream')
    expect(body.equals(expected)).toBe(true)
  })

  it.each(['/', '/capture'])('answers HEAD of %s without a body', async (path) => {
    const [head, get] = [await ask(port, path, { method: 'HEAD' }), await ask(port, path)]
    expect([head.status, head.body.length]).toEqual([200, 0])
    expect(head.headers['content-length']).toBe(String(get.body.length))
  })

  it.each([
    '/nothing',
    '/../package.json',
    '/..%2fcli.js',
    '/../cli.js',
    '//127.0.0.1/app.js',
    '/app.js/',
    '/web/app.js',
    '/app.js.map',
    '/capture/',
    '/__proto__',
    '/constructor',
    '/[',
    '//[',
  ])('has no %s', async (path) => {
    expect(await ask(port, path)).toMatchObject({ status: 404, headers: { 'content-length': '0' } })
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('does not take %s', async (method) => {
    expect(await ask(port, '/', { method })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } })
  })

  it('answers only those who know it by its own name', async () => {
    const hosts = [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port + 1}`,
      `localhost.evil:${port}`,
    ]
    for (const host of hosts) {
      for (const path of ['/', '/capture']) expect((await ask(port, path, { host })).status, host).toBe(403)
    }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      expect((await ask(port, '/', { host })).status, host).toBe(200)
    }
  })

  it('says with every answer what the page may do', async () => {
    const answers = [
      await ask(port, '/'),
      await ask(port, '/capture'),
      await ask(port, '/no'),
      await ask(port, '/', { host: 'x' }),
    ]
    for (const { headers } of answers) {
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';")
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers['content-security-policy']).not.toMatch(/unsafe-inline|'unsafe-eval'|\*|https?:/)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
      })
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('has the policy of the page itself', async () => {
    const { headers, body } = await ask(port, '/')
    const [, own] = body.toString().match(/content="(default-src[^"]*)"/) ?? []
    expect(headers['content-security-policy']).toBe(`${own}; frame-ancestors 'none'`)
  })

  it('listens on one address of loopback only', async () => {
    const socket = connect({ host: '127.0.0.2', port, timeout: 2000 })
    const outcome = await Promise.race([
      once(socket, 'connect').then(
        () => 'connected',
        () => 'refused',
      ),
      once(socket, 'timeout').then(() => 'timeout'),
    ])
    socket.destroy()
    expect(outcome).not.toBe('connected')
  })
})

describe('flowscope web, from its start to its end', () => {
  it('serves no capture where none was named', async () => {
    const { child, ended, port, line } = await start()
    expect(line).toBe(`http://127.0.0.1:${port}/\n`)
    expect((await ask(port, '/capture')).status).toBe(404)
    child.kill('SIGINT')
    expect(await ended).toEqual({ stderr: '', status: 0 })
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('ends at %s, also while a capture is fetched', async (signal) => {
    const file = join(folder, `${signal}.pcap`)
    writeFileSync(file, Buffer.alloc(64 << 20))
    const { child, ended, port } = await start(file)
    const asked = request({ host: '127.0.0.1', port, path: '/capture' }).end()
    // Nobody reads on: the server has to wait with most of it.
    const [response] = await once(asked, 'response')
    const cut = once(response, 'error')
    child.kill(signal)
    expect(await ended).toEqual({ stderr: '', status: 0 })
    response.resume()
    await cut
  })

  it('escapes the name of the capture, and tells nothing but the name', async () => {
    const file = join(folder, 'a b&c=<d>#é.pcap')
    writeFileSync(file, readFileSync(CAPTURE))
    const { child, ended, line } = await start(file)
    expect(new URL(line).searchParams.get('capture')).toBe('a b&c=<d>#é.pcap')
    expect(decodeURIComponent(line)).not.toContain(folder)
    child.kill('SIGINT')
    await ended
  })

  it('has no capture any more when its file has gone', async () => {
    const file = join(folder, 'gone.pcap')
    writeFileSync(file, readFileSync(CAPTURE))
    const { child, ended, port } = await start(file)
    rmSync(file)
    expect((await ask(port, '/capture')).status).toBe(404)
    child.kill('SIGINT')
    await ended
  })

  it('serves a file of no bytes', async () => {
    const file = join(folder, 'empty.pcap')
    writeFileSync(file, '')
    const { child, ended, port } = await start(file)
    expect(await ask(port, '/capture')).toMatchObject({ status: 200, headers: { 'content-length': '0' } })
    child.kill('SIGINT')
    await ended
  })

  it('listens where it is told to, and says so when it cannot', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const refused = await runNode('build/cli.js', 'web', '--listen', String(port))
    expect(refused).toMatchObject({ stdout: '', status: 2 })
    expect(refused.stderr).toBe(`flowscope: cannot listen on port ${port}: in use. See 'flowscope web --help'.\n`)
    taken.close()
    await once(taken, 'close')
    const { child, ended, port: given } = await start('--listen', String(port))
    expect(given).toBe(port)
    child.kill('SIGINT')
    await ended
  })

  it.each([
    [['nowhere.pcap'], 'no such file'],
    [['test'], 'is a directory'],
    [['-'], 'standard input'],
    [['--listen', '65536'], '65535'],
    [[CAPTURE, CAPTURE], 'too many arguments'],
  ])('refuses %j', async (argv, reason) => {
    const { stdout, stderr, status } = await runNode('build/cli.js', 'web', ...argv)
    expect([stdout, status]).toEqual(['', 2])
    expect(stderr).toContain(reason)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it.skipIf(process.platform === 'win32')('refuses a pipe', async () => {
    const { stdout, stderr, status } = await runShell(`flowscope web <(cat ${CAPTURE})`)
    expect([stdout, status]).toEqual(['', 2])
    expect(stderr).toContain('not a regular file')
  })

  it('explains itself', async () => {
    const { stdout, status } = await runNode('build/cli.js', 'web', '--help')
    expect(status).toBe(0)
    expect(stdout).toContain('Usage: flowscope web [OPTIONS] [CAPTURE]')
    expect(stdout).toContain('--listen <PORT>')
    expect(stdout).toContain('127.0.0.1')
  })
})
