import {
  ALPN,
  EC_POINT_FORMATS,
  ENCRYPTED_CLIENT_HELLO,
  KEY_SHARE,
  SERVER_NAME,
  SIGNATURE_ALGORITHMS,
  SUPPORTED_GROUPS,
  SUPPORTED_VERSIONS,
} from './constants'
import { readExtensions } from './extensions'
import { type FingerprintOptions, fingerprintClient } from './fingerprints'
import type { EncryptedClientHello, TlsClientHello } from './messages'
import { type Reader, readableText } from './reader'
import type { Writable } from './writable'

const RANDOM = 32

/** Name type host_name (RFC 6066 section 3). */
const HOST_NAME = 0

/** ECHClientHello types (draft-ietf-tls-esni section 5). */
const ECH_OUTER = 0
const ECH_INNER = 1

/**
 * Reads the body of a ClientHello (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2).
 *
 * @param recordVersion version of the record that the message begins in
 * @returns undefined when it is cut before its extensions
 */
export function readClientHello(
  body: Reader,
  recordVersion: number,
  options: FingerprintOptions,
): TlsClientHello | undefined {
  const legacyVersion = body.uint16()
  const random = body.copy(RANDOM)
  const session = body.vector(1)
  const suites = body.vector(2)
  const compression = body.vector(1)
  if (body.failed) return undefined
  const hello: Writable<TlsClientHello> = {
    kind: 'client_hello',
    framing: 'tls',
    recordVersion,
    legacyVersion,
    random,
    sessionId: session.copy(session.left),
    cipherSuites: suites.list(2),
    compressionMethods: compression.list(1),
    extensions: [],
    malformed: false,
  }
  let firstProtocol: Uint8Array | undefined
  const areSound = readExtensions(body, hello.extensions, (type, data) => {
    switch (type) {
      case SERVER_NAME:
        return readServerName(hello, data)
      case SUPPORTED_GROUPS:
        hello.groups = data.vector(2).list(2)
        return
      case EC_POINT_FORMATS:
        hello.pointFormats = data.vector(1).list(1)
        return
      case SIGNATURE_ALGORITHMS:
        hello.signatureAlgorithms = data.vector(2).list(2)
        return
      case ALPN:
        firstProtocol = readProtocols(hello, data)
        return
      case SUPPORTED_VERSIONS:
        hello.versions = data.vector(1).list(2)
        return
      case KEY_SHARE:
        return readKeyShares(hello, data)
      case ENCRYPTED_CLIENT_HELLO:
        return readEncryptedClientHello(hello, data)
    }
  })
  hello.malformed = !areSound || suites.failed
  fingerprintClient(hello, firstProtocol, options)
  return hello
}

/** RFC 6066 section 3: the first name of type host_name. */
function readServerName(hello: Writable<TlsClientHello>, data: Reader): void {
  const names = data.vector(2)
  while (names.left > 0 && hello.sni === undefined) {
    const type = names.uint8()
    const name = names.vector(2)
    if (type === HOST_NAME && !names.failed) hello.sni = readableText(name.bytes(name.left))
  }
  if (names.failed) data.failed = true
}

/** RFC 7301 section 3.1. Returns the first protocol's bytes. */
function readProtocols(hello: Writable<TlsClientHello>, data: Reader): Uint8Array | undefined {
  const names = data.vector(2)
  const protocols: string[] = []
  let first: Uint8Array | undefined
  while (names.left > 0) {
    const name = names.vector(1)
    const bytes = name.bytes(name.left)
    first ??= bytes
    protocols.push(readableText(bytes))
  }
  if (names.failed) data.failed = true
  hello.alpn = protocols
  return first
}

/** RFC 8446 section 4.2.8. */
function readKeyShares(hello: Writable<TlsClientHello>, data: Reader): void {
  const shares = data.vector(2)
  const groups: number[] = []
  while (shares.left > 0) {
    groups.push(shares.uint16())
    shares.vector(2)
  }
  if (shares.failed) data.failed = true
  hello.keyShares = groups
}

/** draft-ietf-tls-esni section 5. */
function readEncryptedClientHello(hello: Writable<TlsClientHello>, data: Reader): void {
  const type = data.uint8()
  if (type === ECH_INNER) hello.encryptedClientHello = { type: 'inner' }
  if (type !== ECH_OUTER) return
  const outer: EncryptedClientHello = {
    type: 'outer',
    kdf: data.uint16(),
    aead: data.uint16(),
    configId: data.uint8(),
  }
  data.vector(2)
  data.vector(2)
  if (!data.failed) hello.encryptedClientHello = outer
}
