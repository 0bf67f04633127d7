/** How wide a table must be for a column to be shown; style.css has the widths. */
export type Room = 'some' | 'much'

/** A column of a table. */
export interface Column<R> {
  readonly title: string
  /** CSS pixels; the least where it grows. */
  readonly width: number
  /** Takes a share of what is left over. */
  readonly grows?: boolean
  /** Shown only where there is room; always where it is left out. */
  readonly room?: Room
  readonly isNumber?: boolean
  /** Text of a cell. */
  text(row: R): string
  /** What rows are sorted by. */
  value(row: R): number | string
}

/** Columns that are shown in tables of each width. */
const SHOWN: Readonly<Record<string, readonly (Room | undefined)[]>> = {
  wide: [undefined, 'some', 'much'],
  middle: [undefined, 'some'],
  narrow: [undefined],
}

/** Grid columns for tables of each width, and how narrow they may be, as custom properties of CSS. */
export function layoutOf<R>(columns: readonly Column<R>[]): readonly (readonly [name: string, value: string])[] {
  return Object.entries(SHOWN).flatMap(([name, rooms]) => {
    const shown = columns.filter(({ room }) => rooms.includes(room))
    const template = shown.map(({ width, grows }) => (grows ? `minmax(${width}px, 1fr)` : `${width}px`))
    const least = shown.reduce((sum, { width }) => sum + width, 0)
    return [
      [`--columns-${name}`, template.join(' ')],
      [`--least-${name}`, `${least}px`],
    ] as const
  })
}
