import { CR, isBlank, isDigit, isToken, octets, SP, startsWith, TAB } from './ascii'
import { anomaly, leniency } from './findings'

/** The first line of a message, as offsets into the section that it begins. */
export interface StartLine {
  readonly kind: 'request' | 'response'
  /** Method, or status code. */
  readonly firstEnd: number
  /** Target, or reason phrase. */
  readonly secondStart: number
  readonly secondEnd: number
  /** Both 0 where there is no version. */
  readonly versionStart: number
  readonly versionEnd: number
  /** Of responses; 0 for requests. */
  readonly status: number
  /** The version is HTTP/1.0. */
  readonly isHttp10: boolean
  /** A whole request of HTTP/0.9, if no field follows: `"GET" SP Request-URI CRLF` (RFC 1945, 4.1). */
  readonly isSimple: boolean
  readonly leniencies: number
  readonly anomalies: number
}

const HTTP_NAME = octets('HTTP/')
const GET = octets('GET')
const DIGIT_ZERO = 0x30

/** `HTTP/` DIGIT `.` DIGIT (RFC 9112, 2.3). */
const VERSION_LENGTH = 8

const START_LINE_WHITESPACE = leniency('start_line_whitespace')
const SPACE_IN_TARGET = leniency('space_in_target')
const MISSING_REASON = leniency('missing_reason')
const UNKNOWN_VERSION = leniency('unknown_version')
const CONTROL_CHARACTER = leniency('control_character')
const BARE_CR = leniency('bare_cr')
const INVALID_START_LINE = anomaly('invalid_start_line')

/** Methods of the IANA HTTP Method Registry (2024-11-23), and CCM_POST of Microsoft's configuration manager. */
const METHODS: ReadonlySet<string> = new Set(
  `ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY DELETE GET HEAD LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR
  MKCOL MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PRI PROPFIND PROPPATCH PUT REBIND REPORT SEARCH
  TRACE UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL QUERY CCM_POST`.split(/\s+/),
)

export const SHORTEST_METHOD = Math.min(...[...METHODS].map((method) => method.length))

export const LONGEST_METHOD = Math.max(...[...METHODS].map((method) => method.length))

/** Whether these octets are a registered method. Methods are case-sensitive (RFC 9110, 9.1). */
export function isKnownMethod(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < SHORTEST_METHOD || to - from > LONGEST_METHOD) return false
  return METHODS.has(String.fromCharCode(...bytes.subarray(from, to)))
}

/**
 * Reads the line from `from` to `to`, which is without its end. Offsets of the answer count from `from`.
 *
 * @returns undefined when it is no start line
 */
export function parseStartLine(bytes: Uint8Array, from: number, to: number): StartLine | undefined {
  const isResponse = startsWith(bytes, from, to, HTTP_NAME)
  return isResponse ? parseStatusLine(bytes, from, to) : parseRequestLine(bytes, from, to)
}

/** Whether the octets from `from` to `to` are the name of a version: `HTTP/1.1`. */
export function isVersion(bytes: Uint8Array, from: number, to: number): boolean {
  return (
    to - from === VERSION_LENGTH &&
    startsWith(bytes, from, to, HTTP_NAME) &&
    isDigit(bytes[from + 5]) &&
    bytes[from + 6] === 0x2e &&
    isDigit(bytes[from + 7])
  )
}

/** RFC 9112, 4: `HTTP-version SP status-code SP [ reason-phrase ]`. */
function parseStatusLine(bytes: Uint8Array, from: number, to: number): StartLine | undefined {
  const versionEnd = from + VERSION_LENGTH
  if (!isVersion(bytes, from, versionEnd)) return undefined
  const code = skipBlanks(bytes, versionEnd, to)
  const codeEnd = code + 3
  if (code === versionEnd || codeEnd > to) return undefined
  let status = 0
  for (let i = code; i < codeEnd; i++) {
    const octet = bytes[i] as number
    if (!isDigit(octet)) return undefined
    status = 10 * status + octet - DIGIT_ZERO
  }
  if (codeEnd < to && !isBlank(bytes[codeEnd])) return undefined
  const reason = Math.min(codeEnd + 1, to)
  const reasonEnd = trimEnd(bytes, reason, to)
  return {
    kind: 'response',
    firstEnd: codeEnd - from,
    secondStart: reason - from,
    secondEnd: reasonEnd - from,
    versionStart: 0,
    versionEnd: VERSION_LENGTH,
    status,
    isHttp10: isHttp10(bytes, from),
    leniencies:
      versionLeniency(bytes, from) |
      (isOneSpace(bytes, versionEnd, code) ? 0 : START_LINE_WHITESPACE) |
      (codeEnd === to ? MISSING_REASON : 0) |
      octetLeniencies(bytes, reason, reasonEnd),
    anomalies: 0,
    isSimple: false,
  }
}

