import type { Timestamp } from '../../packet/timestamp'
import { decodeEdns, ednsText } from './edns'
import type {
  DnsAnomaly,
  DnsAnomalyKind,
  DnsDecoded,
  DnsFlag,
  DnsQuestion,
  DnsRecord,
  DnsService,
  DnsTransport,
  Edns,
} from './message'
import { type NameFault, NameReader } from './names'
import { formatData, hasFormat } from './rdata'
import { RdataReader, uint16, uint32 } from './rdata-reader'
import { className, rcodeName, typeName } from './registry'
import { opaqueData } from './text'

/** Bytes of the header, RFC 1035 section 4.1.1. */
const HEADER_LENGTH = 12

/** Bytes of the header that say which message it is: its id, flags, opcode and response code. */
const LEAST_HEADER = 4

/** What carried the bytes of a message. */
export interface DnsCarrier {
  /** What carried the message. */
  readonly transport: DnsTransport
  /** Which of the protocols it belongs to. */
  readonly service: DnsService
}

const QR = 0x8000
const UPDATE = 5
/** RFC 8490: stateful operations have values of their own behind the header. */
const STATEFUL = 6

const TYPE_APL = 42
const TYPE_OPT = 41
const CLASS_NONE = 254
const CLASS_ANY = 255

/** RFC 6762 sections 5.4 and 10.2: the top bit of a class is no part of it. */
const MULTICAST_BIT = 0x8000

const MOST_ANOMALIES = 16

/** What the fault of an owner's name is called. */
const FAULTS: Readonly<Record<NameFault, DnsAnomalyKind>> = {
  truncated_name: 'dns_truncated_message',
  label_type: 'dns_label_type',
  compression_pointer: 'dns_compression_pointer',
  name_too_long: 'dns_name_too_long',
}

const FLAGS: readonly (readonly [bit: number, flag: DnsFlag])[] = [
  [QR, 'qr'],
  [0x0400, 'aa'],
  [0x0200, 'tc'],
  [0x0100, 'rd'],
  [0x0080, 'ra'],
  [0x0040, 'z'],
  [0x0020, 'ad'],
  [0x0010, 'cd'],
]

const LLMNR_FLAGS: typeof FLAGS = [
  [QR, 'qr'],
  [0x0400, 'c'],
  [0x0200, 'tc'],
  [0x0100, 't'],
]

const flagLists = new Map<number, readonly DnsFlag[]>()
const llmnrFlagLists = new Map<number, readonly DnsFlag[]>()

/**
 * Decodes one message. What cannot be read is left out, and an anomaly says where and why: each message comes out that
 * has its id and flags. It holds no reference to the bytes.
 *
 * @param bytes the message from its header on, without the length before it in TCP; what the capture has of it
 * @returns undefined when there are fewer than four bytes
 */
export function decodeMessage(bytes: Uint8Array, carrier: DnsCarrier, timestamp: Timestamp): DnsDecoded | undefined {
  if (bytes.length < LEAST_HEADER) return undefined
  return new Decoder(bytes, carrier.service === 'mdns').decode(carrier, timestamp)
}

class Decoder {
  readonly #bytes: Uint8Array
  readonly #multicast: boolean
  readonly #names: NameReader
  readonly #rdata: RdataReader
  readonly #opcode: number
  readonly #anomalies: DnsAnomaly[] = []
  #at = HEADER_LENGTH
  /** Nothing behind `#at` can be found. */
  #lost = false
  #edns: Edns | undefined
  /** Upper eight bits of the response code, out of an OPT record. */
  #extendedRcode = 0

  constructor(bytes: Uint8Array, multicast: boolean) {
    this.#bytes = bytes
    this.#multicast = multicast
    this.#names = new NameReader(bytes)
    this.#rdata = new RdataReader(bytes, this.#names)
    this.#opcode = ((bytes[2] as number) >> 3) & 15
  }

