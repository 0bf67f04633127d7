import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ROOT, runNode, startNode } from '../support/programs'
import { repeatedCapture } from '../support/repeated-capture'

const CAPTURE = 'test/fixtures/recorded/loopback-mix.pcap'
const MESSAGES = 82
const bytes = new Uint8Array(readFileSync(join(ROOT, CAPTURE)))

/** What buffers of sockets and streams hold, and more. */
const BUFFERED = 48_000_000

const linesOf = (text: string) => text.trimEnd().split('\n')

async function commandLine(command: string): Promise<string[]> {
  const { stdout } = await runNode('build/cli.js', command, '--format', 'ndjson', CAPTURE)
  return linesOf(stdout).slice(0, -1)
}

describe('node-service', { timeout: 40_000 }, () => {
  let server: ReturnType<typeof startNode>
  let url: string
  let errors: Promise<string>
  let agent: Agent

  beforeEach(async () => {
    server = startNode('examples/node-service/server.mjs', '0')
    errors = text(server.stderr)
    agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const [line] = await once(createInterface(server.stdout), 'line')
    url = line
  })

  afterEach(() => {
    agent.destroy()
    server.kill('SIGKILL')
  })

  const post = (path: string, body: BodyInit) => fetch(`${url}${path}`, { method: 'POST', body })

  const begin = (path: string) => {
    const call = request(`${url}${path}`, { method: 'POST', agent, headers: { 'transfer-encoding': 'chunked' } })
    return { call, answered: once(call, 'response').then(([response]) => response as IncomingMessage) }
  }

  /** It still answers, and has complained of nothing. */
  async function expectUnharmed() {
    expect(linesOf(await (await post('flows', bytes)).text())).toHaveLength(35)
    server.kill('SIGTERM')
    expect(await errors).toBe('')
  }

  it('answers with the lines of a capture, several at once', async () => {
    const answers = await Promise.all(
      ['flows', 'messages', 'flows'].map(async (path) => linesOf(await (await post(path, bytes)).text()).slice(0, -1)),
    )
    const [flows, messages] = await Promise.all([commandLine('flows'), commandLine('messages')])
    expect(answers).toEqual([flows, messages, flows])
  })

  it('keeps a connection through what it refuses', async () => {
    const statuses: (number | undefined)[] = []
    const ports = new Set<number | undefined>()
    for (const [path, body] of [
      ['flows', Buffer.alloc(300_000, 'no capture')],
      ['other', bytes],
      ['flows', ''],
      ['messages', bytes],
    ] as const) {
      const { call, answered } = begin(path)
      call.end(body)
      const response = await answered
      statuses.push(response.statusCode)
      ports.add(response.socket.localPort)
      await text(response)
    }
    expect(statuses).toEqual([422, 404, 422, 200])
    expect(ports.size).toBe(1)
    await expectUnharmed()
  })

  it('says why to whoever goes on sending what it refuses, and ends that soon', async () => {
    const { call, answered } = begin('flows')
    call.on('error', () => undefined)
    const closed = once(call, 'close')
    call.write(Buffer.alloc(1000, 'no capture'))
    const response = await answered
    expect([response.statusCode, await text(response)]).toEqual([422, expect.stringContaining('not a capture')])
    const sending = setInterval(() => call.write('more'), 100)
    await closed
    clearInterval(sending)
    await expectUnharmed()
  })

  it('survives uploads that break off, before the first lines and after', async () => {
    for (const length of [10, 30_000]) {
      const { call, answered } = begin('flows')
      call.on('error', () => undefined)
      answered.catch(() => undefined)
      call.write(bytes.subarray(0, length))
      if (length > 10) (await answered).on('error', () => undefined)
      else await sleep(200)
      call.destroy()
    }
    await sleep(200)
    await expectUnharmed()
  })

  it('survives a client that goes away while it is answered', async () => {
    const abort = new AbortController()
    const { stream } = repeatedCapture(bytes, 50_000_000)
    const options: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      body: stream,
      duplex: 'half',
      signal: abort.signal,
    }
    const response = await fetch(`${url}messages`, options)
    await response.body?.getReader().read()
    abort.abort()
    await sleep(200)
    await expectUnharmed()
  })

  it('reads no faster than a slow client takes its answer', async () => {
    const capture = repeatedCapture(bytes, 2 * BUFFERED)
    const { call, answered } = begin('messages')
    const sent = pipeline(Readable.fromWeb(capture.stream as Parameters<typeof Readable.fromWeb>[0]), call)
    const response = await answered
    let before = -1
    for (; before !== capture.bytes(); await sleep(1000)) before = capture.bytes()
    expect(before).toBeLessThan(BUFFERED)
    let count = 0
    for await (const chunk of response) count += chunk.toString('latin1').split('\n').length - 1
    await sent
    expect(count).toBe(capture.rounds() * MESSAGES + 1)
  })

  it('answers what it has begun to when it is to end, and then ends', async () => {
    const { call, answered } = begin('flows')
    call.write(bytes.subarray(0, 30_000))
    const response = await answered
    const ended = once(server, 'exit')
    server.kill('SIGTERM')
    await sleep(300)
    expect(server.exitCode).toBeNull()
    call.end(bytes.subarray(30_000))
    expect(linesOf(await text(response))).toHaveLength(35)
    expect(await ended).toEqual([0, null])
    expect(await errors).toBe('')
  })
})