/**
 * RFC 9112, 3: `method SP request-target SP HTTP-version`. A line whose target or version is missing or cannot be
 * read is one all the same where its method is known or its target looks like one: servers answer them, so they have
 * to be seen. Without a version, and without fields behind it, it is the simple request of HTTP/0.9 (RFC 1945, 4.1).
 */
function parseRequestLine(bytes: Uint8Array, from: number, to: number): StartLine | undefined {
  const end = trimEnd(bytes, from, to)
  const methodEnd = wordEnd(bytes, from, end)
  if (!isToken(bytes, from, methodEnd)) return undefined
  const target = skipBlanks(bytes, methodEnd, end)
  const lastWord = lastWordStart(bytes, target, end)
  const isWhole = lastWord > target && isVersion(bytes, lastWord, end)
  if (!isWhole && !isKnownMethod(bytes, from, methodEnd) && !looksLikeTarget(bytes, target, end)) return undefined
  const targetEnd = isWhole ? trimEnd(bytes, target, lastWord) : wordEnd(bytes, target, end)
  const version = isWhole ? lastWord : skipBlanks(bytes, targetEnd, end)
  const hasVersion = version < end
  const isSpaced = isOneSpace(bytes, methodEnd, target) && (!hasVersion || isOneSpace(bytes, targetEnd, version))
  return {
    kind: 'request',
    firstEnd: methodEnd - from,
    secondStart: target - from,
    secondEnd: targetEnd - from,
    versionStart: hasVersion ? version - from : 0,
    versionEnd: hasVersion ? end - from : 0,
    status: 0,
    isHttp10: isWhole && isHttp10(bytes, version),
    leniencies:
      (isWhole ? versionLeniency(bytes, version) : 0) |
      (isSpaced && end === to ? 0 : START_LINE_WHITESPACE) |
      (hasBlank(bytes, target, targetEnd) ? SPACE_IN_TARGET : 0) |
      octetLeniencies(bytes, target, targetEnd),
    anomalies: isWhole ? 0 : INVALID_START_LINE,
    isSimple: !hasVersion && target < end && isGet(bytes, from, methodEnd),
  }
}

function isGet(bytes: Uint8Array, from: number, to: number): boolean {
  return to - from === GET.length && startsWith(bytes, from, to, GET)
}

function versionLeniency(bytes: Uint8Array, at: number): number {
  const isKnown = bytes[at + 5] === 0x31 && (bytes[at + 7] === 0x30 || bytes[at + 7] === 0x31)
  return isKnown ? 0 : UNKNOWN_VERSION
}

function isHttp10(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 5] === 0x31 && bytes[at + 7] === 0x30
}

/** Forms of RFC 9112, 3.2: a path, an asterisk, or a URI with a scheme. */
function looksLikeTarget(bytes: Uint8Array, from: number, to: number): boolean {
  if (bytes[from] === 0x2f && from < to) return true
  if (bytes[from] === 0x2a && (from + 1 === to || isBlank(bytes[from + 1]))) return true
  for (let i = from; i + 2 < to && !isBlank(bytes[i]); i++) {
    if (bytes[i] === 0x3a) return bytes[i + 1] === 0x2f && bytes[i + 2] === 0x2f
  }
  return false
}

/** Where the last word of a line begins. */
function lastWordStart(bytes: Uint8Array, from: number, to: number): number {
  let start = to
  while (start > from && !isBlank(bytes[start - 1])) start--
  return start
}

function wordEnd(bytes: Uint8Array, from: number, to: number): number {
  let end = from
  while (end < to && !isBlank(bytes[end])) end++
  return end
}

function skipBlanks(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && isBlank(bytes[at])) at++
  return at
}

function trimEnd(bytes: Uint8Array, from: number, to: number): number {
  let end = to
  while (end > from && isBlank(bytes[end - 1])) end--
  return end
}

function isOneSpace(bytes: Uint8Array, from: number, to: number): boolean {
  return to - from === 1 && bytes[from] === SP
}

function hasBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (isBlank(bytes[i])) return true
  return false
}

function octetLeniencies(bytes: Uint8Array, from: number, to: number): number {
  let found = 0
  for (let i = from; i < to; i++) {
    const octet = bytes[i] as number
    if (octet < SP || octet === 0x7f) found |= octet === CR ? BARE_CR : octet === TAB ? 0 : CONTROL_CHARACTER
  }
  return found
}
