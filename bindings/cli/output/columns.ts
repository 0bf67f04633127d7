/** One column of a table whose rows are printed one by one, before the next is known. */
export interface Column {
  readonly title: string
  readonly width: number
  readonly align?: 'right'
}

/** The text at the column's width, blank on the open side; a longer one is left alone. */
export function pad(text: string, { width, align }: Column): string {
  return align === 'right' ? text.padStart(width) : text.padEnd(width)
}

/** The text with its middle left out where it is longer than `width`: both ends of an address tell most. */
export function elide(text: string, width: number): string {
  if (text.length <= width) return text
  const tail = Math.floor((width - 1) / 2)
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`
}

/** The text cut at `width`, with a sign that there was more. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
