import { BusyError } from '../common/errors'
import type { DriverEvent } from '../driver/driver-events'
import type { FlowKey } from '../extract/flow-key'
import type { TrackerEvent } from '../tracker/events'
import type { Tracker } from '../tracker/tracker'
import type { TrackerStats } from '../tracker/tracker-stats'

/** Events of trackers and drivers of any kind. */
export type ObservedEvent = TrackerEvent | DriverEvent

/** A tracker or driver of any kind. */
export type ObservedTracker = Tracker<FlowKey, unknown, ObservedEvent>

/** What events are given to. */
export interface EventSink {
  event(event: ObservedEvent): void
  /** A flow was removed without an event. */
  forgotten?(flow: number): void
  /** There is nothing more to come; the tracker can be read once more. */
  close(): void
}

/** The counters of a tracker; undefined inside one of its callbacks, where it cannot be asked. */
export function readStats(tracker: ObservedTracker): TrackerStats | undefined {
  try {
    return tracker.stats
  } catch (error) {
    if (error instanceof BusyError) return undefined
    throw error
  }
}
