/**
 * TLS as far as it is in the clear: hellos with their fingerprints JA3, JA3S and JA4, certificates up to TLS 1.2,
 * alerts. What users import as `flowscope/tls`.
 *
 * @module
 */

export { isGrease as isTlsGrease } from './constants'
export { type TlsHandler, tlsHandler } from './handler'
export type {
  EncryptedClientHello,
  TlsAlert,
  TlsAnomalyKind,
  TlsCertificate,
  TlsClientHello,
  TlsCounters,
  TlsMessage,
  TlsServerHello,
  TlsSide,
} from './messages'
export {
  tlsAlertName,
  tlsCipherSuiteName,
  tlsExtensionName,
  tlsGroupName,
  tlsSignatureSchemeName,
  tlsVersionName,
} from './names'
export type { TlsOptions } from './options'
export { type TlsProtocolOptions, tls } from './protocol'
export type { TlsEvent } from './session'
export { TlsParser, type TlsSink } from './tls-parser'
