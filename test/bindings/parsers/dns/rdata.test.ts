import { describe, expect, it } from 'vitest'
import { typeName } from '../../../../bindings/parsers/dns'
import { RDATA_VECTORS } from './rdata-vectors'
import {
  dataText,
  decode,
  fromHex,
  latin,
  messageBytes,
  nameBytes,
  pointer,
  questionBytes,
  recordBytes,
} from './support'

const CODES = new Map(Array.from({ length: 32_770 }, (_, code) => [typeName(code), code]))

const codeOf = (type: string) => CODES.get(type) ?? Number.NaN

describe('data of records', () => {
  it.each(RDATA_VECTORS)('%s %s', (type, wire, text) => {
    expect(dataText(codeOf(type), fromHex(wire))).toBe(text)
  })

  it('is shown in the form of RFC 3597 where the type has no format', () => {
    expect(dataText(65_400, [0xab, 0xcd, 0xef])).toBe('\\# 3 ABCDEF')
    expect(dataText(10, [1])).toBe('\\# 1 01')
    expect(dataText(10, [])).toBe('\\# 0')
  })

  it.each(RDATA_VECTORS)('%s that goes on or stops early is shown in the form of RFC 3597 (%s)', (type, wire) => {
    const data = fromHex(wire)
    for (let length = 0; length < data.length; length++) {
      const [record] = decodeData(type, data.subarray(0, length))
      expect(record?.data).toBeTypeOf('string')
    }
    const { anomalies, answers } = decode(withData(type, data.subarray(0, 0)))
    if (anomalies.length > 0) expect(answers[0]?.data).toBe('\\# 0')
  })

  it('says where the data is wrong', () => {
    const { anomalies, answers } = decode(withData('A', new Uint8Array(5)))
    expect(anomalies).toEqual([{ kind: 'dns_record_data', offset: 27 }])
    expect(answers[0]).toMatchObject({ data: '\\# 5 0000000000', offset: 12, dataOffset: 23, dataLength: 5 })
  })

  it('shows names that are compressed, in types that should not be, too', () => {
    const question = questionBytes(nameBytes('example', 'com'), 33)
    const data = Uint8Array.from([0, 1, 0, 2, 0, 3, 1, 97, ...pointer(12)])
    const { answers, anomalies } = decode(
      messageBytes({ questions: [question], answers: [recordBytes([0], 33, data)] }),
    )
    expect([answers[0]?.data, anomalies]).toEqual(['1 2 3 a.example.com', []])
  })

  it('names a pointer that is wrong', () => {
    const { anomalies, answers } = decode(withData('NS', Uint8Array.from(pointer(500))))
    expect(anomalies).toEqual([{ kind: 'dns_compression_pointer', offset: 23 }])
    expect(answers[0]?.data).toBe('\\# 2 C1F4')
  })

  it('reads the date of a signature up to 2106', () => {
    const wire = '0001080200000e10ffffffff000000000001 00 00'
    expect(dataText(46, fromHex(wire))).toBe('A 8 2 3600 21060207062815 19700101000000 1 . AA==')
  })

  it('takes no empty data but where there may be none', () => {
    expect(dataText(1, [])).toBeUndefined()
    expect(dataText(42, [])).toBe('\\# 0')
    const update = { flags: 0x2800, answers: [recordBytes([0], 1, [], { classCode: 255, ttl: 0 })] }
    expect(decode(messageBytes(update)).anomalies).toEqual([])
  })

  it('shows the ports of WKS', () => {
    expect(dataText(11, [10, 0, 0, 1, 6, 0, 0, 0, 0x40])).toBe('10.0.0.1 6 25')
  })

  it('refuses parameters of SVCB out of order, twice, or with values that are none', () => {
    const parameter = (key: number, ...value: number[]) => [0, key, 0, value.length, ...value]
    const svcb = (...parameters: number[][]) => dataText(64, [0, 1, 0, ...parameters.flat()])
    expect(svcb(parameter(3, 0, 53))).toBe('1 . port=53')
    expect(svcb(parameter(4, 1, 2, 3, 4), parameter(3, 0, 53))).toBeUndefined()
    expect(svcb(parameter(3, 0, 53), parameter(3, 0, 53))).toBeUndefined()
    expect(svcb(parameter(3, 53))).toBeUndefined()
    expect(svcb(parameter(2, 1))).toBeUndefined()
    expect(svcb(parameter(1))).toBeUndefined()
    expect(svcb(parameter(1, 9, 104))).toBeUndefined()
    expect(svcb(parameter(4))).toBeUndefined()
  })

  it('refuses bitmaps of types whose windows go back', () => {
    expect(dataText(47, [0, 0, 1, 0x40])).toBe('. A')
    expect(dataText(47, [0, 1, 1, 0x40, 0, 1, 0x40])).toBeUndefined()
    expect(dataText(47, [0, 0, 0])).toBeUndefined()
    expect(dataText(47, [0, 0, 33, ...new Uint8Array(33)])).toBeUndefined()
  })

  it('escapes what is not printable', () => {
    expect(dataText(16, [5, ...latin('a"\\\x00\xff')])).toBe('"a\\"\\\\\\000\\255"')
  })
})

function withData(type: string, data: Uint8Array): Uint8Array {
  return messageBytes({ flags: 0x8180, answers: [recordBytes([0], codeOf(type), data)] })
}

function decodeData(type: string, data: Uint8Array) {
  return decode(withData(type, data)).answers
}
