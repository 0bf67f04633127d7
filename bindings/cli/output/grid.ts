import Table from 'cli-table3'

/** How each column stands, from the left. */
export type Alignments = readonly Table.HorizontalAlignment[]

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((part) => [`${side}${part}`, ''] as const),
  ),
)

/** A table without lines: as wide as its cells, two blanks between columns, one before the first. */
export function grid(rows: readonly (readonly string[])[], colAligns: Alignments): string {
  const table = new Table({
    chars: { ...NO_LINES, mid: '', 'mid-mid': '', middle: '' },
    colAligns: [...colAligns],
    style: { compact: true, head: [], border: [] },
  })
  for (const row of rows) table.push([...row])
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
