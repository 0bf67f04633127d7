import { type Column, elide, pad } from '../output/columns'

/** A column of rows and what stands in it. */
export interface RowColumn<T> extends Column {
  cell(thing: T): string
  /** A longer text loses its middle, where the terminal has no room for it. */
  readonly elides?: true
}

/** The line that stands above all rows. */
export function titlesOf<T>(columns: readonly RowColumn<T>[]): string {
  return columns
    .map((column) => pad(column.title, column))
    .join(' ')
    .trimEnd()
}

/** What stands in the columns for one thing; in a terminal no cell that can give way is wider than its column. */
export function cellsOf<T>(columns: readonly RowColumn<T>[], thing: T, inTerminal: boolean): string[] {
  return columns.map((column) => {
    const text = column.cell(thing)
    return pad(inTerminal && column.elides ? elide(text, column.width) : text, column)
  })
}
