/** Longest text of a message in a span, in UTF-16 code units. */
const LONGEST_TEXT = 1024

/** A message as text, for people: JSON without bytes, cut where it gets long. */
export function describeMessage(message: unknown): string {
  let text: string
  try {
    text = JSON.stringify(message, withoutBytes) ?? String(message)
  } catch {
    // Messages are whatever a parser makes, circles included.
    text = Object.prototype.toString.call(message)
  }
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text
}

function withoutBytes(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return ArrayBuffer.isView(value) ? `<${value.byteLength} bytes>` : value
}
