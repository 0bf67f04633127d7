import { styleText } from 'node:util'

/** The few roles that text on the terminal plays; colour never carries meaning alone. */
export interface Palette {
  title(text: string): string
  heading(text: string): string
  muted(text: string): string
  bar(text: string): string
  warning(text: string): string
}

const PLAIN: Palette = {
  title: (text) => text,
  heading: (text) => text,
  muted: (text) => text,
  bar: (text) => text,
  warning: (text) => text,
}

const COLORED: Palette = {
  title: style('bold'),
  heading: style('cyan'),
  muted: style('dim'),
  bar: style('blue'),
  warning: style('yellow'),
}

/** What `tty.WriteStream` and plain streams have in common here. */
export interface MaybeTerminal {
  readonly isTTY?: boolean
  hasColors?(): boolean
}

/** Colours for a terminal that shows them; `hasColors` honours NO_COLOR, FORCE_COLOR, TERM=dumb. */
export function paletteFor(stream: MaybeTerminal): Palette {
  return stream.isTTY && stream.hasColors?.() ? COLORED : PLAIN
}

function style(format: Parameters<typeof styleText>[0]): (text: string) => string {
  // The stream was judged above; it need not be the one that Node would look at.
  return (text) => (text === '' ? '' : styleText(format, text, { validateStream: false }))
}