  decode({ transport, service }: DnsCarrier, timestamp: Timestamp): DnsDecoded {
    const bytes = this.#bytes
    const flagBits = uint16(bytes, 2)
    if (bytes.length < HEADER_LENGTH) this.#lose('dns_truncated_message', bytes.length)
    const questions = this.#questions(this.#count(4))
    const answers = this.#records(this.#count(6), false)
    const authorities = this.#records(this.#count(8), false)
    const additionals = this.#records(this.#count(10), true)
    if (!this.#lost && this.#at < bytes.length && this.#opcode !== STATEFUL)
      this.#anomaly('dns_trailing_bytes', this.#at)
    const rcodeCode = (this.#extendedRcode << 4) | (flagBits & 15)
    const edns = this.#edns
    return {
      protocol: 'dns',
      kind: flagBits & QR ? 'response' : 'query',
      transport,
      service,
      timestamp,
      id: uint16(bytes, 0),
      opcode: this.#opcode,
      rcode: rcodeName(rcodeCode),
      rcodeCode,
      flags: flagsOf(flagBits, service),
      flagBits,
      questions,
      answers,
      authorities,
      additionals,
      ...(edns && { edns }),
      length: bytes.length,
      anomalies: this.#anomalies,
    }
  }

  /** One of the header's counts. */
  #count(at: number): number {
    return this.#lost ? 0 : uint16(this.#bytes, at)
  }

  #questions(count: number): DnsQuestion[] {
    const questions: DnsQuestion[] = []
    for (let i = 0; i < count && !this.#lost; i++) {
      const offset = this.#at
      const name = this.#name()
      const at = this.#fixed(4)
      if (at < 0) break
      const typeCode = uint16(this.#bytes, at)
      const wire = uint16(this.#bytes, at + 2)
      const unicastResponse = this.#multicast && (wire & MULTICAST_BIT) !== 0
      const classCode = unicastResponse ? wire & ~MULTICAST_BIT : wire
      const type = typeName(typeCode)
      const question = { name, type, class: className(classCode), typeCode, classCode, offset }
      questions.push(unicastResponse ? { ...question, unicastResponse } : question)
    }
    // Without the room that growing has left: many queries wait at once.
    return questions.slice()
  }

  #records(count: number, additional: boolean): DnsRecord[] {
    const records: DnsRecord[] = []
    for (let i = 0; i < count && !this.#lost; i++) {
      const record = this.#record(additional)
      if (record) records.push(record)
    }
    return records.slice()
  }

  #record(additional: boolean): DnsRecord | undefined {
    const bytes = this.#bytes
    const offset = this.#at
    const name = this.#name()
    const at = this.#fixed(10)
    if (at < 0) return undefined
    const typeCode = uint16(bytes, at)
    const wire = uint16(bytes, at + 2)
    const ttl = uint32(bytes, at + 4)
    const dataLength = uint16(bytes, at + 8)
    const dataOffset = at + 10
    const cacheFlush = this.#multicast && typeCode !== TYPE_OPT && (wire & MULTICAST_BIT) !== 0
    const classCode = cacheFlush ? wire & ~MULTICAST_BIT : wire
    const type = typeName(typeCode)
    const of = className(classCode)
    if (dataLength > bytes.length - dataOffset) {
      this.#lose('dns_truncated_message', bytes.length)
      return { name, type, class: of, typeCode, classCode, ttl, offset, dataOffset, dataLength }
    }
    this.#at = dataOffset + dataLength
    const data =
      typeCode === TYPE_OPT
        ? this.#opt(dataOffset, wire, ttl, additional)
        : this.#data(typeCode, classCode, dataOffset, dataLength)
    // Spelt out: spreading one object into another takes as long as all the rest.
    return cacheFlush
      ? { name, type, class: of, typeCode, classCode, ttl, data, offset, dataOffset, dataLength, cacheFlush }
      : { name, type, class: of, typeCode, classCode, ttl, data, offset, dataOffset, dataLength }
  }

  /** Data from `start` to where the next record begins. */
  #data(type: number, classCode: number, start: number, length: number): string {
    const rdata = this.#rdata
    if (length === 0) {
      if (!this.#mayBeEmpty(type, classCode)) this.#anomaly('dns_record_data', start)
    } else if (hasFormat(type)) {
      rdata.open(start, start + length)
      const text = formatData(type, rdata)
      if (!rdata.failed && text !== '') return text
      const { nameFault } = rdata
      const kind = nameFault && nameFault !== 'truncated_name' ? FAULTS[nameFault] : 'dns_record_data'
      this.#anomaly(kind, rdata.failed ? rdata.failedAt : start)
    }
    return opaqueData(this.#bytes, start, start + length)
  }

  /** RFC 3123 section 4 has empty lists; RFC 2136 sections 2.4 and 2.5 records that stand for sets or names. */
  #mayBeEmpty(type: number, classCode: number): boolean {
    const isSet = classCode === CLASS_NONE || classCode === CLASS_ANY
    return !hasFormat(type) || type === TYPE_APL || this.#opcode === UPDATE || isSet
  }

  #opt(start: number, udpSize: number, ttl: number, additional: boolean): string {
    const rdata = this.#rdata
    rdata.open(start, this.#at)
    const edns = decodeEdns(rdata, udpSize, ttl, (offset) => this.#anomaly('dns_edns_option', offset))
    if (rdata.failed) this.#anomaly('dns_record_data', rdata.failedAt)
    if (additional && this.#edns) this.#anomaly('dns_several_opt', start)
    else if (additional) {
      this.#edns = edns
      this.#extendedRcode = ttl >>> 24
    }
    return ednsText(edns, ttl)
  }

  /** An owner's name, or as much as can be read of it. */
  #name(): string {
    const names = this.#names
    if (!names.read(this.#at, this.#bytes.length)) {
      const kind = FAULTS[names.fault ?? 'truncated_name']
      if (names.next < 0) this.#lose(kind, names.faultOffset)
      else this.#anomaly(kind, names.faultOffset)
    }
    if (names.next >= 0) this.#at = names.next
    return names.text
  }

  /** Passes `length` bytes and answers where they begin; -1 where they are not there. */
  #fixed(length: number): number {
    if (this.#lost) return -1
    const at = this.#at
    if (length > this.#bytes.length - at) {
      this.#lose('dns_truncated_message', this.#bytes.length)
      return -1
    }
    this.#at = at + length
    return at
  }

  #lose(kind: DnsAnomalyKind, offset: number): void {
    this.#lost = true
    this.#anomaly(kind, offset)
  }

  #anomaly(kind: DnsAnomalyKind, offset: number): void {
    if (this.#anomalies.length < MOST_ANOMALIES) this.#anomalies.push({ kind, offset })
  }
}

/** There are few different ones, so each list is made once. */
function flagsOf(bits: number, service: DnsService): readonly DnsFlag[] {
  const [lists, flags, mask] = service === 'llmnr' ? [llmnrFlagLists, LLMNR_FLAGS, 0x8700] : [flagLists, FLAGS, 0x87f0]
  const key = bits & mask
  let list = lists.get(key)
  if (!list) {
    list = Object.freeze(flags.filter(([bit]) => key & bit).map(([, flag]) => flag))
    lists.set(key, list)
  }
  return list
}
