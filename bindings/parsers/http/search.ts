import { CR, isBlank, isTokenOctet, LF } from './ascii'
import { SectionBuffer } from './section'
import { isKnownMethod, isVersion, LONGEST_METHOD, parseStartLine, SHORTEST_METHOD } from './start-line'

/** Bytes of a line that are looked at; of a longer one the last half of them or more. */
const MOST_LINE = 16 << 10

/**
 * Searches for a start line in bytes whose framing is lost. It need not begin a line, for a body before it need not end
 * one: a status line is known by its version and code, a request line by its version at the end and a method that is
 * registered or begins the line. What is found does not depend on how the bytes are cut.
 */
export class StartLineSearch {
  /** After a find: the start line with its end. */
  readonly line = new SectionBuffer()
  /** The line at work begins behind an LF. */
  #isWholeLine = false

  /** Begins anew, at a place that need not be the beginning of a line. */
  reset(): void {
    this.line.clear()
    this.#isWholeLine = false
  }

  /**
   * Searches the bytes from `from` to `to`.
   *
   * @param kind what may be found; undefined for either
   * @returns where the bytes behind the start line begin, -1 when there is none
   */
  find(bytes: Uint8Array, from: number, to: number, kind: 'request' | 'response' | undefined): number {
    let at = from
    while (at < to) {
      const lineFeed = bytes.indexOf(LF, at)
      const isEnded = lineFeed >= 0 && lineFeed < to
      const stop = isEnded ? lineFeed + 1 : to
      while (at < stop) {
        const count = Math.min(stop - at, MOST_LINE - this.line.length)
        this.line.append(bytes, at, at + count)
        at += count
        if (this.line.length === MOST_LINE && !(isEnded && at === stop)) {
          this.line.drop(MOST_LINE / 2)
          this.#isWholeLine = false
        }
      }
      if (!isEnded) break
      const start = this.#startOf(kind)
      if (start >= 0) {
        this.line.drop(start)
        return at
      }
      this.line.clear()
      this.#isWholeLine = true
    }
    return -1
  }

  #startOf(kind: 'request' | 'response' | undefined): number {
    const { bytes, length } = this.line
    const end = bytes[length - 2] === CR ? length - 2 : length - 1
    const response = kind === 'request' ? -1 : statusLineStart(bytes, end)
    return response >= 0 || kind === 'response' ? response : requestLineStart(bytes, end, this.#isWholeLine)
  }
}

/** Where the last status line that ends at `end` begins, -1 for none. */
function statusLineStart(bytes: Uint8Array, end: number): number {
  for (let i = end - 12; i >= 0; i--) {
    if (bytes[i] === 0x48 && isVersion(bytes, i, i + 8) && parseStartLine(bytes, i, end)) return i
  }
  return -1
}

/** Where the request line that ends at `end` begins, -1 for none. */
function requestLineStart(bytes: Uint8Array, end: number, isWholeLine: boolean): number {
  const version = end - 8
  if (version < 4 || !isVersion(bytes, version, end) || !isBlank(bytes[version - 1])) return -1
  let target = version - 1
  while (target > 0 && !isBlank(bytes[target - 1])) target--
  const methodEnd = target - 1
  if (methodEnd < 1 || target === version - 1) return -1
  let method = methodEnd
  while (method > 0 && isTokenOctet(bytes[method - 1])) method--
  for (let length = Math.min(LONGEST_METHOD, methodEnd - method); length >= SHORTEST_METHOD; length--) {
    if (isKnownMethod(bytes, methodEnd - length, methodEnd)) return methodEnd - length
  }
  return isWholeLine && method === 0 && methodEnd > 0 ? 0 : -1
}
