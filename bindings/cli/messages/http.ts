import { filled } from '../../ndjson/messages/fields'
import { type HttpMessage, type HttpMessageBase, http as parser } from '../../parsers/http/index'
import { formatBytes } from '../output/units'
import type { MessageProtocol } from './protocol'

export const http: MessageProtocol<HttpMessage> = {
  parser: () => parser(),
  describe,
  names: { field: 'http_host', title: 'HTTP HOSTS' },
  nameIn: (message) => (message.kind === 'request' ? filled(message.host) : undefined),
}

function describe(message: HttpMessage): string {
  if (message.kind === 'request') {
    const { method, target, host = '' } = message
    const place = target.startsWith('/') ? host + target : target
    return [`${method} ${place}`, ...body(message)].join(', ')
  }
  const { status, reason = '', upgrade } = message
  const line = status === 0 ? 'HTTP/0.9' : `${status} ${reason}`.trimEnd()
  const type = message.headers.get('content-type')
  return [line, ...body(message), ...(type ? [type] : []), ...(upgrade ? [`then ${upgrade}`] : [])].join(', ')
}

function body({ bodyBytes, missingBytes, isComplete }: HttpMessageBase): string[] {
  return [
    ...(bodyBytes > 0 ? [formatBytes(bodyBytes)] : []),
    ...(missingBytes > 0 ? [`${formatBytes(missingBytes)} missing`] : []),
    ...(isComplete ? [] : ['incomplete']),
  ]
}
