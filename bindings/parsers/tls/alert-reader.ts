/** Warning and fatal: RFC 8446 section 6. */
const WARNING = 1
const FATAL = 2

const CLOSE_NOTIFY = 0

/** Whether more alerts may follow, this was the last of its side, or these bytes are none. */
export type AlertVerdict = 'more' | 'last' | 'malformed'

/** What an {@link AlertReader} tells. */
export interface AlertListener {
  alert(level: number, description: number): void
}

/** Reads alerts, RFC 8446 section 6; up to TLS 1.2 they may be cut and put together as any other content. */
export class AlertReader {
  readonly #listener: AlertListener
  /** Level of an alert whose description is in the next record, or 0. */
  #level = 0

  constructor(listener: AlertListener) {
    this.#listener = listener
  }

  feed(bytes: Uint8Array): AlertVerdict {
    for (const byte of bytes) {
      const level = this.#level
      if (level === 0 && byte !== WARNING && byte !== FATAL) return 'malformed'
      this.#level = level === 0 ? byte : 0
      if (level === 0) continue
      this.#listener.alert(level, byte)
      // A fatal alert and close_notify are the last of a side (RFC 8446 sections 6.1 and 6.2).
      if (level === FATAL || byte === CLOSE_NOTIFY) return 'last'
    }
    return 'more'
  }

  /** Bytes are missing. */
  reset(): void {
    this.#level = 0
  }
}
