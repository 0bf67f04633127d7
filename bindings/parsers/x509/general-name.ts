import type { GeneralName as AsnGeneralName } from '@peculiar/asn1-x509'
import { distinguishedName } from './distinguished-name'

/** An alternative name, RFC 5280 section 4.2.1.6. */
export interface GeneralName {
  /** What it is a name of. */
  readonly kind: 'dns' | 'ip' | 'email' | 'uri' | 'directory' | 'registered_id' | 'other'
  /**
   * As text; bytes that are not printable ASCII are U+FFFD, a NUL in the middle of a host name among them. An address
   * as in RFC 5952, one of a wrong length in hexadecimal; a directory name as in RFC 4514; a registered id as dotted
   * number; of an `other` name its type as dotted number.
   */
  readonly value: string
}

/** undefined for a form that is not read: X.400 addresses and EDI parties. */
export function generalName(name: AsnGeneralName): GeneralName | undefined {
  if (name.dNSName !== undefined) return { kind: 'dns', value: readable(name.dNSName) }
  if (name.iPAddress !== undefined) return { kind: 'ip', value: name.iPAddress }
  if (name.rfc822Name !== undefined) return { kind: 'email', value: readable(name.rfc822Name) }
  if (name.uniformResourceIdentifier !== undefined)
    return { kind: 'uri', value: readable(name.uniformResourceIdentifier) }
  if (name.directoryName) return { kind: 'directory', value: distinguishedName(name.directoryName).text }
  if (name.registeredID !== undefined) return { kind: 'registered_id', value: name.registeredID }
  return name.otherName && { kind: 'other', value: name.otherName.typeId }
}

function readable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '\ufffd')
}
