import Table from 'cli-table3'
import type { Timing } from './timing'

type Cell = string | number

const PIPES = { left: '|', right: '|', middle: '|', mid: '-', 'left-mid': '|', 'mid-mid': '|', 'right-mid': '|' }
const NO_FRAME = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '' }
const NO_FOOT = { bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' }

export function heading(text: string): void {
  console.log(`\n## ${text}\n`)
}

export function note(text: string): void {
  console.log(text)
}

/** Prints a table that is also one in Markdown. */
export function table(head: readonly Cell[], rows: readonly (readonly Cell[])[]): void {
  const drawn = new Table({
    head: head.map(String),
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    chars: { ...PIPES, ...NO_FRAME, ...NO_FOOT },
    style: { head: [], border: [] },
  })
  for (const row of rows) drawn.push(row.map(String))
  // One rule, below the head: Markdown knows no others.
  const lines = drawn.toString().split('\n')
  console.log(lines.filter((line, i) => i <= 1 || !line.startsWith('|-')).join('\n'))
}

/** A figure of the documentation's that must be reached. */
export function target(what: string, value: number, most: number, unit = ''): void {
  const verdict = value <= most ? 'reached' : 'MISSED'
  console.log(`\nTarget ${verdict}: ${what} ${digits(value)}${unit}, at most ${digits(most)}${unit}`)
}

/** Three significant digits, more before the point. */
export function digits(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}

/** The least, and the median in brackets. */
export function cell({ least, median }: Timing): string {
  return `${digits(least)} (${digits(median)})`
}

/** 1, 1 k, 1 M. */
export function short(count: number): string {
  if (count >= 1e6) return `${count / 1e6} M`
  return count >= 1e3 ? `${count / 1e3} k` : String(count)
}

export function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}
