import { checkInteger } from '../common/options'
import type { Shard } from '../core/core'
import type { Extractor } from '../extract/extractor'
import type { FiveTupleKey, FlowKey } from '../extract/flow-key'
import { compilePlan } from '../extract/plan'
import type { DatagramProtocol, ParserEntry, SessionProtocol } from '../session/protocol'
import { resolveOptions } from '../tracker/config'
import { Engine, type EventSource } from '../tracker/engine'
import { Tracker } from '../tracker/tracker'
import { Dispatcher } from './dispatcher'
import type { DriverEvent } from './driver-events'
import { type CommonDriverOptions, defaultExtractor, flatten, trackerOptionsOf } from './options'
import { DEFAULT_PROBE_BUFFER, type ProbeStats } from './probe-budget'

/** What {@link Driver.create} is given. */
export interface DriverOptions<K extends FlowKey, S, P extends readonly ParserEntry[]>
  extends CommonDriverOptions<K, S> {
  /** What makes messages of the flows. */
  readonly parsers: P
}

/** What a driver is made of. */
export interface DriverParts<K extends FlowKey, S> {
  readonly extractor: Extractor<K>
  readonly engine: Engine<K, S, DriverEvent<K, S>>
  readonly dispatcher: Dispatcher<K, S>
}

/**
 * A tracker that carries parsers on its flows: the one implementation below all drivers. `E` is what it hands out.
 *
 * - What holds for a {@link FlowTracker} holds for a driver; parsers count among the functions that must not use it.
 * - A parser that throws or is poisoned ends there, with a `parser_closed` event, and the flow goes on.
 */
export abstract class ParserDriver<K extends FlowKey, S, E> extends Tracker<K, S, E> {
  readonly #dispatcher: Dispatcher<K, S>

  /** @internal */
  protected constructor(owner: string, { extractor, engine, dispatcher }: DriverParts<K, S>) {
    // Which messages there are follows from the parsers, which is what the type of events says.
    super(owner, extractor, engine as Engine<K, S, unknown> as Engine<K, S, E>)
    this.#dispatcher = dispatcher
  }

  /** What flows have come to of which no signature has said yet what they carry. */
  get probeStats(): ProbeStats {
    return this.#dispatcher.probes.stats
  }

  /**
   * The parser of this name that is at work on a live flow, as its `create` made it; undefined where there is none. It
   * has been fed all that the core has tracked so far.
   */
  parserOf(key: K, protocol: string): object | undefined {
    const entry = this.get(key)
    return entry && this.#dispatcher.find(entry.index, protocol)
  }
}

/** What a driver may be made with besides its options. */
export interface PartsOptions {
  /** Whether there is more to be handed out than messages. Default true. */
  readonly tellsFlows?: boolean
  /** The part of all flows that is tracked. Default all. */
  readonly shard?: Shard | undefined
  /** Told of each event, in their order, where it belongs: see {@link EventDecoder.place}. */
  readonly onPlace?: (place: number) => void
}

/** Bytes. */
const MOST_PROBE_BUFFER = 2 ** 31

/** Makes what a driver is made of. */
export async function createParts<K extends FlowKey, S>(
  owner: string,
  protocols: readonly (SessionProtocol | DatagramProtocol)[],
  { extractor = defaultExtractor<K>(), maxProbeBuffer = DEFAULT_PROBE_BUFFER, ...options }: CommonDriverOptions<K, S>,
  { tellsFlows = true, shard, onPlace }: PartsOptions = {},
): Promise<DriverParts<K, S>> {
  checkInteger(maxProbeBuffer, 0, MOST_PROBE_BUFFER, 'maxProbeBuffer')
  const plan = compilePlan(extractor)
  const resolved = { ...resolveOptions(trackerOptionsOf(options, protocols)), hasClock: protocols.length > 0, shard }
  let dispatcher: Dispatcher<K, S> | undefined
  const engine = await Engine.create(owner, plan, resolved, (host) => {
    dispatcher = new Dispatcher(host, { protocols, tellsFlows, maxProbeBuffer })
    return onPlace ? placed(dispatcher, () => onPlace(host.place())) : dispatcher
  })
  return { extractor, engine, dispatcher: dispatcher as Dispatcher<K, S> }
}

/** A source that tells of each event as it comes. */
function placed<E>(source: EventSource<E>, tell: () => void): EventSource<E> {
  return {
    next() {
      const event = source.next()
      if (event) tell()
      return event
    },
    drop: (index) => source.drop(index),
    advance: (now) => source.advance(now),
  }
}

/**
 * Carries any number of parsers on the flows of packets, over TCP and UDP together, each bound to its flows by port, by
 * key or by the first bytes:
 *
 * ```ts
 * using driver = await Driver.create({ parsers: [http(), dns(), myProtocol()] })
 * for await (const event of driver.events('trace.pcap')) {
 *   if (event.kind === 'message' && event.protocol === 'dns') console.log(event.message)
 * }
 * ```
 *
 * Everything comes out in capture order. Bytes reach a parser as views on the core's memory, without a copy.
 */
export class Driver<
  K extends FlowKey = FlowKey,
  S = undefined,
  P extends readonly ParserEntry[] = readonly ParserEntry[],
> extends ParserDriver<K, S, DriverEvent<K, S, P>> {
  private constructor(parts: DriverParts<K, S>) {
    super('Driver', parts)
  }

  /**
   * Makes a driver. The first one loads the core.
   *
   * @throws ConfigError when an option cannot be used, ModuleError when the core cannot be loaded, OutOfMemoryError
   * when memory for flows and streams is not to be had
   */
  static async create<const P extends readonly ParserEntry[], K extends FlowKey = FiveTupleKey, S = undefined>({
    parsers,
    ...options
  }: DriverOptions<K, S, P>): Promise<Driver<K, S, P>> {
    return new Driver<K, S, P>(await createParts('Driver', flatten(parsers), options))
  }
}
