import { autoDetectEncap, type Extractor, fiveTuple } from '../extract/extractor'
import type { FiveTupleKey, FlowKey } from '../extract/flow-key'
import type { CaptureInput } from '../sources/capture-input'
import type { FlowTrackerOptions } from './config'
import type { EndedEvent } from './events'
import { FlowTracker } from './flow-tracker'
import type { ReadOptions } from './read-options'

/** Options of {@link flows}: those of a tracker, and those of reading. */
export interface FlowsOptions<K extends FlowKey, S> extends FlowTrackerOptions<K, S>, ReadOptions {
  /** Default `autoDetectEncap(fiveTuple())`: the innermost connection. */
  readonly extractor?: Extractor<K>
}

/**
 * The flows of a capture, each when it ends:
 *
 * ```ts
 * for await (const flow of flows('trace.pcap')) console.log(flow.key, flow.stats.bytes, flow.reason)
 * ```
 *
 * @throws what {@link FlowTracker.create} and {@link FlowTracker.events} throw
 */
export async function* flows<K extends FlowKey = FiveTupleKey, S = undefined>(
  input: CaptureInput,
  options: FlowsOptions<K, S> = {},
): AsyncGenerator<EndedEvent<K, S>, void, undefined> {
  const { extractor, signal, onProgress, decompress, ...trackerOptions } = options
  const tracker = await FlowTracker.create<K, S>(extractor ?? defaultExtractor(), trackerOptions)
  try {
    const readOptions = {
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
      ...(decompress && { decompress }),
    }
    for await (const event of tracker.events(input, readOptions)) if (event.kind === 'ended') yield event
  } finally {
    tracker.dispose()
  }
}

/** K is FiveTupleKey wherever no extractor says otherwise. */
function defaultExtractor<K extends FlowKey>(): Extractor<K> {
  return autoDetectEncap(fiveTuple()) as Extractor<FlowKey> as Extractor<K>
}
