import { COLON, CR, decodeText, equalsIgnoringCase, isBlank, isToken, LF, SP, TAB } from './ascii'
import { anomaly, leniency } from './findings'
import { HttpHeaders, INDEX_STRIDE, packIndex } from './headers'

/** Fields of a header or trailer section, and what framing needs to know of them. */
export interface Fields {
  /** Of the section, with a UTF-16 unit for each of its octets. */
  readonly text: string
  readonly headers: HttpHeaders
  /** There is a Host field. */
  readonly hasHost: boolean
  /** All values of Content-Length, in order; undefined where there is none. */
  readonly lengths: readonly string[] | undefined
  /** All values of Transfer-Encoding, in order. */
  readonly codings: readonly string[] | undefined
  readonly leniencies: number
  readonly anomalies: number
}

const BARE_LF = leniency('bare_lf')
const BARE_CR = leniency('bare_cr')
const OBS_FOLD = leniency('obs_fold')
const LEADING_WHITESPACE = leniency('leading_whitespace')
const SPACE_BEFORE_COLON = leniency('space_before_colon')
const MISSING_COLON = leniency('missing_colon')
const INVALID_FIELD_NAME = leniency('invalid_field_name')
const CONTROL_CHARACTER = leniency('control_character')
const MULTIPLE_HOSTS = anomaly('multiple_hosts')
const HEADERS_BOUND = anomaly('headers_bound')
const OBFUSCATED_CODING = anomaly('obfuscated_coding')

const HOST = 'host'
const CONTENT_LENGTH = 'content-length'
const TRANSFER_ENCODING = 'transfer-encoding'

const DEL = 0x7f

/**
 * Reads the lines of a section (RFC 9112, 5).
 *
 * @param section its bytes, as a view that is not kept
 * @param from where the first field line begins
 * @param to behind the end of the last whole line
 * @param maxHeaders fields kept at most; further ones still count for framing
 */
export function parseFields(section: Uint8Array, from: number, to: number, maxHeaders: number): Fields {
  let bytes = section
  let leniencies = 0
  let anomalies = 0
  const index: number[] = []
  let hosts = 0
  // Pairs of offsets: text can be had once all folds are gone.
  let lengths: number[] | undefined
  let codings: number[] | undefined
  for (let at = from; at < to; ) {
    const start = at
    let isFolded = false
    let end = start
    for (; end < to; end++) {
      const octet = bytes[end] as number
      if (octet >= SP && octet !== DEL) continue
      if (octet === LF) {
        // A line that begins with whitespace itself has nothing that could go on.
        if (end + 1 >= to || !isBlank(bytes[end + 1]) || isBlank(bytes[start])) break
        // RFC 9112, 5.2: a fold reads as spaces.
        if (bytes === section) bytes = section.slice()
        isFolded = true
        bytes[end] = SP
        if (bytes[end - 1] === CR) bytes[end - 1] = SP
      } else if (octet !== CR) {
        if (octet !== TAB) leniencies |= CONTROL_CHARACTER
      } else if (bytes[end + 1] !== LF) {
        leniencies |= BARE_CR
      }
    }
    at = end + 1
    if (isFolded) leniencies |= OBS_FOLD
    if (end > start && bytes[end - 1] === CR) end--
    else leniencies |= BARE_LF
    if (end === start) continue
    if (isBlank(bytes[start])) {
      // Only the first line can begin so: any other is a fold (RFC 9112, 2.2).
      leniencies |= LEADING_WHITESPACE
      continue
    }
    let colon = start
    while (colon < end && bytes[colon] !== COLON) colon++
    if (colon === end) {
      leniencies |= MISSING_COLON
      continue
    }
    let nameEnd = colon
    while (nameEnd > start && isBlank(bytes[nameEnd - 1])) nameEnd--
    if (nameEnd < colon) leniencies |= SPACE_BEFORE_COLON
    if (!isToken(bytes, start, nameEnd)) leniencies |= INVALID_FIELD_NAME
    let valueStart = colon + 1
    while (valueStart < end && isBlank(bytes[valueStart])) valueStart++
    while (end > valueStart && isBlank(bytes[end - 1])) end--
    const length = nameEnd - start
    if (length === HOST.length) {
      if (equalsIgnoringCase(bytes, start, nameEnd, HOST)) hosts++
    } else if (length === CONTENT_LENGTH.length) {
      if (equalsIgnoringCase(bytes, start, nameEnd, CONTENT_LENGTH)) {
        lengths ??= []
        lengths.push(valueStart, end)
      }
    } else if (length === TRANSFER_ENCODING.length) {
      if (equalsIgnoringCase(bytes, start, nameEnd, TRANSFER_ENCODING)) {
        codings ??= []
        codings.push(valueStart, end)
        // Peers differ in whether such a field is this one.
        if (nameEnd < colon || isFolded) anomalies |= OBFUSCATED_CODING
      }
    }
    if (index.length < maxHeaders * INDEX_STRIDE) index.push(start, nameEnd, valueStart, end)
    else anomalies |= HEADERS_BOUND
  }
  if (hosts > 1) anomalies |= MULTIPLE_HOSTS
  const text = decodeText(bytes)
  return {
    text,
    headers: new HttpHeaders(text, packIndex(index, text.length)),
    hasHost: hosts > 0,
    lengths: lengths && texts(text, lengths),
    codings: codings && texts(text, codings),
    leniencies,
    anomalies,
  }
}

function texts(text: string, offsets: readonly number[]): string[] {
  const values: string[] = []
  for (let i = 0; i < offsets.length; i += 2) values.push(text.slice(offsets[i], offsets[i + 1]))
  return values
}
