import { CR, isBlank, isTokenOctet, LF, octets, startsWith } from './ascii'
import { isKnownMethod, isVersion, LONGEST_METHOD, parseStartLine } from './start-line'

/** Octets that a start line may take before it is taken for something else. */
const LONGEST_LINE = 4000

const HTTP_NAME = octets('HTTP/')
const HTTP_SCHEME = octets('http')

/**
 * What the first bytes of a side say about HTTP/1: a registered method before a path or an `http` URI is enough, as is
 * the beginning of a status line; of anything else the whole line must be a start line with a version (RFC 9112, 3).
 *
 * @returns undefined while there are too few to tell
 */
export function detectHttp(bytes: Uint8Array): boolean | undefined {
  let at = 0
  while (at < bytes.length && (bytes[at] === CR || bytes[at] === LF)) at++
  const { length } = bytes
  if (startsAlike(bytes, at, HTTP_NAME)) {
    if (length - at < 8) return undefined
    return isVersion(bytes, at, at + 8)
  }
  let methodEnd = at
  while (methodEnd < length && isTokenOctet(bytes[methodEnd])) methodEnd++
  if (methodEnd === length) return methodEnd - at > LONGEST_METHOD + 8 ? false : undefined
  if (methodEnd === at || !isBlank(bytes[methodEnd])) return false
  const target = methodEnd + 1
  if (isKnownMethod(bytes, at, methodEnd)) {
    if (bytes[target] === 0x2f || startsWith(bytes, target, length, HTTP_SCHEME)) return true
  }
  const lineFeed = bytes.indexOf(LF, target)
  if (lineFeed < 0) return length - at > LONGEST_LINE ? false : undefined
  const end = bytes[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed
  return isVersion(bytes, end - 8, end) && parseStartLine(bytes, at, end) !== undefined
}

/** Whether the bytes from `from` on are these, or the first of these as far as there are any. */
function startsAlike(bytes: Uint8Array, from: number, expected: Uint8Array): boolean {
  const length = Math.min(bytes.length - from, expected.length)
  return length > 0 && startsWith(bytes, from, bytes.length, expected.subarray(0, length))
}
