/**
 * What connections say, segment by segment, for parsers that are fed from memory. Sizes are those of usual traffic;
 * the adverse mixes are what costs the most for a byte. The same seed gives the same bytes.
 */

import {
  messageBytes,
  nameBytes,
  pointer,
  query,
  questionBytes,
  RESPONSE,
  recordBytes,
} from '../test/bindings/parsers/dns/support'
import {
  APPLICATION_DATA,
  certificate,
  clientHello,
  extension,
  record,
  records,
  serverHello,
} from '../test/bindings/parsers/tls/build'
import { randomOf } from '../test/support/stream-model'

/** Bytes of a full segment in Ethernet with time stamps (RFC 7323, appendix A). */
const MSS = 1448

/** Bytes of one side that come at once: a segment, or a datagram. */
export interface Piece {
  readonly side: 'initiator' | 'responder'
  readonly bytes: Uint8Array
}

/** All that the two sides of a flow send. */
export type Exchange = readonly Piece[]

/** Makes one flow. */
type Maker = (random: (below: number) => number) => Exchange

/** Flows of each kind, with their title. */
export const EXCHANGES: Readonly<Record<'http' | 'tls' | 'dns', Readonly<Record<string, Maker>>>> = {
  http: {
    'usual: 20 requests, bodies of 0.5 to 64 KB': usualHttp,
    'heads only: pipelined, no bodies': pipelinedHttp,
    'adverse: a byte a segment, 100 fields': dribbledHttp,
    'adverse: chunks of one byte': finelyChunkedHttp,
  },
  tls: {
    'usual: hellos, certificate, application data': usualTls,
    'hellos only': handshakeTls,
    'adverse: a byte a record, a byte a segment': dribbledTls,
    'adverse: random bytes, searched for TLS': noiseTls,
  },
  dns: {
    'usual: query, alias and two addresses, EDNS': usualDns,
    'adverse: 60 records, names of up to 60 pointers': pointedDns,
    'adverse: random bytes': noiseDns,
  },
}

/** So many flows of a kind. */
export function exchanges(make: Maker, count: number, seed: number): Exchange[] {
  const random = randomOf(seed)
  return Array.from({ length: count }, () => make(random))
}

