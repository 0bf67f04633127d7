import { ConfigError } from '../common/errors'
import type { FiveTupleKey, FlowKey } from '../extract/flow-key'
import { type SessionProtocol, sessionParser } from '../session/protocol'
import type { SessionParser } from '../session/session-parser'
import { createParts, type DriverParts, ParserDriver } from './driver'
import type { DriverEvent } from './driver-events'
import type { CommonDriverOptions } from './options'

/** What {@link FlowSessionDriver.create} is given. */
export interface FlowSessionDriverOptions<K extends FlowKey, S, M> extends CommonDriverOptions<K, S> {
  /** Makes the parser of a TCP connection, when its first bytes come. Must not use the driver. */
  readonly parser: (key: K) => SessionParser<M>
}

/** Carries one parser on all TCP connections: a {@link Driver} for a single protocol on any port. */
export class FlowSessionDriver<K extends FlowKey = FlowKey, S = undefined, M = unknown> extends ParserDriver<
  K,
  S,
  DriverEvent<K, S, readonly [SessionProtocol<'session', M>]>
> {
  private constructor(parts: DriverParts<K, S>) {
    super('FlowSessionDriver', parts)
  }

  /**
   * Makes a driver. The first one loads the core.
   *
   * @throws ConfigError when an option cannot be used, ModuleError when the core cannot be loaded, OutOfMemoryError
   * when memory for flows and streams is not to be had
   */
  static async create<M, K extends FlowKey = FiveTupleKey, S = undefined>({
    parser,
    ...options
  }: FlowSessionDriverOptions<K, S, M>): Promise<FlowSessionDriver<K, S, M>> {
    if (typeof parser !== 'function') throw new ConfigError('parser', 'must be a function')
    const create = parser as (key: FlowKey) => SessionParser<M>
    const protocol = sessionParser({ name: 'session', create })
    return new FlowSessionDriver<K, S, M>(await createParts('FlowSessionDriver', [protocol], options))
  }
}
