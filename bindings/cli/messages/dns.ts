import { filled } from '../../ndjson/messages/fields'
import { type DnsMessage, type DnsUnanswered, dns as parser } from '../../parsers/dns/index'
import { formatDuration } from '../output/units'
import type { MessageProtocol } from './protocol'

type Message = DnsMessage | DnsUnanswered

/** Answers that a person is shown. */
const MOST_SHOWN = 8

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
  const shown = answers.slice(0, MOST_SHOWN).map(({ type, data }) => data ?? type)
  const hidden = answers.length - shown.length
  const found = [...shown, ...(hidden > 0 ? [`and ${hidden} more`] : [])].join(', ')
  const result = rcode === 'NOERROR' ? found || 'no answer' : [rcode, found].filter(Boolean).join(', ')
  return `${asked} -> ${result}${rttNs === undefined ? '' : ` (${formatDuration(BigInt(Math.round(rttNs)))})`}`
}
