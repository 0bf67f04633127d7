import { describe, expect, it } from 'vitest'
import { Timestamp } from '../../../../bindings'
import { decodeMessage } from '../../../../bindings/parsers/dns'
import { concat, u16 } from '../../../support/frames/layer'
import {
  decode,
  messageBytes,
  nameBytes,
  pointer,
  QUERY,
  query,
  questionBytes,
  RESPONSE,
  recordBytes,
  response,
} from './support'

const OPT = 41

/** An OPT record with options given as code and value. */
function opt(options: readonly (readonly [number, number[]])[], { udpSize = 1232, ttl = 0 } = {}) {
  const data = options.flatMap(([code, value]) => [...u16(code), ...u16(value.length), ...value])
  return recordBytes([0], OPT, data, { classCode: udpSize, ttl })
}

describe('decodeMessage', () => {
  it('decodes a query', () => {
    expect(decode(query(0x1234, 'Example.com', 28))).toEqual({
      protocol: 'dns',
      kind: 'query',
      transport: 'udp',
      service: 'dns',
      timestamp: Timestamp.ZERO,
      id: 0x1234,
      opcode: 0,
      rcode: 'NOERROR',
      rcodeCode: 0,
      flags: ['rd'],
      flagBits: QUERY,
      questions: [{ name: 'Example.com', type: 'AAAA', class: 'IN', typeCode: 28, classCode: 1, offset: 12 }],
      answers: [],
      authorities: [],
      additionals: [],
      length: 29,
      anomalies: [],
    })
  })

  it('decodes a response, and says where each record lies', () => {
    const message = decode(response(7))
    expect(message).toMatchObject({ kind: 'response', flags: ['qr', 'rd', 'ra'], anomalies: [] })
    expect(message.answers).toEqual([
      {
        name: 'example.com',
        type: 'A',
        class: 'IN',
        typeCode: 1,
        classCode: 1,
        ttl: 60,
        data: '192.0.2.1',
        offset: 29,
        dataOffset: 41,
        dataLength: 4,
      },
    ])
  })

  it('names all flags, types, classes and response codes, and numbers what has no name', () => {
    expect(decode(messageBytes({ flags: 0xffff })).flags).toEqual(['qr', 'aa', 'tc', 'rd', 'ra', 'z', 'ad', 'cd'])
    expect(decode(messageBytes({ flags: 0x850c }), 'llmnr').flags).toEqual(['qr', 'c', 't'])
    expect(decode(messageBytes({ flags: 0x8003 })).rcode).toBe('NXDOMAIN')
    expect(decode(messageBytes({ flags: 0x800c })).rcode).toBe('RCODE12')
    expect(decode(messageBytes({ flags: 0x2800 })).opcode).toBe(5)
    const [question] = decode(messageBytes({ questions: [questionBytes([0], 65_400, 7)] })).questions
    expect(question).toMatchObject({ name: '.', type: 'TYPE65400', class: 'CLASS7' })
  })

  it('puts records where they belong', () => {
    const of = (last: number) => recordBytes([0], 1, [192, 0, 2, last])
    const message = decode(
      messageBytes({ flags: RESPONSE, answers: [of(1), of(2)], authorities: [of(3)], additionals: [of(4)] }),
    )
    const data = [message.answers, message.authorities, message.additionals].map((all) => all.map((r) => r.data))
    expect(data).toEqual([['192.0.2.1', '192.0.2.2'], ['192.0.2.3'], ['192.0.2.4']])
  })

  it('leaves a time to live as it is', () => {
    const record = recordBytes([0], 1, [0, 0, 0, 0], { ttl: 0xffffffff })
    expect(decode(messageBytes({ answers: [record] })).answers[0]?.ttl).toBe(4_294_967_295)
  })

  it('holds nothing of the bytes', () => {
    const bytes = response(7)
    const message = decode(bytes)
    const before = JSON.stringify(message)
    bytes.fill(0xff)
    expect(JSON.stringify(message)).toBe(before)
  })
})

describe('what is cut short', () => {
  it('gives everything before the cut, at every length', () => {
    const bytes = messageBytes({
      flags: RESPONSE,
      questions: [questionBytes(nameBytes('example', 'com'))],
      answers: [recordBytes(pointer(12), 16, [1, 97]), recordBytes(pointer(12), 1, [192, 0, 2, 1])],
    })
    for (let length = 0; length < bytes.length; length++) {
      const message = decodeMessage(bytes.subarray(0, length), { transport: 'udp', service: 'dns' }, Timestamp.ZERO)
      if (length < 4) {
        expect(message).toBeUndefined()
        continue
      }
      expect(message?.anomalies.map(({ kind }) => kind)).toEqual(['dns_truncated_message'])
      expect(message?.id).toBe(1)
      expect(message?.questions.length).toBe(length < 29 ? 0 : 1)
      expect(message?.answers.length).toBe(length < 41 ? 0 : length < 55 ? 1 : 2)
      expect(message?.answers[0]?.data).toBe(length < 43 ? undefined : '"a"')
    }
  })

  it('takes no count at its word', () => {
    const bytes = concat(u16(1), u16(RESPONSE), u16(0xffff), u16(0xffff), u16(0xffff), u16(0xffff))
    expect(decode(bytes)).toMatchObject({ questions: [], anomalies: [{ kind: 'dns_truncated_message', offset: 12 }] })
  })

  it('tells bytes behind the last record, but for stateful operations', () => {
    const trailing = concat(query(1), [1, 2, 3])
    expect(decode(trailing).anomalies).toEqual([{ kind: 'dns_trailing_bytes', offset: 29 }])
    const stateful = concat(messageBytes({ flags: 0x3000 }), [0, 1, 0, 0])
    expect(decode(stateful).anomalies).toEqual([])
  })

  it('tells no more than sixteen anomalies', () => {
    const answers = Array.from({ length: 40 }, () => recordBytes([0], 1, [1]))
    expect(decode(messageBytes({ answers })).anomalies).toHaveLength(16)
  })
})

