import { ALERT, RECORD_HEADER, SERVER_HELLO } from './constants'
import type { TlsCounters } from './messages'
import { nextBeginning, recordSignature } from './signature'

const EMPTY = new Uint8Array()

/** What a {@link RecordSearch} asks. */
export interface SearchListener {
  /** Whether TLS may begin with this type of handshake message, in the middle of a stream. */
  mayBegin(type: number): boolean
}

/** Looks for where TLS begins in a side that does not begin with it, within a bound. */
export class RecordSearch {
  readonly #listener: SearchListener
  readonly #bound: number
  readonly #counters: TlsCounters
  /** The last bytes, where too few came to tell. */
  #kept = EMPTY
  /** Bytes that were searched in vain. */
  #passed = 0

  /**
   * @param bound bytes that are searched at most
   */
  constructor(listener: SearchListener, bound: number, counters: TlsCounters) {
    this.#listener = listener
    this.#bound = bound
    this.#counters = counters
  }

  /** Nothing was found within the bound. */
  get isSpent(): boolean {
    return this.#passed >= this.#bound
  }

  /**
   * Looks for a hello or an alert.
   *
   * @returns the bytes from there on, in two parts; undefined where there is none yet
   */
  find(bytes: Uint8Array): [Uint8Array, Uint8Array] | undefined {
    const looked = bytes.subarray(0, this.#bound - this.#passed - this.#kept.length)
    const data = this.#kept.length > 0 ? joined(this.#kept, looked) : looked
    let at = nextBeginning(data, 0)
    let verdict = recordSignature(data, at)
    while (verdict === 'no' || (verdict === 'yes' && !this.#begins(data, at))) {
      at = nextBeginning(data, at + 1)
      verdict = recordSignature(data, at)
    }
    this.#pass(at)
    if (verdict === 'yes') {
      this.#kept = EMPTY
      return [data.subarray(at), bytes.subarray(looked.length)]
    }
    this.#kept = data.slice(at)
    if (this.#passed + this.#kept.length >= this.#bound) this.giveUp()
    return undefined
  }

  /** What was kept leads nowhere: bytes are missing behind it, or no more are looked at. */
  giveUp(): void {
    this.#pass(this.#kept.length)
    this.#kept = EMPTY
  }

  /** So many bytes are not TLS. */
  #pass(length: number): void {
    this.#passed += length
    this.#counters.searchedBytes += length
  }

  #begins(data: Uint8Array, at: number): boolean {
    return this.#listener.mayBegin(data[at] === ALERT ? SERVER_HELLO : (data[at + RECORD_HEADER] ?? 0))
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
