import { createHash } from 'node:crypto'
import { tls as parser, type TlsMessage } from '../../parsers/tls/index'
import { formatBytes } from '../output/units'
import { type Fields, filled, type MessageProtocol } from './protocol'

export const tls: MessageProtocol<TlsMessage> = {
  parser: () => parser(),
  fields,
  describe,
  names: { field: 'tls_sni', title: 'TLS NAMES' },
  nameIn: (message) => (message.kind === 'client_hello' ? filled(message.sni) : undefined),
}

function fields(message: TlsMessage): Fields & { readonly kind: string } {
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
        certificates: message.certificates.map((der) => ({ bytes: der.length, sha256: sha256(der) })),
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

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function describe(message: TlsMessage): string {
  switch (message.kind) {
    case 'client_hello': {
      const { sni, alpn, framing, ja4 } = message
      const parts = [sni ?? 'no name', alpn?.join(' '), framing === 'tls' ? undefined : framing, ja4]
      return parts.filter(Boolean).join(', ')
    }
    case 'server_hello': {
      const { version, versionName, cipherSuite, cipherSuiteName, alpn, helloRetryRequest } = message
      const parts = [
        versionName ?? `version ${hexadecimal(version)}`,
        cipherSuiteName ?? `suite ${hexadecimal(cipherSuite)}`,
        alpn,
        helloRetryRequest ? 'retry' : undefined,
      ]
      return parts.filter(Boolean).join(', ')
    }
    case 'certificate': {
      const { certificates } = message
      const bytes = certificates.reduce((sum, { length }) => sum + length, 0)
      return certificates.length === 1 ? formatBytes(bytes) : `${certificates.length} of ${formatBytes(bytes)}`
    }
    case 'alert': {
      const { level, levelName = `level ${level}`, description, descriptionName = `alert ${description}` } = message
      return `${levelName} ${descriptionName}`
    }
  }
}

function hexadecimal(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`
}
