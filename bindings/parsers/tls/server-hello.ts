import { ALPN, EC_POINT_FORMATS, KEY_SHARE, SUPPORTED_VERSIONS } from './constants'
import { readExtensions } from './extensions'
import { type FingerprintOptions, fingerprintServer } from './fingerprints'
import type { TlsServerHello } from './messages'
import { tlsCipherSuiteName, tlsVersionName } from './names'
import { Reader, readableText } from './reader'
import type { Writable } from './writable'

const RANDOM = 32

/** The random value of a HelloRetryRequest, SHA-256 of that word (RFC 8446 section 4.1.3). */
const RETRY = Uint8Array.of(
  ...[0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91],
  ...[0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c],
)

/** The last draft of TLS 1.3 whose ServerHello has neither session id nor compression method, as a version. */
const LAST_SHORT_DRAFT = 0x7f15

/**
 * Reads the body of a ServerHello or HelloRetryRequest (RFC 8446 section 4.1.3, RFC 5246 section 7.4.1.3).
 *
 * @returns undefined when it is cut before its extensions
 */
export function readServerHello(
  body: Reader,
  recordVersion: number,
  options: FingerprintOptions,
): TlsServerHello | undefined {
  const legacyVersion = body.uint16()
  const random = body.copy(RANDOM)
  const isShort = legacyVersion >> 8 === 0x7f && legacyVersion <= LAST_SHORT_DRAFT
  const session = isShort ? new Reader(new Uint8Array()) : body.vector(1)
  const cipherSuite = body.uint16()
  const compressionMethod = isShort ? 0 : body.uint8()
  if (body.failed) return undefined
  const hello: Writable<TlsServerHello> = {
    kind: 'server_hello',
    helloRetryRequest: random.every((byte, i) => byte === RETRY[i]),
    recordVersion,
    legacyVersion,
    random,
    sessionId: session.copy(session.left),
    version: legacyVersion,
    cipherSuite,
    compressionMethod,
    extensions: [],
    malformed: false,
  }
  const areSound = readExtensions(body, hello.extensions, (type, data) => {
    switch (type) {
      case SUPPORTED_VERSIONS:
        // RFC 8446 section 4.2.1: the version selected.
        hello.version = data.uint16() || legacyVersion
        return
      case KEY_SHARE:
        // RFC 8446 section 4.2.8: the share, or in a HelloRetryRequest only the group.
        if (data.left >= 2) hello.keyShare = data.uint16()
        return
      case EC_POINT_FORMATS:
        hello.pointFormats = data.vector(1).list(1)
        return
      case ALPN:
        return readProtocol(hello, data)
    }
  })
  hello.malformed = !areSound
  const versionName = tlsVersionName(hello.version)
  if (versionName !== undefined) hello.versionName = versionName
  const cipherSuiteName = tlsCipherSuiteName(cipherSuite)
  if (cipherSuiteName !== undefined) hello.cipherSuiteName = cipherSuiteName
  fingerprintServer(hello, options)
  return hello
}

/** RFC 7301 section 3.1: a list of exactly one name. */
function readProtocol(hello: Writable<TlsServerHello>, data: Reader): void {
  const names = data.vector(2)
  const name = names.vector(1)
  if (names.failed) data.failed = true
  else hello.alpn = readableText(name.bytes(name.left))
}
