import { describe, expect, it } from 'vitest'
import { briefly, client, converse, FIN, only, RST, server, serverGap } from './support'

const NEXT = 'HTTP/1.1 404 Next\r\nContent-Length: 0\r\n\r\n'

describe('the body of a response', () => {
  // RFC 9112, 6.3: the framing, what follows it, and what comes out after the request GET /x.
  it.each([
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody', 4, []],
    ['no length at all', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 0, []],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n', 5, []],
    [
      'chunks in capitals',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, CHUNKED\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n',
      10,
      [],
    ],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', 0, []],
    ['204 with a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n', 0, ['unexpected_framing']],
    ['204 with a coding', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n', 0, ['unexpected_framing']],
    ['204 with no length', 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n', 0, []],
    ['304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n', 0, []],
    [
      'one length twice',
      'HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\ncontent-length: 4\r\n\r\nbody',
      4,
      ['repeated_length'],
    ],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody',
      4,
      ['conflicting_lengths'],
    ],
    [
      'length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
      1,
      ['length_and_coding'],
    ],
    [
      'chunked twice',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      0,
      ['obfuscated_coding'],
    ],
    ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 0, ['coding_in_http_1_0']],
    [
      'a coding that is none',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 4\r\n\r\nbody',
      4,
      ['identity_coding', 'length_and_coding'],
    ],
    [
      'a coding that hides',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: \x0bchunked\r\nContent-Length: 4\r\n\r\nbody',
      4,
      ['control_character', 'length_and_coding', 'coding_not_chunked', 'obfuscated_coding'],
    ],
    [
      'a coding behind a space',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
      0,
      ['space_before_colon', 'obfuscated_coding'],
    ],
  ])('has its end by %s', (_, text, bodyBytes, found) => {
    const { messages } = converse([client('GET /x HTTP/1.0\r\n\r\nGET /y HTTP/1.0\r\n\r\n'), server(text + NEXT)])
    const status = text.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length)
    expect(briefly(messages)).toEqual(['GET /x 0', 'GET /y 0', `${status} to /x ${bodyBytes}`, '404 to /y 0'])
    const message = messages[2]
    expect([...(message?.leniencies ?? []), ...(message?.anomalies ?? [])]).toEqual(found)
  })

  it.each([
    ['neither length nor coding', '', []],
    ['a length that is none', 'Content-Length: +4\r\n', ['invalid_length']],
    ['a length past 2^53', 'Content-Length: 99999999999999999999\r\n', ['invalid_length']],
    ['a last coding that is not chunked', 'Transfer-Encoding: chunked, gzip\r\n', ['coding_not_chunked']],
  ])('lasts until the connection closes by %s', (_, fields, found) => {
    const steps = [client('GET /x HTTP/1.0\r\n\r\n'), server(`HTTP/1.1 200 OK\r\n${fields}\r\n${NEXT}`)]
    const closed = converse([...steps, FIN]).messages
    expect(briefly(closed)).toEqual(['GET /x 0', `200 to /x ${NEXT.length}`])
    expect(closed[1]?.anomalies).toEqual(found)
    expect(briefly(converse([...steps, RST]).messages)[1]).toBe(`200 to /x ${NEXT.length} incomplete`)
    expect(converse(steps).messages).toHaveLength(1)
  })

  it('is none where the request was HEAD, whatever the head says', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
    const steps = [
      client('HEAD /x HTTP/1.0\r\n\r\nHEAD /y HTTP/1.0\r\n\r\nGET /z HTTP/1.0\r\n\r\n'),
      server(head + NEXT),
    ]
    expect(briefly(converse(steps).messages).slice(3)).toEqual(['200 to /x 0', '200 to /y 0', '404 to /z 0'])
  })
})

