import { sha256 } from '@noble/hashes/sha2.js'
import type { TlsMessage } from '../../parsers/tls/index'
import type { Certificate } from '../../parsers/x509/index'
import { hexadecimal } from '../json'
import { type Fields, filled } from './fields'

/** Reads the DER of a certificate; undefined where it cannot: `decodeCertificate` of `flowscope/x509`. */
export type CertificateDecoder = (der: Uint8Array) => Certificate | undefined

/** What the line of a message of TLS tells. */
export function tlsFields(message: TlsMessage, decodeCertificate?: CertificateDecoder): Fields {
  const { kind } = message
  switch (kind) {
    case 'client_hello': {
      const { framing, encryptedClientHello: ech } = message
      return {
        kind,
        framing: framing === 'tls' ? undefined : framing,
        record_version: message.recordVersion,
        legacy_version: message.legacyVersion,
        versions: message.versions,
        sni: filled(message.sni),
        alpn: message.alpn,
        cipher_suites: message.cipherSuites,
        extensions: message.extensions,
        groups: message.groups,
        key_shares: message.keyShares,
        point_formats: message.pointFormats,
        signature_algorithms: message.signatureAlgorithms,
        encrypted_client_hello: ech && { type: ech.type, kdf: ech.kdf, aead: ech.aead, config_id: ech.configId },
        malformed: message.malformed || undefined,
        ja3: message.ja3,
        ja3_hash: message.ja3Hash,
        ja4: message.ja4,
      }
    }
    case 'server_hello':
      return {
        kind,
        hello_retry_request: message.helloRetryRequest || undefined,
        record_version: message.recordVersion,
        legacy_version: message.legacyVersion,
        version: message.version,
        version_name: message.versionName,
        cipher_suite: message.cipherSuite,
        cipher_suite_name: message.cipherSuiteName,
        extensions: message.extensions,
        alpn: filled(message.alpn),
        key_share: message.keyShare,
        point_formats: message.pointFormats,
        malformed: message.malformed || undefined,
        ja3s: message.ja3s,
        ja3s_hash: message.ja3sHash,
      }
    case 'certificate':
      return {
        kind,
        certificates: message.certificates.map((der) => certificateFields(der, decodeCertificate)),
        malformed: message.malformed || undefined,
      }
    case 'alert':
      return {
        kind,
        level: message.level,
        level_name: message.levelName,
        description: message.description,
        description_name: message.descriptionName,
      }
  }
}

function certificateFields(der: Uint8Array, decode: CertificateDecoder | undefined): Fields {
  const fields = { bytes: der.length, sha256: hexadecimal(sha256(der)) }
  const certificate = decode?.(der)
  if (!certificate) return fields
  const { subject, issuer, serialNumber, notBefore, notAfter, subjectAltNames, malformed } = certificate
  return {
    ...fields,
    subject: filled(subject.text),
    issuer: filled(issuer.text),
    serial: serialNumber,
    not_before: notBefore,
    not_after: notAfter,
    names: filled(subjectAltNames.map(({ kind, value }) => `${kind}:${value}`)),
    malformed: malformed || undefined,
  }
}
