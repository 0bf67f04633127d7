import type { Timestamp } from '../packet/timestamp'

/** The capture has come to another second. For sources of events, which hand it out to nobody. */
export class ClockTick {
  readonly kind = 'clock'

  /** @param timestamp of the first packet in it */
  constructor(readonly timestamp: Timestamp) {}
}