describe('a response to a request that nobody saw', () => {
  const NEXT_BRIEF = '404 to ? 0'

  it.each([
    ['a length', 'Content-Length: 5000\r\n'],
    ['a length shorter than a status line', 'Content-Length: 4\r\n'],
    ['chunks', 'Transfer-Encoding: chunked\r\n'],
    ['the end of the connection', ''],
  ])('has no body where a status line stands in the place of one with %s', (_, fields) => {
    const { messages, counters } = converse([server(`HTTP/1.1 200 OK\r\n${fields}\r\n${NEXT}`)])
    expect(briefly(messages)).toEqual(['200 to ? 0', NEXT_BRIEF])
    expect(messages[0]?.anomalies).toEqual(['presumed_head'])
    expect(counters).toMatchObject({ incomplete: 0, strayBytes: 0, anomalies: { presumed_head: 1 } })
  })

  it.each([
    ['Content-Length: 5\r\n', 'HTTP/', 5],
    ['Content-Length: 12\r\n', 'HTTP/1.1 200', 12],
    ['Content-Length: 13\r\n', 'HTTP/1.1 2000', 13],
    ['Content-Length: 4\r\n', 'body', 4],
    ['Transfer-Encoding: chunked\r\n', '4\r\nHTTP\r\n0\r\n\r\n', 4],
  ])('has one where there is no more than what looks like one: %j, %j', (fields, body, bodyBytes) => {
    const { messages } = converse([server(`HTTP/1.1 200 OK\r\n${fields}\r\n${body}${NEXT}`)])
    expect(briefly(messages)).toEqual([`200 to ? ${bodyBytes}`, NEXT_BRIEF])
    expect(messages[0]?.anomalies).toEqual([])
  })

  it('has what there is of one where nothing more comes', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n'
    expect(briefly(converse([server(`${head}HTTP/1.`), FIN]).messages)).toEqual(['200 to ? 7 incomplete'])
    expect(briefly(converse([server(head), FIN]).messages)).toEqual(['200 to ? 0 incomplete'])
    const { messages } = converse([server(`${head}HTTP/1.`), serverGap(92), server(NEXT)])
    expect(briefly(messages)).toEqual(['200 to ? 7 -92', NEXT_BRIEF])
  })

  it('is not doubted where the request is known', () => {
    const { messages } = converse([
      client('GET /x HTTP/1.0\r\n\r\n'),
      server(`HTTP/1.1 200 OK\r\nContent-Length: ${NEXT.length}\r\n\r\n${NEXT}`),
    ])
    expect(briefly(messages)).toEqual(['GET /x 0', `200 to /x ${NEXT.length}`])
  })
})

describe('the body of a request', () => {
  it.each([
    ['POST /x HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc', 'POST /x 3', []],
    ['GET /x HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc', 'GET /x 3', []],
    ['POST /x HTTP/1.0\r\n\r\n', 'POST /x 0', []],
    ['PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n', 'PUT /x 3', []],
    ['POST /x HTTP/1.0\r\nContent-Length: zero\r\n\r\n', 'POST /x 0', ['invalid_length']],
    ['POST /x HTTP/1.0\r\nContent-Length: 3\r\nContent-Length: 9\r\n\r\nabc', 'POST /x 3', ['conflicting_lengths']],
    [
      'POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'POST /x 0',
      ['length_and_coding'],
    ],
  ])('%j', (text, brief, found) => {
    const { messages } = converse([client(`${text}GET /next HTTP/1.0\r\n\r\n`)])
    expect(briefly(messages)).toEqual([brief, 'GET /next 0'])
    expect(messages[0]?.anomalies).toEqual(found)
  })

  it('comes out incomplete where the connection ends inside it', () => {
    for (const end of [FIN, RST]) {
      for (const fields of ['Content-Length: 9', 'Transfer-Encoding: chunked']) {
        const { messages, counters } = converse([client(`POST /x HTTP/1.0\r\n${fields}\r\n\r\n3\r\nab`), end])
        expect(only(messages)).toMatchObject({ kind: 'request', isComplete: false })
        expect(counters.incomplete).toBe(1)
      }
    }
  })

  it('comes out with what there is of its head', () => {
    const { messages } = converse([client('GET /x HTTP/1.1\r\nHost: h\r\nCook'), FIN])
    expect(only(messages)).toMatchObject({ method: 'GET', host: 'h', isComplete: false })
    expect(only(messages).headers.size).toBe(1)
    expect(converse([client('GET /x HTT'), FIN]).messages).toEqual([])
  })
})

