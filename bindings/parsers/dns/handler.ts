import type { FlowKey } from '../../extract/flow-key'
import type { DatagramParser } from '../../session/datagram-parser'
import { ParserAnomaly } from '../../session/parser-anomaly'
import { type DatagramProtocol, datagramParser, type SessionProtocol, sessionParser } from '../../session/protocol'
import type { Messages, SessionParser } from '../../session/session-parser'
import type { FlowSide } from '../../tracker/vocabulary'
import type { DnsEvent } from './context'
import { DnsDatagramParser } from './dns-datagram-parser'
import { DnsSessionParser } from './dns-session-parser'
import type { DnsMessage, DnsQuery, DnsResponse, DnsUnanswered } from './message'
import { type DnsParser, type DnsProtocolOptions, serviceOf, splitOptions, withStats } from './protocol'

/** What is called with the messages of all flows; what is missing is not called. */
export interface DnsHandler {
  /**
   * A query.
   *
   * @param key of the flow
   * @param side that sent it
   */
  onQuery?(query: DnsQuery, key: FlowKey, side: FlowSide): void
  /** A response, with its query where that is known. */
  onResponse?(response: DnsResponse, key: FlowKey, side: FlowSide): void
  /** A query that got no response, when it is given up. */
  onUnanswered?(query: DnsUnanswered, key: FlowKey): void
}

/** What {@link dnsHandler} gives: a parser for TCP and one for UDP, which count together. */
export type DnsHandlerParser = readonly [
  SessionProtocol<'dns', ParserAnomaly>,
  DatagramProtocol<'dns', ParserAnomaly>,
] &
  Pick<DnsParser, 'stats'>

/**
 * DNS in the form of callbacks: they are given the messages that {@link dns} would make, in the same order, and the
 * driver gets none but anomalies.
 *
 * @throws ConfigError when an option is unknown, or has a value that cannot be used
 */
export function dnsHandler(handler: DnsHandler, options: DnsProtocolOptions = {}): DnsHandlerParser {
  const { context, session, datagram } = splitOptions(options)
  const protocols = [
    sessionParser<'dns', ParserAnomaly>({
      ...session,
      create: (key) => handledSession(new DnsSessionParser(context, serviceOf(key)), handOut(handler, key)),
    }),
    datagramParser<'dns', ParserAnomaly>({
      ...datagram,
      create: (key) => handledDatagrams(new DnsDatagramParser(context, serviceOf(key)), handOut(handler, key)),
    }),
  ] as const
  return withStats(protocols, context)
}

/** Hands out messages, and leaves what is none to the driver. */
type HandOut = (events: Messages<DnsEvent>, side: FlowSide) => Messages<ParserAnomaly>

function handOut(handler: DnsHandler, key: FlowKey): HandOut {
  return (events, side) => {
    if (!events) return undefined
    const anomalies: ParserAnomaly[] = []
    for (const event of events) {
      if (event instanceof ParserAnomaly) anomalies.push(event)
      else tell(handler, event, key, side)
    }
    return anomalies.length > 0 ? anomalies : undefined
  }
}

function tell(handler: DnsHandler, message: DnsMessage, key: FlowKey, side: FlowSide): void {
  switch (message.kind) {
    case 'query':
      handler.onQuery?.(message, key, side)
      break
    case 'response':
      handler.onResponse?.(message, key, side)
      break
    case 'unanswered':
      handler.onUnanswered?.(message, key)
  }
}

function handledSession(session: DnsSessionParser, hand: HandOut): SessionParser<ParserAnomaly> {
  return {
    feed: (side, bytes, timestamp) => hand(session.feed(side, bytes, timestamp), side),
    gap(side, gap, timestamp) {
      const { decision, messages } = session.gap(side, gap, timestamp)
      return { decision, messages: hand(messages, side) }
    },
    fin: (side, timestamp) => hand(session.fin(side, timestamp), side),
    rst: (timestamp) => hand(session.rst(timestamp), 'initiator'),
    tick: (now) => hand(session.tick(now), 'initiator'),
    skipUntil: (side) => session.skipUntil(side),
    get isDone() {
      return session.isDone
    },
  }
}

function handledDatagrams(datagrams: DnsDatagramParser, hand: HandOut): DatagramParser<ParserAnomaly> {
  return {
    feed: (side, payload, timestamp) => hand(datagrams.feed(side, payload, timestamp), side),
    tick: (now) => hand(datagrams.tick(now), 'initiator'),
    end: () => hand(datagrams.end(), 'initiator'),
  }
}
