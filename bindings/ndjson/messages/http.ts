import type { HttpMessage, HttpMessageBase } from '../../parsers/http/index'
import { type Fields, filled } from './fields'

/** What the line of a message of HTTP tells. */
export function httpFields(message: HttpMessage): Fields {
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
