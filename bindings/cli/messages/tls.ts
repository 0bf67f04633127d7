import { filled } from '../../ndjson/messages/fields'
import { tls as parser, type TlsMessage } from '../../parsers/tls/index'
import { decodeCertificate } from '../../parsers/x509/index'
import { formatBytes } from '../output/units'
import type { MessageProtocol } from './protocol'

export const tls: MessageProtocol<TlsMessage> = {
  parser: () => parser(),
  describe,
  names: { field: 'tls_sni', title: 'TLS NAMES' },
  nameIn: (message) => (message.kind === 'client_hello' ? filled(message.sni) : undefined),
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
      const size = certificates.length === 1 ? formatBytes(bytes) : `${certificates.length} of ${formatBytes(bytes)}`
      const subject = certificates[0] && decodeCertificate(certificates[0])?.subject.text
      return [subject, size].filter(Boolean).join(', ')
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
