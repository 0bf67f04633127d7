import type { FlowKey } from '../extract/flow-key'
import type { DnsParser } from '../parsers/dns/protocol'
import type { HttpProtocol } from '../parsers/http/protocol'
import type { TlsEvent } from '../parsers/tls/session'
import type { WorkerLike } from '../platform/platform'
import type { SessionProtocol } from '../session/protocol'
import type { ParserChoice, SentOptions } from './protocol'

/** The parsers that the worker of this package offers, by name. */
export interface StandardParsers {
  /** HTTP/1. */
  readonly http: HttpProtocol
  /** TLS. */
  readonly tls: SessionProtocol<'tls', TlsEvent>
  /** DNS. */
  readonly dns: DnsParser
}

/** Their names. */
export type StandardName = keyof StandardParsers

type NameOf<C> = C extends { readonly name: infer N } ? N : C

/** What the chosen parsers are, for the types of messages. */
export type ChosenParsers<C extends readonly ParserChoice<StandardName>[]> = readonly StandardParsers[NameOf<
  C[number]
> &
  StandardName][]

/** What {@link WorkerDriver.create} is given: the options of a `Driver` that can be sent to another thread. */
export interface WorkerDriverOptions<K extends FlowKey, C extends readonly ParserChoice[]> extends SentOptions<K> {
  /**
   * Names of parsers that the worker offers, or `{ name, options }` with what the parser is made with. Default all that
   * come with this package: `['http', 'tls', 'dns']`.
   */
  readonly parsers?: C
  /**
   * Workers that share the flows by the hash of their keys, 1 to 64; each reads all packets. What comes out is what one
   * would tell, in the same order. `maxFlows`, `maxProbeBuffer`, `streams.maxStreams` and `streams.maxTotalBuffer` are
   * divided among them, so that flows may go and bytes be given up earlier where a bound is hit. Default 1.
   */
  readonly shards?: number
  /** Starts a worker whose module calls `serve`. Default the one of this package. */
  readonly worker?: () => WorkerLike
}

/** The parsers of a driver, unless it is told otherwise. */
export const ALL: readonly StandardName[] = ['http', 'tls', 'dns']
