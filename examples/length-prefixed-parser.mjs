// A protocol of one's own: messages that say how long they are. `PFX2,` comes before a length of two bytes, `PFX4,`
// before one of four, big-endian; then that many bytes.

import { sessionParser } from 'flowscope'

/** @import { FlowSide, SessionParser } from 'flowscope' */

const MARKER_BYTES = 5
const LENGTH_BYTES = new Map([
  ['PFX2,', 2],
  ['PFX4,', 4],
])

/** Longest message that is waited for. */
const LONGEST = 1 << 20

const latin1 = new TextDecoder('latin1')

/**
 * Cuts the two streams of one connection into messages.
 *
 * @implements {SessionParser<{ body: Uint8Array }>}
 */
class LengthPrefixedParser {
  isPoisoned = false
  /** @type {string | undefined} */
  poisonReason = undefined
  /** Bytes of each side that are not yet a whole message. */
  #rest = { initiator: new Uint8Array(0), responder: new Uint8Array(0) }

  /**
   * @param {FlowSide} side
   * @param {Uint8Array} bytes
   */
  feed(side, bytes) {
    const messages = []
    // The bytes hold only during this call: what is left over is copied.
    let rest = join(this.#rest[side], bytes)
    for (;;) {
      const body = this.#bodyOf(rest)
      if (body === undefined || body.end > rest.length) break
      messages.push({ body: rest.slice(body.start, body.end) })
      rest = rest.subarray(body.end)
    }
    this.#rest[side] = rest.slice()
    return messages
  }

  /**
   * Where the first message's body begins and ends; undefined while nobody knows.
   *
   * @param {Uint8Array} bytes
   */
  #bodyOf(bytes) {
    const marker = latin1.decode(bytes.subarray(0, MARKER_BYTES))
    const lengthBytes = LENGTH_BYTES.get(marker)
    if (lengthBytes === undefined) {
      if (marker.length === MARKER_BYTES) this.#poison(`no marker: ${JSON.stringify(marker)}`)
      return undefined
    }
    const start = MARKER_BYTES + lengthBytes
    if (bytes.length < start) return undefined
    const length = bytes.subarray(MARKER_BYTES, start).reduce((sum, byte) => sum * 256 + byte, 0)
    if (length > LONGEST) this.#poison(`a message of ${length} bytes`)
    return this.isPoisoned ? undefined : { start, end: start + length }
  }

  /** @param {string} reason */
  #poison(reason) {
    this.isPoisoned = true
    this.poisonReason = reason
  }
}

/**
 * @param {Uint8Array} first
 * @param {Uint8Array} second
 */
function join(first, second) {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

/** What a driver is given: on port 5678, and on any other where a stream begins with a marker. */
export function lengthPrefixed() {
  return sessionParser({
    name: 'length-prefixed',
    ports: [5678],
    signature(bytes) {
      if (bytes.length < MARKER_BYTES) return undefined
      return LENGTH_BYTES.has(latin1.decode(bytes.subarray(0, MARKER_BYTES)))
    },
    create: () => new LengthPrefixedParser(),
  })
}
