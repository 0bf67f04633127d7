import { type AlertListener, AlertReader } from './alert-reader'
import {
  ALERT,
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC,
  CLIENT_HELLO,
  HANDSHAKE,
  HEARTBEAT,
  LONGEST_RECORD,
  RECORD_HEADER,
  SERVER_HELLO,
} from './constants'
import { type HandshakeListener, HandshakeReader } from './handshake'
import type { TlsAnomalyKind, TlsCounters } from './messages'
import type { TlsConfig } from './options'
import type { Reader } from './reader'
import { RecordSearch, type SearchListener } from './record-search'
import { isRecordVersion, ssl2Signature } from './signature'
import { SSL2_HEADER, SSL2_SERVER_HELLO } from './ssl2'
import { Ssl2Buffer } from './ssl2-buffer'

/** At the first byte of a stream or behind a hole; between records; in a record's body ... */
const START = 0
const HEADER = 1
const BODY = 2
/** ... at the first bytes of a handshake record that may be encrypted ... */
const PEEK = 3
/** ... in a hello in SSL 2.0 framing; looking for where TLS begins; at the end of what can be read. */
const SSL2 = 4
const SEARCH = 5
const DONE = 6

/** Bytes of a handshake record that tell a hello from what is encrypted: type, length, version. */
const PEEKED = 6

/** Longest record of alerts that are in the clear: one may hold several (RFC 5246 section 6.2.1). */
const LONGEST_ALERTS = 16

/** What a {@link SideReader} tells and asks. */
export interface SideListener extends Omit<HandshakeListener, 'tooLong' | 'lost'>, AlertListener, SearchListener {
  ssl2Hello(body: Reader): void
  anomaly(kind: TlsAnomalyKind): void
  /** A ChangeCipherSpec came: whether there may be something in the clear behind it. */
  goesOnBehindCipherSpec(): boolean
  /** Application data came: whether there may be something in the clear behind it. */
  goesOnBehindData(): boolean
  done(): void
}

/** One side of a stream: the record layer (RFC 8446 section 5, RFC 5246 section 6.2.1) and what comes before it. */
export class SideReader {
  readonly #listener: SideListener
  readonly #config: TlsConfig
  readonly #counters: TlsCounters
  readonly #handshake: HandshakeReader
  // Made where they are needed first: few sides need them, and open connections are many.
  #alerts: AlertReader | undefined
  #search: RecordSearch | undefined
  /** A hello in SSL 2.0 framing that is on its way. */
  #ssl2: Ssl2Buffer | undefined
  #phase = START
  readonly #header = new Uint8Array(PEEKED)
  #headerFilled = 0
  #type = 0
  #version = 0
  /** Bytes of the record's body yet to come. */
  #left = 0
  /** What comes may be encrypted. */
  #isBehindCipherSpec = false
  readonly #isWanted = () => this.#phase !== DONE

