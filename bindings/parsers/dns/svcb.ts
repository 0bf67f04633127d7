import { formatIpv4, formatIpv6 } from '../../packet/address'
import type { Field } from './rdata-fields'
import { type RdataReader, uint16 } from './rdata-reader'
import { base64, escapedString } from './text'

/**
 * SvcParamKeys of the registry "DNS Service Bindings (SVCB)" (https://www.iana.org/assignments/dns-svcb), written down
 * by hand in 2026-11 and compared with dnspython 2.9.2, which has all but 9. Without a name: `key667`, RFC 9460
 * section 2.1.
 */
const KEYS = [
  'mandatory',
  'alpn',
  'no-default-alpn',
  'port',
  'ipv4hint',
  'ech',
  'ipv6hint',
  'dohpath',
  'ohttp',
  'tls-supported-groups',
  'docpath',
] as const

const MANDATORY = 0
const ALPN = 1
const NO_DEFAULT_ALPN = 2
const PORT = 3
const IPV4_HINT = 4
const ECH = 5
const IPV6_HINT = 6
const DOHPATH = 7
const OHTTP = 8
const TLS_SUPPORTED_GROUPS = 9
const DOCPATH = 10

/** SVCB and HTTPS, RFC 9460 section 2.2: priority, target and parameters in rising order of their keys. */
export const serviceBinding: Field = (r) => {
  const fields = [String(r.u16()), r.name()]
  let before = -1
  while (r.left > 0) {
    const key = r.u16()
    const length = r.u16()
    const start = r.take(length)
    if (start < 0 || key <= before) {
      r.fail()
      return ''
    }
    before = key
    const value = valueText(r, key, start, start + length)
    if (value === undefined) {
      r.failed = true
      r.failedAt = start
      return ''
    }
    fields.push(value === '' ? keyName(key) : `${keyName(key)}=${value}`)
  }
  return fields.join(' ')
}

function keyName(key: number): string {
  return KEYS[key] ?? `key${key}`
}

/** Text behind the key, RFC 9460 section 7 and the registry's; undefined where the value is none of its key. */
function valueText(r: RdataReader, key: number, start: number, end: number): string | undefined {
  const { bytes } = r
  const length = end - start
  switch (key) {
    case MANDATORY:
      return words(bytes, start, end)?.map(keyName).join(',')
    case ALPN:
      return items(bytes, start, end)
    case DOCPATH:
      return length === 0 ? '' : items(bytes, start, end)
    case NO_DEFAULT_ALPN:
    case OHTTP:
      return length === 0 ? '' : undefined
    case PORT:
      return length === 2 ? String(uint16(bytes, start)) : undefined
    case IPV4_HINT:
      return addresses(bytes, start, end, 4, formatIpv4)
    case IPV6_HINT:
      return addresses(bytes, start, end, 16, formatIpv6)
    case ECH:
      return base64(bytes, start, end)
    case TLS_SUPPORTED_GROUPS:
      return words(bytes, start, end)?.join(',')
    case DOHPATH:
      return string(bytes, start, end)
    default:
      return length === 0 ? '' : string(bytes, start, end)
  }
}

function string(bytes: Uint8Array, start: number, end: number): string {
  return `"${escapedString(bytes, start, end)}"`
}

function words(bytes: Uint8Array, start: number, end: number): number[] | undefined {
  if (end === start || (end - start) % 2 !== 0) return undefined
  const list: number[] = []
  for (let at = start; at < end; at += 2) list.push(uint16(bytes, at))
  return list
}

/** RFC 9460 appendix A.1: commas and backslashes inside an item are escaped, and the whole then as any string. */
function items(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end === start) return undefined
  const list: string[] = []
  for (let at = start; at < end; ) {
    const length = bytes[at] as number
    const after = at + 1 + length
    if (length === 0 || after > end) return undefined
    const item = escapedString(bytes, at + 1, after)
      .replaceAll('\\\\', '\\\\\\\\')
      .replaceAll(',', '\\\\,')
    list.push(item)
    at = after
  }
  return `"${list.join(',')}"`
}

function addresses(
  bytes: Uint8Array,
  start: number,
  end: number,
  size: number,
  format: (bytes: Uint8Array, at: number) => string,
): string | undefined {
  if (end === start || (end - start) % size !== 0) return undefined
  const list: string[] = []
  for (let at = start; at < end; at += size) list.push(format(bytes, at))
  return list.join(',')
}
