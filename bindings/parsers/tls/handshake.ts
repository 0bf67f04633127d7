import { CERTIFICATE, CLIENT_HELLO, HANDSHAKE_HEADER, SERVER_HELLO } from './constants'
import { Reader } from './reader'

/** Bytes that the buffer for a message begins with; it grows as they come, not as they are promised. */
const FIRST_BUFFER = 4096

const EMPTY = new Uint8Array()

/** Handshake types up to TLS 1.2 that are sent in the clear (RFC 5246 section 7.4, RFC 6066, RFC 5077, RFC 4680). */
const KNOWN_TYPES: ReadonlySet<number> = new Set([0, 1, 2, 4, 6, 11, 12, 13, 14, 15, 16, 21, 22, 23])

/** What a {@link HandshakeReader} tells. */
export interface HandshakeListener {
  /** A message of a kind that is read. The reader is valid during the call. */
  message(type: number, body: Reader, recordVersion: number): void
  /** A message of such a kind passes the bound; it is skipped. */
  tooLong(): void
  /** A message of such a kind, or one whose kind is not known, has a hole. */
  lost(): void
}

/**
 * Puts handshake messages together out of the bodies of records: several in one record, or one spread over several
 * (RFC 8446 section 5.1). Messages that are not read pass without being kept.
 */
export class HandshakeReader {
  readonly #listener: HandshakeListener
  readonly #maxBytes: number
  readonly #readsCertificates: boolean
  /** Bytes of the message's header that have come, and of its body. */
  #header = 0
  #filled = 0
  /** Header as a number: type, length. */
  #type = 0
  #length = 0
  #recordVersion = 0
  /** The body is wanted. */
  #isKept = false
  #buffer = EMPTY
  /** Where messages begin is known. */
  #isInStep = false
  /** Nothing can be made of the rest of this record. */
  #ignoresRecord = false

  constructor(listener: HandshakeListener, maxBytes: number, readsCertificates: boolean) {
    this.#listener = listener
    this.#maxBytes = maxBytes
    this.#readsCertificates = readsCertificates
  }

  /** Whether a message that is read has begun. */
  get isInMessage(): boolean {
    return this.#header > 0 && (this.#header < HANDSHAKE_HEADER || this.#isKept)
  }

  beginRecord(): void {
    this.#ignoresRecord = false
  }

  /** Takes bytes [from, to) of a record's body. Stops early when `isWanted` turns false. */
  feed(bytes: Uint8Array, from: number, to: number, recordVersion: number, isWanted: () => boolean): void {
    let at = from
    while (at < to && !this.#ignoresRecord && isWanted()) {
      if (this.#header < HANDSHAKE_HEADER) {
        this.#takeHeader(bytes[at++] ?? 0, recordVersion)
        if (this.#header < HANDSHAKE_HEADER) continue
      }
      at += this.#takeBody(bytes, at, to)
    }
  }

  /** Bytes of a record's body are missing; what follows them is still of this record. */
  skip(length: number): void {
    if (this.#ignoresRecord) return
    const isInBody = this.#header === HANDSHAKE_HEADER
    if (!isInBody || length > this.#length - this.#filled) {
      this.lose()
      return
    }
    if (this.#isKept) this.#listener.lost()
    this.#isKept = false
    this.#buffer = EMPTY
    this.#filled += length
    if (this.#filled === this.#length) this.#reset()
  }

  /** Nobody knows where the next message begins. */
  lose(): void {
    if (this.#isInStep) this.#listener.lost()
    this.#reset()
    this.#isInStep = false
    this.#ignoresRecord = true
  }

  /** Nothing is read any more. */
  stop(): void {
    this.#reset()
    this.#ignoresRecord = true
  }

  #takeHeader(byte: number, recordVersion: number): void {
    if (this.#header === 0) {
      this.#type = byte
      this.#length = 0
      this.#recordVersion = recordVersion
    } else {
      this.#length = (this.#length << 8) | byte
    }
    this.#header++
    if (this.#header < HANDSHAKE_HEADER) return
    if (!this.#isInStep && !(KNOWN_TYPES.has(this.#type) && this.#length <= this.#maxBytes)) {
      this.#reset()
      this.#ignoresRecord = true
      return
    }
    this.#isInStep = true
    this.#isKept =
      this.#type === CLIENT_HELLO ||
      this.#type === SERVER_HELLO ||
      (this.#type === CERTIFICATE && this.#readsCertificates)
    if (this.#isKept && this.#length > this.#maxBytes) {
      this.#isKept = false
      this.#listener.tooLong()
    }
  }

  /** Returns how many bytes it took. */
  #takeBody(bytes: Uint8Array, at: number, to: number): number {
    const taken = Math.min(this.#length - this.#filled, to - at)
    const isWhole = taken === this.#length
    if (this.#isKept && !isWhole) this.#keep(bytes.subarray(at, at + taken))
    this.#filled += taken
    if (this.#filled < this.#length) return taken
    const body = isWhole ? new Reader(bytes, at, at + taken) : new Reader(this.#buffer, 0, this.#length)
    const isKept = this.#isKept
    const type = this.#type
    this.#reset()
    if (isKept) this.#listener.message(type, body, this.#recordVersion)
    return taken
  }

  #keep(part: Uint8Array): void {
    const needed = this.#filled + part.length
    if (needed > this.#buffer.length) {
      const size = Math.min(this.#length, Math.max(FIRST_BUFFER, 2 * needed))
      const larger = new Uint8Array(size)
      larger.set(this.#buffer.subarray(0, this.#filled))
      this.#buffer = larger
    }
    this.#buffer.set(part, this.#filled)
  }

  #reset(): void {
    this.#header = 0
    this.#filled = 0
    this.#isKept = false
    this.#buffer = EMPTY
  }
}