  constructor(listener: SideListener, config: TlsConfig, counters: TlsCounters) {
    this.#listener = listener
    this.#config = config
    this.#counters = counters
    this.#handshake = new HandshakeReader(
      {
        message: (type, body, version) => listener.message(type, body, version),
        tooLong: () => listener.anomaly('tls_handshake_too_long'),
        lost: () => listener.anomaly('tls_handshake_lost'),
      },
      config.maxHandshakeBytes,
      config.certificates,
    )
  }

  get isDone(): boolean {
    return this.#phase === DONE
  }

  feed(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length && this.#phase !== DONE) at = this.#step(bytes, at)
  }

  /** So many bytes are missing before what is fed next. */
  gap(length: number): void {
    switch (this.#phase) {
      case BODY:
        this.#gapInBody(length)
        break
      case HEADER:
        this.#restart()
        break
      case START:
        this.#headerFilled = 0
        break
      case SSL2:
        this.#listener.anomaly('tls_handshake_lost')
        this.#restart()
        break
      case PEEK:
        this.stop()
        break
      case SEARCH:
        this.#search?.giveUp()
    }
  }

  /** Nothing comes any more. */
  fin(): void {
    const isInMessage = this.#phase === SSL2 || this.#handshake.isInMessage
    if (isInMessage && this.#phase !== DONE) this.#listener.anomaly('tls_handshake_incomplete')
    this.stop()
  }

  stop(): void {
    if (this.#phase === DONE) return
    this.#phase = DONE
    this.#ssl2 = undefined
    this.#search = undefined
    this.#handshake.stop()
    this.#listener.done()
  }

  /** Takes some bytes from `at` on; returns where it stopped. */
  #step(bytes: Uint8Array, at: number): number {
    switch (this.#phase) {
      case BODY:
        return this.#takeBody(bytes, at)
      case PEEK:
        return this.#takePeeked(bytes, at)
      case SSL2:
        return this.#takeSsl2(bytes, at)
      case SEARCH:
        this.#lookIn(bytes.subarray(at))
        return bytes.length
      default:
        this.#header[this.#headerFilled++] = bytes[at] ?? 0
        if (this.#headerFilled === RECORD_HEADER) this.#takeHeader()
        return at + 1
    }
  }

  /** RFC 8446 section 5.1: type, version, length. */
  #takeHeader(): void {
    const [type = 0, major = 0, minor = 0, high = 0, low = 0] = this.#header
    const length = (high << 8) | low
    const isRecord =
      type >= CHANGE_CIPHER_SPEC &&
      type <= HEARTBEAT &&
      isRecordVersion(major, minor) &&
      length <= LONGEST_RECORD &&
      (length > 0 || this.#phase === HEADER)
    this.#headerFilled = 0
    if (!isRecord) {
      this.#takeStranger()
      return
    }
    this.#type = type
    this.#version = (major << 8) | minor
    this.#left = length
    this.#counters.records++
    this.#beginBody()
  }

  #beginBody(): void {
    const type = this.#type
    if (!this.#goesOn(type)) {
      this.stop()
      return
    }
    if (type === CHANGE_CIPHER_SPEC) this.#isBehindCipherSpec = true
    if (type === HANDSHAKE) this.#handshake.beginRecord()
    if (this.#left === 0) this.#phase = HEADER
    else this.#phase = type === HANDSHAKE && this.#isBehindCipherSpec ? PEEK : BODY
  }

  /** Whether something that can be read may be in this record or behind it. */
  #goesOn(type: number): boolean {
    if (type === CHANGE_CIPHER_SPEC) return this.#listener.goesOnBehindCipherSpec()
    if (type === APPLICATION_DATA) return this.#listener.goesOnBehindData()
    return type !== ALERT || this.#left === 2 || (this.#left <= LONGEST_ALERTS && !this.#isBehindCipherSpec)
  }

  /** What stands in the place of a record header is none. */
  #takeStranger(): void {
    const header = this.#header.subarray(0, RECORD_HEADER)
    if (this.#phase === HEADER) {
      this.#listener.anomaly('tls_malformed_record')
      this.stop()
      return
    }
    const [high = 0, low = 0, type = 0] = header
    const length = ((high & 0x7f) << 8) | low
    if (ssl2Signature(header) === 'yes' && length > RECORD_HEADER - SSL2_HEADER) {
      this.#phase = SSL2
      this.#ssl2 = new Ssl2Buffer(length)
      this.#ssl2.take(header, SSL2_HEADER)
      return
    }
    // The answer in SSL 2.0 itself; what follows is encrypted.
    if (high & 0x80 && type === SSL2_SERVER_HELLO && this.#listener.mayBegin(SERVER_HELLO)) {
      this.stop()
      return
    }
    this.#phase = SEARCH
    this.#lookIn(header.slice())
  }

  #takeBody(bytes: Uint8Array, at: number): number {
    const taken = Math.min(this.#left, bytes.length - at)
    this.#left -= taken
    if (this.#left === 0) this.#phase = HEADER
    if (this.#type === HANDSHAKE) this.#handshake.feed(bytes, at, at + taken, this.#version, this.#isWanted)
    if (this.#type === ALERT) this.#takeAlerts(bytes.subarray(at, at + taken))
    return at + taken
  }

  #takeAlerts(bytes: Uint8Array): void {
    this.#alerts ??= new AlertReader(this.#listener)
    const verdict = this.#alerts.feed(bytes)
    if (verdict === 'more') return
    if (verdict === 'malformed') this.#listener.anomaly('tls_malformed_handshake')
    this.stop()
  }

  #takePeeked(bytes: Uint8Array, at: number): number {
    this.#header[this.#headerFilled++] = bytes[at] ?? 0
    if (this.#headerFilled < Math.min(PEEKED, this.#left)) return at + 1
    const [type = 0, high = 0, , , major = 0] = this.#header
    const isHello = this.#headerFilled === PEEKED && (type === CLIENT_HELLO || type === SERVER_HELLO)
    this.#headerFilled = 0
    if (!isHello || high > 1 || major !== 3) {
      this.stop()
      return at + 1
    }
    this.#isBehindCipherSpec = false
    this.#phase = BODY
    this.#takeBody(this.#header.slice(), 0)
    return at + 1
  }

  #takeSsl2(bytes: Uint8Array, at: number): number {
    const end = this.#ssl2?.take(bytes, at) ?? at
    const body = this.#ssl2?.body
    if (body) {
      this.#ssl2 = undefined
      this.#phase = HEADER
      this.#listener.ssl2Hello(body)
    }
    return end
  }

  /** Goes on with records from where TLS begins. */
  #lookIn(bytes: Uint8Array): void {
    this.#search ??= new RecordSearch(this.#listener, this.#config.searchBytes, this.#counters)
    const search = this.#search
    const found = search.find(bytes)
    if (found) {
      this.#phase = HEADER
      for (const part of found) this.feed(part)
    } else if (search.isSpent) {
      this.stop()
    }
  }

  #gapInBody(length: number): void {
    if (length > this.#left) {
      this.#restart()
      return
    }
    this.#left -= length
    this.#alerts?.reset()
    if (this.#type === HANDSHAKE) this.#handshake.skip(length)
    if (this.#left === 0) this.#phase = HEADER
  }

  /** A record may begin at the next byte, or not. */
  #restart(): void {
    this.#phase = START
    this.#headerFilled = 0
    this.#ssl2 = undefined
    this.#alerts?.reset()
    this.#handshake.lose()
  }
}
