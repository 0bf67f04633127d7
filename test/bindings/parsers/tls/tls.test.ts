import { describe, expect, it } from 'vitest'
import type { FlowKey } from '../../../../bindings/extract/flow-key'
import { Timestamp } from '../../../../bindings/packet/timestamp'
import { type TlsProtocolOptions, tls, tlsHandler } from '../../../../bindings/parsers/tls/index'
import { ParserAnomaly } from '../../../../bindings/session/parser-anomaly'
import { APPLICATION_DATA, certificate, clientHello, extension, record, records, serverHello, text } from './build'

const KEY = {} as FlowKey
const NOW = Timestamp.fromNanoseconds(1_500_000_000n)

function recognises(bytes: readonly number[], options?: TlsProtocolOptions, offset = 0): boolean | number | undefined {
  return tls(options).signature?.(Uint8Array.from(bytes), 'initiator', offset)
}

describe('the signature', () => {
  const hello = records(clientHello())

  it('knows hellos and alerts from their first bytes', () => {
    expect(recognises(hello)).toBe(true)
    expect(recognises(hello, { startTls: false })).toBe(true)
    for (let length = 0; length < 11; length++) expect(recognises(hello.slice(0, length))).toBe(undefined)
    expect(recognises(records(clientHello(), 1))).toBe(true)
    expect(recognises(records(serverHello()))).toBe(true)
    expect(recognises(record(21, [2, 40]))).toBe(true)
    expect(recognises([0x80, 0x2e, 1, 0, 2])).toBe(true)
    expect(recognises([0x80, 0x2e, 1, 3, 1])).toBe(true)
  })

  it('knows what is none', () => {
    const strict = { startTls: false }
    expect(recognises(text('GET / HTTP/1.1\r\n'), strict)).toBe(false)
    expect(recognises(APPLICATION_DATA, strict)).toBe(false)
    expect(recognises([0x16, 0x03, 0x09], strict)).toBe(false)
    expect(recognises(record(22, [9, 0, 0, 0, 3, 3]), strict)).toBe(false)
  })

  it('waits for a ClientHello behind something else, but not for ever', () => {
    expect(recognises(text('STARTTLS\r\n'))).toBe(10)
    expect(recognises([...text('STARTTLS\r\n'), ...hello])).toBe(true)
    expect(recognises([...text('\x16STARTTLS\r\n'), ...hello.slice(0, 9)])).toBe(11)
    expect(recognises(text('x'.repeat(4096)))).toBe(false)
    expect(recognises(hello, {}, 4000)).toBe(true)
    expect(recognises(text('x'.repeat(96)), {}, 4000)).toBe(false)
    for (let length = 0; length < 11; length++) expect(recognises(hello.slice(0, length), {}, 10)).toBe(0)
  })

  it('knows alerts and hellos of SSL 2.0 only where a side begins', () => {
    expect(recognises(record(21, [2, 40]), {}, 10)).toBe(7)
    expect(recognises([0x80, 0x2e, 1, 0, 2], {}, 10)).toBe(5)
  })
})

describe('tls', () => {
  it('is for the ports of TLS, or those that are given', () => {
    expect(tls().ports).toContain(443)
    expect(tls({ ports: [8080] }).ports).toEqual([8080])
    expect(() => tls({ maxHandshakeBytes: 1 })).toThrow('tls.maxHandshakeBytes')
    expect(() => tls({ ja5: true } as never)).toThrow('tls.ja5')
  })

  it('answers with messages, and says when a side is done', () => {
    const parser = tls().create(KEY)
    const bytes = Uint8Array.from(records(serverHello({ extensions: [extension.selected(0x0304)] })))
    expect(parser.feed('responder', bytes.subarray(0, 9), NOW, 0)).toBe(undefined)
    expect(parser.skipUntil?.('responder')).toBe(0)
    expect([...(parser.feed('responder', bytes.subarray(9), NOW, 9) ?? [])]).toMatchObject([{ kind: 'server_hello' }])
    expect([parser.skipUntil?.('responder'), parser.skipUntil?.('initiator')]).toEqual([Number.POSITIVE_INFINITY, 0])
    expect(parser.isDone).toBe(false)
    parser.fin?.('initiator', NOW, 0, 'flow_ended')
    expect(parser.isDone).toBe(true)
  })

  it('goes on behind a gap', () => {
    const parser = tls().create(KEY)
    parser.feed('initiator', Uint8Array.from(records(clientHello())).subarray(0, 20), NOW, 0)
    expect(parser.gap?.('initiator', { offset: 20, length: 5000, reason: 'timeout' }, NOW)).toBe('continue')
    const answer = parser.feed('initiator', Uint8Array.from(records(clientHello())), NOW, 5020)
    expect([...(answer ?? [])]).toMatchObject([{ kind: 'client_hello' }])
  })
})

describe('tlsHandler', () => {
  it('calls with the messages that the parser gives, and leaves anomalies to the driver', () => {
    const steps = [
      ['initiator', records(clientHello())],
      ['responder', records([...serverHello(), ...certificate([1])])],
      ['initiator', [...record(21, [1, 90]), ...record(99, [])]],
    ] as const
    const told: unknown[] = []
    const note = (message: unknown, key: FlowKey, side: string) => void told.push([message, key === KEY, side])
    const handled = tlsHandler({
      onClientHello: note,
      onServerHello: note,
      onCertificate: note,
      onAlert: note,
    }).create(KEY)
    const parser = tls().create(KEY)
    const messages = steps.flatMap(([side, bytes]) => {
      const anomalies = [...(handled.feed(side, Uint8Array.from(bytes), NOW, 0) ?? [])]
      const answer = [...(parser.feed(side, Uint8Array.from(bytes), NOW, 0) ?? [])]
      expect(anomalies).toEqual(answer.filter((message) => message instanceof ParserAnomaly))
      return answer.filter((message) => !(message instanceof ParserAnomaly)).map((message) => [message, true, side])
    })
    expect(told).toEqual(messages)
    expect(told).toHaveLength(4)
    expect(handled.skipUntil?.('initiator')).toBe(Number.POSITIVE_INFINITY)
  })

  it('needs no callbacks', () => {
    const handled = tlsHandler({}).create(KEY)
    expect(handled.feed('initiator', Uint8Array.from(records(clientHello())), NOW, 0)).toBe(undefined)
  })
})
