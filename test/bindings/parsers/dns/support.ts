import { Timestamp } from '../../../../bindings'
import { type DnsMessage, type DnsService, decodeMessage } from '../../../../bindings/parsers/dns'
import { concat, u16, u32 } from '../../../support/frames/layer'

export const RESPONSE = 0x8180
export const QUERY = 0x0100
export const CLASS_IN = 1

/** A name without compression; labels may hold any text of single bytes. */
export function nameBytes(...labels: string[]): Uint8Array {
  return concat(...labels.map((label) => concat([label.length], latin(label))), [0])
}

/** One byte for each character. */
export function latin(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.replace(/\s/g, '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}

/** A compression pointer. */
export function pointer(to: number): number[] {
  return u16(0xc000 | to)
}

export function questionBytes(name: Uint8Array | number[], type = 1, classCode = CLASS_IN): Uint8Array {
  return concat(name, u16(type), u16(classCode))
}

export function recordBytes(
  name: Uint8Array | number[],
  type: number,
  data: Uint8Array | number[],
  { classCode = CLASS_IN, ttl = 60 } = {},
): Uint8Array {
  return concat(name, u16(type), u16(classCode), u32(ttl), u16(data.length), data)
}

interface Parts {
  readonly id?: number
  readonly flags?: number
  readonly questions?: readonly Uint8Array[]
  readonly answers?: readonly Uint8Array[]
  readonly authorities?: readonly Uint8Array[]
  readonly additionals?: readonly Uint8Array[]
}

/** A message whose header counts what is there. */
export function messageBytes(parts: Parts): Uint8Array {
  const { id = 1, flags = QUERY, questions = [], answers = [], authorities = [], additionals = [] } = parts
  const sections = [questions, answers, authorities, additionals]
  return concat(u16(id), u16(flags), ...sections.map(({ length }) => u16(length)), ...sections.flat())
}

/** A query for one name. */
export function query(id: number, name = 'example.com', type = 1): Uint8Array {
  return messageBytes({ id, questions: [questionBytes(nameBytes(...name.split('.')), type)] })
}

/** A response with one address. */
export function response(id: number, name = 'example.com', flags = RESPONSE): Uint8Array {
  return messageBytes({
    id,
    flags,
    questions: [questionBytes(nameBytes(...name.split('.')))],
    answers: [recordBytes(pointer(12), 1, [192, 0, 2, 1])],
  })
}

/** A message as TCP has it. */
export function framed(message: Uint8Array): Uint8Array {
  return concat(u16(message.length), message)
}

export function decode(bytes: Uint8Array, service: DnsService = 'dns'): DnsMessage {
  const message = decodeMessage(bytes, { transport: 'udp', service }, Timestamp.ZERO)
  if (!message) throw new Error('no message')
  return message
}

/** Text of a record's data; undefined where it is not as the type wants it. */
export function dataText(type: number, data: Uint8Array | number[]): string | undefined {
  const { answers, anomalies } = decode(messageBytes({ flags: RESPONSE, answers: [recordBytes([0], type, data)] }))
  return anomalies.length > 0 ? undefined : answers[0]?.data
}

/** Seconds after the epoch. */
export function seconds(value: number): Timestamp {
  return Timestamp.fromNanoseconds(BigInt(Math.round(value * 1e9)))
}
