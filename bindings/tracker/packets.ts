import { untilAborted, yieldToEventLoop } from '../common/event-loop'
import type { PacketView } from '../packet/packet-view'
import { type CaptureInput, toSource } from '../sources/capture-input'
import { OpenedCapture } from '../sources/opened-capture'
import { CaptureReader } from './capture-reader'
import { PacketFeeder } from './packet-feeder'
import { LONGEST_TURN, progressOf, type ReadOptions } from './read-options'

/**
 * The packets of a capture, one by one, without tracking flows: for tools of your own, and for those that want frames,
 * such as a {@link FlowExtractor}. Each frame is a copy, and can be kept.
 *
 * ```ts
 * for await (const { timestamp, frame, wireLength } of packets('trace.pcap')) console.log(String(timestamp), wireLength)
 * ```
 *
 * The source is closed when the iteration ends, however it does.
 *
 * @throws CaptureError when the capture is damaged, after all packets before the damage; the signal's reason; errors of
 * the source; ModuleError when the core cannot be loaded
 */
export async function* packets(
  input: CaptureInput,
  { signal, onProgress, decompress = [] }: ReadOptions = {},
): AsyncGenerator<PacketView, void, undefined> {
  const source = new OpenedCapture(toSource(input), decompress, true)
  try {
    const reader = new CaptureReader(await PacketFeeder.create())
    let turn = performance.now()
    for (;;) {
      signal?.throwIfAborted()
      const filling = source.readInto(reader.target())
      const count = typeof filling === 'number' ? filling : await untilAborted(filling, signal)
      if (count === 0) break
      for (const packet of reader.accept(count)) yield packet
      onProgress?.(progressOf(source, reader))
      if (performance.now() - turn < LONGEST_TURN) continue
      await yieldToEventLoop()
      turn = performance.now()
    }
    reader.end()
  } finally {
    await source.close()
  }
}
