import { type HttpMessage, type HttpMessageBase, http as parser } from '../../parsers/http/index'
import { formatBytes } from '../output/units'
import { type Fields, filled, type MessageProtocol } from './protocol'

export const http: MessageProtocol<HttpMessage> = {
  parser: () => parser(),
  fields,
  describe,
  sender: (message) => message.side,
  names: { field: 'http_host', title: 'HTTP HOSTS' },
  nameIn: (message) => (message.kind === 'request' ? filled(message.host) : undefined),
}

function fields(message: HttpMessage): Fields & { readonly kind: string } {
  const { kind, version } = message
  if (kind === 'request') {
    const { method, target, host } = message
    return { kind, method, target, version, host: filled(host), ...shared(message) }
  }
  const { status, reason, request, upgrade } = message
  return {
    kind,
    status,
    reason: filled(reason),
    version,
    ...shared(message),
    request: request && { method: request.method, target: request.target },
    upgrade: filled(upgrade),
  }
}

function shared(message: HttpMessageBase): Fields {
  return {
    headers: message.headers,
    body_bytes: message.bodyBytes,
    missing_bytes: message.missingBytes || undefined,
    trailers: message.trailers,
    incomplete: message.isComplete ? undefined : true,
    leniencies: filled(message.leniencies),
    anomalies: filled(message.anomalies),
  }
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
