// Nothing that comes from a capture or a file name may steer the terminal or reorder what it shows.

/** Controls (C0, DEL, C1), separators of lines and paragraphs, bidirectional controls (UAX #9), lone surrogates. */
const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu

/** The text on one line, every character that could act on a terminal replaced by U+FFFD. */
export function sanitize(text: string): string {
  return text.replace(UNSAFE, '\ufffd')
}
