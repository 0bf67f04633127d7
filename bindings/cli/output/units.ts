// Quantities as a network engineer reads them: SI prefixes and three digits.

const DECIMALS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'] as const

/** A count with a comma between thousands: `1,234,567`. */
export function formatCount(count: number): string {
  return DECIMALS.format(count)
}

/** Three significant digits and a decimal (SI) prefix: `999 B`, `1.23 kB`, `45.6 Mbit/s`. */
export function formatScaled(value: number, unit: string): string {
  let scaled = value
  let prefix = 0
  while (prefix < PREFIXES.length - 1 && roundedTo3(scaled) >= 1000) {
    scaled /= 1000
    prefix++
  }
  const digits = prefix === 0 && Number.isInteger(value) ? String(value) : threeDigits(scaled)
  return `${digits} ${PREFIXES[prefix]}${unit}`
}

export function formatBytes(bytes: number): string {
  return formatScaled(bytes, 'B')
}

/** Bits with three digits: `45.6 Mbit`. */
export function formatBits(bits: number): string {
  return formatScaled(bits, 'bit')
}

/** Three digits, or more where there are more before the point: `0.25`, `12.3`, `45,678`. */
export function formatPerSecond(rate: number): string {
  return rate < 99.95 ? threeDigits(rate) : formatCount(Math.round(rate))
}

/** A share of a whole with one decimal: `12.3 %`; nothing of nothing is `0.0 %`. */
export function formatShare(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : (100 * part) / whole).toFixed(1)} %`
}

/** A duration in the one or two units that matter: `450 ns`, `12.3 ms`, `1.50 s`, `2m 5s`, `3h 20m`, `2d 4h`. */
export function formatDuration(nanoseconds: bigint): string {
  const ns = Number(nanoseconds)
  if (ns === 0) return '0 s'
  if (ns < 1e3) return `${ns} ns`
  if (roundedTo3(ns / 1e3) < 1000) return `${threeDigits(ns / 1e3)} us`
  if (roundedTo3(ns / 1e6) < 1000) return `${threeDigits(ns / 1e6)} ms`
  if (roundedTo3(ns / 1e9) < 60) return `${threeDigits(ns / 1e9)} s`
  const seconds = Math.round(ns / 1e9)
  if (seconds < 3600) return twoUnits(seconds, 60, 'm', 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return twoUnits(minutes, 60, 'h', 'm')
  return twoUnits(Math.round(minutes / 60), 24, 'd', 'h')
}

function twoUnits(value: number, base: number, large: string, small: string): string {
  const rest = value % base
  return `${Math.floor(value / base)}${large}${rest === 0 ? '' : ` ${rest}${small}`}`
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0)
  return value.toFixed(value >= 9.995 ? 1 : 2)
}

function roundedTo3(value: number): number {
  return Number(value.toPrecision(3))
}
