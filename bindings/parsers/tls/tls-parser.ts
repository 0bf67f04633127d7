import { readCertificate } from './certificate'
import { readClientHello } from './client-hello'
import { CLIENT_HELLO, EARLY_DATA, isTls13, SERVER_HELLO, SSL_2 } from './constants'
import type {
  TlsAlert,
  TlsAnomalyKind,
  TlsClientHello,
  TlsCounters,
  TlsMessage,
  TlsServerHello,
  TlsSide,
} from './messages'
import { tlsAlertName } from './names'
import { resolveTlsOptions, type TlsConfig, type TlsOptions } from './options'
import type { Reader } from './reader'
import { readServerHello } from './server-hello'
import { type SideListener, SideReader } from './side-reader'
import { readSsl2ClientHello } from './ssl2'
import type { Writable } from './writable'

/** Records of early data (RFC 8446 section 4.2.10) that are passed over in wait of a second ClientHello. */
const MOST_EARLY_RECORDS = 64

/** Takes what a {@link TlsParser} finds, while it is being fed. */
export interface TlsSink {
  /** A message was read. */
  message(side: TlsSide, message: TlsMessage): void
  /** Something is not as the RFCs have it. */
  anomaly?(side: TlsSide, kind: TlsAnomalyKind): void
  /** All that can be read of this side has been; further bytes are ignored. */
  done?(side: TlsSide): void
}

/** What is known of the session that both sides are speaking about. */
interface Session {
  /** Version negotiated, from the ServerHello that is no HelloRetryRequest. */
  version: number | undefined
  /** A HelloRetryRequest was sent. */
  isRetried: boolean
}

/**
 * Reads what TLS says in the clear, out of the two sides of a stream in the order of the capture. Who sent a
 * ClientHello is the client, whoever began the flow. Bytes are looked at during the call only; no input makes it throw.
 */
export class TlsParser {
  /** What was read so far. */
  readonly counters: TlsCounters = {
    records: 0,
    messages: 0,
    malformed: 0,
    tooLong: 0,
    lost: 0,
    incomplete: 0,
    searchedBytes: 0,
  }
  readonly #initiator: Side
  readonly #responder: Side

  /** @throws ConfigError */
  constructor(sink: TlsSink, options: TlsOptions = {}) {
    const config = resolveTlsOptions(options)
    const session: Session = { version: undefined, isRetried: false }
    this.#initiator = new Side('initiator', sink, config, this.counters, session)
    this.#responder = new Side('responder', sink, config, this.counters, session)
    this.#initiator.peer = this.#responder
    this.#responder.peer = this.#initiator
  }

  /** All that can be read of a side has been. */
  isSideDone(side: TlsSide): boolean {
    return this.#side(side).reader.isDone
  }

  /** Both sides are done. */
  get isDone(): boolean {
    return this.#initiator.reader.isDone && this.#responder.reader.isDone
  }

  /** Takes the next bytes of a side, in order. They are read before it returns, and not kept by reference. */
  feed(side: TlsSide, bytes: Uint8Array): void {
    const of = this.#side(side)
    if (bytes.length > 0) of.hasSpoken = true
    of.reader.feed(bytes)
  }

  /** So many bytes are missing before what is fed next. */
  gap(side: TlsSide, length: number): void {
    const of = this.#side(side)
    of.hasSpoken = true
    of.hasGap = true
    of.reader.gap(length)
  }

  /** The side has ended. */
  fin(side: TlsSide): void {
    this.#side(side).reader.fin()
  }

  #side(side: TlsSide): Side {
    return side === 'initiator' ? this.#initiator : this.#responder
  }
}

const COUNTED: Readonly<Record<TlsAnomalyKind, keyof TlsCounters>> = {
  tls_malformed_record: 'malformed',
  tls_malformed_handshake: 'malformed',
  tls_handshake_too_long: 'tooLong',
  tls_handshake_lost: 'lost',
  tls_handshake_incomplete: 'incomplete',
}

