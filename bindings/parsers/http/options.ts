import { checkFunction, checkInteger, checkOptions } from '../../common/options'
import type { FlowSide } from '../../tracker/vocabulary'
import type { HttpBodies } from './bodies'
import type { HttpAnomalyKind, HttpCounters } from './findings'
import type { HttpMessage } from './message'

/** An anomaly as it is told, each once. */
export interface HttpAnomaly {
  /** What is odd. */
  readonly kind: HttpAnomalyKind
  /** Whose bytes it is in. */
  readonly side: FlowSide
  /** The message that has it, once it is over; undefined where it belongs to none. */
  readonly message: HttpMessage | undefined
}

/** What an HTTP parser may keep, and what it does with bodies. */
export interface HttpOptions {
  /** What becomes of bodies. Without it they are skipped: counted, and where possible not even handed out. */
  readonly bodies?: HttpBodies
  /** Told of each anomaly; messages carry their own besides. */
  readonly onAnomaly?: (anomaly: HttpAnomaly) => void
  /** Where what happens is counted. By default each parser that is made for a list of parsers has its own. */
  readonly counters?: HttpCounters
  /** Bytes of a head, or of a trailer section. Default 64 KiB. */
  readonly maxHead?: number
  /** Fields kept of a head, or of a trailer section. Default 256. */
  readonly maxHeaders?: number
  /** Bytes of the line before a chunk: its size and extensions. Default 4 KiB. */
  readonly maxChunkLine?: number
  /** Requests of a connection that wait for their response. Default 1024. */
  readonly maxPipelined?: number
  /** Bytes in which a start line is searched for, after some that could not be read. Default 16 MiB. */
  readonly maxSearch?: number
}

/** Options with nothing left open. */
export type HttpConfig = Required<Pick<HttpOptions, Bound>> & { readonly [Name in Hook]: HttpOptions[Name] | undefined }

type Bound = 'maxHead' | 'maxHeaders' | 'maxChunkLine' | 'maxPipelined' | 'maxSearch'

type Hook = 'bodies' | 'onAnomaly' | 'counters'

const DEFAULTS: HttpConfig = Object.freeze({
  bodies: undefined,
  onAnomaly: undefined,
  counters: undefined,
  maxHead: 64 << 10,
  maxHeaders: 256,
  maxChunkLine: 4 << 10,
  maxPipelined: 1024,
  maxSearch: 16 << 20,
})

const MOST = 2 ** 30

/**
 * Checks the options and completes them.
 *
 * @throws ConfigError when one is unknown, or has a value that cannot be used
 */
export function resolveOptions(options: HttpOptions): HttpConfig {
  checkOptions(options, Object.keys(DEFAULTS), 'http')
  const config = { ...DEFAULTS, ...options }
  checkFunction(config.bodies, 'http.bodies')
  checkFunction(config.onAnomaly, 'http.onAnomaly')
  checkInteger(config.maxHead, 256, MOST, 'http.maxHead')
  checkInteger(config.maxHeaders, 1, MOST, 'http.maxHeaders')
  checkInteger(config.maxChunkLine, 16, MOST, 'http.maxChunkLine')
  checkInteger(config.maxPipelined, 1, MOST, 'http.maxPipelined')
  checkInteger(config.maxSearch, 0, Number.MAX_SAFE_INTEGER, 'http.maxSearch')
  return config
}
