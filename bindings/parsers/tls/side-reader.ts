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
import { Reader } from './reader'
import { isRecordVersion, nextBeginning, recordSignature, ssl2Signature } from './signature'
import { SSL2_HEADER, SSL2_SERVER_HELLO } from './ssl2'

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

const EMPTY = new Uint8Array()

/** What a {@link SideReader} tells and asks. */
export interface SideListener extends Omit<HandshakeListener, 'tooLong' | 'lost'> {
  ssl2Hello(body: Reader): void
  alert(level: number, description: number): void
  anomaly(kind: TlsAnomalyKind): void
  /** A ChangeCipherSpec came: whether there may be something in the clear behind it. */
  goesOnBehindCipherSpec(): boolean
  /** Application data came: whether there may be something in the clear behind it. */
  goesOnBehindData(): boolean
  /** Whether TLS may begin here, in the middle of a stream. */
  mayBegin(type: number): boolean
  done(): void
}

/** One side of a stream: the record layer (RFC 8446 section 5, RFC 5246 section 6.2.1) and what comes before it. */
export class SideReader {
  readonly #listener: SideListener
  readonly #config: TlsConfig
  readonly #counters: TlsCounters
  readonly #handshake: HandshakeReader
  #phase = START
  readonly #header = new Uint8Array(PEEKED)
  #headerFilled = 0
  #type = 0
  #version = 0
  /** Bytes of the record's body yet to come. */
  #left = 0
  /** What comes may be encrypted. */
  #isBehindCipherSpec = false
  /** Level of an alert whose description is in the next record, or 0. */
  #alertLevel = 0
  /** A hello in SSL 2.0 framing, or the last bytes that were searched. */
  #buffer = EMPTY
  #bufferFilled = 0
  /** Bytes that were searched in vain. */
  #passed = 0
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
        this.#pass(this.#buffer.length)
        this.#buffer = EMPTY
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
    this.#buffer = EMPTY
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
        this.#search(bytes.subarray(at))
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
      this.#buffer = new Uint8Array(length)
      this.#buffer.set(header.subarray(SSL2_HEADER))
      this.#bufferFilled = RECORD_HEADER - SSL2_HEADER
      return
    }
    // The answer in SSL 2.0 itself; what follows is encrypted.
    if (high & 0x80 && type === SSL2_SERVER_HELLO && this.#listener.mayBegin(SERVER_HELLO)) {
      this.stop()
      return
    }
    this.#phase = SEARCH
    this.#search(header.slice())
  }

  #takeBody(bytes: Uint8Array, at: number): number {
    const taken = Math.min(this.#left, bytes.length - at)
    this.#left -= taken
    if (this.#left === 0) this.#phase = HEADER
    if (this.#type === HANDSHAKE) this.#handshake.feed(bytes, at, at + taken, this.#version, this.#isWanted)
    if (this.#type === ALERT) this.#takeAlerts(bytes.subarray(at, at + taken))
    return at + taken
  }

  /** RFC 8446 section 6; up to TLS 1.2 they may be cut and put together as any other content. */
  #takeAlerts(bytes: Uint8Array): void {
    for (const byte of bytes) {
      const level = this.#alertLevel
      if (level === 0 && byte !== 1 && byte !== 2) {
        this.#listener.anomaly('tls_malformed_handshake')
        this.stop()
        return
      }
      this.#alertLevel = level === 0 ? byte : 0
      if (level === 0) continue
      this.#listener.alert(level, byte)
      // A fatal alert and close_notify, 0, are the last of a side (RFC 8446 sections 6.1 and 6.2).
      if (level === 2 || byte === 0) {
        this.stop()
        return
      }
    }
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
    const taken = Math.min(this.#buffer.length - this.#bufferFilled, bytes.length - at)
    this.#buffer.set(bytes.subarray(at, at + taken), this.#bufferFilled)
    this.#bufferFilled += taken
    if (this.#bufferFilled === this.#buffer.length) {
      const body = new Reader(this.#buffer, 1)
      this.#buffer = EMPTY
      this.#phase = HEADER
      this.#listener.ssl2Hello(body)
    }
    return at + taken
  }

  /** Looks for a hello or an alert, and goes on from there. */
  #search(bytes: Uint8Array): void {
    const looked = bytes.subarray(0, this.#config.searchBytes - this.#passed - this.#buffer.length)
    const data = this.#buffer.length > 0 ? joined(this.#buffer, looked) : looked
    let at = nextBeginning(data, 0)
    let verdict = recordSignature(data, at)
    while (verdict === 'no' || (verdict === 'yes' && !this.#mayBegin(data, at))) {
      at = nextBeginning(data, at + 1)
      verdict = recordSignature(data, at)
    }
    this.#pass(at)
    if (verdict === 'yes') {
      this.#buffer = EMPTY
      this.#phase = HEADER
      this.feed(data.subarray(at))
      this.feed(bytes.subarray(looked.length))
      return
    }
    this.#buffer = data.slice(at)
    if (this.#passed + this.#buffer.length < this.#config.searchBytes) return
    this.#pass(this.#buffer.length)
    this.stop()
  }

  /** So many bytes are not TLS. */
  #pass(length: number): void {
    this.#passed += length
    this.#counters.searchedBytes += length
  }

  #mayBegin(data: Uint8Array, at: number): boolean {
    return this.#listener.mayBegin(data[at] === ALERT ? SERVER_HELLO : (data[at + RECORD_HEADER] ?? 0))
  }

  #gapInBody(length: number): void {
    if (length > this.#left) {
      this.#restart()
      return
    }
    this.#left -= length
    this.#alertLevel = 0
    if (this.#type === HANDSHAKE) this.#handshake.skip(length)
    if (this.#left === 0) this.#phase = HEADER
  }

  /** A record may begin at the next byte, or not. */
  #restart(): void {
    this.#phase = START
    this.#headerFilled = 0
    this.#alertLevel = 0
    this.#handshake.lose()
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
