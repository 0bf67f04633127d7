/** Content types of records (RFC 8446 section 5.1, RFC 6520 section 3). */
export const CHANGE_CIPHER_SPEC = 20
export const ALERT = 21
export const HANDSHAKE = 22
export const APPLICATION_DATA = 23
export const HEARTBEAT = 24

/** Handshake types (RFC 8446 section 4, RFC 5246 section 7.4). */
export const CLIENT_HELLO = 1
export const SERVER_HELLO = 2
export const CERTIFICATE = 11

/** Extension types (IANA registry TLS ExtensionType Values). */
export const SERVER_NAME = 0
export const SUPPORTED_GROUPS = 10
export const EC_POINT_FORMATS = 11
export const SIGNATURE_ALGORITHMS = 13
export const ALPN = 16
export const EARLY_DATA = 42
export const SUPPORTED_VERSIONS = 43
export const KEY_SHARE = 51
export const ENCRYPTED_CLIENT_HELLO = 0xfe0d

/** Bytes of a record header (RFC 8446 section 5.1), and of a handshake message's (section 4). */
export const RECORD_HEADER = 5
export const HANDSHAKE_HEADER = 4

/** Longest fragment of an encrypted record (RFC 5246 section 6.2.3); in the clear it is 2048 less. */
export const LONGEST_RECORD = 2 ** 14 + 2048

/** Versions, major and minor byte (RFC 8446 section 4.2.1, RFC 6101). */
export const SSL_2 = 0x0002
export const SSL_3 = 0x0300
export const TLS_1_0 = 0x0301
export const TLS_1_1 = 0x0302
export const TLS_1_2 = 0x0303
export const TLS_1_3 = 0x0304

/** Whether a version is TLS 1.3 or one of its drafts: 0x7f and the number of the draft (RFC 8446 draft 28, 4.2.1). */
export function isTls13(version: number): boolean {
  return (version >= TLS_1_3 && version <= 0x03ff) || version >> 8 === 0x7f || version >> 8 === 0xfb
}

/** GREASE: 0x0a0a, 0x1a1a ... 0xfafa (RFC 8701 section 2). */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff)
}
