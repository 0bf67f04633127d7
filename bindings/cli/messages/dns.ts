import { filled } from '../../ndjson/messages/fields'
import { type DnsMessage, type DnsUnanswered, dns as parser } from '../../parsers/dns/index'
import { formatDuration } from '../output/units'
import type { MessageProtocol } from './protocol'

type Message = DnsMessage | DnsUnanswered

export const dns: MessageProtocol<Message> = {
  parser: () => parser(),
  describe,
  names: { field: 'dns', title: 'DNS NAMES' },
  nameIn: (message) => (message.kind === 'query' ? filled(message.questions[0]?.name) : undefined),
}

function describe(message: Message): string {
  const asked = message.questions.map(({ name, type }) => `${type} ${name}`).join(', ') || 'no question'
  if (message.kind !== 'response') return asked
  const { rcode, answers, rttNs } = message
  const found = answers.map(({ type, data }) => data ?? type).join(', ')
  const result = rcode === 'NOERROR' ? found || 'no answer' : [rcode, found].filter(Boolean).join(', ')
  return `${asked} -> ${result}${rttNs === undefined ? '' : ` (${formatDuration(BigInt(Math.round(rttNs)))})`}`
}
