import {
  type DnsMessage,
  type DnsQuestion,
  type DnsRecord,
  type DnsUnanswered,
  type Edns,
  dns as parser,
} from '../../parsers/dns/index'
import { formatDuration } from '../output/units'
import { type Fields, filled, type MessageProtocol } from './protocol'

type Message = DnsMessage | DnsUnanswered

export const dns: MessageProtocol<Message> = {
  parser: () => parser(),
  fields,
  describe,
  names: { field: 'dns', title: 'DNS NAMES' },
  nameIn: (message) => (message.kind === 'query' ? filled(message.questions[0]?.name) : undefined),
}

function fields(message: Message): Fields & { readonly kind: string } {
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

function describe(message: Message): string {
  const asked = message.questions.map(({ name, type }) => `${type} ${name}`).join(', ') || 'no question'
  if (message.kind !== 'response') return asked
  const { rcode, answers, rttNs } = message
  const found = answers.map(({ type, data }) => data ?? type).join(', ')
  const result = rcode === 'NOERROR' ? found || 'no answer' : [rcode, found].filter(Boolean).join(', ')
  return `${asked} -> ${result}${rttNs === undefined ? '' : ` (${formatDuration(BigInt(Math.round(rttNs)))})`}`
}
