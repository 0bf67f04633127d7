import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Host } from '../../bindings/cli/command'
import { run } from '../../bindings/cli/program'
import { everyNanoseconds, pcap } from '../support/captures'
import { Conversation } from '../support/conversation'

const HTTP = 'test/fixtures/generated/http_session.pcap'
const DNS = 'test/fixtures/generated/dns_queries.pcap'
const TLS = 'test/fixtures/recorded/tls12-openssl.pcap'
const ESC = '\u001b'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowscope-messages-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a call in this process. */
async function call(argv: readonly string[], columns?: number) {
  const [out, err]: [string[], string[]] = [[], []]
  const stdout = Object.assign(collector(out), columns === undefined ? {} : { isTTY: true, columns })
  const host = { stdin: { isTTY: true }, stdout, stderr: collector(err), on: () => {}, off: () => {} }
  const status = await run(argv, '1.2.3', host as unknown as Host)
  return { status, out: out.join(''), err: err.join('') }
}

function collector(chunks: string[]): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk, _encoding, callback) {
      chunks.push(chunk)
      callback()
    },
  })
}

async function lines(...argv: string[]) {
  const { status, out, err } = await call([...argv, '--format', 'ndjson'])
  expect([status, err]).toEqual([0, ''])
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** A capture of these frames, a millisecond apart. */
function capture(name: string, frames: readonly Uint8Array[]): string {
  const path = join(folder, name)
  writeFileSync(path, pcap(everyNanoseconds(1_000_000n, frames, 1_000_000_000n)))
  return path
}

function exchange(server: string, request: string, response: string): Uint8Array[] {
  const talk = new Conversation('10.0.0.1:40000', server)
  return [...talk.open(), talk.send('initiator', request), talk.send('responder', response), ...talk.close()]
}

const GET = 'GET /a HTTP/1.1\r\nHost: h.example\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'

describe('lines of messages', () => {
  it('tell HTTP requests and responses', async () => {
    const [request, response, summary] = await lines('messages', HTTP)
    expect(request).toEqual({
      type: 'message',
      flow: 1,
      time: '1970-01-01T00:00:00.000150000Z',
      side: 'initiator',
      protocol: 'http',
      kind: 'request',
      method: 'GET',
      target: '/index.html',
      version: 'HTTP/1.1',
      host: 'example.com',
      headers: [
        ['Host', 'example.com'],
        ['User-Agent', 'flowscope'],
        ['Accept', '*/*'],
      ],
      body_bytes: 0,
    })
    expect(response).toMatchObject({
      side: 'responder',
      kind: 'response',
      status: 200,
      reason: 'OK',
      body_bytes: 13,
      request: { method: 'GET', target: '/index.html' },
    })
    expect(summary).toMatchObject({ type: 'summary', messages: { http: 2 } })
  })

  it('tell DNS queries, responses and what was not answered', async () => {
    const messages = (await lines('messages', DNS)).filter(({ type }) => type === 'message')
    expect(messages.map(({ kind, questions }) => `${kind} ${questions[0].name}`)).toEqual([
      'query example.com',
      'response example.com',
      'query rust-lang.org',
      'response rust-lang.org',
      'response nonexistent.example',
      'query unanswered.example',
      'unanswered unanswered.example',
    ])
    expect(messages[1]).toMatchObject({
      side: 'responder',
      transport: 'udp',
      id: 4660,
      opcode: 0,
      rcode: 'NOERROR',
      flags: ['qr', 'rd', 'ra'],
      questions: [{ name: 'example.com', type: 'A', class: 'IN' }],
      answers: [{ name: 'example.com', type: 'A', class: 'IN', ttl: 300, data: '93.184.216.34' }],
      rtt_ns: 100_000,
    })
  })

  it('tell TLS hellos with their fingerprints, and what certificates say', async () => {
    const messages = (await lines('messages', TLS)).filter(({ protocol }) => protocol === 'tls')
    const of = (wanted: string) => messages.find(({ kind }) => kind === wanted)
    expect(of('client_hello')).toMatchObject({
      side: 'initiator',
      legacy_version: 0x0303,
      cipher_suites: expect.arrayContaining([0xc02f]),
      ja3_hash: expect.stringMatching(/^[0-9a-f]{32}$/),
      ja4: expect.stringMatching(/^t1\d[di]\d{4}/),
    })
    expect(of('server_hello')).toMatchObject({ side: 'responder', version: 0x0303, version_name: 'TLS 1.2' })
    expect(of('certificate').certificates[0]).toEqual({
      bytes: expect.any(Number),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      subject: 'CN=www.example.test',
      issuer: 'CN=www.example.test',
      serial: expect.stringMatching(/^[0-9a-f]+$/),
      not_before: expect.stringMatching(/^2026-11-23T/),
      not_after: expect.stringMatching(/^2026-12-23T/),
    })
  })

  it('have no field that is null or unknown', async () => {
    for (const path of [HTTP, DNS, TLS]) expect(JSON.stringify(await lines('messages', path))).not.toMatch(/null|:""/)
  })

  it('tell anomalies of parsers only where they are asked for', async () => {
    const path = capture('odd.pcap', exchange('10.0.0.2:80', GET, OK.replace('2', '2\r\nContent-Length: 3')))
    const kinds = async (...argv: string[]) => (await lines('messages', path, ...argv)).map(({ type }) => type)
    expect(await kinds()).not.toContain('anomaly')
    expect(await kinds('--anomalies')).toContain('anomaly')
  })
})

describe('the choice of protocols', () => {
  it('leaves out all others', async () => {
    const found = await lines('messages', '--protocols', 'dns,tls', HTTP, DNS)
    expect(new Set(found.map(({ protocol }) => protocol))).toEqual(new Set(['dns', undefined]))
  })

  it('takes more ports, for a protocol that does not show from its first bytes', async () => {
    const path = capture('port.pcap', exchange('10.0.0.2:4711', `junk\r\n\r\n${GET}`, 'nothing of the kind'))
    const requests = (found: { kind?: string }[]) => found.filter(({ kind }) => kind === 'request').length
    expect(requests(await lines('messages', path))).toBe(0)
    expect(requests(await lines('messages', '--port', 'http=4712', '--port', 'http=4711', path))).toBe(1)
  })

  it.each([
    [['--protocols', 'http,ftp'], 'list of http, tls, dns'],
    [['--protocols', ''], 'list of http, tls, dns'],
    [['--port', 'http'], 'http=8081'],
    [['--port', 'ftp=21'], 'http=8081'],
    [['--port', 'http=0'], 'http=8081'],
    [['--port', 'http=65536'], 'http=8081'],
    [['--protocols', 'dns', '--port', 'http=8081'], 'http is not among --protocols'],
  ])('refuses %j', async (argv, reason) => {
    const { status, out, err } = await call(['messages', ...argv, HTTP])
    expect([status, out]).toEqual([2, ''])
    expect(err).toContain(reason)
  })
})

describe('rows of messages', () => {
  it('say what matters', async () => {
    const { out } = await call(['messages', HTTP])
    expect(out.split('\n').slice(0, 4)).toEqual([
      'TIME           FLOW FROM                  TO                    PROTO KIND         WHAT',
      '00:00:00.000      1 10.0.0.1:54321        10.0.0.2:80           http  request      GET example.com/index.html',
      '00:00:00.000      1 10.0.0.2:80           10.0.0.1:54321        http  response     200 OK, 13 B, text/plain',
      '',
    ])
  })

  it.each([
    [80, 'TIME           FLOW PROTO KIND         WHAT'],
    [100, 'TIME           FLOW FROM                  PROTO KIND         WHAT'],
    [120, 'TIME           FLOW FROM                  TO                    PROTO KIND         WHAT'],
  ])('leave out who they are between in a terminal of %d columns that has no room', async (columns, titles) => {
    const { out } = await call(['messages', HTTP], columns)
    expect(stripVTControlCharacters(out).split('\n')[0]).toBe(titles)
  })

  it('show only the first of many answers', async () => {
    const { out } = await call(['messages', 'test/fixtures/recorded/dns-dig-dnsmasq.pcap'])
    const longest = out.split('\n').filter((row) => row.includes(', and 32 more'))
    expect(longest).toHaveLength(1)
    expect(longest[0]?.match(/"record \d+/g)).toHaveLength(8)
  })

  it('let nothing of the capture act on the terminal, and fit it', async () => {
    const request = `GET /${ESC}[31m${'x'.repeat(100)} HTTP/1.1\r\nHost: h.example\r\n\r\n`
    const path = capture('escape.pcap', exchange('10.0.0.2:80', request, OK.replace('OK', `${ESC}]0;x\u0007`)))
    const rows = (await call(['messages', path], 60)).out.split('\n').slice(1, 3)
    expect(rows[0]).toContain('GET h.example/\ufffd[31mx')
    expect(rows[1]).not.toContain(ESC)
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(60)
  })
})

describe('the summary', () => {
  it('counts messages and the names in them', async () => {
    const [line] = await lines('summary', HTTP, DNS)
    expect(line.messages).toEqual({ http: 2, dns: 7 })
    expect(line.names.http_host).toEqual([{ name: 'example.com', messages: 1 }])
    expect(line.names.dns.map(({ name }: { name: string }) => name)).toEqual([
      'example.com',
      'rust-lang.org',
      'unanswered.example',
    ])
  })

  it('shows them on its screen', async () => {
    const { out } = await call(['summary', HTTP, DNS])
    expect(out).toContain(' MESSAGES    2 http, 7 dns\n')
    expect(out).toContain(' HTTP HOSTS  example.com (1)\n')
    expect(out).toContain(' DNS NAMES   example.com (1), rust-lang.org (1), unanswered.example (1)\n')
  })

  it('of flows says nothing of messages', async () => {
    const found = await lines('flows', HTTP)
    expect(found.at(-1)).toMatchObject({ type: 'summary', messages: {} })
    expect(found.at(-1)).not.toHaveProperty('names')
  })
})
