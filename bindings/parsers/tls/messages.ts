/** The end of a flow that bytes come from. */
export type TlsSide = 'initiator' | 'responder'

/** What a ClientHello says of Encrypted Client Hello (draft-ietf-tls-esni, RFC 9849). GREASE ECH looks the same. */
export interface EncryptedClientHello {
  /** `inner` is seen only where the outer one was decrypted, or a client is in error. */
  readonly type: 'outer' | 'inner'
  /** HPKE KDF and AEAD identifiers (RFC 9180 section 7), and the id of the server's configuration; `outer` only. */
  readonly kdf?: number
  /** HPKE AEAD identifier; `outer` only. */
  readonly aead?: number
  /** Id of the server's configuration; `outer` only. */
  readonly configId?: number
}

/**
 * A ClientHello (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2). Numbers are those on the wire, in its order, GREASE
 * included (RFC 8701). A list that belongs to an extension is absent where the extension is.
 */
export interface TlsClientHello {
  readonly kind: 'client_hello'
  /** `sslv2` where the hello came in SSL 2.0 framing (RFC 5246 appendix E.2): no extensions, no fingerprints. */
  readonly framing: 'tls' | 'sslv2'
  /** Version of the record that the hello begins in; that of the hello itself in SSL 2.0 framing. */
  readonly recordVersion: number
  /** Version that the hello itself names; from TLS 1.3 on that of TLS 1.2 (RFC 8446 section 4.1.2). */
  readonly legacyVersion: number
  /** 32 bytes; the challenge in SSL 2.0 framing. */
  readonly random: Uint8Array
  /** Session id, up to 32 bytes; none where a client has none to resume. */
  readonly sessionId: Uint8Array
  /** Cipher suites; in SSL 2.0 framing those that are also TLS's. */
  readonly cipherSuites: readonly number[]
  /** All cipher kinds of an SSL 2.0 framed hello, three bytes each. */
  readonly cipherKinds?: readonly number[]
  /** Compression methods, in the order of preference. */
  readonly compressionMethods: readonly number[]
  /** Types of the extensions. */
  readonly extensions: readonly number[]
  /** Server name (RFC 6066 section 3); bytes that are not printable ASCII are U+FFFD. */
  readonly sni?: string
  /** Protocol names (RFC 7301), made readable in the same way. */
  readonly alpn?: readonly string[]
  /** Extension supported_versions (RFC 8446 section 4.2.1). */
  readonly versions?: readonly number[]
  /** Extension supported_groups (RFC 8446 section 4.2.7). */
  readonly groups?: readonly number[]
  /** Groups that the extension key_share has a share of (RFC 8446 section 4.2.8). */
  readonly keyShares?: readonly number[]
  /** Extension ec_point_formats (RFC 8422 section 5.1.2). */
  readonly pointFormats?: readonly number[]
  /** Extension signature_algorithms (RFC 8446 section 4.2.3). */
  readonly signatureAlgorithms?: readonly number[]
  /** What the extension encrypted_client_hello says; absent without it. */
  readonly encryptedClientHello?: EncryptedClientHello
  /** A part of the hello could not be read; what could be is here. */
  readonly malformed: boolean
  /** JA3 string, and its MD5. */
  readonly ja3?: string
  /** MD5 of the JA3 string, in hexadecimal. */
  readonly ja3Hash?: string
  /** JA4, the fingerprint of TLS clients. */
  readonly ja4?: string
}

/** A ServerHello or HelloRetryRequest (RFC 8446 section 4.1.3, RFC 5246 section 7.4.1.3). */
export interface TlsServerHello {
  readonly kind: 'server_hello'
  /** A HelloRetryRequest: the client answers with a second ClientHello (RFC 8446 section 4.1.4). */
  readonly helloRetryRequest: boolean
  /** Version of the record that the hello begins in. */
  readonly recordVersion: number
  /** Version that the hello itself names. */
  readonly legacyVersion: number
  /** 32 bytes. */
  readonly random: Uint8Array
  /** Session id, up to 32 bytes; from TLS 1.3 on that of the client. */
  readonly sessionId: Uint8Array
  /** The version negotiated: that of the extension supported_versions, else the legacy one. */
  readonly version: number
  /** Such as `TLS 1.3`; absent for an unknown version. */
  readonly versionName?: string
  /** Number of the cipher suite chosen. */
  readonly cipherSuite: number
  /** Name in IANA's registry; absent where it has none. */
  readonly cipherSuiteName?: string
  /** Number of the compression method chosen. */
  readonly compressionMethod: number
  /** Types of the extensions. */
  readonly extensions: readonly number[]
  /** The protocol chosen; up to TLS 1.2, as TLS 1.3 encrypts it. */
  readonly alpn?: string
  /** Group of the server's key share, in a HelloRetryRequest the one asked for. */
  readonly keyShare?: number
  /** Extension ec_point_formats. */
  readonly pointFormats?: readonly number[]
  /** A part of the hello could not be read; what could be is here. */
  readonly malformed: boolean
  /** JA3S string, and its MD5. */
  readonly ja3s?: string
  /** MD5 of the JA3S string, in hexadecimal. */
  readonly ja3sHash?: string
}

/** A chain of certificates as sent in the clear, that is up to TLS 1.2 (RFC 5246 section 7.4.2), the sender's first. */
export interface TlsCertificate {
  readonly kind: 'certificate'
  /** X.509 certificates in DER; none where a client has none to show. */
  readonly certificates: readonly Uint8Array[]
  /** A part of the message could not be read; what could be is here. */
  readonly malformed: boolean
}

/** An alert in the clear (RFC 8446 section 6). */
export interface TlsAlert {
  readonly kind: 'alert'
  /** 1 warning, 2 fatal. */
  readonly level: number
  /** Name of the level; absent where it is neither 1 nor 2. */
  readonly levelName?: 'warning' | 'fatal'
  /** Number of the alert, RFC 8446 section 6. */
  readonly description: number
  /** Name in IANA's registry, such as `handshake_failure`; absent where it has none. */
  readonly descriptionName?: string
}

/** What the parser reads. */
export type TlsMessage = TlsClientHello | TlsServerHello | TlsCertificate | TlsAlert

/** What is not as it should be. The parser goes on, or says that it is done. */
export type TlsAnomalyKind =
  /** A record header that is none behind records that were; the side is given up. */
  | 'tls_malformed_record'
  /** A hello, certificate or alert that breaks its syntax. */
  | 'tls_malformed_handshake'
  /** A message longer than `maxHandshakeBytes`; it is skipped. */
  | 'tls_handshake_too_long'
  /** A message is lost, in whole or in part, in a hole of the stream. */
  | 'tls_handshake_lost'
  /** The stream ended inside a message. */
  | 'tls_handshake_incomplete'

/** What a parser has seen, for both sides together. */
export interface TlsCounters {
  /** Records whose header was read. */
  records: number
  /** Messages handed out. */
  messages: number
  /** Records and messages that break their syntax. */
  malformed: number
  /** Messages longer than `maxHandshakeBytes`. */
  tooLong: number
  /** Messages lost, in whole or in part, in holes of the stream. */
  lost: number
  /** Messages that the stream ended inside of. */
  incomplete: number
  /** Bytes looked through for the beginning of TLS. */
  searchedBytes: number
}
