import { CR, isBlank, LF, SEMICOLON } from './ascii'
import { leniency } from './findings'

/** Where a chunk's line stands: in its size, in whitespace behind it, in its extensions. */
type Part = 'size' | 'blank' | 'extension'

/** What one more octet of a chunk's line has come to. */
export type ChunkLineStep = 'more' | 'end' | 'invalid' | 'bound'

const BARE_LF = leniency('bare_lf')
const BARE_CR = leniency('bare_cr')
const CHUNK_WHITESPACE = leniency('chunk_whitespace')

/**
 * The line before a chunk: `chunk-size [ chunk-ext ] CRLF` (RFC 9112, 7.1). Extensions are passed over, as 7.1.1 has
 * it for those that are not known.
 */
export class ChunkLine {
  /** Bytes of the chunk, once the line has ended. */
  size = 0
  leniencies = 0
  readonly #maxLength: number
  #length = 0
  #digits = 0
  #part: Part = 'size'
  #isAfterCr = false

  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  begin(): void {
    this.size = 0
    this.leniencies = 0
    this.#length = 0
    this.#digits = 0
    this.#part = 'size'
    this.#isAfterCr = false
  }

  take(octet: number): ChunkLineStep {
    if (++this.#length > this.#maxLength) return 'bound'
    if (octet === LF) {
      if (!this.#isAfterCr) this.leniencies |= BARE_LF
      return this.#digits > 0 ? 'end' : 'invalid'
    }
    if (this.#isAfterCr) {
      // In an extension a lone CR is what smuggles a chunk past one of two peers; anywhere else it is no grammar.
      if (this.#part !== 'extension') return 'invalid'
      this.leniencies |= BARE_CR
    }
    this.#isAfterCr = octet === CR
    if (octet === CR || this.#part === 'extension') return 'more'
    if (octet === SEMICOLON && this.#digits > 0) {
      this.#part = 'extension'
      return 'more'
    }
    if (isBlank(octet) && this.#digits > 0) {
      this.#part = 'blank'
      this.leniencies |= CHUNK_WHITESPACE
      return 'more'
    }
    const digit = this.#part === 'size' ? hexDigit(octet) : -1
    if (digit < 0) return 'invalid'
    this.#digits++
    this.size = 16 * this.size + digit
    return this.size <= Number.MAX_SAFE_INTEGER ? 'more' : 'invalid'
  }
}

function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30
  const lower = octet | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1
}
