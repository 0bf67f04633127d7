import { sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { Certificate as AsnCertificate, type Time } from '@peculiar/asn1-x509'
import { checkInteger, checkOptions } from '../../common/options'
import { parsed } from './ber'
import { type DistinguishedName, distinguishedName } from './distinguished-name'
import { type BasicConstraints, type ExtensionFields, readExtension } from './extensions'
import type { GeneralName } from './general-name'
import { hexadecimal } from './hexadecimal'
import { algorithmName } from './object-identifiers'
import { type PublicKey, publicKey } from './public-key'

/** What a decoder of certificates may take. */
export interface CertificateOptions {
  /** Bytes of the longest certificate that is decoded. Default 65,536. */
  readonly maxBytes?: number
}

/** That a certificate has an extension, RFC 5280 section 4.2. */
export interface CertificateExtension {
  /** Dotted number. */
  readonly oid: string
  /** Who does not know the extension must refuse the certificate. */
  readonly critical: boolean
}

/** What a certificate says, RFC 5280 section 4.1. Nothing of it has been verified. */
export interface Certificate {
  /** 1, 2 or 3. */
  readonly version: number
  /** In lower-case hexadecimal, whole bytes without leading zero bytes; behind `-` where it is negative. */
  readonly serialNumber: string
  /** Whom it is about. */
  readonly subject: DistinguishedName
  /** Who signed it. */
  readonly issuer: DistinguishedName
  /** From when on it holds; absent where the time is none. */
  readonly notBefore?: Date
  /** Until when it holds; absent where the time is none. */
  readonly notAfter?: Date
  /** Names that it is for, RFC 5280 section 4.2.1.6; empty where it has none. */
  readonly subjectAltNames: readonly GeneralName[]
  /** Key of the subject. */
  readonly publicKey: PublicKey
  /** Such as `sha256WithRSAEncryption`, or its dotted number. */
  readonly signatureAlgorithm: string
  /** Names of the bits of RFC 5280 section 4.2.1.3, such as `digitalSignature`. */
  readonly keyUsage?: readonly string[]
  /** Such as `serverAuth`, or dotted numbers, RFC 5280 section 4.2.1.12. */
  readonly extendedKeyUsage?: readonly string[]
  /** RFC 5280 section 4.2.1.9; absent without the extension. */
  readonly basicConstraints?: BasicConstraints
  /** In lower-case hexadecimal. */
  readonly subjectKeyIdentifier?: string
  /** In lower-case hexadecimal: which key of the issuer has signed it. */
  readonly authorityKeyIdentifier?: string
  /** All extensions in their order, those that are not decoded among them. */
  readonly extensions: readonly CertificateExtension[]
  /** Subject and issuer are the same name. */
  readonly selfIssued: boolean
  /** A time or an extension could not be read, or came twice; all else is here. */
  readonly malformed: boolean
  /** SHA-1 of the whole certificate in lower-case hexadecimal. */
  readonly sha1: string
  /** SHA-256 of the whole certificate in lower-case hexadecimal. */
  readonly sha256: string
}

const DEFAULT_BYTES = 65_536

/** The first year that a certificate's time can say in two digits (RFC 5280 section 4.1.2.5.1). */
const EARLIEST = Date.UTC(1950)

/** The most that TLS can carry (RFC 5246 section 7.4.2). */
const MOST_BYTES = 2 ** 24 - 1

/**
 * Decodes a certificate, such as one of those in a `certificate` message of `flowscope/tls`.
 *
 * @param der the certificate; it is not kept
 * @returns undefined when it is none, or is longer than the bound: no input makes it throw
 * @throws ConfigError when an option is unknown, or has a value that cannot be used
 */
export function decodeCertificate(der: Uint8Array, options: CertificateOptions = {}): Certificate | undefined {
  checkOptions(options, ['maxBytes'], 'certificate')
  const maxBytes = checkInteger(options.maxBytes ?? DEFAULT_BYTES, 1, MOST_BYTES, 'certificate.maxBytes')
  if (der.length > maxBytes) return undefined
  const certificate = parsed(der, AsnCertificate)
  return certificate && described(certificate, der)
}

function described({ tbsCertificate, signatureAlgorithm }: AsnCertificate, der: Uint8Array): Certificate {
  const { version, serialNumber, validity, extensions: all = [] } = tbsCertificate
  const fields: ExtensionFields = { subjectAltNames: [] }
  const seen = new Set<string>()
  let areSound = true
  for (const extension of all) {
    // RFC 5280 section 4.2: no more than one of each; the first counts.
    const isFirst = !seen.has(extension.extnID)
    if (!isFirst || !readExtension(fields, extension)) areSound = false
    seen.add(extension.extnID)
  }
  const [notBefore, notAfter] = [dateOf(validity.notBefore), dateOf(validity.notAfter)]
  const subject = distinguishedName(tbsCertificate.subject)
  const issuer = distinguishedName(tbsCertificate.issuer)
  return {
    version: version + 1,
    serialNumber: serialText(new Uint8Array(serialNumber)),
    subject,
    issuer,
    ...(notBefore && { notBefore }),
    ...(notAfter && { notAfter }),
    publicKey: publicKey(tbsCertificate.subjectPublicKeyInfo),
    signatureAlgorithm: algorithmName(signatureAlgorithm.algorithm),
    ...fields,
    extensions: Array.from(all, ({ extnID: oid, critical }) => ({ oid, critical })),
    selfIssued: subject.text === issuer.text,
    malformed: !areSound || !notBefore || !notAfter,
    sha1: hexadecimal(sha1(der)),
    sha256: hexadecimal(sha256(der)),
  }
}

/** The library makes of text that is no time one of 1899. */
function dateOf({ utcTime, generalTime }: Time): Date | undefined {
  const date = utcTime ?? generalTime
  return date && date.getTime() >= EARLIEST ? date : undefined
}

/** An integer in two's complement, RFC 5280 section 4.1.2.2: positive, but not all are. */
function serialText(bytes: Uint8Array): string {
  const unsigned = BigInt(`0x0${hexadecimal(bytes)}`)
  const isNegative = (bytes[0] ?? 0) > 0x7f
  const digits = (isNegative ? (1n << BigInt(8 * bytes.length)) - unsigned : unsigned).toString(16)
  return `${isNegative ? '-' : ''}${digits.length % 2 ? '0' : ''}${digits}`
}
