import type { Timestamp } from '../../packet/timestamp'

/** What carried a message. */
export type DnsTransport = 'udp' | 'tcp'

/** Which of the protocols of this message format: by port, 5353 is multicast DNS (RFC 6762), 5355 LLMNR (RFC 4795). */
export type DnsService = 'dns' | 'mdns' | 'llmnr'

/**
 * Bits of the header that are set, RFC 1035 section 4.1.1, RFC 4035 sections 3.1.6 and 3.2: `z` is the one that must
 * be zero. LLMNR has `c` (conflict) and `t` (tentative) instead of `aa` and `rd`, RFC 4795 section 2.1.1.
 */
export type DnsFlag = 'qr' | 'aa' | 'tc' | 'rd' | 'ra' | 'z' | 'ad' | 'cd' | 'c' | 't'

/** What was asked. */
export interface DnsQuestion {
  /**
   * Labels with dots between them, `.` for the root, no dot at the end else. Bytes that are no graphic ASCII characters
   * are `\DDD`, dots and backslashes inside a label `\.` and `\\` (RFC 4343 section 2.1). Of a name that is faulty,
   * the labels before the fault; `''` when there are none.
   */
  readonly name: string
  /** Mnemonic, or `TYPE65400` (RFC 3597 section 5). */
  readonly type: string
  /** Mnemonic, or `CLASS7`. */
  readonly class: string
  /** Number of the type. */
  readonly typeCode: number
  /** Number of the class. */
  readonly classCode: number
  /** Where in the message it begins. */
  readonly offset: number
  /** Multicast DNS: a unicast response is wanted, RFC 6762 section 5.4. The bit is not in `classCode`. */
  readonly unicastResponse?: true
}

/** A resource record. */
export interface DnsRecord {
  /** As in {@link DnsQuestion.name}. */
  readonly name: string
  /** As in {@link DnsQuestion.type}. */
  readonly type: string
  /** Of an OPT record this is no class but the payload size that its sender can take. */
  readonly class: string
  /** Number of the type. */
  readonly typeCode: number
  /** Number of the class. */
  readonly classCode: number
  /** Seconds as on the wire. From 2^31 on they mean 0, RFC 2181 section 8. Of an OPT record these are flags. */
  readonly ttl: number
  /**
   * In presentation form, its parts separated by spaces and names in it as in {@link DnsQuestion.name}. In the form of
   * RFC 3597 section 5 (`\# 3 ABCDEF`) for types without a format, and for data that is not as its type wants it.
   * Absent where the message ends within.
   */
  readonly data?: string
  /** Where in the message the record begins. */
  readonly offset: number
  /** Where in the message its data begins. */
  readonly dataOffset: number
  /** Bytes of data by the record's own word. */
  readonly dataLength: number
  /** Multicast DNS: other records of this name are to be forgotten, RFC 6762 section 10.2. Not in `classCode`. */
  readonly cacheFlush?: true
}

/** An option of EDNS. */
export interface EdnsOption {
  /** Number of the option. */
  readonly code: number
  /** Short name, such as `ECS`, or `OPT65001`. */
  readonly name: string
  /** Its value as text; `''` where it has none. */
  readonly value: string
}

/** What an OPT record says, RFC 6891 section 6.1. */
export interface Edns {
  /** Version of EDNS, RFC 6891 section 6.1.3. */
  readonly version: number
  /** Bytes of UDP payload that its sender can take. */
  readonly udpSize: number
  /** DNSSEC records are wanted, RFC 3225. */
  readonly dnssecOk: boolean
  /** Options, in the order of the wire. */
  readonly options: readonly EdnsOption[]
}