/** What one side sends, in segments of at most so many bytes. */
function segments(side: Piece['side'], data: Uint8Array | string, size = MSS): Piece[] {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data
  const pieces: Piece[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push({ side, bytes: bytes.subarray(at, at + size) })
  return pieces
}

function fieldLines(names: readonly string[], length: number): string {
  return names.map((name) => `${name}: ${'x'.repeat(length)}\r\n`).join('')
}

const REQUEST_FIELDS = fieldLines(
  ['User-Agent', 'Accept', 'Accept-Encoding', 'Accept-Language', 'Referer', 'Cookie'],
  55,
)
const RESPONSE_FIELDS = fieldLines(['Server', 'Date', 'Content-Type', 'Last-Modified', 'ETag', 'Cache-Control'], 28)

function request(target: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: www.example.test\r\n${REQUEST_FIELDS}Connection: keep-alive\r\n\r\n`
}

function usualHttp(random: (below: number) => number): Exchange {
  return Array.from({ length: 20 }, (_, i) => {
    // As many short bodies as long ones have bytes: sizes are spread evenly over their logarithm.
    const length = Math.floor(512 * 2 ** (random(7_000) / 1_000))
    const head = `HTTP/1.1 200 OK\r\n${RESPONSE_FIELDS}`
    const body = 'x'.repeat(length)
    const response =
      i % 4 === 3
        ? `${head}Transfer-Encoding: chunked\r\n\r\n${chunksOf(body, 4096)}`
        : `${head}Content-Length: ${length}\r\n\r\n${body}`
    return [...segments('initiator', request(`/page/${random(1_000)}.html`)), ...segments('responder', response)]
  }).flat()
}

function pipelinedHttp(): Exchange {
  const responses = `HTTP/1.1 304 Not Modified\r\n${RESPONSE_FIELDS}\r\n`.repeat(20)
  return [...segments('initiator', request('/page.html').repeat(20)), ...segments('responder', responses)]
}

function dribbledHttp(): Exchange {
  const fields = fieldLines(
    Array.from({ length: 100 }, (_, i) => `X-${i}`),
    4,
  )
  return segments('initiator', `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`, 1)
}

function finelyChunkedHttp(): Exchange {
  const response = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunksOf('x'.repeat(20_000), 1)}`
  return [...segments('initiator', request('/')), ...segments('responder', response)]
}

function chunksOf(body: string, size: number): string {
  let chunks = ''
  for (let at = 0; at < body.length; at += size) {
    const data = body.slice(at, at + size)
    chunks += `${data.length.toString(16)}\r\n${data}\r\n`
  }
  return `${chunks}0\r\n\r\n`
}

const HELLO = clientHello({
  suites: Array.from({ length: 16 }, (_, i) => 0x1301 + i),
  extensions: [
    extension.sni('www.example.test'),
    extension.alpn('h2', 'http/1.1'),
    extension.groups(29, 23, 24),
    extension.formats(0),
    extension.signatures(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601),
    extension.versions(0x0304, 0x0303),
    // A key share and padding, as far as their length goes.
    [51, Array.from({ length: 38 }, (_, i) => i)],
    [21, Array.from({ length: 180 }, () => 0)],
  ],
})

function handshakeTls(): Exchange {
  const chain = [1200, 1300].map((length) => Array.from({ length }, (_, i) => i & 0xff))
  const server = [...serverHello({ suites: [0xc02f] }), ...certificate(...chain)]
  return [
    ...segments('initiator', Uint8Array.from(records(HELLO))),
    ...segments('responder', Uint8Array.from(records(server))),
  ]
}

function usualTls(random: (below: number) => number): Exchange {
  const data = Array.from({ length: 20 }, () =>
    record(
      23,
      Array.from({ length: 200 + random(8_000) }, () => random(256)),
    ),
  )
  const bytes = Uint8Array.from([...record(20, [1]), ...data.flat()])
  return [...handshakeTls(), ...segments('responder', bytes)]
}

function dribbledTls(): Exchange {
  return segments('initiator', Uint8Array.from([...records(HELLO, 1), ...APPLICATION_DATA]), 1)
}

function noiseTls(random: (below: number) => number): Exchange {
  const noise = Uint8Array.from({ length: 16_384 }, () => random(256))
  return segments('initiator', noise)
}

function usualDns(random: (below: number) => number): Exchange {
  const name = `host-${random(1_000)}.example.test`
  const question = query(random(65_536), name)
  const labels = name.split('.')
  const answer = messageBytes({
    id: ((question[0] as number) << 8) | (question[1] as number),
    flags: RESPONSE,
    questions: [questionBytes(nameBytes(...labels))],
    answers: [
      recordBytes(pointer(12), 5, nameBytes('target', 'example', 'test')),
      recordBytes(nameBytes('target', 'example', 'test'), 1, [192, 0, 2, 1]),
      recordBytes(nameBytes('target', 'example', 'test'), 1, [192, 0, 2, 2]),
    ],
    additionals: [recordBytes(nameBytes(), 41, [], { classCode: 1232, ttl: 0 })],
  })
  return [
    { side: 'initiator', bytes: question },
    { side: 'responder', bytes: answer },
  ]
}

function pointedDns(): Exchange {
  // The owner of each record is a label and a pointer to the owner before: it grows until names may not be longer.
  const answers: Uint8Array[] = []
  let last = 12
  let at = 12 + 7
  for (let i = 0; i < 60; i++) {
    const owner = [1, 0x61, ...pointer(last)]
    const made = recordBytes(owner, 1, [192, 0, 2, i])
    answers.push(made)
    last = at
    at += made.length
  }
  const bytes = messageBytes({ flags: RESPONSE, questions: [questionBytes(nameBytes('a'))], answers })
  return [{ side: 'responder', bytes }]
}

function noiseDns(random: (below: number) => number): Exchange {
  return Array.from({ length: 20 }, () => ({
    side: 'initiator' as const,
    bytes: Uint8Array.from({ length: 12 + random(500) }, () => random(256)),
  }))
}
