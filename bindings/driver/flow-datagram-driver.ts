import { ConfigError } from '../common/errors'
import type { FiveTupleKey, FlowKey } from '../extract/flow-key'
import type { DatagramParser } from '../session/datagram-parser'
import { type DatagramProtocol, datagramParser } from '../session/protocol'
import { createParts, type DriverParts, ParserDriver } from './driver'
import type { DriverEvent } from './driver-events'
import type { CommonDriverOptions } from './options'

/** What {@link FlowDatagramDriver.create} is given. */
export interface FlowDatagramDriverOptions<K extends FlowKey, S, M> extends CommonDriverOptions<K, S> {
  /** Makes the parser of a UDP flow, when its first datagram comes. Must not use the driver. */
  readonly parser: (key: K) => DatagramParser<M>
}

/** Carries one parser on all UDP flows: a {@link Driver} for a single protocol on any port. */
export class FlowDatagramDriver<K extends FlowKey = FlowKey, S = undefined, M = unknown> extends ParserDriver<
  K,
  S,
  DriverEvent<K, S, readonly [DatagramProtocol<'datagram', M>]>
> {
  private constructor(parts: DriverParts<K, S>) {
    super('FlowDatagramDriver', parts)
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
  }: FlowDatagramDriverOptions<K, S, M>): Promise<FlowDatagramDriver<K, S, M>> {
    if (typeof parser !== 'function') throw new ConfigError('parser', 'must be a function')
    const create = parser as (key: FlowKey) => DatagramParser<M>
    const protocol = datagramParser({ name: 'datagram', create })
    return new FlowDatagramDriver<K, S, M>(await createParts('FlowDatagramDriver', [protocol], options))
  }
}
