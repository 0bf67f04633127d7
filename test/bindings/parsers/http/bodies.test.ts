import { createHash } from 'node:crypto'
import { Duplex } from 'node:stream'
import { brotliCompressSync, createBrotliDecompress, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Timestamp } from '../../../../bindings'
import {
  contentCodings,
  type DecodeOptions,
  decodeBody,
  decodeStream,
  type HttpBodies,
  HttpConnection,
  HttpCounters,
  type HttpMessage,
  hashedBodies,
  resolveOptions,
  streamedBodies,
  wholeBodies,
} from '../../../../bindings/parsers/http'
import { bytesOf, client, converse, cut, only, type Step, server, serverGap } from './support'

const text = (bytes: Uint8Array | undefined) => String.fromCharCode(...(bytes ?? []))

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x\r\ndefg\r\n0\r\n\r\n'

const withBodies = (bodies: HttpBodies, ...steps: Step[]) => only(converse(steps, { bodies }).messages)

describe('a body', () => {
  it('is skipped, and what may be skipped is all but its last byte', () => {
    const { connection, messages } = converse([server('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nab')])
    expect(messages).toEqual([])
    expect(connection.skippable('responder')).toBe(4997)
    const now = Timestamp.ZERO
    connection.skipped('responder', 4997, now)
    expect(connection.skippable('responder')).toBe(0)
    expect(connection.feed('responder', bytesOf('z'), now)?.[0]).toMatchObject({ bodyBytes: 5000, isComplete: true })
  })

  it('is kept whole, de-chunked', () => {
    const message = withBodies(wholeBodies(), server(CHUNKED))
    expect(text(message.body?.bytes)).toBe('abcdefg')
    expect(message).toMatchObject({ bodyBytes: 7, isChunked: true })
    expect(JSON.parse(JSON.stringify(message)).body).toBeUndefined()
  })

  it('is kept with its gaps told', () => {
    const message = withBodies(
      wholeBodies(),
      server('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab'),
      serverGap(2),
      serverGap(1),
      server('f'),
      serverGap(2),
      server('i'),
    )
    expect(text(message.body?.bytes)).toBe('abfi')
    expect(message.body?.gaps).toEqual([
      [2, 3],
      [3, 2],
    ])
  })

  it('is hashed, by default or by what is given', () => {
    const sha256 = createHash('sha256').update('abcdefg').digest('hex')
    const md5 = createHash('md5').update('abcdefg').digest('hex')
    const steps = cut([server(CHUNKED)], () => [50, 52, 60])
    expect(withBodies(hashedBodies(), ...steps).body).toEqual({ hash: sha256 })
    expect(
      withBodies(
        hashedBodies(() => createHash('md5')),
        ...steps,
      ).body,
    ).toEqual({ hash: md5 })
  })

  it('is streamed as views, as far as it is wanted', () => {
    const parts: string[] = []
    const receive = (message: HttpMessage, bytes: Uint8Array) => {
      parts.push(`${message.kind} ${text(bytes)}`)
      return parts.length < 2
    }
    const message = withBodies(streamedBodies(receive), ...cut([server(CHUNKED)], () => [CHUNKED.indexOf('fg')]))
    expect(parts).toEqual(['response abc', 'response de'])
    expect(message.bodyBytes).toBe(7)
  })

  it('is streamed without a copy', () => {
    const seen: ArrayBufferLike[] = []
    const bodies = streamedBodies((_, bytes) => seen.push(bytes.buffer))
    const connection = new HttpConnection(resolveOptions({ bodies }), new HttpCounters(), Timestamp.ZERO)
    const views = [CHUNKED.slice(0, 55), CHUNKED.slice(55)].map(bytesOf)
    for (const view of views) connection.feed('responder', view, Timestamp.ZERO)
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.every((buffer) => views.some((view) => view.buffer === buffer))).toBe(true)
  })

  it('is treated as its message asks for', () => {
    const whole = wholeBodies()
    const { messages } = converse(
      [
        client('POST /a HTTP/1.0\r\nContent-Length: 1\r\n\r\na'),
        server('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb'),
        server('HTTP/1.1 204 x\r\n\r\n'),
      ],
      {
        bodies: (message) =>
          message.kind === 'response' && message.request?.target === '/a' ? whole(message) : undefined,
      },
    )
    expect(messages.map(({ body }) => text(body?.bytes))).toEqual(['', 'b', ''])
  })
})

describe('codings', () => {
  const PLAIN = 'flow '.repeat(1000)
  const coded = (fields: string, bytes: Uint8Array) =>
    withBodies(wholeBodies(), {
      from: 'server',
      bytes: new Uint8Array([
        ...bytesOf(`HTTP/1.1 200 OK\r\n${fields}Content-Length: ${bytes.length}\r\n\r\n`),
        ...bytes,
      ]),
    })
  const BR: DecodeOptions = {
    decoders: { br: () => Duplex.toWeb(createBrotliDecompress()) as ReadableWritablePair<Uint8Array, Uint8Array> },
  }

  it.each([
    ['gzip', gzipSync(PLAIN)],
    ['X-GZIP', gzipSync(PLAIN)],
    ['deflate', deflateSync(PLAIN)],
    ['deflate', deflateRawSync(PLAIN)],
    ['identity', bytesOf(PLAIN)],
    ['br', brotliCompressSync(PLAIN)],
    ['gzip, br', brotliCompressSync(gzipSync(PLAIN))],
    ['deflate, gzip', gzipSync(deflateSync(PLAIN))],
  ])('are taken off: %s', async (coding, bytes) => {
    const message = coded(`Content-Encoding: ${coding}\r\n`, bytes)
    const { bytes: decoded, problem } = await decodeBody(message, BR)
    expect([text(decoded), problem]).toEqual([PLAIN, undefined])
  })

  it('of the transfer come off first', () => {
    const message = converse([
      server('HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nTransfer-Encoding: gzip;q=1, chunked\r\n\r\n0\r\n\r\n'),
    ]).messages[0]
    expect(message && contentCodings(message)).toEqual(['br', 'gzip'])
  })

  it('leave what can be had of a body that is cut', async () => {
    const noise = new Uint8Array(createHash('shake256', { outputLength: 50_000 }).digest())
    const message = coded('Content-Encoding: gzip\r\n', gzipSync(noise).subarray(0, 20_000))
    const { bytes, problem } = await decodeBody(message)
    expect(problem).toBe('corrupt')
    expect(bytes).toEqual(noise.slice(0, bytes.length))
  })

  it('may not blow up', async () => {
    const message = coded('Content-Encoding: gzip\r\n', gzipSync(new Uint8Array(5_000_000)))
    expect(await decodeBody(message, { maxBytes: 1000 })).toEqual({ bytes: new Uint8Array(1000), problem: 'bound' })
    expect((await decodeBody(coded('', bytesOf(PLAIN)), { maxBytes: 10 })).problem).toBe('bound')
  })

  it('that nobody knows are told', async () => {
    for (const coding of ['zstd', '__proto__', 'constructor', 'gzip, gzip, gzip, gzip, gzip']) {
      expect(await decodeBody(coded(`Content-Encoding: ${coding}\r\n`, bytesOf('x')))).toEqual({
        bytes: new Uint8Array(0),
        problem: 'unsupported',
      })
    }
    const stream = new ReadableStream<Uint8Array>()
    expect(() => decodeStream(stream, ['zstd'])).toThrow(RangeError)
  })
})
