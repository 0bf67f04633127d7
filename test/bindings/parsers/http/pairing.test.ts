import { describe, expect, it } from 'vitest'
import type { HttpResponse } from '../../../../bindings/parsers/http'
import { briefly, client, clientGap, converse, FIN, only, server, serverGap } from './support'

const get = (path: string) => client(`GET ${path} HTTP/1.0\r\n\r\n`)
const answer = (status: number) => server(`HTTP/1.1 ${status} x\r\nContent-Length: 0\r\n\r\n`)

describe('a response', () => {
  it('answers the oldest request under pipelining', () => {
    const { messages } = converse([get('/a'), get('/b'), answer(200), get('/c'), answer(201), answer(202)])
    expect(briefly(messages).filter((line) => line.includes(' to '))).toEqual([
      '200 to /a 0',
      '201 to /b 0',
      '202 to /c 0',
    ])
  })

  it('of status 1xx leaves the request to be answered', () => {
    const { messages } = converse([get('/a'), answer(100), answer(103), answer(200), get('/b'), answer(204)])
    expect(briefly(messages)).toEqual([
      'GET /a 0',
      '100 to /a 0',
      '103 to /a 0',
      '200 to /a 0',
      'GET /b 0',
      '204 to /b 0',
    ])
  })

  it('may come before its request is complete', () => {
    const { messages } = converse([
      client('POST /a HTTP/1.0\r\nContent-Length: 4\r\n\r\nab'),
      answer(413),
      client('cd'),
      get('/b'),
      answer(200),
    ])
    expect(briefly(messages)).toEqual(['413 to /a 0', 'POST /a 4', 'GET /b 0', '200 to /b 0'])
    expect((messages[0] as HttpResponse).request).toBe(messages[1])
  })

  it('may lack a request, as where the capture begins later', () => {
    const { messages, counters } = converse([answer(200), get('/b'), answer(201)])
    expect(briefly(messages)).toEqual(['200 to ? 0', 'GET /b 0', '201 to /b 0'])
    expect(counters.anomalies).toEqual({})
  })

  it('answers the latest request where earlier answers are missing', () => {
    const { messages } = converse([
      get('/a'),
      answer(200),
      get('/b'),
      get('/c'), // the gap is told by what the client acknowledges: with or after its next request
      serverGap(40),
      answer(203),
      get('/d'),
      answer(204),
    ])
    expect(briefly(messages).filter((line) => line.includes(' to '))).toEqual([
      '200 to /a 0',
      '203 to /c 0',
      '204 to /d 0',
    ])
  })

  it('has no request where one may be missing', () => {
    const { messages } = converse([get('/a'), answer(200), clientGap(20), answer(201), get('/c'), answer(202)])
    expect(briefly(messages)).toEqual(['GET /a 0', '200 to /a 0', '201 to ? 0', 'GET /c 0', '202 to /c 0'])
  })

  it('has no request any more where pipelined messages are missing', () => {
    const { messages } = converse([
      ...['/a', '/b', '/c', '/d'].map(get),
      answer(200),
      serverGap(40),
      answer(203),
      answer(204),
    ])
    expect(briefly(messages).slice(4)).toEqual(['200 to /a 0', '203 to ? 0', '204 to ? 0'])
  })
})