/** One side's part in the session. */
class Side implements SideListener {
  readonly reader: SideReader
  peer: Side | undefined
  hasSpoken = false
  hasGap = false
  readonly #name: TlsSide
  readonly #sink: TlsSink
  readonly #config: TlsConfig
  readonly #counters: TlsCounters
  readonly #session: Session
  #clientHellos = 0
  #offersEarlyData = false
  #earlyRecords = 0

  constructor(name: TlsSide, sink: TlsSink, config: TlsConfig, counters: TlsCounters, session: Session) {
    this.#name = name
    this.#sink = sink
    this.#config = config
    this.#counters = counters
    this.#session = session
    this.reader = new SideReader(this, config, counters)
  }

  /** It has sent a ClientHello. */
  get isClient(): boolean {
    return this.#clientHellos > 0
  }

  message(type: number, body: Reader, recordVersion: number): void {
    const message =
      type === CLIENT_HELLO
        ? readClientHello(body, recordVersion, this.#config)
        : type === SERVER_HELLO
          ? readServerHello(body, recordVersion, this.#config)
          : readCertificate(body)
    if (!message || message.malformed) this.anomaly('tls_malformed_handshake')
    if (!message) return
    this.#tell(message)
    if (message.kind === 'client_hello') this.#onClientHello(message)
    if (message.kind === 'server_hello') this.#onServerHello(message)
  }

  ssl2Hello(body: Reader): void {
    const hello = readSsl2ClientHello(body)
    if (!hello) {
      this.anomaly('tls_malformed_handshake')
      this.reader.stop()
      return
    }
    this.#tell(hello)
    this.#onClientHello(hello)
    // SSL 2.0 itself is not read any further; a later version answers in TLS.
    if (hello.legacyVersion === SSL_2) this.reader.stop()
  }

  alert(level: number, description: number): void {
    const alert: Writable<TlsAlert> = { kind: 'alert', level, description }
    alert.levelName = level === 1 ? 'warning' : 'fatal'
    const name = tlsAlertName(description)
    if (name !== undefined) alert.descriptionName = name
    this.#tell(alert)
  }

  anomaly(kind: TlsAnomalyKind): void {
    this.#counters[COUNTED[kind]]++
    this.#sink.anomaly?.(this.#name, kind)
  }

  done(): void {
    this.#sink.done?.(this.#name)
  }

  /**
   * Up to TLS 1.2 all is encrypted behind a ChangeCipherSpec (RFC 5246 section 7.1). In TLS 1.3 it says nothing, and a
   * second ClientHello or the ServerHello may follow (RFC 8446 appendix D.4).
   */
  goesOnBehindCipherSpec(): boolean {
    const { version, isRetried } = this.#session
    return version === undefined || (isRetried && this.#clientHellos === 1)
  }

  /** Early data goes before a second ClientHello, where the server does not take it (RFC 8446 section 4.2.10). */
  goesOnBehindData(): boolean {
    const { version } = this.#session
    return version === undefined && this.#offersEarlyData && ++this.#earlyRecords <= MOST_EARLY_RECORDS
  }

  /**
   * In the middle of a stream a ClientHello counts when the peer has spoken before, as it does in all protocols that
   * change to TLS, and an answer when there is something to answer. Behind a hole either counts.
   */
  mayBegin(type: number): boolean {
    if (this.hasGap) return true
    return type === CLIENT_HELLO ? this.peer?.hasSpoken === true : this.peer?.isClient === true
  }

  #onClientHello(hello: TlsClientHello): void {
    this.#clientHellos++
    this.#offersEarlyData = hello.extensions.includes(EARLY_DATA)
  }

  #onServerHello(hello: TlsServerHello): void {
    if (hello.helloRetryRequest) {
      this.#session.isRetried = true
      return
    }
    this.#session.version = hello.version
    // RFC 8446 section 2: everything after the ServerHello is encrypted.
    if (isTls13(hello.version)) this.reader.stop()
  }

  #tell(message: TlsMessage): void {
    this.#counters.messages++
    this.#sink.message(this.#name, message)
  }
}
