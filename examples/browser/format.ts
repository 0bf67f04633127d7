import type { Timestamp } from 'flowscope'

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
const integers = new Intl.NumberFormat('en')

export function formatCount(count: number): string {
  return integers.format(count)
}

/** Three digits and a unit: `4.52 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  for (; value >= 999.5 && unit < UNITS.length - 1; unit++) value /= 1000
  return unit === 0 ? `${bytes} B` : `${value.toPrecision(3)} ${UNITS[unit]}`
}

/** Milliseconds as people say them: `1.24 s`. */
export function formatDuration(milliseconds: number): string {
  const microseconds = Math.round(milliseconds * 1000)
  if (microseconds < 1000) return `${microseconds} us`
  // Not to the very end of a unit: what is rounded up belongs to the next one.
  if (milliseconds < 999.5) return `${milliseconds.toPrecision(3)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 59.95) return `${seconds.toPrecision(3)} s`
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  return `${formatCount(Math.floor(minutes / 60))} h ${minutes % 60} min`
}

/** UTC to the microsecond: `2013-05-21 21:06:17.123456`. */
export function formatTime(milliseconds: number): string {
  const microseconds = Math.round(milliseconds * 1000)
  const date = new Date(Math.floor(microseconds / 1000))
  if (Number.isNaN(date.getTime())) return ''
  const rest = String(microseconds % 1000).padStart(3, '0')
  return date.toISOString().replace('T', ' ').replace('Z', rest)
}

/** The same without the day. */
export function formatTimeOfDay(milliseconds: number): string {
  return formatTime(milliseconds).slice('YYYY-MM-DD '.length)
}

/** Sentences begin with a capital. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A number of things: `1 packet`. */
export function formatNumber(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`
}

/** Milliseconds since 1970, fractions included: fine enough to sort by and to show. */
export function millisecondsOf({ seconds, nanoseconds }: Timestamp): number {
  return seconds * 1000 + nanoseconds / 1e6
}