describe('roles', () => {
  it('follow from what is sent, not from who opened the flow', () => {
    const { messages } = converse([
      client('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
      server('GET /x HTTP/1.0\r\n\r\n'),
    ])
    expect(messages.map(({ kind, side }) => [kind, side])).toEqual([
      ['response', 'initiator'],
      ['request', 'responder'],
    ])
  })

  it('are kept: requests of a server are none', () => {
    const { messages, counters } = converse([get('/a'), server('GET /b HTTP/1.0\r\n\r\n')])
    expect(briefly(messages)).toEqual(['GET /a 0'])
    expect(counters.anomalies).toEqual({ invalid_start_line: 1 })
  })
})

describe('an upgrade', () => {
  it('ends parsing, and says so', () => {
    const { messages, connection, counters } = converse([
      client('GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
      server('HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n\r\n\x81\x05hello'),
      client('\x81\x85....GET / HTTP/1.0\r\n\r\n'),
      server('HTTP/1.1 200 OK\r\n\r\n'),
      FIN,
    ])
    expect(briefly(messages)).toEqual(['GET /chat 0', '101 to /chat 0'])
    expect(messages[1]).toMatchObject({ upgrade: 'WebSocket', isComplete: true })
    expect(connection).toMatchObject({ upgrade: 'WebSocket', isEnded: true })
    expect(counters).toMatchObject({ incomplete: 0, strayBytes: 0, anomalies: {} })
  })

  it('to HTTP/2 is one like any other', () => {
    const { messages, connection } = converse([
      client('GET /a HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n'),
      server('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n\0\0\0\x04\0\0\0\0\0'),
      client('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04'),
    ])
    expect(briefly(messages)).toEqual(['GET /a 0', '101 to /a 0'])
    expect(connection).toMatchObject({ upgrade: 'h2c', isEnded: true })
    expect(connection.handOver).toEqual({
      initiator: new Uint8Array(0),
      responder: new Uint8Array([0, 0, 0, 4, 0, 0, 0, 0, 0]),
    })
  })

  it('that is not taken up changes nothing', () => {
    const { messages, connection } = converse([
      client('GET /a HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n'),
      answer(200),
      get('/b'),
      answer(204),
    ])
    expect(briefly(messages)).toHaveLength(4)
    expect(connection.upgrade).toBeUndefined()
  })

  it('to HTTP/2 without asking is seen, too', () => {
    const { messages, connection } = converse([client('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0'), server('\0\0\0\x04')])
    expect(only(messages)).toMatchObject({ method: 'PRI', version: 'HTTP/2.0' })
    expect(connection).toMatchObject({ upgrade: 'h2', isEnded: true })
  })
})

describe('CONNECT', () => {
  const CONNECT = client('CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n')

  it('ends parsing where it succeeds, whatever its response says of a body', () => {
    const { messages, connection } = converse([
      CONNECT,
      client('\x16\x03\x01early'),
      server('HTTP/1.1 200 Connection established\r\nContent-Length: 7\r\n\r\n'),
      client('GET / HTTP/1.0\r\n\r\n'),
      FIN,
    ])
    expect(briefly(messages)).toEqual(['CONNECT h:443 0', '200 to h:443 0'])
    expect(messages[1]).toMatchObject({ upgrade: 'connect' })
    expect(connection.isEnded).toBe(true)
  })

  it('that fails is followed by further requests', () => {
    const { messages } = converse([
      CONNECT,
      get('/early'),
      server('HTTP/1.1 407 Who?\r\nContent-Length: 2\r\n\r\nno'),
      answer(200),
      get('/late'),
      answer(201),
    ])
    expect(briefly(messages)).toEqual([
      'CONNECT h:443 0',
      '407 to h:443 2',
      'GET /early 0',
      '200 to /early 0',
      'GET /late 0',
      '201 to /late 0',
    ])
  })

  it('whose answer the capture has not gives up its bytes at the end', () => {
    expect(briefly(converse([CONNECT, get('/a'), FIN]).messages)).toEqual(['CONNECT h:443 0', 'GET /a 0'])
    expect(briefly(converse([CONNECT, client('\x16\x03\x01'), FIN]).messages)).toEqual(['CONNECT h:443 0'])
  })

  it('holds no more bytes than a head may have', () => {
    const { messages } = converse(
      [CONNECT, client('x'.repeat(300)), server('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n'), get('/a')],
      { maxHead: 256 },
    )
    expect(briefly(messages)).toEqual(['CONNECT h:443 0', '403 to h:443 0', 'GET /a 0'])
    expect(messages[2]?.leniencies).toContain('resynchronized')
  })
})
