import { CIPHER_SUITES } from './cipher-suites'
import { SSL_2, SSL_3, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 } from './constants'
import { EXTENSION_TYPES } from './extension-types'
import { GROUPS } from './groups'
import { SIGNATURE_SCHEMES } from './signature-schemes'

const VERSIONS: ReadonlyMap<number, string> = /* @__PURE__ */ new Map([
  [SSL_2, 'SSL 2.0'],
  [SSL_3, 'SSL 3.0'],
  [TLS_1_0, 'TLS 1.0'],
  [TLS_1_1, 'TLS 1.1'],
  [TLS_1_2, 'TLS 1.2'],
  [TLS_1_3, 'TLS 1.3'],
])

/** IANA registry TLS Alerts: RFC 8446 section 6, and where named in it RFC 5246 section 7.2 and RFC 6066 section 9. */
const ALERTS: ReadonlyMap<number, string> = /* @__PURE__ */ new Map([
  [0, 'close_notify'],
  [10, 'unexpected_message'],
  [20, 'bad_record_mac'],
  [21, 'decryption_failed_RESERVED'],
  [22, 'record_overflow'],
  [30, 'decompression_failure_RESERVED'],
  [40, 'handshake_failure'],
  [41, 'no_certificate_RESERVED'],
  [42, 'bad_certificate'],
  [43, 'unsupported_certificate'],
  [44, 'certificate_revoked'],
  [45, 'certificate_expired'],
  [46, 'certificate_unknown'],
  [47, 'illegal_parameter'],
  [48, 'unknown_ca'],
  [49, 'access_denied'],
  [50, 'decode_error'],
  [51, 'decrypt_error'],
  [52, 'too_many_cids_requested'],
  [60, 'export_restriction_RESERVED'],
  [70, 'protocol_version'],
  [71, 'insufficient_security'],
  [80, 'internal_error'],
  [86, 'inappropriate_fallback'],
  [90, 'user_canceled'],
  [100, 'no_renegotiation_RESERVED'],
  [109, 'missing_extension'],
  [110, 'unsupported_extension'],
  [111, 'certificate_unobtainable_RESERVED'],
  [112, 'unrecognized_name'],
  [113, 'bad_certificate_status_response'],
  [114, 'bad_certificate_hash_value_RESERVED'],
  [115, 'unknown_psk_identity'],
  [116, 'certificate_required'],
  [117, 'general_error'],
  [120, 'no_application_protocol'],
  [121, 'ech_required'],
])

/** Such as `TLS 1.3` for 0x0304, `TLS 1.3 draft 28` for 0x7f1c; undefined for an unknown version. */
export function tlsVersionName(version: number): string | undefined {
  return VERSIONS.get(version) ?? (version >> 8 === 0x7f ? `TLS 1.3 draft ${version & 0xff}` : undefined)
}

/** Such as `TLS_AES_128_GCM_SHA256` for 0x1301; undefined where IANA's registry has no name. */
export function tlsCipherSuiteName(cipherSuite: number): string | undefined {
  return CIPHER_SUITES.get(cipherSuite)
}

/** Such as `handshake_failure` for 40; undefined where IANA's registry has no name. */
export function tlsAlertName(description: number): string | undefined {
  return ALERTS.get(description)
}

/** Such as `encrypted_client_hello` for 65037; undefined where IANA's registry has no name. */
export function tlsExtensionName(extension: number): string | undefined {
  return EXTENSION_TYPES.get(extension)
}

/** Such as `x25519` for 29; undefined where IANA's registry has no name. */
export function tlsGroupName(group: number): string | undefined {
  return GROUPS.get(group)
}

/** Such as `rsa_pss_rsae_sha256` for 0x0804; undefined where IANA's registry has no name. */
export function tlsSignatureSchemeName(scheme: number): string | undefined {
  return SIGNATURE_SCHEMES.get(scheme)
}
