/**
 * DNS (RFC 1035), multicast DNS (RFC 6762) and LLMNR (RFC 4795), over UDP and TCP: messages decoded to text, queries
 * matched with their responses.
 *
 * The decoder is ours. `dns-packet` 5.6.1 was looked at first, and is what one would take to write a client:
 *
 * - It throws at the first byte that is wrong. A passive reader wants what came before it, and where the fault is.
 * - It keeps no positions, and bounds nothing but the name: lists are made as long as the header says before a record
 *   has been looked at, and pointers are followed as long as they lead back.
 * - Labels are decoded as UTF-8: bytes that are none are lost, and a dot inside a label looks like any other dot.
 * - It gives parts, not presentation form, and knows no SVCB, HTTPS, LOC, URI and NSEC3PARAM, to name a few.
 * - It needs Node's `Buffer`, and keeps the length of what was read last in properties of its functions.
 *
 * On 1135 messages of real captures this decoder takes about two thirds of its time, text and all.
 *
 * @module
 */

export type { DnsEvent, DnsOptions, DnsStats } from './context'
export { DnsCorrelator, type DnsCorrelatorOptions, type DnsCorrelatorStats } from './correlator'
export { type DnsCarrier, decodeMessage } from './decode'
export { type DnsHandler, type DnsHandlerParser, dnsHandler } from './handler'
export type {
  DnsAnomaly,
  DnsAnomalyKind,
  DnsDecoded,
  DnsFlag,
  DnsFlowAnomalyKind,
  DnsMessage,
  DnsQuery,
  DnsQuestion,
  DnsRecord,
  DnsResponse,
  DnsService,
  DnsTransport,
  DnsUnanswered,
  Edns,
  EdnsOption,
} from './message'
export { type DnsParser, type DnsProtocolOptions, dns } from './protocol'
export { className, opcodeName, rcodeName, typeName } from './registry'
export { DNS_PORTS, dnsServiceOf } from './service'
export { looksLikeDnsDatagram, looksLikeDnsStream } from './signature'
