import type { FiveTupleKey, FlowKey } from '../extract/flow-key'
import type { ParserEntry } from '../session/protocol'
import type { CaptureInput } from '../sources/capture-input'
import type { ReadOptions } from '../tracker/read-options'
import { createParts, type DriverParts, ParserDriver } from './driver'
import type { MessageOf } from './driver-events'
import { type CommonDriverOptions, flatten } from './options'

/** Options of {@link messages}: those of a driver, and those of reading. */
export interface MessagesOptions<K extends FlowKey, S>
  extends Omit<CommonDriverOptions<K, S>, 'anomalies' | 'packetEvents'>,
    ReadOptions {}

/** A driver that hands out nothing but messages. */
class MessageDriver<K extends FlowKey, S, P extends readonly ParserEntry[]> extends ParserDriver<
  K,
  S,
  MessageOf<P[number], K, S>
> {
  private constructor(parts: DriverParts<K, S>) {
    super('messages', parts)
  }

  static async create<K extends FlowKey, S, P extends readonly ParserEntry[]>(
    parsers: P,
    options: CommonDriverOptions<K, S>,
  ): Promise<MessageDriver<K, S, P>> {
    return new MessageDriver<K, S, P>(await createParts('messages', flatten(parsers), options, { tellsFlows: false }))
  }
}

/**
 * The messages of a capture, in capture order, typed by the parsers given:
 *
 * ```ts
 * for await (const { protocol, message, key } of messages('trace.pcap', [http(), tls(), dns()])) {
 *   if (protocol === 'tls' && message.kind === 'client_hello') console.log(String(key), message.sni)
 * }
 * ```
 *
 * @throws what {@link Driver.create} and {@link Tracker.events} throw
 */
export async function* messages<
  const P extends readonly ParserEntry[],
  K extends FlowKey = FiveTupleKey,
  S = undefined,
>(
  input: CaptureInput,
  parsers: P,
  options: MessagesOptions<K, S> = {},
): AsyncGenerator<MessageOf<P[number], K, S>, void, undefined> {
  const { signal, onProgress, decompress, ...driverOptions } = options
  const driver = await MessageDriver.create<K, S, P>(parsers, driverOptions)
  try {
    const readOptions = {
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
      ...(decompress && { decompress }),
    }
    for await (const message of driver.events(input, readOptions)) yield message
  } finally {
    driver.dispose()
  }
}
