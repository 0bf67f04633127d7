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
  if (milliseconds < 1) return `${Math.round(milliseconds * 1000)} us`
  if (milliseconds < 1000) return `${milliseconds.toPrecision(3)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 60) return `${seconds.toPrecision(3)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** UTC to the millisecond: `2013-05-21 21:06:17.123`. */
export function formatTime(milliseconds: number): string {
  const date = new Date(milliseconds)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, -1).replace('T', ' ')
}

/** The same without the day. */
export function formatTimeOfDay(milliseconds: number): string {
  return formatTime(milliseconds).slice('YYYY-MM-DD '.length)
}

/** A number of things: `1 packet`. */
export function formatNumber(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`
}

/** Milliseconds since 1970, fractions included: fine enough to sort by and to show. */
export function millisecondsOf({ seconds, nanoseconds }: Timestamp): number {
  return seconds * 1000 + nanoseconds / 1e6
}
