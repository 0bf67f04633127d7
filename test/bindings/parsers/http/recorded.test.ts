import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type FlowKey, messages } from '../../../../bindings'
import {
  decodeBody,
  type HttpMessage,
  type HttpRequest,
  type HttpResponse,
  http,
  wholeBodies,
} from '../../../../bindings/parsers/http'
import { tls } from '../../../../bindings/parsers/tls'

// What the parser reads in captures is held against what the programs said that they sent. See scripts/record-http.ts.

const FOLDER = 'test/fixtures/recorded/http'

/** What a program said of one exchange. What it does not say is missing. */
interface Statement {
  readonly by: 'nginx' | 'node' | 'node client' | 'curl'
  /** Of the client. */
  readonly port: number
  readonly method?: string
  readonly target?: string
  readonly version?: string
  readonly host?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly trailers?: readonly (readonly [string, string])[]
  readonly answerTrailers?: readonly (readonly [string, string])[]
  readonly status: number
  /** Status codes of the interim responses. */
  readonly before?: readonly number[]
  readonly upgrade?: string
  /** Bytes of the request's body, and of the response's. */
  readonly sent?: number
  readonly bytes: number
  readonly sentSha256?: string
  readonly sha256?: string
  readonly decodedSha256?: string
}

/** A request with its responses. */
interface Exchange {
  readonly port: number
  readonly request: HttpRequest
  readonly interim: HttpResponse[]
  response?: HttpResponse
}

const said = (name: string): Statement[] => JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8'))

const sha256 = (bytes: Uint8Array | undefined) =>
  createHash('sha256')
    .update(bytes ?? new Uint8Array(0))
    .digest('hex')

/** Port of the client: all flows of these captures are opened by theirs. */
function clientPort(key: FlowKey, serverPort: number): number {
  if (key.kind !== 'five-tuple') throw new Error(`${key.kind}: no ports`)
  const { port } = key.a.port === serverPort ? key.b : key.a
  return port ?? 0
}

async function read(name: string, serverPort: number) {
  const found: [port: number, message: HttpMessage][] = []
  const odd: string[] = []
  const others: string[] = []
  for await (const { key, protocol, message } of messages(`${FOLDER}/${name}.pcap`, [
    http({ bodies: wholeBodies() }),
    tls(),
  ])) {
    if (protocol !== 'http') {
      others.push(`${protocol} ${message.kind}`)
      continue
    }
    odd.push(...message.anomalies, ...message.leniencies, ...(message.isComplete ? [] : ['incomplete']))
    found.push([clientPort(key, serverPort), message])
  }
  return { exchanges: pairUp(found), odd, others }
}

/** Interim responses may come before the request is whole, so requests go first. */
function pairUp(found: readonly (readonly [port: number, message: HttpMessage])[]): Exchange[] {
  const exchanges = found.flatMap(([port, message]): Exchange[] =>
    message.kind === 'request' ? [{ port, request: message, interim: [] }] : [],
  )
  for (const [, message] of found) {
    if (message.kind === 'request') continue
    const exchange = exchanges.find(({ request }) => request === message.request)
    if (!exchange) throw new Error(`nobody asked for ${message.status}`)
    const { status } = message
    if (status >= 100 && status < 200 && status !== 101) exchange.interim.push(message)
    else exchange.response = message
  }
  return exchanges
}

/** The exchanges of each connection, told like those of a server. */
function told(exchanges: readonly Exchange[]): Map<number, Statement[]> {
  const ports = new Map<number, Statement[]>()
  for (const { port, request, interim, response } of exchanges) {
    const list = ports.get(port) ?? []
    ports.set(port, list)
    const { method, target, version = '', headers, trailers, bodyBytes, body } = request
    list.push({
      by: 'node',
      port,
      method,
      target,
      version,
      headers: headers.toJSON(),
      trailers: trailers?.toJSON() ?? [],
      sent: bodyBytes,
      sentSha256: sha256(body?.bytes),
      status: response?.status ?? 0,
      bytes: response?.bodyBytes ?? -1,
      sha256: sha256(response?.body?.bytes),
      ...(response?.trailers && { answerTrailers: response.trailers.toJSON() }),
      ...(interim.length > 0 && { before: interim.map(({ status }) => status) }),
      ...(response?.upgrade && { upgrade: response.upgrade }),
    })
  }
  return ports
}

/** Statements of one program, by the client's port. */
function byPort(statements: readonly Statement[], by: Statement['by']): Map<number, Statement[]> {
  const ports = new Map<number, Statement[]>()
  for (const statement of statements) {
    if (statement.by === by) ports.set(statement.port, [...(ports.get(statement.port) ?? []), statement])
  }
  return ports
}

