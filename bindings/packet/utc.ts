const SECONDS_PER_DAY = 86_400
const TWO_DIGITS = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'))

// The text of a day is made once and kept: a capture rarely spans many, and every flow has two times.
let knownDay = -1
let knownDate = ''

/** Seconds since the epoch as date and time of day in UTC: `2013-05-21T21:06:17`. */
export function formatUtc(seconds: number): string {
  const day = Math.floor(seconds / SECONDS_PER_DAY)
  const second = seconds - day * SECONDS_PER_DAY
  const hours = TWO_DIGITS[Math.floor(second / 3600)]
  const minutes = TWO_DIGITS[Math.floor(second / 60) % 60]
  return `${dateOf(day)}T${hours}:${minutes}:${TWO_DIGITS[second % 60]}`
}

function dateOf(day: number): string {
  if (day !== knownDay) {
    const text = new Date(day * SECONDS_PER_DAY * 1000).toISOString()
    knownDate = text.slice(0, text.indexOf('T'))
    knownDay = day
  }
  return knownDate
}
