import { checkBoolean } from '../../common/options'
import type { FlowKey } from '../../extract/flow-key'
import {
  type Binding,
  type DatagramProtocol,
  datagramParser,
  type SessionProtocol,
  sessionParser,
} from '../../session/protocol'
import { DnsContext, type DnsEvent, type DnsOptions, type DnsStats } from './context'
import { DnsDatagramParser } from './dns-datagram-parser'
import { DnsSessionParser } from './dns-session-parser'
import type { DnsService } from './message'
import { DNS_PORTS, serviceBetween } from './service'
import { looksLikeDnsDatagram, looksLikeDnsStream } from './signature'

/** Counters, in all flows of a parser so far. */
export interface WithStats {
  readonly stats: DnsStats
}

/** What {@link dns} gives: a parser for TCP and one for UDP, which count together. */
export type DnsParser = readonly [SessionProtocol<'dns', DnsEvent>, DatagramProtocol<'dns', DnsEvent>] & WithStats

/** What {@link dns} reads, and of which flows. */
export interface DnsProtocolOptions extends DnsOptions, Pick<Binding, 'matches'> {
  /** Ports at either end whose flows are read as DNS, over UDP and TCP. Default {@link DNS_PORTS}. */
  readonly ports?: readonly number[]
  /** On other ports, find DNS by what flows begin with. Default true. */
  readonly detect?: boolean
}

/**
 * DNS, multicast DNS and LLMNR over UDP and TCP, for a list of parsers.
 *
 * @throws ConfigError when an option is unknown, or has a value that cannot be used
 */
export function dns(options: DnsProtocolOptions = {}): DnsParser {
  const { context, session, datagram } = splitOptions(options)
  const protocols = [
    sessionParser<'dns', DnsEvent>({
      ...session,
      create: (key) => new DnsSessionParser(context, serviceOf(key)),
    }),
    datagramParser<'dns', DnsEvent>({
      ...datagram,
      create: (key) => new DnsDatagramParser(context, serviceOf(key)),
    }),
  ] as const
  return withStats(protocols, context)
}

/** What the flows share, and which flows they are over TCP and over UDP. */
export function splitOptions({ ports = DNS_PORTS, detect = true, matches, ...options }: DnsProtocolOptions) {
  checkBoolean(detect, 'dns.detect')
  const binding = { name: 'dns', ports, ...(matches && { matches }) } as const
  return {
    context: new DnsContext(options),
    session: { ...binding, ...(detect && { signature: looksLikeDnsStream }) },
    datagram: { ...binding, ...(detect && { signature: looksLikeDnsDatagram }) },
  }
}

/** Gives a pair of parsers the counters that they share. */
export function withStats<P extends readonly object[]>(protocols: P, context: DnsContext): P & WithStats {
  return Object.freeze(Object.defineProperty(protocols, 'stats', { get: () => context.stats })) as P & WithStats
}

/** Which of the three protocols a flow is. */
export function serviceOf(key: FlowKey): DnsService {
  return key.kind === 'five-tuple' ? serviceBetween((port) => key.eitherPort(port)) : 'dns'
}
