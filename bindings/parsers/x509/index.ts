/**
 * X.509 certificates (RFC 5280) as TLS up to 1.2 sends them in the clear: subject, issuer, names, validity, key,
 * fingerprints. What users import as `flowscope/x509`; nothing else of the package loads it.
 *
 * The ASN.1 is read by `@peculiar/asn1-x509`, which is bundled: it is synchronous, needs nothing of the platform, and
 * bounds depth and number of the elements it reads.
 *
 * @module
 */

export { type Certificate, type CertificateExtension, type CertificateOptions, decodeCertificate } from './certificate'
export type { DistinguishedName, NameAttribute } from './distinguished-name'
export type { BasicConstraints } from './extensions'
export type { GeneralName } from './general-name'
export type { PublicKey } from './public-key'