describe('chunks', () => {
  const chunked = (text: string) =>
    converse([client(`POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n${text}GET /next HTTP/1.0\r\n\r\n`)])
      .messages

  it('may have extensions and trailers', () => {
    const [message] = chunked('5;name=value;q="a\\"; b"\r\nhello\r\n0;last\r\nX-Sum: 1\r\nx-sum: 2\r\n\r\n')
    expect(message).toMatchObject({ bodyBytes: 5, isChunked: true, isComplete: true })
    expect(message?.trailers?.toJSON()).toEqual([
      ['X-Sum', '1'],
      ['x-sum', '2'],
    ])
  })

  it('may have trailers like any fields, and what is odd about those', () => {
    const [message] = chunked('0\r\nA: b\r\n c\nnone\r\n__proto__: d\r\n\r\n')
    expect(message?.trailers?.toJSON().map(([name]) => name)).toEqual(['A', '__proto__'])
    expect(message?.leniencies).toEqual(['bare_lf', 'obs_fold', 'missing_colon'])
  })

  it.each([
    ['05\r\nhello\r\n00000000000000000000\r\n\r\n', []],
    ['5 \t;a\r\nhello\r\n0\r\n\r\n', ['chunk_whitespace']],
    ['5\nhello\n0\n\n', ['bare_lf']],
    ['5;a\rb\r\nhello\r\n0\r\n\r\n', ['bare_cr']],
  ])('are read in spite of %j', (text, found) => {
    const messages = chunked(text)
    expect(briefly(messages)).toEqual(['POST /x 5', 'GET /next 0'])
    expect(messages[0]?.leniencies.filter((name) => name !== 'missing_host')).toEqual(found)
  })

  it.each([
    ['x\r\n', 0],
    ['\r\n', 0],
    [' 5\r\nhello\r\n', 0],
    ['0x5\r\nhello\r\n', 0],
    ['5\r\nhelloo\r\n', 5],
    ['5\r5\r\n', 0],
    ['ffffffffffffffffffff\r\n', 0],
  ])('end the message where they cannot be read: %j', (text, bodyBytes) => {
    const messages = chunked(text)
    expect(briefly(messages)).toEqual([`POST /x ${bodyBytes} incomplete`, 'GET /next 0'])
    expect(messages[0]?.anomalies).toContain('invalid_chunk')
    expect(messages[1]?.leniencies).toContain('resynchronized')
  })
})

describe('HTTP/0.9', () => {
  it('has no heads', () => {
    const { messages } = converse([client('GET /x\r\n'), server('<p>'), server('old</p>'), FIN])
    expect(briefly(messages)).toEqual(['GET /x 0', '0 to /x 10'])
    expect(messages.map(({ version }) => version)).toEqual(['HTTP/0.9', 'HTTP/0.9'])
    expect(messages[0]?.anomalies).toEqual([])
  })

  it('may be answered in a later version', () => {
    const { messages } = converse([client('GET /x\r\n'), server('HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n')])
    expect(briefly(messages)).toEqual(['GET /x 0', '400 to /x 0'])
  })

  it('is a body also where that begins like a later version, or with an empty line', () => {
    for (const body of ['HTTP is nice\r\nor not', 'HTT', '\r\nHTTP/1.1 200 OK\r\n\r\n']) {
      const { messages } = converse([client('GET /x\r\n'), server(body), FIN])
      expect(briefly(messages)).toEqual(['GET /x 0', `0 to /x ${body.length}`])
    }
  })

  it('ends with an empty line or the connection, too', () => {
    expect(briefly(converse([client('GET /x\r\n\r\n')]).messages)).toEqual(['GET /x 0'])
    expect(briefly(converse([client('GET /x\r\n'), FIN]).messages)).toEqual(['GET /x 0'])
  })
})
