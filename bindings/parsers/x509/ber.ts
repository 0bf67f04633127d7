import { AsnConvert } from '@peculiar/asn1-schema'
import { type AsnType, fromBER } from 'asn1js'

/** Elements in one another: certificates nest about a dozen deep. */
const MOST_DEPTH = 64

/** What the ASN.1 library may do: an element takes two bytes at least, so that a length bounds their number. */
const bounds = ({ byteLength }: { readonly byteLength: number }) => ({
  maxDepth: MOST_DEPTH,
  maxNodes: byteLength >> 1,
})

/** Reads bytes as a type of the schema library; undefined where they are none, whatever is wrong with them. */
export function parsed<T>(bytes: Uint8Array | ArrayBuffer, type: new () => T): T | undefined {
  try {
    return AsnConvert.parse(bytes, type, { berOptions: bounds(bytes) })
  } catch {
    return undefined
  }
}

/** Reads bytes as one ASN.1 value; undefined where they are none. */
export function element(bytes: ArrayBuffer): AsnType | undefined {
  try {
    const { offset, result } = fromBER(bytes, bounds(bytes))
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
