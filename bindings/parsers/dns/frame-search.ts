import { HEADER, isPlausible } from './plausible'
import { uint16 } from './rdata-reader'

/** Bytes of the length before each message, RFC 1035 section 4.2.2. */
export const PREFIX = 2

/** Positions of a stream out of step at which a whole message is tried before it is given up. */
const MOST_TRIALS = 64

/** What a search has come to: a message, nothing yet, or its bound. */
export type SearchVerdict = 'found' | 'more' | 'spent'

/** What a {@link FrameSearch} asks. */
export interface MessageTest {
  /** Whether these bytes are one sound message: asked only where the stream is out of step. */
  isSound(bytes: Uint8Array): boolean
}

/** Looks for the next sound message of a stream that is out of step. */
export class FrameSearch {
  readonly #test: MessageTest
  readonly #maxMessage: number
  readonly #maxSearch: number
  #searched = 0
  #trials = 0
  #verdict: SearchVerdict = 'more'

  /**
   * @param maxMessage bytes of the longest message that is looked for
   * @param maxSearch bytes that are searched at most
   */
  constructor(test: MessageTest, maxMessage: number, maxSearch: number) {
    this.#test = test
    this.#maxMessage = maxMessage
    this.#maxSearch = maxSearch
  }

  /** What the last `find` came to. */
  get verdict(): SearchVerdict {
    return this.#verdict
  }

  /**
   * Looks from `at` on; `ended`: no more bytes come that belong to these.
   *
   * @returns where a message begins, where more bytes are needed, or where the bound was met: see `verdict`
   */
  find(bytes: Uint8Array, at: number, end: number, ended: boolean): number {
    this.#verdict = 'more'
    for (; at < end; at++) {
      if (this.#searched++ >= this.#maxSearch || this.#trials > MOST_TRIALS) {
        this.#verdict = 'spent'
        return at
      }
      const there = end - at
      const isHead = there >= PREFIX + HEADER
      if (!isHead && !ended) break
      if (!isHead) continue
      const length = uint16(bytes, at)
      if (length > this.#maxMessage || !isPlausible(bytes, at + PREFIX, length)) continue
      if (there < PREFIX + length) {
        if (ended) continue
        break
      }
      this.#trials++
      if (this.#test.isSound(bytes.subarray(at + PREFIX, at + PREFIX + length))) {
        this.#verdict = 'found'
        return at
      }
    }
    // The byte at which more are needed is looked at again.
    if (at < end) this.#searched--
    return at
  }
}
