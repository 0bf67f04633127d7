/**
 * What is not as the RFCs have it. A message carries its findings as bits; names and counts are made of them when
 * somebody asks.
 */

/** Departures from the grammar that do not put in doubt what was meant. Bit `n` of a mask is the name at place `n`. */
export const LENIENCIES = [
  'bare_lf',
  'bare_cr',
  'obs_fold',
  'leading_empty_line',
  'leading_whitespace',
  'space_before_colon',
  'missing_colon',
  'invalid_field_name',
  'start_line_whitespace',
  'space_in_target',
  'missing_reason',
  'unknown_version',
  'control_character',
  'missing_host',
  'repeated_length',
  'identity_coding',
  'chunk_whitespace',
  'resynchronized',
] as const

/**
 * A departure from the grammar that was read all the same.
 *
 * | name | meaning | RFC |
 * |---|---|---|
 * | `bare_lf` | a line ends in LF without CR | 9112, 2.2 |
 * | `bare_cr` | a CR without LF inside a line | 9112, 2.2 |
 * | `obs_fold` | a field goes on in the next line; the fold reads as spaces | 9112, 5.2 |
 * | `leading_empty_line` | an empty line before the start line | 9112, 2.2 |
 * | `leading_whitespace` | lines that begin with whitespace between start line and fields; ignored | 9112, 2.2 |
 * | `space_before_colon` | whitespace between a field's name and its colon | 9112, 5.1 |
 * | `missing_colon` | a line without colon among the fields; ignored | 9112, 5 |
 * | `invalid_field_name` | a name that is no token | 9110, 5.1 |
 * | `start_line_whitespace` | whitespace other than one space between the parts of a start line | 9112, 3 and 4 |
 * | `space_in_target` | whitespace inside the request target | 9112, 3.2 |
 * | `missing_reason` | no space behind the status code | 9112, 4 |
 * | `unknown_version` | a version other than 1.0 and 1.1, read as 1.1 | 9110, 2.5 |
 * | `control_character` | a control character in the target or in a value | 9110, 5.5 |
 * | `missing_host` | a request of HTTP/1.1 without Host | 9112, 3.2 |
 * | `repeated_length` | Content-Length more than once with one value | 9110, 8.6 |
 * | `identity_coding` | the transfer coding `identity`, which is none | 2616, 3.6 |
 * | `chunk_whitespace` | whitespace behind a chunk's size | 9112, 7.1.1 |
 * | `resynchronized` | the message was found by searching, after bytes that could not be read | |
 */
export type HttpLeniency = (typeof LENIENCIES)[number]

export const ANOMALIES = [
  'conflicting_lengths',
  'length_and_coding',
  'invalid_length',
  'coding_not_chunked',
  'obfuscated_coding',
  'coding_in_http_1_0',
  'unexpected_framing',
  'invalid_chunk',
  'multiple_hosts',
  'presumed_head',
  'invalid_start_line',
  'head_bound',
  'headers_bound',
  'chunk_line_bound',
  'body_bound',
  'pipeline_bound',
  'search_bound',
  'gap_in_head',
  'gap_in_body',
  'gap_in_framing',
  'gap_between_messages',
] as const

