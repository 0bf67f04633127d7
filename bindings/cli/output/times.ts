// Times of UTC. The text of a day is made once and kept: a capture rarely spans many, and every flow has two times.

import type { Timestamp } from '../../index'

const SECONDS_PER_DAY = 86_400
const TWO_DIGITS = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'))

let knownDay = -1
let knownDate = ''

function dateOf(day: number): string {
  if (day !== knownDay) {
    knownDate = new Date(day * SECONDS_PER_DAY * 1000).toISOString().slice(0, 'YYYY-MM-DD'.length)
    knownDay = day
  }
  return knownDate
}

/** RFC 3339 with nine fractional digits: `2013-05-21T21:06:17.123456789Z`. */
export function formatTimestamp({ seconds, nanoseconds }: Timestamp): string {
  const day = Math.floor(seconds / SECONDS_PER_DAY)
  const second = seconds - day * SECONDS_PER_DAY
  const hours = TWO_DIGITS[Math.floor(second / 3600)]
  const minutes = TWO_DIGITS[Math.floor(second / 60) % 60]
  const fraction = String(nanoseconds).padStart(9, '0')
  return `${dateOf(day)}T${hours}:${minutes}:${TWO_DIGITS[second % 60]}.${fraction}Z`
}

/** To the microsecond: `2013-05-21 21:06:17.123456`. */
export function formatDateTime(timestamp: Timestamp): string {
  return formatTimestamp(timestamp).slice(0, -'789Z'.length).replace('T', ' ')
}

/** The time of day to the millisecond: `21:06:17.123`. */
export function formatTimeOfDay(timestamp: Timestamp): string {
  return formatTimestamp(timestamp).slice('YYYY-MM-DDT'.length, -'456789Z'.length)
}
