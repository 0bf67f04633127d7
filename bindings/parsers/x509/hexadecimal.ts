/** Bytes in lower-case hexadecimal. */
export function hexadecimal(bytes: Iterable<number>): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}
