import { Timestamp } from '../../../../bindings'
import {
  HttpConnection,
  HttpCounters,
  type HttpMessage,
  type HttpOptions,
  resolveOptions,
} from '../../../../bindings/parsers/http'

/** Bytes of the client, of the server, or missing ones; the end of both sides, or their being cut off. */
export type Step =
  | { readonly from: 'client' | 'server'; readonly bytes: Uint8Array }
  | { readonly from: 'client' | 'server'; readonly gap: number }
  | { readonly end: 'fin' | 'rst' }

export const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

export const client = (text: string): Step => ({ from: 'client', bytes: bytesOf(text) })
export const server = (text: string): Step => ({ from: 'server', bytes: bytesOf(text) })
export const clientGap = (gap: number): Step => ({ from: 'client', gap })
export const serverGap = (gap: number): Step => ({ from: 'server', gap })
export const FIN: Step = { end: 'fin' }
export const RST: Step = { end: 'rst' }

export interface Outcome {
  readonly messages: HttpMessage[]
  readonly counters: HttpCounters
  readonly connection: HttpConnection
}

const NOW = new Timestamp(1)

/** Runs a conversation through a connection, whose initiator is the client. Bytes are spoilt after each call. */
export function converse(steps: readonly Step[], options: HttpOptions = {}): Outcome {
  const counters = new HttpCounters()
  const connection = new HttpConnection(resolveOptions(options), counters, NOW)
  const messages: HttpMessage[] = []
  for (const step of steps) {
    if ('end' in step) {
      for (const side of ['initiator', 'responder'] as const) {
        messages.push(...(connection.end(side, NOW, step.end === 'fin') ?? []))
      }
      continue
    }
    const side = step.from === 'client' ? 'initiator' : 'responder'
    if ('gap' in step) {
      messages.push(...(connection.gap(side, step.gap, NOW) ?? []))
    } else {
      const view = step.bytes.slice()
      messages.push(...(connection.feed(side, view, NOW) ?? []))
      view.fill(0x21)
    }
  }
  return { messages, counters, connection }
}

/** The same steps with the bytes of each cut at these places. */
export function cut(steps: readonly Step[], cutter: (length: number, step: number) => readonly number[]): Step[] {
  return steps.flatMap((step, i): Step[] => {
    if (!('bytes' in step)) return [step]
    const places = [0, ...cutter(step.bytes.length, i), step.bytes.length]
    return places.slice(1).map((to, k) => ({ from: step.from, bytes: step.bytes.subarray(places[k], to) }))
  })
}

/** One line a message, as short as can be told apart. */
export function briefly(messages: readonly HttpMessage[]): string[] {
  return messages.map((message) => {
    const { bodyBytes, missingBytes, isComplete } = message
    const first = message.kind === 'request' ? `${message.method} ${message.target}` : `${message.status}`
    const answers = message.kind === 'response' ? ` to ${message.request?.target ?? '?'}` : ''
    const missing = missingBytes > 0 ? ` -${missingBytes}` : ''
    return `${first}${answers} ${bodyBytes}${missing}${isComplete ? '' : ' incomplete'}`
  })
}

/** All that can be seen of messages, times left out. */
export function completely(messages: readonly HttpMessage[]): unknown {
  return JSON.parse(
    JSON.stringify(messages.map((message) => ({ ...JSON.parse(JSON.stringify(message)), bytes: message.body?.bytes }))),
    (key, value) => (key === 'startTime' || key === 'endTime' ? undefined : value),
  )
}

export function only(messages: readonly HttpMessage[]): HttpMessage {
  const [message] = messages
  if (!message || messages.length > 1) throw new Error(`${messages.length} messages`)
  return message
}

/** Conversations that go through every state of a side, for tests of what holds for all. */
export const CONVERSATIONS: Readonly<Record<string, readonly Step[]>> = {
  keepAlive: [
    client('GET /a HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n'),
    server('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: a\r\n b\r\n\r\nhello'),
    client('POST /b HTTP/1.1\nHost: h\nContent-Length: 3\n\nabc\r\n'),
    server('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204\r\n\r\n'),
    FIN,
  ],
  chunked: [
    client('GET /c HTTP/1.1\r\nHost: h\r\n\r\nHEAD /d HTTP/1.1\r\nHost: h\r\n\r\nGET /e HTTP/1.0\r\n\r\n'),
    server(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x="y"\r\nwiki\r\n5 \r\npedia\n0\r\nX-T: 1\r\nY: 2\r\n\r\n',
    ),
    server('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nHTTP/1.1 200 OK\r\n\r\nuntil the end'),
    FIN,
  ],
  lost: [
    client('GET /f HTTP/1.1\r\nHost: h\r\n\r\nGET /g HTTP/1.1\r\nHo'),
    clientGap(10),
    client('junk\r\nGET /h HTTP/1.1\r\nHost: h\r\n\r\n'),
    server('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789'),
    serverGap(4),
    server('456789HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab'),
    serverGap(9),
    server('more data HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'),
    RST,
  ],
  tunnel: [
    client('CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\nGET /i HTTP/1.1\r\nHost: h\r\n\r\n'),
    server('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno'),
    client('CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n\x16\x03\x01'),
    server('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'),
    server('HTTP/1.1 200 OK\r\n\r\n\x16\x03\x03'),
    FIN,
  ],
  unasked: [
    server('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nHTTP/1.'),
    server('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 204\r\n\r\nHTTP/1.0 404\n\nHTTP/1.1 20'),
    RST,
  ],
  old: [client('GET /j\r\n'), server('<p>HTTP/1.1 200 OK\r\n\r\n'), FIN],
  garbage: [
    client('\x00\x01\x02GET /k HTTP/1.1\r\nHost: h\r\n\r\n'),
    server(
      '220 ready\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\nHTTP/1.1 500 \r\nA\r\n: b\r\n\r\n',
    ),
    FIN,
  ],
}