describe('curl, wget, Python and a plain socket with nginx', async () => {
  const statements = said('nginx')
  const { exchanges, odd } = await read('nginx', 80)

  it('come out as nginx has logged them', () => {
    const seen = exchanges.map(({ port, request, response }) => {
      const isCoded = response?.isChunked ?? false
      const { method, target, version = '', host = '' } = request
      return {
        port,
        method,
        target,
        version,
        host,
        status: response?.status,
        bytes: isCoded ? -1 : response?.bodyBytes,
      }
    })
    const logged = statements
      .filter(({ by }) => by === 'nginx')
      .map(({ port, method, target, version, host, status, bytes }, i) => ({
        port,
        method,
        target,
        // The simple request says no version, nor does its response say a status.
        version: version || 'HTTP/0.9',
        host,
        status: version ? status : 0,
        // nginx counts the octets of chunked framing, too.
        bytes: exchanges[i]?.response?.isChunked ? -1 : bytes,
      }))
    expect(logged.length).toBeGreaterThan(15)
    expect(seen).toEqual(logged)
    expect(odd).toEqual([])
  })

  it('come out as curl has counted them', () => {
    const ports = told(exchanges)
    for (const [port, list] of byPort(statements, 'curl')) {
      expect(list.map(({ method, status, bytes, sent }) => [method, status, bytes, sent])).toEqual(
        ports.get(port)?.map(({ method, status, bytes, sent }) => [method, status, bytes, sent]),
      )
    }
  })

  it('have what they have coded under its coding', async () => {
    const plain = exchanges.find(({ request, response }) => request.target === '/numbers.json' && !response?.isChunked)
    const coded = exchanges.find(({ response }) => response?.headers.get('content-encoding') === 'gzip')
    if (!plain?.response || !coded?.response) throw new Error('nginx has sent only one of both')
    const { bytes, problem } = await decodeBody(coded.response)
    expect(problem).toBeUndefined()
    const full = exchanges.find(
      ({ request, response }) => request.target === '/numbers.json' && response?.bodyBytes === 3907,
    )
    expect(sha256(bytes)).toBe(sha256(full?.response?.body?.bytes))
  })
})

describe('Node, fetch, WebSocket and curl with Node', async () => {
  const statements = said('node')
  const { exchanges, odd, others } = await read('node', 5000)
  const ports = told(exchanges)
  const server = byPort(statements, 'node')

  /** A tunnel to this server itself is a connection of its own there; in the capture it lies behind its CONNECT, too. */
  const expected = new Map(
    [...server].map(([port, list]) => {
      const tunnel = list.find(({ upgrade, target }) => upgrade === 'connect' && target?.endsWith(':5000'))
      const inner = tunnel && statements[statements.indexOf(tunnel) + 1]
      return [port, inner ? [...list, ...(server.get(inner.port) ?? []).map((one) => ({ ...one, port }))] : list]
    }),
  )

  it('come out as the server has seen them: heads, bodies, trailers, interim responses, upgrades', () => {
    expect(ports.size).toBeGreaterThan(8)
    const withoutDecoded = new Map(
      [...expected].map(([port, list]) => [port, list.map(({ decodedSha256: _, ...statement }) => statement)]),
    )
    expect([...ports].sort()).toEqual([...withoutDecoded].sort())
    expect(odd).toEqual([])
  })

  it('come out as the clients have seen them', () => {
    for (const [port, list] of byPort(statements, 'node client')) {
      const seen = ports.get(port)?.map(({ status, bytes, sha256: hash }) => [status, bytes, hash])
      expect(list.map(({ status, bytes, sha256: hash }) => [status, bytes, hash])).toEqual(seen)
    }
    const direct = [...byPort(statements, 'curl')].filter(([port]) => !ports.get(port)?.some(({ upgrade }) => upgrade))
    expect(direct.length).toBeGreaterThan(1)
    for (const [port, list] of direct) {
      expect(list.map(({ status, bytes, sent }) => [status, bytes, sent])).toEqual(
        ports.get(port)?.map(({ status, bytes, sent }) => [status, bytes, sent]),
      )
    }
  })

  it('decode to what the server has coded', async () => {
    const coded = statements.filter(({ decodedSha256 }) => decodedSha256 !== undefined)
    expect(coded).toHaveLength(1)
    const exchange = exchanges.find(({ request, port }) => request.target === '/gzip' && port === coded[0]?.port)
    if (!exchange?.response) throw new Error('no such exchange')
    expect(sha256((await decodeBody(exchange.response)).bytes)).toBe(coded[0]?.decodedSha256)
  })

  it('have TLS found in the tunnel that holds it', () => {
    expect(others.slice(0, 2)).toEqual(['tls client_hello', 'tls server_hello'])
  })
})
