/** Labels as one text, in order of their names. */
export function labelText(attributes: object = {}): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}=${String(value)}`)
    .sort()
    .join(' ')
}
