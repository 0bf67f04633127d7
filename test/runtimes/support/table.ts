import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../support/programs'

/** A row of the table in docs/runtimes.md: cells by the names of their columns. */
export type Row = Readonly<Record<Column, string>>

/** The columns, as they are called. */
export const COLUMNS = ['runtime', 'version', 'how the core is loaded', 'cases', 'start-up', 'size'] as const

/** One of the columns. */
export type Column = (typeof COLUMNS)[number]

export const DOCUMENT = join(ROOT, 'docs/runtimes.md')

/** Where a run of the tests leaves the rows that it found. */
export const RESULTS = join(ROOT, 'test-results/runtimes')

const BEGIN = '<!-- Written by `npm run runtimes`. -->\n'
const END = '<!-- End of what is written. -->\n'

/** The table of the document. */
export function readTable(): Row[] {
  const lines = inside(readFileSync(DOCUMENT, 'utf8')).trim().split('\n').slice(2)
  return lines.map((line) => {
    const cells = line.split('|').slice(1, -1)
    return Object.fromEntries(COLUMNS.map((column, i) => [column, cells[i]?.trim() ?? ''])) as Row
  })
}

/** A document with another table in it. */
export function withTable(document: string, rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  const table = [COLUMNS, COLUMNS.map(() => '---'), ...rows.map((row) => COLUMNS.map((column) => row[column]))]
  return document.replace(inside(document), () => `\n${table.map(line).join('')}\n`)
}

function inside(document: string): string {
  const [, rest = ''] = document.split(BEGIN)
  return rest.split(END)[0] ?? ''
}
