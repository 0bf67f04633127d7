import type { TlsCertificate } from './messages'
import type { Reader } from './reader'

/** Reads the body of a Certificate message up to TLS 1.2 (RFC 5246 section 7.4.2). */
export function readCertificate(body: Reader): TlsCertificate {
  const list = body.vector(3)
  const certificates: Uint8Array[] = []
  while (list.left > 0) {
    const certificate = list.vector(3)
    if (list.failed) break
    certificates.push(certificate.copy(certificate.left))
  }
  return { kind: 'certificate', certificates, malformed: body.failed || list.failed || body.left > 0 }
}
