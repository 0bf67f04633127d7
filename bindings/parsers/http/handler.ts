import type { FlowKey } from '../../extract/flow-key'
import { ParserAnomaly } from '../../session/parser-anomaly'
import { type SessionProtocol, sessionParser } from '../../session/protocol'
import type { Messages, SessionParser } from '../../session/session-parser'
import { HttpCounters } from './findings'
import type { HttpRequest, HttpResponse } from './message'
import { type HttpOptions, resolveOptions } from './options'
import { HTTP_BINDING } from './protocol'
import { type HttpEvent, HttpSession } from './session'

/** What is called with the messages of all flows; what is missing is not called. */
export interface HttpHandler {
  /**
   * A request, when it is over.
   *
   * @param key of the flow
   */
  onRequest?(request: HttpRequest, key: FlowKey): void
  /** A response, when it is over. */
  onResponse?(response: HttpResponse, key: FlowKey): void
}

/**
 * HTTP/1 in the form of callbacks: they are given the messages that {@link http} would make, in the same order, and the
 * driver gets none; what is odd it is told all the same.
 *
 * @throws ConfigError when an option is unknown, or has a value that cannot be used
 */
export function httpHandler(handler: HttpHandler, options: HttpOptions = {}): SessionProtocol<'http', ParserAnomaly> {
  const config = resolveOptions(options)
  const counters = config.counters ?? new HttpCounters()
  const create = (key: FlowKey): SessionParser<ParserAnomaly> =>
    handled(new HttpSession(config, counters), handler, key)
  return sessionParser({ ...HTTP_BINDING, create })
}

function handled(session: HttpSession, handler: HttpHandler, key: FlowKey): SessionParser<ParserAnomaly> {
  /** Hands out messages, and leaves what is none to the driver. */
  const hand = (messages: Messages<HttpEvent>): Messages<ParserAnomaly> => {
    if (!messages) return undefined
    const anomalies: ParserAnomaly[] = []
    for (const message of messages) {
      if (message instanceof ParserAnomaly) anomalies.push(message)
      else if (message.kind === 'request') handler.onRequest?.(message, key)
      else handler.onResponse?.(message, key)
    }
    return anomalies.length > 0 ? anomalies : undefined
  }
  return {
    feed: (side, bytes, timestamp, offset) => hand(session.feed(side, bytes, timestamp, offset)),
    gap: (side, gap, timestamp) => {
      const answer = session.gap(side, gap, timestamp)
      return typeof answer === 'string' ? answer : { ...answer, messages: hand(answer.messages) }
    },
    missed: (side, gap, timestamp) => hand(session.missed(side, gap, timestamp)),
    fin: (side, timestamp, end, reason) => hand(session.fin(side, timestamp, end, reason)),
    rst: (timestamp, ends) => hand(session.rst(timestamp, ends)),
    skipUntil: (side) => session.skipUntil(side),
    get isDone() {
      return session.isDone
    },
    get handOver() {
      return session.handOver
    },
  }
}
