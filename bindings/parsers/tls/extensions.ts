import type { Reader } from './reader'

/**
 * Walks the extensions of a hello (RFC 8446 section 4.2), which may be missing altogether (RFC 5246 section 7.4.1.2).
 *
 * @param types takes the type of each, in the order on the wire
 * @param read called with the first extension of each type, and its data
 * @returns whether all had the form they should
 */
export function readExtensions(body: Reader, types: number[], read: (type: number, data: Reader) => void): boolean {
  if (body.left === 0) return true
  const extensions = body.vector(2)
  let areSound = !body.failed && body.left === 0
  const seen = new Set<number>()
  while (extensions.left > 0) {
    const type = extensions.uint16()
    const data = extensions.vector(2)
    if (extensions.failed) return false
    // RFC 8446 section 4.2: no more than one of each type.
    if (seen.has(type)) areSound = false
    else read(type, data)
    seen.add(type)
    types.push(type)
    if (data.failed) areSound = false
  }
  return areSound
}
