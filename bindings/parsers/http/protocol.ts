import { type SessionProtocol, sessionParser } from '../../session/protocol'
import { HttpCounters } from './findings'
import { type HttpOptions, resolveOptions } from './options'
import { type HttpEvent, HttpSession } from './session'
import { detectHttp } from './signature'

/** Ports registered for HTTP and its alternatives, and usual ones of proxies; on any other the first bytes tell. */
const HTTP_PORTS = [80, 591, 3128, 8000, 8008, 8080, 8888] as const

/** What flows carry HTTP/1. */
export const HTTP_BINDING = { name: 'http', ports: HTTP_PORTS, signature: detectHttp } as const

/** HTTP/1, for a list of parsers. */
export interface HttpProtocol extends SessionProtocol<'http', HttpEvent> {
  /** What all flows together have come to. */
  readonly counters: HttpCounters
}

/**
 * HTTP/1.0 and 1.1 (RFC 9110, 9112), and 0.9, on their usual ports and wherever the first bytes of a flow are theirs.
 *
 * @throws ConfigError when an option is unknown, or has a value that cannot be used
 */
export function http(options: HttpOptions = {}): HttpProtocol {
  const config = resolveOptions(options)
  const counters = config.counters ?? new HttpCounters()
  const protocol = sessionParser({ ...HTTP_BINDING, create: () => new HttpSession(config, counters) })
  return Object.freeze({ ...protocol, counters })
}
