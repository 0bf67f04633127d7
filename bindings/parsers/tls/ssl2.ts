import type { TlsClientHello } from './messages'
import type { Reader } from './reader'

/** Bytes of the header of an SSL 2.0 record without padding; its first bit is set (RFC 5246 appendix E.2). */
export const SSL2_HEADER = 2

/** SSL 2.0 message types; a CLIENT-HELLO is CLIENT_HELLO, 1. */
export const SSL2_SERVER_HELLO = 4

const HIGHEST_CHALLENGE = 32

/**
 * Reads a ClientHello in SSL 2.0 framing, from its version on: that of SSL 2.0 itself, or the one that clients of
 * later versions sent to find out what a server can (RFC 5246 appendix E.2).
 *
 * @returns undefined when its lengths do not agree
 */
export function readSsl2ClientHello(body: Reader): TlsClientHello | undefined {
  const version = body.uint16()
  const kinds = body.uint16()
  const sessionId = body.uint16()
  const challenge = body.uint16()
  if (body.failed || kinds % 3 !== 0 || challenge > HIGHEST_CHALLENGE) return undefined
  if (kinds + sessionId + challenge !== body.left) return undefined
  const cipherKinds: number[] = []
  for (let i = 0; i < kinds; i += 3) cipherKinds.push(body.uint24())
  return {
    kind: 'client_hello',
    framing: 'sslv2',
    recordVersion: version,
    legacyVersion: version,
    sessionId: body.copy(sessionId),
    random: body.copy(challenge),
    cipherKinds,
    // A cipher suite of TLS has a zero before its two bytes.
    cipherSuites: cipherKinds.filter((kind) => kind <= 0xffff),
    compressionMethods: [],
    extensions: [],
    malformed: false,
  }
}
