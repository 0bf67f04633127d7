import { checkBoolean, checkInteger, checkOptions } from '../../common/options'
import type { FingerprintOptions } from './fingerprints'

/** What a TLS parser reads, and what it may take. */
export interface TlsOptions {
  /** Make JA3 and JA3S. Default true. */
  readonly ja3?: boolean
  /** Make JA4. Default true. */
  readonly ja4?: boolean
  /** Read certificates. Default true. */
  readonly certificates?: boolean
  /** Longest handshake message that is read, in bytes; one is held at a time for each side. Default 512 KiB. */
  readonly maxHandshakeBytes?: number
  /**
   * Bytes of a side that are looked through for the beginning of TLS, where its first are none (STARTTLS, a proxy's
   * CONNECT, a hole). Default 16 KiB.
   */
  readonly searchBytes?: number
}

/** Options of a TLS parser with nothing left open. */
export type TlsConfig = Required<TlsOptions> & FingerprintOptions

const DEFAULTS: TlsConfig = Object.freeze({
  ja3: true,
  ja4: true,
  certificates: true,
  maxHandshakeBytes: 512 * 1024,
  searchBytes: 16 * 1024,
})

/** The most that a handshake message's length can say (RFC 8446 section 4). */
const LONGEST_HANDSHAKE = 2 ** 24 - 1

/** @throws ConfigError when an option is unknown, or has a value that cannot be used */
export function resolveTlsOptions(options: TlsOptions): TlsConfig {
  checkOptions(options, Object.keys(DEFAULTS), 'tls')
  const config = { ...DEFAULTS, ...options }
  checkBoolean(config.ja3, 'tls.ja3')
  checkBoolean(config.ja4, 'tls.ja4')
  checkBoolean(config.certificates, 'tls.certificates')
  checkInteger(config.maxHandshakeBytes, 64, LONGEST_HANDSHAKE, 'tls.maxHandshakeBytes')
  checkInteger(config.searchBytes, 0, 2 ** 31, 'tls.searchBytes')
  return Object.freeze(config)
}
