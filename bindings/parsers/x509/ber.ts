import { AsnConvert } from '@peculiar/asn1-schema'
import { type AsnType, fromBER } from 'asn1js'

/** More than certificates have, so that none is refused that is one: they nest about a dozen deep. */
const BOUNDS = { maxDepth: 64, maxNodes: 10_000 }

/** Reads bytes as a type of the schema library; undefined where they are none, whatever is wrong with them. */
export function parsed<T>(bytes: Uint8Array | ArrayBuffer, type: new () => T): T | undefined {
  try {
    return AsnConvert.parse(bytes, type, { berOptions: BOUNDS })
  } catch {
    return undefined
  }
}

/** Reads bytes as one ASN.1 value; undefined where they are none. */
export function element(bytes: ArrayBuffer): AsnType | undefined {
  try {
    const { offset, result } = fromBER(bytes, BOUNDS)
    return offset < 0 ? undefined : result
  } catch {
    return undefined
  }
}

/** DER of a value of the schema library; undefined where it cannot be written. */
export function serialized(value: object): Uint8Array | undefined {
  try {
    return new Uint8Array(AsnConvert.serialize(value))
  } catch {
    return undefined
  }
}
