import type { Extractor } from '../extract/extractor'
import type { FlowKey } from '../extract/flow-key'
import { compilePlan } from '../extract/plan'
import { type FlowTrackerOptions, resolveOptions } from './config'
import { Engine } from './engine'
import type { FlowEvent, TrackerEvent } from './events'
import { Tracker } from './tracker'

const OWNER = 'FlowTracker'

/**
 * Tracks the flows of packets: of captures, read with {@link Tracker.events} or {@link Tracker.read}, and of
 * single frames, given to {@link Tracker.track}; one after the other as you like.
 *
 * Each tracker is an instance of the core with a memory of its own, sized by `maxFlows`. {@link Tracker.dispose}
 * lets it go, and so does `using`.
 *
 * - While a capture is read, the core is ahead of the events that have come out by up to a chunk of 1 MiB:
 *   `get`, `flows` and `stats` show what it knows.
 * - No event is lost. Those of an iteration that was left early, or of a call that threw, come with the next ones.
 * - The functions in the options must not use the tracker: it throws a BusyError. When one throws, its error comes
 *   out of the call during which it was called, once the core is done; the tracker goes on as if an extractor had
 *   found no flow, `idleTimeoutOf` had no opinion, and `userState` had made undefined.
 * - Every method throws a DisposedError after disposal.
 *
 * `K` is the kind of keys, and follows from the extractor; `S` is what the option `userState` makes.
 */
export class FlowTracker<K extends FlowKey = FlowKey, S = undefined, E = FlowEvent<K, S>> extends Tracker<K, S, E> {
  private constructor(extractor: Extractor<K>, engine: Engine<K, S, E>) {
    super(OWNER, extractor, engine)
  }

  /**
   * Makes a tracker. The first one loads the core.
   *
   * @throws ConfigError when an option cannot be used, ModuleError when the core cannot be loaded, OutOfMemoryError
   * when memory for `maxFlows` and `streams` is not to be had
   */
  static async create<K extends FlowKey, S = undefined>(
    extractor: Extractor<K>,
    options?: FlowTrackerOptions<K, S> & { readonly anomalies?: false },
  ): Promise<FlowTracker<K, S>>
  /** The same for a tracker that may tell anomalies. */
  static async create<K extends FlowKey, S = undefined>(
    extractor: Extractor<K>,
    options: FlowTrackerOptions<K, S>,
  ): Promise<FlowTracker<K, S, TrackerEvent<K, S>>>
  static async create<K extends FlowKey, S>(
    extractor: Extractor<K>,
    options: FlowTrackerOptions<K, S> = {},
  ): Promise<FlowTracker<K, S, TrackerEvent<K, S>>> {
    const plan = compilePlan(extractor)
    const resolved = resolveOptions(options)
    return new FlowTracker(extractor, await Engine.create(OWNER, plan, resolved, (events) => events))
  }
}
