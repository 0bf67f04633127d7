import type { SubjectPublicKeyInfo } from '@peculiar/asn1-x509'
import { Integer, ObjectIdentifier, Sequence } from 'asn1js'
import { element } from './ber'
import { algorithmName, curveOf } from './object-identifiers'

/** A subject's key, RFC 5280 section 4.1.2.7. */
export interface PublicKey {
  /** Such as `rsaEncryption`, `ecPublicKey`, `Ed25519`; the dotted number where it has no name here. */
  readonly algorithm: string
  /** Dotted number of the algorithm. */
  readonly oid: string
  /** Size: of an RSA or DSA key its modulus, of an elliptic one its field. Absent where it is not known. */
  readonly bits?: number
  /** Named curve of an `ecPublicKey` (RFC 5480 section 2.1.1), such as `secp256r1`, or its dotted number. */
  readonly curve?: string
}

/** Keys whose algorithm says their field, RFC 7748 sections 4.1 and 4.2. */
const FIXED: Readonly<Record<string, number>> = { X25519: 255, Ed25519: 255, X448: 448, Ed448: 448 }

export function publicKey({
  algorithm: { algorithm: oid, parameters },
  subjectPublicKey,
}: SubjectPublicKeyInfo): PublicKey {
  const algorithm = algorithmName(oid)
  switch (algorithm) {
    case 'rsaEncryption':
    case 'rsassaPss':
    case 'rsaesOaep':
      return withBits({ algorithm, oid }, bitsOfFirstInteger(subjectPublicKey))
    case 'dsa':
      return withBits({ algorithm, oid }, parameters ? bitsOfFirstInteger(parameters) : undefined)
    case 'ecPublicKey': {
      const named = parameters && element(parameters)
      if (!(named instanceof ObjectIdentifier)) return { algorithm, oid }
      const [curve, bits] = curveOf(named.getValue())
      return withBits({ algorithm, oid, curve }, bits)
    }
    default:
      return withBits({ algorithm, oid }, FIXED[algorithm])
  }
}

function withBits(key: PublicKey, bits: number | undefined): PublicKey {
  return bits === undefined ? key : { ...key, bits }
}

/** RSA's modulus (RFC 8017 appendix A.1.1) and DSA's p (RFC 3279 section 2.3.2) stand first in a sequence. */
function bitsOfFirstInteger(der: ArrayBuffer): number | undefined {
  const sequence = element(der)
  const first = sequence instanceof Sequence ? sequence.valueBlock.value[0] : undefined
  if (!(first instanceof Integer)) return undefined
  const bytes = first.valueBlock.valueHexView
  const start = bytes.findIndex((byte) => byte !== 0)
  return start < 0 ? 0 : 8 * (bytes.length - start) - (Math.clz32(bytes[start] ?? 0) - 24)
}
