import { describe, expect, it } from 'vitest'
import { briefly, client, clientGap, converse, FIN, server, serverGap } from './support'

const GET = client('GET /a HTTP/1.0\r\n\r\n')
const OK = (length: number) => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`
const NEXT = server('HTTP/1.1 404 Next\r\nContent-Length: 0\r\n\r\n')

describe('a gap inside a body', () => {
  it('of known length is survived and marked', () => {
    const { messages, counters } = converse([GET, GET, server(`${OK(10)}012`), serverGap(4), server('789'), NEXT])
    expect(briefly(messages).slice(2)).toEqual(['200 to /a 6 -4', '404 to /a 0'])
    expect(messages[2]?.anomalies).toEqual(['gap_in_body'])
    expect(counters).toMatchObject({ bodyBytes: 6, missingBytes: 4, anomalies: { gap_in_body: 1 } })
  })

  it('may end with it', () => {
    const { messages } = converse([GET, GET, server(`${OK(10)}012`), serverGap(7), NEXT])
    expect(briefly(messages).slice(2)).toEqual(['200 to /a 3 -7', '404 to /a 0'])
  })

  it('may take what follows along', () => {
    const { messages } = converse([GET, server(`${OK(10)}012`), serverGap(50), server('th: 0\r\n\r\n'), GET, NEXT])
    expect(briefly(messages)).toEqual(['GET /a 0', '200 to /a 3 -7', 'GET /a 0', '404 to /a 0'])
    expect(messages[3]?.leniencies).toEqual(['resynchronized'])
  })

  it('inside a chunk is survived and marked', () => {
    const { messages } = converse([
      GET,
      server('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n012'),
      serverGap(7),
      server('\r\n1\r\nx\r\n0\r\n\r\n'),
    ])
    expect(briefly(messages)[1]).toBe('200 to /a 4 -7')
  })

  it('past the end of a chunk ends the message', () => {
    for (const before of ['a\r\n012', 'a', 'a\r\n0123456789', 'a\r\n0123456789\r', '0\r\nX: y\r\n']) {
      const { messages } = converse([
        GET,
        server(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${before}`),
        serverGap(20),
        server('junk'),
        GET,
        NEXT,
      ])
      expect(briefly(messages).slice(1)).toEqual([
        expect.stringMatching(/^200 to \/a \d+( -7)? incomplete$/),
        'GET /a 0',
        '404 to /a 0',
      ])
      expect(messages[1]?.anomalies).toContain('gap_in_framing')
    }
  })

  it('that the connection ends is marked', () => {
    const { messages } = converse([GET, server('HTTP/1.0 200 OK\r\n\r\nab'), serverGap(3), server('c'), FIN])
    expect(briefly(messages)[1]).toBe('200 to /a 3 -3')
  })
})

describe('a gap inside a head', () => {
  it('costs one message, of which what there is comes out, and not the stream', () => {
    const { messages } = converse([
      client('GET /a HTTP/1.1\r\nHost: h\r\nCoo'),
      clientGap(5),
      client('kie: x\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n'),
    ])
    expect(briefly(messages)).toEqual(['GET /a 0 incomplete', 'GET /b 0'])
    expect(messages[0]).toMatchObject({ host: 'h', anomalies: ['gap_in_head'] })
  })

  it('costs it whole where the start line is cut', () => {
    const { messages, counters } = converse([
      client('GET /a HT'),
      clientGap(5),
      client('\r\n\r\nGET /b HTTP/1.0\r\n\r\n'),
    ])
    expect(briefly(messages)).toEqual(['GET /b 0'])
    expect(counters.anomalies).toEqual({ gap_in_head: 1 })
  })
})

describe('after a gap', () => {
  const found = (text: string) =>
    briefly(converse([client('GET /a HTTP/1.0\r\n\r\n'), clientGap(9), client(text)]).messages).slice(1)

  it.each([
    ['a request that begins a line', 'x\r\nGET /b HTTP/1.0\r\n\r\n', ['GET /b 0']],
    ['a request at once', 'GET /b HTTP/1.0\r\n\r\n', ['GET /b 0']],
    ['a request behind a body', 'a=b&c=dPOST /b HTTP/1.0\r\nContent-Length: 0\r\n\r\n', ['POST /b 0']],
    [
      'a registered method with another as its end',
      'x&BASELINE-CONTROL /b HTTP/1.0\r\n\r\n',
      ['BASELINE-CONTROL /b 0'],
    ],
    ['any method at the beginning of a line', '\nBREW /b HTTP/1.0\r\n\r\n', ['BREW /b 0']],
    ['no unknown method inside a line', '&BREW /b HTTP/1.0\r\n\r\n', []],
    ['no response of a client', 'HTTP/1.1 200 OK\r\n\r\n', []],
    ['no version alone', ' HTTP/1.1\r\n\r\n', []],
    ['no target alone', '/b HTTP/1.1\r\n\r\n', []],
    ['what is behind a long line', `${'x'.repeat(50_000)}GET /b HTTP/1.0\r\n\r\n`, ['GET /b 0']],
  ])('the search finds %s', (_, text, brief) => {
    expect(found(text)).toEqual(brief)
  })

  it('a response is found anywhere in a line', () => {
    const { messages } = converse([GET, serverGap(9), server('</p>HTTP/1.1 HTTP/1.1 204 x\r\n\r\n')])
    expect(briefly(messages)[1]).toBe('204 to /a 0')
  })

  it('at the very beginning either side finds out what it is', () => {
    const { messages } = converse([
      clientGap(100),
      client('tail HTTP/1.1 204 x\r\n\r\n'),
      server('GET /b HTTP/1.0\r\n\r\n'),
    ])
    expect(briefly(messages)).toEqual(['204 to ? 0', 'GET /b 0'])
  })
})
