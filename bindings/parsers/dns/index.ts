/**
 * DNS (RFC 1035), multicast DNS (RFC 6762) and LLMNR (RFC 4795), over UDP and TCP: messages decoded to text, queries
 * matched with their responses.
 *
 * The decoder is ours; docs/dns.md says why.
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