/**
 * What is wrong with a message. All else in it that can be read is there.
 *
 * | kind | meaning |
 * |---|---|
 * | `dns_truncated_message` | it ends before all that its header counts was there |
 * | `dns_label_type` | a length byte of 64 to 191: labels of that kind there are not (RFC 6891 section 5) |
 * | `dns_compression_pointer` | a pointer that does not lead back, or one of too many |
 * | `dns_name_too_long` | over 255 bytes, RFC 1035 section 2.3.4 |
 * | `dns_record_data` | not as the type wants it: shown in the form of RFC 3597 |
 * | `dns_edns_option` | the value of an EDNS option is not as the option wants it: shown in hexadecimal |
 * | `dns_several_opt` | more than one OPT record, RFC 6891 section 6.1.1; the first counts |
 * | `dns_trailing_bytes` | bytes behind the last record |
 */
export type DnsAnomalyKind =
  | 'dns_truncated_message'
  | 'dns_label_type'
  | 'dns_compression_pointer'
  | 'dns_name_too_long'
  | 'dns_record_data'
  | 'dns_edns_option'
  | 'dns_several_opt'
  | 'dns_trailing_bytes'

/** Something is wrong with a message. */
export interface DnsAnomaly {
  /** What is odd. */
  readonly kind: DnsAnomalyKind
  /** Where in the message. */
  readonly offset: number
}

interface DnsHeader {
  readonly protocol: 'dns'
  readonly transport: DnsTransport
  readonly service: DnsService
  /** When it was seen: for TCP when its last byte was. */
  readonly timestamp: Timestamp
  readonly id: number
  /** 0 is a query, 4 NOTIFY, 5 UPDATE. */
  readonly opcode: number
  /** Mnemonic, or `RCODE12`; with the upper bits of an OPT record (RFC 6891 section 6.1.3). */
  readonly rcode: string
  readonly rcodeCode: number
  readonly flags: readonly DnsFlag[]
  /** Bytes 2 and 3 of the header: flags, opcode and rcode as on the wire. */
  readonly flagBits: number
  readonly questions: readonly DnsQuestion[]
  readonly answers: readonly DnsRecord[]
  readonly authorities: readonly DnsRecord[]
  readonly additionals: readonly DnsRecord[]
  /** What the first OPT record among the additionals says. */
  readonly edns?: Edns
  /** Bytes of the message that were there, without the length before it in TCP. */
  readonly length: number
  /** What is wrong with it, the first sixteen things. */
  readonly anomalies: readonly DnsAnomaly[]
}

/** A query: its QR bit is clear. */
export interface DnsQuery extends DnsHeader {
  readonly kind: 'query'
}

/** A response: its QR bit is set. */
export interface DnsResponse extends DnsHeader {
  readonly kind: 'response'
  /** Nanoseconds since the query it answers. Absent where that is not known. */
  readonly rttNs?: number
}

/** A query that got no response; its fields, and when it was given up. */
export interface DnsUnanswered extends DnsHeader {
  readonly kind: 'unanswered'
  /** `timeout`: for as long as was set. `flow_ended`: none came before the flow ended, or the capture. */
  readonly reason: 'timeout' | 'flow_ended'
}

/** A message as it was decoded. */
export type DnsDecoded = DnsQuery | DnsResponse

/** Whatever a parser hands out as a message. */
export type DnsMessage = DnsDecoded | DnsUnanswered

/**
 * What is wrong with a flow, where there is no message that could say it.
 *
 * | anomaly | meaning |
 * |---|---|
 * | `dns_short_message` | a datagram of fewer than the four bytes of id and flags; in TCP one shorter than a header |
 * | `dns_incomplete_message` | a side of a TCP connection ended, or bytes were missing, inside a message; what there was of it comes next |
 * | `dns_message_too_long` | a message in TCP longer than the bound; it is passed over |
 * | `dns_out_of_step` | where messages begin is not known: the stream began or went on in the middle of one, or is no DNS |
 * | `dns_not_dns` | no message was found in as many bytes as may be searched; the side is not looked at any more |
 * | `dns_query_evicted` | too many queries were waiting, so the oldest was dropped: it is not known whether it was answered |
 */
export type DnsFlowAnomalyKind =
  | 'dns_short_message'
  | 'dns_incomplete_message'
  | 'dns_message_too_long'
  | 'dns_out_of_step'
  | 'dns_not_dns'
  | 'dns_query_evicted'
