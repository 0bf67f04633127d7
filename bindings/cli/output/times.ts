// Times as people read them, in UTC.

import type { Timestamp } from '../../index'

/** To the microsecond: `2013-05-21 21:06:17.123456`. */
export function formatDateTime(timestamp: Timestamp): string {
  return timestamp.toISOString().slice(0, -'789Z'.length).replace('T', ' ')
}

/** The time of day to the millisecond: `21:06:17.123`. */
export function formatTimeOfDay(timestamp: Timestamp): string {
  return timestamp.toISOString().slice('YYYY-MM-DDT'.length, -'456789Z'.length)
}
