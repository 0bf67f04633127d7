import { CR, isBlank, isDigit, LF, octets } from './ascii'
import type { BodyFraming } from './framing'
import { SectionBuffer } from './section'

/** What the first octets behind a head have come to: a status line, a body, or too few to tell. */
export type DoubtStep = 'more' | 'status' | 'body'

const HTTP_NAME = octets('HTTP/')
const DOT = 0x2e

/** `HTTP-version SP status-code`, and the octet that ends the code (RFC 9112, 4). */
const LENGTH = 13

/**
 * Looks at what follows the head of a response to a request that nobody saw. Had that been HEAD, there is no body,
 * whatever the fields say (RFC 9112, 6.3, rule 1), and the next response follows at once.
 */
export class BodyDoubt {
  /** After {@link BodyDoubt.take}: where the octets behind those taken begin. */
  next = 0
  readonly #buffer = new SectionBuffer()

  /** @param framing how the body ends, if there is one */
  constructor(readonly framing: BodyFraming) {}

  take(bytes: Uint8Array, from: number): DoubtStep {
    for (let at = from; at < bytes.length && this.#buffer.length < LENGTH; at++) {
      this.next = at
      if (!isStatusOctet(bytes[at] as number, this.#buffer.length)) return 'body'
      this.#buffer.append(bytes, at, at + 1)
      this.next = at + 1
    }
    return this.#buffer.length === LENGTH ? 'status' : 'more'
  }

  /** The octets that were looked at. */
  release(): Uint8Array {
    return this.#buffer.copy()
  }
}

function isStatusOctet(octet: number, place: number): boolean {
  if (place < HTTP_NAME.length) return octet === HTTP_NAME[place]
  switch (place) {
    case 6:
      return octet === DOT
    case 8:
      return isBlank(octet)
    case LENGTH - 1:
      return isBlank(octet) || octet === CR || octet === LF
    default:
      return isDigit(octet)
  }
}
