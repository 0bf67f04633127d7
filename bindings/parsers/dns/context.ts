import { checkInteger, checkOptions } from '../../common/options'
import type { Timestamp } from '../../packet/timestamp'
import { ParserAnomaly } from '../../session/parser-anomaly'
import type { FlowSide } from '../../tracker/vocabulary'
import { DnsCorrelator, type DnsCorrelatorOptions, type DnsCorrelatorStats } from './correlator'
import type { DnsCarrier } from './decode'
import type { DnsAnomalyKind, DnsDecoded, DnsFlowAnomalyKind, DnsMessage, DnsUnanswered } from './message'

/** Options of the DNS parser. */
export interface DnsOptions extends DnsCorrelatorOptions {
  /** Bytes of the longest message in TCP that is kept until it is whole. Default 65,535, which is the longest there is. */
  readonly maxMessage?: number
  /** Bytes of a side of a TCP connection that are searched for a message when it is out of step. Default 131,072. */
  readonly maxSearch?: number
}

/** What a DNS parser has counted, in all its flows. */
export interface DnsStats {
  /** Queries handed out. */
  readonly queries: number
  /** Responses handed out. */
  readonly responses: number
  /** Queries given up, for which no response came in time. */
  readonly unanswered: number
  /** Anomalies of messages and of flows by kind. Kinds that did not occur are absent. */
  readonly anomalies: ReadonlyMap<DnsAnomalyKind | DnsFlowAnomalyKind, number>
  /** What became of the queries that wait for a response. */
  readonly correlator: DnsCorrelatorStats
}

/** Options with nothing left open. */
export type DnsConfig = Required<Omit<DnsOptions, keyof DnsCorrelatorOptions>>

const NAMES = ['maxMessage', 'maxSearch', 'queryTimeoutSeconds', 'maxPending'] as const

const HEADER = 12
const LONGEST_MESSAGE = 65_535
const DEFAULT_SEARCH = 131_072
const MOST_SEARCH = 2 ** 30

/** What the parser answers. */
export type DnsEvent = DnsMessage | ParserAnomaly

/** Anomalies that are no fault of the traffic. */
const LIMITS: ReadonlySet<string> = new Set<DnsFlowAnomalyKind>([
  'dns_message_too_long',
  'dns_not_dns',
  'dns_query_evicted',
])

/** What all flows of one DNS parser share: configuration, counters, and the queries that wait. */
export class DnsContext {
  readonly config: DnsConfig
  readonly #correlator: DnsCorrelator<object>
  readonly #anomalies = new Map<DnsAnomalyKind | DnsFlowAnomalyKind, number>()
  #queries = 0
  #responses = 0
  #unanswered = 0

  /** @throws ConfigError when an option is unknown, or has a value that cannot be used */
  constructor(options: DnsOptions = {}) {
    checkOptions(options, NAMES, 'dns')
    const { maxMessage = LONGEST_MESSAGE, maxSearch = DEFAULT_SEARCH } = options
    const { queryTimeoutSeconds, maxPending } = options
    checkInteger(maxMessage, HEADER, LONGEST_MESSAGE, 'dns.maxMessage')
    checkInteger(maxSearch, 0, MOST_SEARCH, 'dns.maxSearch')
    this.config = Object.freeze({ maxMessage, maxSearch })
    this.#correlator = new DnsCorrelator({
      ...(queryTimeoutSeconds !== undefined && { queryTimeoutSeconds }),
      ...(maxPending !== undefined && { maxPending }),
    })
  }

  get stats(): DnsStats {
    return {
      queries: this.#queries,
      responses: this.#responses,
      unanswered: this.#unanswered,
      anomalies: new Map(this.#anomalies),
      correlator: this.#correlator.stats,
    }
  }

  /** Takes a message up: counts it, matches it, and puts it and what is wrong with it among the events of a call. */
  message(flow: object, side: FlowSide, carrier: DnsCarrier, message: DnsDecoded, events: DnsEvent[]): void {
    if (message.kind === 'query') {
      this.#queries++
      events.push(message)
    } else {
      this.#responses++
      const match = isMatched(carrier) ? this.#correlator.response(flow, message, side) : undefined
      events.push(match ? { ...message, rttNs: match.rttNs } : message)
    }
    for (const { kind } of message.anomalies) this.anomaly(kind, events)
    if (message.kind === 'query' && isMatched(carrier) && this.#correlator.query(flow, message, side)) {
      this.anomaly('dns_query_evicted', events)
    }
  }

  /** Counts an anomaly, and puts it among the events of a call. */
  anomaly(kind: DnsFlowAnomalyKind | DnsAnomalyKind, events: DnsEvent[]): void {
    this.#anomalies.set(kind, (this.#anomalies.get(kind) ?? 0) + 1)
    events.push(new ParserAnomaly(LIMITS.has(kind) ? 'parser_limit' : 'protocol_violation', kind))
  }

  /** The flow's queries whose time-out has passed. */
  expired(flow: object, now: Timestamp): DnsUnanswered[] | undefined {
    return this.#correlator.isWaiting(flow) ? this.#given(this.#correlator.sweepScope(flow, now)) : undefined
  }

  /** The flow's queries that are still waiting when it ends. */
  ended(flow: object): DnsUnanswered[] | undefined {
    return this.#correlator.isWaiting(flow) ? this.#given(this.#correlator.end(flow)) : undefined
  }

  #given(unanswered: DnsUnanswered[]): DnsUnanswered[] {
    this.#unanswered += unanswered.length
    return unanswered
  }
}

/**
 * Whether queries and responses are of one flow. Those of multicast DNS are not, and need not be answered (RFC 6762
 * sections 6 and 18.1); a query of LLMNR goes to a group, and the response comes from a host (RFC 4795 section 2.4).
 */
function isMatched({ service, transport }: DnsCarrier): boolean {
  return service === 'dns' || (service === 'llmnr' && transport === 'tcp')
}