describe('EDNS', () => {
  it('shows what the record says', () => {
    const additionals = [opt([[10, [1, 2, 3, 4, 5, 6, 7, 8]]], { udpSize: 4096, ttl: 0x8000 })]
    const message = decode(messageBytes({ additionals }))
    expect(message.edns).toEqual({
      version: 0,
      udpSize: 4096,
      dnssecOk: true,
      options: [{ code: 10, name: 'COOKIE', value: '0102030405060708' }],
    })
    expect(message.additionals[0]).toMatchObject({
      name: '.',
      type: 'OPT',
      class: 'CLASS4096',
      data: 'Version=0 FLAGS=DO UDPSIZE=4096 COOKIE=0102030405060708',
    })
  })

  it('adds the upper bits of the response code', () => {
    const message = decode(messageBytes({ flags: 0x8007, additionals: [opt([], { ttl: 0x01000000 })] }))
    expect([message.rcode, message.rcodeCode]).toEqual(['BADCOOKIE', 23])
  })

  it.each<[string, number, number[]]>([
    ['LLQ=1,1,0,0102030405060708,3600', 1, [0, 1, 0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 14, 16]],
    ['UL=1,2', 2, [0, 0, 0, 1, 0, 0, 0, 2]],
    ['NSID=6E73', 3, [0x6e, 0x73]],
    ['DAU=8,13', 5, [8, 13]],
    ['DHU=1', 6, [1]],
    ['N3U=1', 7, [1]],
    ['ECS=192.0.2.0/24/0', 8, [0, 1, 24, 0, 192, 0, 2]],
    ['ECS=2001:db8::/32/48', 8, [0, 2, 32, 48, 0x20, 1, 0xd, 0xb8]],
    ['EXPIRE', 9, []],
    ['EXPIRE=60', 9, [0, 0, 0, 60]],
    ['COOKIE=0000000000000001,0000000000000002', 10, [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]],
    ['KEEPALIVE=300', 11, [1, 44]],
    ['PADDING=3', 12, [0, 0, 0]],
    ['CHAIN=a', 13, [1, 97, 0]],
    ['KEYTAG=20326,38696', 14, [0x4f, 0x66, 0x97, 0x28]],
    ['EDE=18,"no \\"way\\""', 15, [0, 18, ...new TextEncoder().encode('no "way"')]],
    ['EDE=9', 15, [0, 9]],
    ['REPORT-CHANNEL=a.b', 18, [1, 97, 1, 98, 0]],
    ['ZONEVERSION=2,0,0000002A', 19, [2, 0, 0, 0, 0, 42]],
    ['OPT65001=ABCD', 65_001, [0xab, 0xcd]],
  ])('shows the option %s', (text, code, value) => {
    const { edns, additionals, anomalies } = decode(messageBytes({ additionals: [opt([[code, value]])] }))
    expect(additionals[0]?.data).toBe(`Version=0 UDPSIZE=1232 ${text}`)
    expect([edns?.options.length, anomalies]).toEqual([1, []])
  })

  it('shows options whose value is wrong in hexadecimal, and reads on', () => {
    const additionals = [
      opt([
        [8, [0, 1, 24, 0, 192]],
        [10, [1]],
        [3, [65]],
      ]),
    ]
    const { edns, anomalies } = decode(messageBytes({ additionals }))
    expect(edns?.options.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'OPT8=00011800C0',
      'OPT10=01',
      'NSID=41',
    ])
    expect(anomalies.map(({ kind }) => kind)).toEqual(['dns_edns_option', 'dns_edns_option'])
  })

  it('keeps the options before one that goes over the end', () => {
    const record = recordBytes([0], OPT, [0, 3, 0, 1, 65, 0, 3, 0, 9, 1], { classCode: 512, ttl: 0 })
    const { edns, anomalies } = decode(messageBytes({ additionals: [record] }))
    expect(edns?.options).toEqual([{ code: 3, name: 'NSID', value: '41' }])
    expect(anomalies.map(({ kind }) => kind)).toEqual(['dns_record_data'])
  })

  it('counts the first of several', () => {
    const additionals = [opt([], { udpSize: 512 }), opt([], { udpSize: 4096 })]
    const { edns, anomalies } = decode(messageBytes({ additionals }))
    expect(edns?.udpSize).toBe(512)
    expect(anomalies.map(({ kind }) => kind)).toEqual(['dns_several_opt'])
  })
})

describe('multicast DNS', () => {
  it('takes the top bit of a class for what it is there', () => {
    const questions = [questionBytes(nameBytes('a', 'local'), 12, 0x8001)]
    const answers = [recordBytes(nameBytes('a', 'local'), 1, [192, 0, 2, 1], { classCode: 0x8001 })]
    const bytes = messageBytes({ id: 0, questions, answers })
    const message = decode(bytes, 'mdns')
    expect(message.questions[0]).toMatchObject({ class: 'IN', classCode: 1, unicastResponse: true })
    expect(message.answers[0]).toMatchObject({ class: 'IN', classCode: 1, cacheFlush: true })
    expect(decode(bytes).questions[0]).toMatchObject({ class: 'CLASS32769' })
  })

  it('leaves the payload size of an OPT record alone', () => {
    const { edns, additionals } = decode(messageBytes({ additionals: [opt([], { udpSize: 0x9000 })] }), 'mdns')
    expect(edns?.udpSize).toBe(0x9000)
    expect(additionals[0]).not.toHaveProperty('cacheFlush')
  })
})
