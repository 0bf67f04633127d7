import type { DnsMessage, DnsUnanswered } from 'flowscope/dns'
import type { HttpMessage } from 'flowscope/http'
import type { TlsMessage } from 'flowscope/tls'
import { formatBytes } from './format'
import type { AnyMessage } from './model'

/** What a message says, in one line. */
export function describe(event: AnyMessage): string {
  switch (event.protocol) {
    case 'http':
      return describeHttp(event.message)
    case 'tls':
      return describeTls(event.message)
    case 'dns':
      return describeDns(event.message)
  }
}

/** The name that a message asks for, if it asks for one: what a flow is best known by. */
export function nameIn({ protocol, message }: AnyMessage): string | undefined {
  if (protocol === 'http') return message.kind === 'request' ? message.host : undefined
  if (protocol === 'tls') return message.kind === 'client_hello' ? message.sni : undefined
  return message.kind === 'query' ? message.questions[0]?.name : undefined
}

function describeHttp(message: HttpMessage): string {
  const size = message.bodyBytes > 0 ? `, ${formatBytes(message.bodyBytes)}` : ''
  if (message.kind === 'request') {
    const { method, target, host = '' } = message
    return `${method} ${target.startsWith('/') ? host : ''}${target}${size}`
  }
  const { status, reason = '', upgrade } = message
  return `${status === 0 ? 'HTTP/0.9' : `${status} ${reason}`.trimEnd()}${size}${upgrade ? `, then ${upgrade}` : ''}`
}

function describeTls(message: TlsMessage): string {
  switch (message.kind) {
    case 'client_hello':
      return [message.sni ?? 'no name', message.alpn?.join(' '), message.ja4].filter(Boolean).join(', ')
    case 'server_hello':
      return [message.versionName, message.cipherSuiteName, message.alpn].filter(Boolean).join(', ')
    case 'certificate':
      return `${message.certificates.length} certificates`
    case 'alert':
      return [message.levelName, message.descriptionName].filter(Boolean).join(' ')
  }
}

function describeDns(message: DnsMessage | DnsUnanswered): string {
  const asked = message.questions.map(({ name, type }) => `${type} ${name}`).join(', ') || 'no question'
  if (message.kind !== 'response') return asked
  const answers = message.answers.map(({ type, data }) => `${type} ${data}`)
  return `${asked}: ${answers.length > 0 ? answers.join(', ') : message.rcode}`
}
