import { describe, expect, it } from 'vitest'
import type { HttpMessage, HttpRequest, HttpResponse } from '../../../../bindings/parsers/http'
import { client, converse, only, server } from './support'

const request = (text: string) => only(converse([client(text)]).messages) as HttpRequest
const response = (text: string) => only(converse([server(text)]).messages) as HttpResponse
const odd = ({ leniencies, anomalies }: HttpMessage) => [...leniencies, ...anomalies]

describe('a request head', () => {
  it('is read as it stands on the wire', () => {
    const message = request('GET /a?b=c HTTP/1.1\r\nHost: h.example\r\nX-Two: 1\r\nx-two:  2 \r\n\r\n')
    expect(message).toMatchObject({
      protocol: 'http',
      kind: 'request',
      side: 'initiator',
      method: 'GET',
      target: '/a?b=c',
      version: 'HTTP/1.1',
      host: 'h.example',
      bodyBytes: 0,
      isComplete: true,
    })
    expect([...message.headers]).toEqual([
      ['Host', 'h.example'],
      ['X-Two', '1'],
      ['x-two', '2'],
    ])
    expect(message.headers.get('X-TWO')).toBe('1, 2')
    expect(message.headers.getAll('x-Two')).toEqual(['1', '2'])
    expect(odd(message)).toEqual([])
  })

  it.each([
    ['OPTIONS * HTTP/1.1', 'OPTIONS', '*'],
    ['CONNECT h:443 HTTP/1.1', 'CONNECT', 'h:443'],
    ['GET http://h/x HTTP/1.1', 'GET', 'http://h/x'],
    ['BREW pot-1 HTTP/1.1', 'BREW', 'pot-1'],
    ["M-SEARCH!#$%&'*+-.^_`|~ / HTTP/1.1", "M-SEARCH!#$%&'*+-.^_`|~", '/'],
    ['get / HTTP/1.1', 'get', '/'],
  ])('may have any method and form of target: %s', (line, method, target) => {
    const message = request(`${line}\r\nHost: h\r\n\r\n`)
    expect(message).toMatchObject({ method, target, version: 'HTTP/1.1' })
    expect(odd(message)).toEqual([])
  })

  it.each([
    ['GET  /  HTTP/1.1\r\nHost: h', '/', ['start_line_whitespace']],
    ['GET / HTTP/1.1 \r\nHost: h', '/', ['start_line_whitespace']],
    ['GET /a b HTTP/1.1\r\nHost: h', '/a b', ['space_in_target']],
    ['GET / HTTP/1.1\nHost: h', '/', ['bare_lf']],
    ['GET / HTTP/1.7\r\nHost: h', '/', ['unknown_version']],
    ['GET / HTTP/1.1\r\nA: b', '/', ['missing_host']],
    ['GET / HTTP/1.0\r\nA: b', '/', []],
    ['\r\n\r\nGET / HTTP/1.1\r\nHost: h', '/', ['leading_empty_line']],
    ['GET / HTTP/1.1\r\n ignored: x\r\nHost: h', '/', ['leading_whitespace']],
    ['GET / HTTP/1.1\r\nHost : h', '/', ['space_before_colon']],
    ['GET / HTTP/1.1\r\nHost: h\r\nnonsense', '/', ['missing_colon']],
    ['GET / HTTP/1.1\r\nHost: h\r\nA(b): c', '/', ['invalid_field_name']],
    ['GET / HTTP/1.1\r\nHost: h\r\n: c', '/', ['invalid_field_name']],
    ['GET / HTTP/1.1\r\nHost: h\r\nA: b\rc', '/', ['bare_cr']],
    ['GET / HTTP/1.1\r\nHost: h\r\nA: b\0c', '/', ['control_character']],
    ['GET / HTTP/1.1\r\nHost: h\r\nHost: i', '/', ['multiple_hosts']],
    ['GET / HTTP/1.\r\nHost: h', '/', ['invalid_start_line']],
    ['GET /HTTP/1.1\r\nHost: h', '/HTTP/1.1', ['invalid_start_line']],
    ['OPTIONS HTTP/1.1\r\nHost: h', 'HTTP/1.1', ['invalid_start_line']],
  ])('is read in spite of %j, and says so', (head, target, found) => {
    const message = request(`${head}\r\n\r\n`)
    expect(message.target).toBe(target)
    expect(odd(message)).toEqual(found)
  })

  it('counts its leniencies and anomalies', () => {
    const { counters } = converse([client('GET / HTTP/1.1\nA : b\n\nGET / HTTP/1.1\nHost: h\nHost: h\n\n')])
    expect(counters.leniencies).toEqual({ bare_lf: 2, space_before_colon: 1, missing_host: 1 })
    expect(counters.anomalies).toEqual({ multiple_hosts: 1 })
    expect(JSON.parse(JSON.stringify(counters))).toMatchObject({ requests: 2, leniencies: { bare_lf: 2 } })
  })

  it('may fold lines, which read as spaces', () => {
    const message = request('GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\tc\n  d\r\nE: f\r\n\r\n')
    expect(message.headers.get('a')?.replace(/[\s\uFFFD]+/g, ' ')).toBe('b c d')
    expect(message.headers.get('e')).toBe('f')
    expect(message.leniencies).toContain('obs_fold')
  })

  it('has text of printable ASCII, and U+FFFD for each other octet', () => {
    const message = request('GET /\xc3\xa9 HTTP/1.1\r\nHost: h\r\nA: \x07\xff\r\n\r\n')
    expect(message.target).toBe('/\uFFFD\uFFFD')
    expect(message.headers.get('a')).toBe('\uFFFD\uFFFD')
  })

  it('may name its fields as it likes', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
    const message = request(`GET / HTTP/1.1\r\nHost: h\r\n${names.map((name) => `${name}: x\r\n`).join('')}\r\n`)
    for (const name of names) expect(message.headers.getAll(name)).toEqual(['x'])
    expect(message.headers.has('valueOf')).toBe(false)
    expect(JSON.parse(JSON.stringify(message.headers)).map(([name]: [string]) => name)).toEqual(['Host', ...names])
    expect(Object.getPrototypeOf(JSON.parse(JSON.stringify(message)))).toBe(Object.prototype)
  })
})

