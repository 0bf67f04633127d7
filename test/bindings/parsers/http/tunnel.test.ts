import { describe, expect, it } from 'vitest'
import { Driver } from '../../../../bindings'
import { http, httpHandler } from '../../../../bindings/parsers/http'
import { tls } from '../../../../bindings/parsers/tls'
import type { ParserEntry } from '../../../../bindings/session/protocol'
import { Conversation, type Side } from '../../../support/conversation'
import { captureOf, collect } from '../../support'
import { handshakeOf } from '../tls/handshakes'
import { bytesOf } from './support'

type Part = readonly [Side, string | Uint8Array]

const CONNECT: Part = ['initiator', 'CONNECT flowscope.test:443 HTTP/1.1\r\nHost: flowscope.test:443\r\n\r\n']
const ESTABLISHED: Part = ['responder', 'HTTP/1.1 200 Connection established\r\n\r\n']

/** One side's bytes one after another, so that a cut need not heed where parts end. */
function join(parts: readonly Part[]): [Side, Uint8Array][] {
  const joined: [Side, Uint8Array][] = []
  for (const [side, data] of parts) {
    const bytes = typeof data === 'string' ? bytesOf(data) : data
    const last = joined.at(-1)
    if (last?.[0] === side) last[1] = Uint8Array.from([...last[1], ...bytes])
    else joined.push([side, bytes])
  }
  return joined
}

/** What the messages of one flow on this port are, in short; the bytes of each turn of a side cut into such lengths. */
async function read(
  parts: readonly Part[],
  { port = 5555, size = 1460, parsers = [http(), tls()] as ParserEntry[] } = {},
): Promise<string[]> {
  const c = new Conversation('10.0.0.1:40000', `10.0.0.2:${port}`)
  const frames = c.open()
  for (const [side, bytes] of join(parts)) {
    for (let at = 0; at < bytes.length; at += size) frames.push(c.send(side, bytes.subarray(at, at + size)))
  }
  using driver = await Driver.create({ parsers, anomalies: true })
  const events = await collect(driver.events(captureOf([...frames, ...c.close()])))
  return events.flatMap((event) => {
    if (event.kind === 'anomaly') return [`! ${JSON.stringify(event.anomaly)}`]
    if (event.kind !== 'message') return []
    const { kind } = event.message as { kind: string }
    return [`${event.protocol} ${kind}`]
  })
}

const HELLOS = ['tls client_hello', 'tls server_hello']

describe('a tunnel', async () => {
  const handshake: readonly Part[] = (await handshakeOf('TLSv1.3')).steps
  const [hello, ...rest] = handshake as [Part, ...Part[]]

  it.each([5555, 3128, 443])('of CONNECT on port %i is looked into', async (port) => {
    const told = await read([CONNECT, ESTABLISHED, ...handshake], { port })
    expect(told.filter((line) => !line.startsWith('!'))).toEqual(['http request', 'http response', ...HELLOS])
  })

  it('is looked into however its bytes are cut', { timeout: 60_000 }, async () => {
    const whole = await read([CONNECT, ESTABLISHED, ...handshake])
    for (const size of [1, 2, 3, 5, 7, 11, 16, 37, 61, 100, 250, 700]) {
      expect(await read([CONNECT, ESTABLISHED, ...handshake], { size })).toEqual(whole)
    }
  })

  it('may begin with bytes that did not wait for the answer', { timeout: 60_000 }, async () => {
    for (const size of [1, 10, 64, 1460]) {
      expect(await read([CONNECT, hello, ESTABLISHED, ...rest], { size })).toEqual([
        'http request',
        'http response',
        ...HELLOS,
      ])
    }
  })

  it('may begin with bytes in the packet of the answer', async () => {
    const told = await read([CONNECT, ESTABLISHED, ['responder', 'HTTP/1.1 408 Too slow\r\nContent-Length: 0\r\n\r\n']])
    expect(told).toEqual(['http request', 'http response', 'http response'])
  })

  it('may hold HTTP, also through callbacks', async () => {
    const parts: Part[] = [
      CONNECT,
      ESTABLISHED,
      ['initiator', 'GET / HTTP/1.0\r\n\r\n'],
      ['responder', 'HTTP/1.1 204 x\r\n\r\n'],
    ]
    expect(await read(parts)).toEqual(['http request', 'http response', 'http request', 'http response'])
    const seen: string[] = []
    const handler = {
      onRequest: ({ method }: { method: string }) => seen.push(method),
      onResponse: ({ status }: { status: number }) => seen.push(`${status}`),
    }
    expect(await read(parts, { parsers: [httpHandler(handler)] })).toEqual([])
    expect(seen).toEqual(['CONNECT', '200', 'GET', '204'])
  })

  it('that nobody knows ends it', async () => {
    expect(await read([CONNECT, ESTABLISHED, ['initiator', 'SSH-2.0-x\r\n'], ['responder', 'SSH-2.0-y\r\n']])).toEqual([
      'http request',
      'http response',
    ])
  })

  it('is not looked into behind a gap in what was not waited for', async () => {
    const c = new Conversation('10.0.0.1:40000', '10.0.0.2:5555')
    const frames = [...c.open(), c.send(...CONNECT)]
    c.lose('initiator', 10)
    frames.push(c.send(...hello), c.acknowledge('responder'), c.send(...ESTABLISHED))
    for (const [side, bytes] of rest) frames.push(c.send(side, bytes))
    using driver = await Driver.create({ parsers: [http(), tls()] })
    const events = await collect(driver.events(captureOf(frames)))
    const closed = events.filter((event) => event.kind === 'parser_closed')
    expect(closed.map(({ protocol, reason }) => [protocol, reason])).toEqual([['http', 'done']])
  })

  it('in a tunnel is looked into, up to a bound', async () => {
    const levels = (count: number) => Array.from({ length: count }, () => [CONNECT, ESTABLISHED]).flat()
    const told = await read([...levels(8), ...handshake])
    expect(told.slice(0, 16)).toEqual(Array.from({ length: 8 }, () => ['http request', 'http response']).flat())
    expect(told.slice(16)).toEqual(HELLOS)
    const deeper = await read([...levels(9), ...handshake])
    expect(deeper.slice(16)).toEqual([
      'http request',
      'http response',
      '! {"kind":"parser_limit","parser":"http","detail":"hand_overs_bound"}',
    ])
  })

  it('of tunnels that all come at once takes no time', async () => {
    const start = performance.now()
    const told = await read([
      ['initiator', (CONNECT[1] as string).repeat(700)],
      ['responder', (ESTABLISHED[1] as string).repeat(700)],
    ])
    expect(told.filter((line) => line === 'http response')).toHaveLength(9)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})

describe('an upgrade', async () => {
  const handshake: readonly Part[] = (await handshakeOf('TLSv1.2')).steps

  it('to TLS is followed', async () => {
    const told = await read([
      ['initiator', 'OPTIONS * HTTP/1.1\r\nHost: h\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n'],
      ['responder', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.0, HTTP/1.1\r\nConnection: Upgrade\r\n\r\n'],
      ...handshake,
    ])
    expect(told.slice(0, 4)).toEqual(['http request', 'http response', ...HELLOS])
  })

  it('to what no parser knows is the end', async () => {
    const told = await read([
      ['initiator', 'GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
      ['responder', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello'],
      ['initiator', '\x81\x85....abcde'],
    ])
    expect(told).toEqual(['http request', 'http response'])
  })
})
