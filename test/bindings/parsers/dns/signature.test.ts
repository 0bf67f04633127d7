import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dnsServiceOf, looksLikeDnsDatagram, looksLikeDnsStream } from '../../../../bindings/parsers/dns'
import { concat } from '../../../support/frames/layer'
import { framed, latin, messageBytes, nameBytes, query, questionBytes, response } from './support'

describe('the signature', () => {
  it('knows queries and responses', () => {
    for (const message of [query(1), response(2), query(3, '_sip._udp.example.com', 33), response(4, 'a')]) {
      expect(looksLikeDnsDatagram(message)).toBe(true)
      expect(looksLikeDnsStream(framed(message))).toBe(true)
      expect(looksLikeDnsStream(concat(framed(message), framed(message)))).toBe(true)
    }
    expect(looksLikeDnsDatagram(messageBytes({ questions: [questionBytes([0], 2)] }))).toBe(true)
  })

  it('waits for as many bytes of a stream as it takes, and refuses no beginning', () => {
    const stream = framed(response(2))
    for (let length = 0; length < stream.length; length++) {
      expect(looksLikeDnsStream(stream.subarray(0, length))).toBe(length < 2 + 12 + 13 + 4 ? undefined : true)
    }
  })

  it.each<[string, Uint8Array]>([
    ['two questions', messageBytes({ questions: [questionBytes([0]), questionBytes([0])] })],
    ['no question', messageBytes({})],
    ['a Z bit', messageBytes({ flags: 0x0140, questions: [questionBytes([0])] })],
    ['an opcode there is not', messageBytes({ flags: 0x7800, questions: [questionBytes([0])] })],
    ['a query with a response code', messageBytes({ flags: 0x0103, questions: [questionBytes([0])] })],
    ['a response code there is not', messageBytes({ flags: 0x810f, questions: [questionBytes([0])] })],
    ['a type without a name', messageBytes({ questions: [questionBytes([0], 65_400)] })],
    ['a class that is not in use', messageBytes({ questions: [questionBytes([0], 1, 77)] })],
    ['control characters in the name', messageBytes({ questions: [questionBytes(nameBytes('a\x01b'))] })],
    ['a pointer for a name', messageBytes({ questions: [questionBytes([0xc0, 12])] })],
    ['bytes behind it', concat(query(1), [1])],
    ['more records than it could hold', concat(query(1).subarray(0, 6), [0, 9], query(1).subarray(8))],
    ['a name of NetBIOS', query(1, 'EFFAIJEEEFNEJAPEMEPEHFJCACACABL'.padEnd(32, 'A'), 33)],
    ['text', latin('GET / HTTP/1.1\r\nHost: example.com\r\n\r\n')],
    ['zeros', new Uint8Array(64)],
    ['nothing', new Uint8Array(0)],
  ])('does not take %s for DNS', (_, bytes) => {
    expect(looksLikeDnsDatagram(bytes)).toBe(false)
  })

  it('takes neither text nor TLS at the beginning of a stream for DNS', () => {
    expect(looksLikeDnsStream(latin('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))).toBe(false)
    expect(looksLikeDnsStream(Uint8Array.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 1, 2, 3, 4, 5]))).toBe(false)
    expect(looksLikeDnsStream(latin('SSH-2.0-OpenSSH_9.2p1\r\n'))).toBe(false)
  })

  it('takes no random bytes for DNS', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 200 }), (bytes) => {
        expect(looksLikeDnsDatagram(bytes)).toBe(false)
        expect(looksLikeDnsStream(bytes)).not.toBe(true)
      }),
    )
  })
})

describe('dnsServiceOf', () => {
  it('goes by the ports', () => {
    expect(dnsServiceOf(40_000, 53)).toBe('dns')
    expect(dnsServiceOf(5353, 5353)).toBe('mdns')
    expect(dnsServiceOf(5353, 53)).toBe('dns')
    expect(dnsServiceOf(5355, 40_000)).toBe('llmnr')
    expect(dnsServiceOf(40_000, undefined)).toBe('dns')
  })
})