/**
 * What puts in doubt where messages begin and end or what they say, or was given up.
 *
 * | name | meaning | RFC |
 * |---|---|---|
 * | `conflicting_lengths` | several values of Content-Length; the first valid one counts | 9112, 6.3 |
 * | `length_and_coding` | Content-Length beside Transfer-Encoding, which counts | 9112, 6.3 |
 * | `invalid_length` | a Content-Length that is no number; as if it were absent | 9112, 6.3 |
 * | `coding_not_chunked` | a Transfer-Encoding whose last coding is not chunked | 9112, 6.3 |
 * | `obfuscated_coding` | a Transfer-Encoding that peers may read in different ways | 9112, 6.1 |
 * | `coding_in_http_1_0` | Transfer-Encoding in HTTP/1.0; it counts | 9112, 6.1 |
 * | `unexpected_framing` | a length or coding in a CONNECT or its success, 1xx or 204, which have no body; it does not count | 9110, 8.6 and 9.3.6; 9112, 6.1 |
 * | `invalid_chunk` | chunked framing that cannot be read; the message ends there, incomplete | 9112, 7.1 |
 * | `multiple_hosts` | more than one Host; the first counts | 9112, 3.2 |
 * | `presumed_head` | a response to a request that is not known, with a status line where its body would begin: read as one to HEAD | 9112, 6.3 |
 * | `invalid_start_line` | no start line where one should be, or one with missing parts | 9112, 3 and 4 |
 * | `head_bound` | a head or trailer section longer than `maxHead`; the message is cut there | |
 * | `headers_bound` | more fields than `maxHeaders`; the further ones are left out | |
 * | `chunk_line_bound` | a chunk's size and extensions take more than `maxChunkLine` | |
 * | `body_bound` | a body longer than what was to be kept of it | |
 * | `pipeline_bound` | more unanswered requests than `maxPipelined`; the answers to the further ones lack theirs | |
 * | `search_bound` | no message within `maxSearch` bytes: the side is given up | |
 * | `gap_in_head` | bytes of a head are missing: the message is cut there | |
 * | `gap_in_body` | bytes of a body are missing; nothing else is lost | |
 * | `gap_in_framing` | bytes of chunked framing are missing: the message is cut there | |
 * | `gap_between_messages` | bytes are missing that may have been whole messages | |
 */
export type HttpAnomalyKind = (typeof ANOMALIES)[number]

/** Mask of one leniency. */
export function leniency(name: HttpLeniency): number {
  return 1 << LENIENCIES.indexOf(name)
}

/** Mask of one anomaly. */
export function anomaly(name: HttpAnomalyKind): number {
  return 1 << ANOMALIES.indexOf(name)
}

/** Names of the leniencies in a mask. */
export function leniencyNames(mask: number): readonly HttpLeniency[] {
  return mask === 0 ? NOTHING : LENIENCIES.filter((_, bit) => mask & (1 << bit))
}

/** Names of the anomalies in a mask. */
export function anomalyNames(mask: number): readonly HttpAnomalyKind[] {
  return mask === 0 ? NOTHING : ANOMALIES.filter((_, bit) => mask & (1 << bit))
}

const NOTHING: readonly never[] = Object.freeze([])

/** What one or several connections have come to. */
export class HttpCounters {
  /** Messages handed out. */
  requests = 0
  /** Responses handed out, those of status 100 to 199 among them. */
  responses = 0
  /** Messages among them that are not whole: something of them is missing, or the connection ended inside them. */
  incomplete = 0
  /** Bytes of bodies, after de-chunking; also of those that were skipped. */
  bodyBytes = 0
  /** Bytes of bodies that the capture has not. */
  missingBytes = 0
  /** Bytes that belong to no message: between messages, or where one could not be read. */
  strayBytes = 0
  readonly #leniencies = new Float64Array(LENIENCIES.length)
  readonly #anomalies = new Float64Array(ANOMALIES.length)

  /** How many messages had each leniency; those that none had are left out. */
  get leniencies(): Partial<Record<HttpLeniency, number>> {
    return named(LENIENCIES, this.#leniencies)
  }

  /** How often each anomaly was met; those that were not are left out. */
  get anomalies(): Partial<Record<HttpAnomalyKind, number>> {
    return named(ANOMALIES, this.#anomalies)
  }

  /** @internal */
  countLeniencies(mask: number): void {
    count(this.#leniencies, mask)
  }

  /** @internal */
  countAnomalies(mask: number): void {
    count(this.#anomalies, mask)
  }

  /** What `JSON.stringify` writes. */
  toJSON(): object {
    return { ...this, leniencies: this.leniencies, anomalies: this.anomalies }
  }
}

function count(counts: Float64Array, mask: number): void {
  for (let bit = 0, rest = mask; rest !== 0; bit++, rest >>>= 1) {
    if (rest & 1) counts[bit] = (counts[bit] as number) + 1
  }
}

function named<N extends string>(names: readonly N[], counts: Float64Array): Partial<Record<N, number>> {
  const entries = names.map((name, i) => [name, counts[i]] as const).filter(([, value]) => value)
  return Object.fromEntries(entries) as Partial<Record<N, number>>
}
