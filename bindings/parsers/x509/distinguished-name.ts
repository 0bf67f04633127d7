import type { AttributeTypeAndValue, AttributeValue, Name } from '@peculiar/asn1-x509'
import { serialized } from './ber'
import { hexadecimal } from './hexadecimal'
import { attributeName } from './object-identifiers'

/** One attribute of a name. */
export interface NameAttribute {
  /** Dotted number, such as `2.5.4.3`. */
  readonly oid: string
  /** Short name, such as `CN`; absent where it has none. */
  readonly name?: string
  /** Text as it stands in the certificate, unescaped; of values that are no text their DER in hexadecimal behind `#`. */
  readonly value: string
}

/** Name of a subject or an issuer, RFC 5280 section 4.1.2.4. */
export interface DistinguishedName {
  /** RFC 4514: the last part first, `CN=www.example.com,O=Example`; empty where the name is. Safe to print. */
  readonly text: string
  /** All attributes in the order of the certificate; those of one part with several follow one another. */
  readonly attributes: readonly NameAttribute[]
}

/** Text that a string in a certificate is, one after the other; no two are there at once. */
const TEXTS = [
  'utf8String',
  'printableString',
  'ia5String',
  'bmpString',
  'teletexString',
  'universalString',
] as const satisfies readonly (keyof AttributeValue)[]

export function distinguishedName(name: Name): DistinguishedName {
  const attributes: NameAttribute[] = []
  const parts: string[] = []
  for (const part of name) {
    const texts: string[] = []
    for (const pair of part) {
      const attribute = attributeOf(pair)
      attributes.push(attribute)
      texts.push(attributeText(attribute, pair.value))
    }
    parts.push(texts.reverse().join('+'))
  }
  return { text: parts.reverse().join(','), attributes }
}

function attributeOf({ type, value }: AttributeTypeAndValue): NameAttribute {
  const name = attributeName(type)
  return { oid: type, ...(name !== undefined && { name }), value: textOf(value) ?? derOf(value) }
}

/** RFC 4514 section 2.4: types without a name have their value as DER. */
function attributeText({ oid, name, value }: NameAttribute, raw: AttributeValue): string {
  if (name === undefined) return `${oid}=${derOf(raw)}`
  return `${name}=${textOf(raw) === undefined ? value : escaped(value)}`
}

function textOf(value: AttributeValue): string | undefined {
  for (const key of TEXTS) if (value[key] !== undefined) return value[key]
  return undefined
}

function derOf(value: AttributeValue): string {
  const der = value.anyValue ? new Uint8Array(value.anyValue) : serialized(value)
  return `#${hexadecimal(der ?? []).toUpperCase()}`
}

/**
 * RFC 4514 section 2.4: `"+,;<>\` and a space or `#` where they would be misread behind a backslash. What no terminal
 * should get (controls, and characters that change the direction of text) as the bytes of its UTF-8.
 */
function escaped(value: string): string {
  return value
    .replace(/["+,;<>\\]|^[ #]| $/g, '\\$&')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (character) =>
      Array.from(new TextEncoder().encode(character), (byte) => `\\${hexadecimal([byte]).toUpperCase()}`).join(''),
    )
}
