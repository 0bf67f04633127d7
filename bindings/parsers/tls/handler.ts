import type { FlowKey } from '../../extract/flow-key'
import { ParserAnomaly } from '../../session/parser-anomaly'
import { type SessionProtocol, sessionParser } from '../../session/protocol'
import type { Messages, SessionParser } from '../../session/session-parser'
import type { FlowSide } from '../../tracker/vocabulary'
import type { TlsAlert, TlsCertificate, TlsClientHello, TlsMessage, TlsServerHello } from './messages'
import { splitOptions, type TlsProtocolOptions } from './protocol'
import { type TlsEvent, TlsSession } from './session'

/** What is called with the messages of all flows; what is missing is not called. */
export interface TlsHandler {
  /**
   * A ClientHello.
   *
   * @param key of the flow
   * @param side that sent it
   */
  onClientHello?(hello: TlsClientHello, key: FlowKey, side: FlowSide): void
  /** A ServerHello, or a HelloRetryRequest. */
  onServerHello?(hello: TlsServerHello, key: FlowKey, side: FlowSide): void
  /** A Certificate; from TLS 1.3 on it is encrypted. */
  onCertificate?(certificate: TlsCertificate, key: FlowKey, side: FlowSide): void
  /** An alert that is not encrypted. */
  onAlert?(alert: TlsAlert, key: FlowKey, side: FlowSide): void
}

/**
 * TLS in the form of callbacks: they are given the messages that {@link tls} would make, in the same order, and the
 * driver gets none but anomalies.
 *
 * @throws ConfigError
 */
export function tlsHandler(
  handler: TlsHandler,
  options: TlsProtocolOptions = {},
): SessionProtocol<'tls', ParserAnomaly> {
  const { binding, config } = splitOptions(options)
  const create = (key: FlowKey): SessionParser<ParserAnomaly> => handled(new TlsSession(config), handler, key)
  return sessionParser({ name: 'tls', ...binding, create })
}

function handled(session: TlsSession, handler: TlsHandler, key: FlowKey): SessionParser<ParserAnomaly> {
  /** Hands out messages, and leaves what is none to the driver. */
  const hand = (answer: Messages<TlsEvent>, side: FlowSide): Messages<ParserAnomaly> => {
    if (!answer) return undefined
    const anomalies: ParserAnomaly[] = []
    for (const message of answer) {
      if (message instanceof ParserAnomaly) anomalies.push(message)
      else tell(handler, message, key, side)
    }
    return anomalies.length > 0 ? anomalies : undefined
  }
  return {
    feed: (side, bytes) => hand(session.feed(side, bytes), side),
    gap: (side, gap) => {
      session.gap(side, gap)
      return 'continue'
    },
    fin: (side) => hand(session.fin(side), side),
    skipUntil: (side) => session.skipUntil(side),
    get isDone() {
      return session.isDone
    },
  }
}

function tell(handler: TlsHandler, message: TlsMessage, key: FlowKey, side: FlowSide): void {
  switch (message.kind) {
    case 'client_hello':
      handler.onClientHello?.(message, key, side)
      break
    case 'server_hello':
      handler.onServerHello?.(message, key, side)
      break
    case 'certificate':
      handler.onCertificate?.(message, key, side)
      break
    case 'alert':
      handler.onAlert?.(message, key, side)
  }
}
