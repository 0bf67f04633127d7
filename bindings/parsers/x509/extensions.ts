import {
  BasicConstraints as AsnBasicConstraints,
  AuthorityKeyIdentifier,
  ExtendedKeyUsage,
  type Extension,
  KeyUsage,
  KeyUsageFlags,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509'
import { parsed } from './ber'
import { type GeneralName, generalName } from './general-name'
import { hexadecimal } from './hexadecimal'
import { purposeName } from './object-identifiers'

/** RFC 5280 section 4.2.1.9. */
export interface BasicConstraints {
  /** The key may sign certificates. */
  readonly ca: boolean
  /** How many intermediate certificates may follow in a chain; absent for any number. */
  readonly pathLength?: number
}

/** What the extensions of a certificate say. What is absent has no extension that could be read. */
export interface ExtensionFields {
  subjectAltNames: readonly GeneralName[]
  keyUsage?: readonly string[]
  extendedKeyUsage?: readonly string[]
  basicConstraints?: BasicConstraints
  subjectKeyIdentifier?: string
  authorityKeyIdentifier?: string
}

/** Names of the bits of a key usage in their order, RFC 5280 section 4.2.1.3. */
const USAGES = [
  ['digitalSignature', KeyUsageFlags.digitalSignature],
  ['nonRepudiation', KeyUsageFlags.nonRepudiation],
  ['keyEncipherment', KeyUsageFlags.keyEncipherment],
  ['dataEncipherment', KeyUsageFlags.dataEncipherment],
  ['keyAgreement', KeyUsageFlags.keyAgreement],
  ['keyCertSign', KeyUsageFlags.keyCertSign],
  ['cRLSign', KeyUsageFlags.cRLSign],
  ['encipherOnly', KeyUsageFlags.encipherOnly],
  ['decipherOnly', KeyUsageFlags.decipherOnly],
] as const

/** How extensions are read, by their dotted number (RFC 5280 section 4.2.1). False where one is not as it should be. */
const READERS: ReadonlyMap<string, (fields: ExtensionFields, value: ArrayBuffer) => boolean> = new Map([
  ['2.5.29.14', subjectKeyIdentifier],
  ['2.5.29.15', keyUsage],
  ['2.5.29.17', subjectAltName],
  ['2.5.29.19', basicConstraints],
  ['2.5.29.35', authorityKeyIdentifier],
  ['2.5.29.37', extendedKeyUsage],
])

/** Reads an extension into the fields; whether it was as it should be, those that are not read among them. */
export function readExtension(fields: ExtensionFields, { extnID, extnValue }: Extension): boolean {
  return READERS.get(extnID)?.(fields, extnValue.buffer) ?? true
}

function subjectAltName(fields: ExtensionFields, value: ArrayBuffer): boolean {
  const names = parsed(value, SubjectAlternativeName)
  if (!names) return false
  fields.subjectAltNames = Array.from(names, generalName).filter((name) => name !== undefined)
  return true
}

function keyUsage(fields: ExtensionFields, value: ArrayBuffer): boolean {
  const bits = parsed(value, KeyUsage)?.toNumber()
  if (bits === undefined || Number.isNaN(bits)) return false
  fields.keyUsage = USAGES.filter(([, flag]) => bits & flag).map(([name]) => name)
  return true
}

function extendedKeyUsage(fields: ExtensionFields, value: ArrayBuffer): boolean {
  const purposes = parsed(value, ExtendedKeyUsage)
  if (!purposes) return false
  fields.extendedKeyUsage = Array.from(purposes, purposeName)
  return true
}

function basicConstraints(fields: ExtensionFields, value: ArrayBuffer): boolean {
  const constraints = parsed(value, AsnBasicConstraints)
  if (!constraints) return false
  const { cA: ca, pathLenConstraint: pathLength } = constraints
  fields.basicConstraints = { ca, ...(pathLength !== undefined && { pathLength: Number(pathLength) }) }
  return true
}

function subjectKeyIdentifier(fields: ExtensionFields, value: ArrayBuffer): boolean {
  const identifier = parsed(value, SubjectKeyIdentifier)
  if (!identifier) return false
  fields.subjectKeyIdentifier = hexadecimal(new Uint8Array(identifier.buffer))
  return true
}

function authorityKeyIdentifier(fields: ExtensionFields, value: ArrayBuffer): boolean {
  const authority = parsed(value, AuthorityKeyIdentifier)
  if (!authority) return false
  const { keyIdentifier } = authority
  if (keyIdentifier) fields.authorityKeyIdentifier = hexadecimal(new Uint8Array(keyIdentifier.buffer))
  return true
}
