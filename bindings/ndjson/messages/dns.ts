import type { DnsMessage, DnsQuestion, DnsRecord, DnsUnanswered, Edns } from '../../parsers/dns/index'
import { type Fields, filled } from './fields'

/** What the line of a message of DNS tells. */
export function dnsFields(message: DnsMessage | DnsUnanswered): Fields {
  const { kind, service, edns } = message
  return {
    kind,
    transport: message.transport,
    service: service === 'dns' ? undefined : service,
    id: message.id,
    opcode: message.opcode,
    rcode: message.rcode,
    flags: message.flags,
    questions: message.questions.map(question),
    answers: message.answers.map(record),
    authorities: message.authorities.map(record),
    additionals: message.additionals.map(record),
    edns: edns && ednsFields(edns),
    rtt_ns: message.kind === 'response' ? message.rttNs : undefined,
    reason: message.kind === 'unanswered' ? message.reason : undefined,
    anomalies: filled(message.anomalies.map((anomaly) => anomaly.kind)),
  }
}

function question({ name, type, class: className, unicastResponse }: DnsQuestion): Fields {
  return { name: filled(name), type, class: className, unicast_response: unicastResponse }
}

function record({ name, type, class: className, ttl, data, cacheFlush }: DnsRecord): Fields {
  return { name: filled(name), type, class: className, ttl, data: filled(data), cache_flush: cacheFlush }
}

function ednsFields({ version, udpSize, dnssecOk, options }: Edns): Fields {
  return {
    version,
    udp_size: udpSize,
    dnssec_ok: dnssecOk,
    options: filled(options.map(({ code, name, value }) => ({ code, name, value: filled(value) }))),
  }
}
