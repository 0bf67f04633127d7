import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../../../bindings'
import { http, wholeBodies } from '../../../../bindings/parsers/http'
import { briefly, client, converse, only, server } from './support'

const GET = 'GET /next HTTP/1.0\r\n\r\n'

describe('bounds', () => {
  it('cut a head that is too long', () => {
    const head = `GET /a HTTP/1.0\r\nA: b\r\nLong: ${'x'.repeat(300)}\r\n\r\n`
    const { messages } = converse([client(head + GET)], { maxHead: 256 })
    expect(briefly(messages)).toEqual(['GET /a 0 incomplete', 'GET /next 0'])
    expect(messages[0]?.anomalies).toEqual(['head_bound'])
    expect(messages[0]?.headers.toJSON()).toEqual([['A', 'b']])
    const exact = `GET /a HTTP/1.0\r\nA: ${'b'.repeat(256 - 24)}\r\n\r\n`
    expect(exact.length).toBe(256)
    expect(briefly(converse([client(exact)], { maxHead: 256 }).messages)).toEqual(['GET /a 0'])
  })

  it('drop a start line that is too long', () => {
    const { messages, counters } = converse([client(`GET /${'x'.repeat(300)} HTTP/1.0\r\n\r\n${GET}`)], {
      maxHead: 256,
    })
    expect(briefly(messages)).toEqual(['GET /next 0'])
    expect(counters.anomalies).toEqual({ head_bound: 1 })
  })

  it('end a message whose trailers are too long', () => {
    const head = 'POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n'
    const { messages } = converse([client(`${head}1\r\na\r\n0\r\n${'T: t\r\n'.repeat(60)}\r\n${GET}`)], {
      maxHead: 256,
    })
    expect(briefly(messages)).toEqual(['POST /a 1 incomplete', 'GET /next 0'])
    expect(messages[0]?.anomalies).toContain('head_bound')
  })

  it('leave out fields that are too many, which still frame the message', () => {
    const { messages } = converse(
      [client(`POST /a HTTP/1.0\r\n${'A: b\r\n'.repeat(5)}Content-Length: 3\r\n\r\nabc${GET}`)],
      { maxHeaders: 2 },
    )
    expect(briefly(messages)).toEqual(['POST /a 3', 'GET /next 0'])
    expect(messages[0]).toMatchObject({ anomalies: ['headers_bound'], headers: { size: 2 } })
  })

  it('end a message with a chunk line that is too long', () => {
    const head = 'POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n'
    const { messages } = converse([client(`${head}1;${'e'.repeat(99)}\r\na\r\n0\r\n\r\n${GET}`)], { maxChunkLine: 64 })
    expect(briefly(messages)).toEqual(['POST /a 0 incomplete', 'GET /next 0'])
    expect(messages[0]?.anomalies).toContain('chunk_line_bound')
  })

  it('cut a body that was to be kept', () => {
    const { messages, counters } = converse([client(`POST /a HTTP/1.0\r\nContent-Length: 9\r\n\r\n012345678${GET}`)], {
      bodies: wholeBodies({ maxBytes: 4 }),
    })
    expect(briefly(messages)).toEqual(['POST /a 9', 'GET /next 0'])
    expect(messages[0]).toMatchObject({ body: { bytes: new Uint8Array([48, 49, 50, 51]), isTruncated: true } })
    expect(counters.anomalies).toEqual({ body_bound: 1 })
  })

  it('keep requests that wait from being too many, and their order', () => {
    const requests = Array.from({ length: 5 }, (_, i) => `GET /${i} HTTP/1.0\r\n\r\n`).join('')
    const responses = 'HTTP/1.1 204 x\r\n\r\n'.repeat(5)
    const { messages, counters } = converse(
      [client(requests), server(responses), client(GET), server('HTTP/1.1 204 x\r\n\r\n')],
      { maxPipelined: 3 },
    )
    expect(briefly(messages).filter((line) => line.startsWith('204'))).toEqual([
      '204 to /0 0',
      '204 to /1 0',
      '204 to /2 0',
      '204 to ? 0',
      '204 to ? 0',
      '204 to /next 0',
    ])
    expect(counters.anomalies).toEqual({ pipeline_bound: 2 })
  })

  it('do not keep count of waiting requests for ever', () => {
    const requests = Array.from({ length: 20 }, (_, i) => `GET /${i} HTTP/1.0\r\n\r\n`).join('')
    const { messages } = converse([client(requests), server('HTTP/1.1 204 x\r\n\r\n')], { maxPipelined: 2 })
    expect(briefly(messages)).toHaveLength(21)
    expect(briefly(messages).at(-1)).toBe('204 to ? 0')
  })

  it('end a search that finds nothing', () => {
    const { messages, counters, connection } = converse([client(`\0${'x'.repeat(199)}\n${GET}`)], { maxSearch: 100 })
    expect(messages).toEqual([])
    expect(counters).toMatchObject({ strayBytes: 100, anomalies: { invalid_start_line: 1, search_bound: 1 } })
    expect(connection.isSideEnded('initiator')).toBe(true)
    expect(connection.isEnded).toBe(false)
  })

  it('are told, each with its message', () => {
    const told: unknown[] = []
    const { messages } = converse([client(`GET /a HTTP/1.0\r\nA: b\r\nA: b\r\n\r\n\0\n`)], {
      maxHeaders: 1,
      onAnomaly: (anomaly) => told.push(anomaly),
    })
    expect(told).toEqual([
      { kind: 'headers_bound', side: 'initiator', message: only(messages) },
      { kind: 'invalid_start_line', side: 'initiator', message: undefined },
    ])
  })

  it.each([
    { maxHead: 0 },
    { maxHeaders: 1.5 },
    { maxSearch: -1 },
    { maxChunkLine: Number.NaN },
    { bodies: 'whole' },
    { body: () => undefined },
  ])('must be such: %j', (options) => {
    expect(() => http(options as never)).toThrow(ConfigError)
  })
})