describe('a response head', () => {
  it('is read as it stands on the wire', () => {
    expect(response('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')).toMatchObject({
      kind: 'response',
      side: 'responder',
      status: 404,
      reason: 'Not Found',
      version: 'HTTP/1.1',
      request: undefined,
    })
  })

  it.each([
    ['HTTP/1.1 204', 204, undefined, ['missing_reason']],
    ['HTTP/1.1 204 ', 204, undefined, []],
    ['HTTP/1.1  204 x', 204, 'x', ['start_line_whitespace']],
    ['HTTP/1.0 204 a b  c', 204, 'a b  c', []],
    ['HTTP/2.0 204 x', 204, 'x', ['unknown_version']],
    ['HTTP/1.1 204 \xe9', 204, '\uFFFD', []],
  ])('may be %j', (line, status, reason, found) => {
    const message = response(`${line}\r\n\r\n`)
    expect(message).toMatchObject({ status, reason })
    expect(odd(message)).toEqual(found)
  })

  it.each([
    'HTTP/1.1',
    'HTTP/1.1 20',
    'HTTP/1.1 2000 x',
    'HTTP/1.1 abc',
    'HTTP/x.y 200 OK',
    'HTTP/1.1200 OK',
  ])('cannot be %j', (line) => {
    const { messages, counters } = converse([server(`${line}\r\n\r\n`)])
    expect(messages).toEqual([])
    expect(counters.anomalies).toEqual({ invalid_start_line: 1 })
    expect(counters.strayBytes).toBe(line.length + 4)
  })
})
