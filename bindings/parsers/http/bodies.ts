import { checkInteger } from '../../common/options'
import type { HttpMessage } from './message'

/** What was made of a body. */
export interface HttpBody {
  /** Its bytes, de-chunked, as far as they were kept and the capture has them. */
  readonly bytes?: Uint8Array
  /** There were more bytes than were to be kept. */
  readonly isTruncated?: boolean
  /** Bytes that the capture has not: `[offset in bytes, missing length]`. The first {@link MOST_GAPS} of them. */
  readonly gaps?: readonly (readonly [offset: number, length: number])[]
  /** Hash of its bytes in lower-case hexadecimal. Of a body with gaps it is that of the bytes there are. */
  readonly hash?: string
}

/** Takes the body of one message. */
export interface HttpBodyReader {
  /**
   * The next bytes of the body, de-chunked.
   *
   * @param bytes a view that holds only during this call: copy what is needed longer
   * @returns false when no more are wanted: the rest is counted only
   */
  data(bytes: Uint8Array): unknown
  /** Bytes of the body are missing. */
  gap?(length: number): void
  /** The body, or what there is of it, is over. The answer becomes the message's `body`. */
  end?(): HttpBody | undefined
}

/**
 * Says what becomes of a message's body, once its head is read: a reader, or undefined to skip it. It is asked only
 * where there is a body. Choose by the message: `(m) => (isHtml(m.headers) ? whole(m) : undefined)`.
 */
export type HttpBodies = (message: HttpMessage) => HttpBodyReader | undefined

/** Gaps that are told of one body. */
export const MOST_GAPS = 64

/** Bytes kept of a body where no number is given. */
const USUAL_MOST = 1 << 20

const MOST = 2 ** 30

const FIRST_BUFFER = 4096

/** Keeps bodies whole, up to a bound: `message.body.bytes`. */
export function wholeBodies({ maxBytes = USUAL_MOST }: { readonly maxBytes?: number } = {}): HttpBodies {
  checkInteger(maxBytes, 0, MOST, 'wholeBodies.maxBytes')
  return () => new WholeBody(maxBytes)
}

/**
 * Hands bodies to a function as they come, de-chunked.
 *
 * @param receive is given views that hold only during the call; returns false when it wants no more of this body
 * @param missing is told of bytes that the capture has not
 */
export function streamedBodies(
  receive: (message: HttpMessage, bytes: Uint8Array) => unknown,
  missing?: (message: HttpMessage, length: number) => void,
): HttpBodies {
  return (message) => ({
    data: (bytes) => receive(message, bytes),
    ...(missing && { gap: (length: number) => missing(message, length) }),
  })
}

class WholeBody implements HttpBodyReader {
  readonly #maxBytes: number
  #bytes = new Uint8Array(0)
  #length = 0
  #isTruncated = false
  #gaps: [number, number][] | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  data(bytes: Uint8Array): boolean {
    const kept = Math.min(bytes.length, this.#maxBytes - this.#length)
    this.#isTruncated = kept < bytes.length
    this.#reserve(this.#length + kept)
    this.#bytes.set(kept < bytes.length ? bytes.subarray(0, kept) : bytes, this.#length)
    this.#length += kept
    return !this.#isTruncated
  }

  gap(length: number): void {
    this.#gaps ??= []
    const last = this.#gaps.at(-1)
    if (last?.[0] === this.#length) last[1] += length
    else if (this.#gaps.length < MOST_GAPS) this.#gaps.push([this.#length, length])
  }

  end(): HttpBody {
    const bytes = this.#length === this.#bytes.length ? this.#bytes : this.#bytes.slice(0, this.#length)
    return { bytes, ...(this.#isTruncated && { isTruncated: true }), ...(this.#gaps && { gaps: this.#gaps }) }
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return
    const larger = new Uint8Array(Math.min(Math.max(length, 2 * this.#bytes.length, FIRST_BUFFER), this.#maxBytes))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
