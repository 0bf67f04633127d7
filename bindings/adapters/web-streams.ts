import { untilAborted } from '../common/event-loop'
import type { MessageOf } from '../driver/driver-events'
import { type MessagesOptions, messages } from '../driver/messages'
import type { FiveTupleKey, FlowKey } from '../extract/flow-key'
import type { PacketView } from '../packet/packet-view'
import type { ParserEntry } from '../session/protocol'
import type { EndedEvent } from '../tracker/events'
import { type FlowsOptions, flows } from '../tracker/flows'
import type { ReadOptions } from '../tracker/read-options'
import type { Tracker } from '../tracker/tracker'
import { linkedController } from './linked-controller'

/**
 * Bytes of a capture go in, and what `T` says comes out: for `pipeThrough`.
 *
 * Nothing is read ahead: each thing is made when it is asked for. When the readable side is cancelled, or the capture
 * is damaged, whoever writes is told.
 */
export type CaptureTransform<T> = ReadableWritablePair<T, Uint8Array>

/**
 * The events of a tracker or driver as a stream, all flows ended at the end:
 *
 * ```ts
 * const events = response.body.pipeThrough(eventStream(driver))
 * ```
 *
 * Byte views of an event hold until the next one is read. What comes out fails with what {@link Tracker.events} throws,
 * after all that was before. The tracker is not disposed.
 */
export function eventStream<K extends FlowKey, S, E>(
  tracker: Tracker<K, S, E>,
  options: ReadOptions = {},
): CaptureTransform<E> {
  return transform(options.signal, (bytes, signal) => tracker.events(bytes, { ...options, signal }))
}

/** The flows of a capture as a stream, each when it ends. The same as {@link flows} otherwise. */
export function flowStream<K extends FlowKey = FiveTupleKey, S = undefined>(
  options: FlowsOptions<K, S> = {},
): CaptureTransform<EndedEvent<K, S>> {
  return transform(options.signal, (bytes, signal) => flows<K, S>(bytes, { ...options, signal }))
}

/** The messages of a capture as a stream. The same as {@link messages} otherwise. */
export function messageStream<const P extends readonly ParserEntry[], K extends FlowKey = FiveTupleKey, S = undefined>(
  parsers: P,
  options: MessagesOptions<K, S> = {},
): CaptureTransform<MessageOf<P[number], K, S>> {
  return transform(options.signal, (bytes, signal) => messages<P, K, S>(bytes, parsers, { ...options, signal }))
}

/**
 * Frames go in, one by one or in batches, and the events of a tracker or driver come out, all flows ended at the end.
 * Batches spare calls, see {@link Tracker.trackAll}. The tracker is not disposed.
 */
export function packetEventStream<K extends FlowKey, S, E>(
  tracker: Tracker<K, S, E>,
): ReadableWritablePair<E, PacketView | readonly PacketView[]> {
  return transform(undefined, (batches: ReadableStream<PacketView | readonly PacketView[]>, signal) =>
    trackBatches(tracker, batches, signal),
  )
}

async function* trackBatches<K extends FlowKey, S, E>(
  tracker: Tracker<K, S, E>,
  batches: ReadableStream<PacketView | readonly PacketView[]>,
  signal: AbortSignal,
): AsyncGenerator<E, void, undefined> {
  const reader = batches.getReader()
  try {
    for (;;) {
      const { done, value } = await untilAborted(reader.read(), signal)
      if (done) break
      for (const event of tracker.trackAll('frame' in value ? [value] : value)) yield event
    }
    for (const event of tracker.finishing()) yield event
  } finally {
    await reader.cancel()
  }
}

/** A pair of streams: what is written to one is read by a generator, whose items come out of the other. */
function transform<I, T>(
  signal: AbortSignal | undefined,
  read: (input: ReadableStream<I>, signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
): ReadableWritablePair<T, I> {
  const { readable, writable } = new TransformStream<I, I>()
  const stop = linkedController(signal)
  return { writable, readable: readableOf(read(readable, stop.signal), stop) }
}

function readableOf<T>(items: AsyncGenerator<T, void, undefined>, stop: AbortController): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        try {
          const { done, value } = await items.next()
          if (!done) return controller.enqueue(value)
          controller.close()
        } catch (error) {
          controller.error(error)
        }
        // Nobody is to be told any more, so the signal need not know of this stream.
        stop.abort()
      },
      async cancel(reason) {
        // What waits for input would end only after some came.
        stop.abort(reason)
        await items.return()
      },
    },
    // What is read ahead would have lost its bytes by the time that it is asked for.
    { highWaterMark: 0 },
  )
}
