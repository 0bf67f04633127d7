import type { Fields } from './fields'
import { anomaly, leniency } from './findings'

/** How a message's body ends (RFC 9112, 6.3). */
export type Framing = 'none' | 'length' | 'chunked' | 'close'

/** Where a body ends, and what is odd about how the message says so. */
export interface BodyFraming {
  readonly framing: Framing
  /** Bytes, where `framing` is `length`. */
  readonly length: number
  readonly leniencies: number
  readonly anomalies: number
}

const CONFLICTING_LENGTHS = anomaly('conflicting_lengths')
const LENGTH_AND_CODING = anomaly('length_and_coding')
const INVALID_LENGTH = anomaly('invalid_length')
const CODING_NOT_CHUNKED = anomaly('coding_not_chunked')
const OBFUSCATED_CODING = anomaly('obfuscated_coding')
const CODING_IN_HTTP_1_0 = anomaly('coding_in_http_1_0')
const UNEXPECTED_FRAMING = anomaly('unexpected_framing')
const REPEATED_LENGTH = leniency('repeated_length')
const IDENTITY_CODING = leniency('identity_coding')

/** Codings of the IANA registry, and the names that RFC 9112, 7.2 has for compatibility. */
const KNOWN_CODINGS: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate', 'compress', 'x-compress', 'br'])

export const NO_BODY: BodyFraming = { framing: 'none', length: 0, leniencies: 0, anomalies: 0 }

/** A message that has no body, and whose fields should not speak of one either. */
export function noFraming({ lengths, codings }: Fields): BodyFraming {
  const isOdd = codings !== undefined || lengths?.some((length) => length !== '0')
  return isOdd ? { ...NO_BODY, anomalies: UNEXPECTED_FRAMING } : NO_BODY
}

/**
 * Length of a body by its fields, RFC 9112, 6.3 from rule 3 on; rules 1 and 2 are the caller's.
 *
 * @param isRequest a request without either field has no body, a response one until the connection closes
 */
export function framingOf(fields: Fields, isRequest: boolean, isHttp10: boolean): BodyFraming {
  const lengths = lengthsOf(fields.lengths)
  const codings = codingsOf(fields.codings)
  let { anomalies } = lengths
  let leniencies = lengths.leniencies
  if (codings) {
    anomalies |= codings.anomalies
    leniencies |= codings.leniencies
    // RFC 9112, 6.1: a sign of faulty framing, whatever else there is.
    if (isHttp10) anomalies |= CODING_IN_HTTP_1_0
    if (fields.lengths) anomalies |= LENGTH_AND_CODING
    if (codings.isChunked) return { framing: 'chunked', length: 0, leniencies, anomalies }
    // Rule 4: until close; but where there is a length, many servers go by it.
    if (codings.isCoded && lengths.value < 0) return { framing: 'close', length: 0, leniencies, anomalies }
  }
  if (lengths.value >= 0) {
    return { framing: lengths.value === 0 ? 'none' : 'length', length: lengths.value, leniencies, anomalies }
  }
  if (leniencies === 0 && anomalies === 0 && isRequest) return NO_BODY
  return { framing: isRequest ? 'none' : 'close', length: 0, leniencies, anomalies }
}

/** RFC 9110, 8.6: decimal digits, perhaps the same several times. */
function lengthsOf(values: readonly string[] | undefined): { value: number; leniencies: number; anomalies: number } {
  let value = -1
  let leniencies = 0
  let anomalies = 0
  if (values === undefined) return { value, leniencies, anomalies }
  for (const text of values.length === 1 && !values[0]?.includes(',') ? values : values.join(',').split(',')) {
    const digits = text.trim()
    const length = /^\d{1,16}$/.test(digits) ? Number(digits) : -1
    if (length < 0 || length > Number.MAX_SAFE_INTEGER) anomalies |= INVALID_LENGTH
    else if (value < 0) value = length
    else if (value === length) leniencies |= REPEATED_LENGTH
    else anomalies |= CONFLICTING_LENGTHS
  }
  return { value, leniencies, anomalies }
}

interface Codings {
  /** The last one is chunked. */
  readonly isChunked: boolean
  /** There is one that is not `identity`. */
  readonly isCoded: boolean
  readonly leniencies: number
  readonly anomalies: number
}

/** RFC 9112, 6.1 and 7: codings in the order in which they were applied; chunked once, as the last. */
function codingsOf(values: readonly string[] | undefined): Codings | undefined {
  if (values === undefined) return undefined
  const names = transferCodings(values)
  const coded = names.filter((name) => name !== 'identity')
  const isChunked = coded.at(-1) === 'chunked'
  const isObfuscated =
    coded.some((name) => name !== 'chunked' && !KNOWN_CODINGS.has(name)) ||
    coded.indexOf('chunked') !== coded.lastIndexOf('chunked') ||
    (isChunked && coded.length < names.length)
  return {
    isChunked,
    isCoded: coded.length > 0,
    leniencies: coded.length < names.length ? IDENTITY_CODING : 0,
    anomalies: (isObfuscated ? OBFUSCATED_CODING : 0) | (coded.length > 0 && !isChunked ? CODING_NOT_CHUNKED : 0),
  }
}

/** Names of the codings in field values, in lower case, without parameters. */
export function transferCodings(values: readonly string[]): string[] {
  return values
    .join(',')
    .split(',')
    .map((coding) => coding.replace(/;.*$/s, '').trim().toLowerCase())
    .filter((name) => name !== '')
}
