import type { Edns, EdnsOption } from './message'
import { type Field, name, paddedAddress, u16, u32 } from './rdata-fields'
import type { RdataReader } from './rdata-reader'
import { hex, quoted } from './text'

interface OptionFormat {
  readonly name: string
  readonly value: Field
}

const DNSSEC_OK = 0x8000
const COMPACT_OK = 0x4000

/** Bytes of cookies, RFC 7873 section 4. */
const COOKIE_CLIENT = 8
const COOKIE_SERVER_LEAST = 8
const COOKIE_SERVER_MOST = 32

/**
 * Options of the registry "DNS EDNS0 Option Codes (OPT)" of the IANA, each by the RFC that defines it. An OPT record has no presentation
 * form of its own; names and values are those of draft-peltan-edns-presentation-format-03 where it has them.
 */
const OPTIONS: ReadonlyMap<number, OptionFormat> = new Map<number, OptionFormat>([
  [1, { name: 'LLQ', value: longLivedQuery }], // RFC 8764 section 3.2
  [2, { name: 'UL', value: numbers(u32, 2) }], // RFC 9664 section 4
  [3, { name: 'NSID', value: rest }], // RFC 5001 section 2.3
  [5, { name: 'DAU', value: numbers((r) => String(r.u8())) }], // RFC 6975 section 3
  [6, { name: 'DHU', value: numbers((r) => String(r.u8())) }],
  [7, { name: 'N3U', value: numbers((r) => String(r.u8())) }],
  [8, { name: 'ECS', value: clientSubnet }], // RFC 7871 section 6
  [9, { name: 'EXPIRE', value: optional(u32) }], // RFC 7314 section 3.1
  [10, { name: 'COOKIE', value: cookie }], // RFC 7873 section 4
  [11, { name: 'KEEPALIVE', value: optional(u16) }], // RFC 7828 section 3.1, units of 100 ms
  [12, { name: 'PADDING', value: padding }], // RFC 7830 section 3
  [13, { name: 'CHAIN', value: name }], // RFC 7901 section 4
  [14, { name: 'KEYTAG', value: numbers(u16) }], // RFC 8145 section 4.1
  [15, { name: 'EDE', value: extendedError }], // RFC 8914 section 2
  [18, { name: 'REPORT-CHANNEL', value: name }], // RFC 9567 section 5
  [19, { name: 'ZONEVERSION', value: zoneVersion }], // RFC 9660 section 2
])

/**
 * What an OPT record says.
 *
 * @param rdata opened for the record's data. It has failed afterwards if an option goes over the end.
 * @param badOption is told where the value of an option is not as the option wants it
 */
export function decodeEdns(
  rdata: RdataReader,
  udpSize: number,
  ttl: number,
  badOption: (offset: number) => void,
): Edns {
  const options: EdnsOption[] = []
  const { end } = rdata
  while (rdata.left > 0) {
    const code = rdata.u16()
    const length = rdata.u16()
    const start = rdata.take(length)
    if (start < 0) break
    const after = start + length
    const format = OPTIONS.get(code)
    let value: string | undefined
    if (format) {
      rdata.open(start, after)
      value = format.value(rdata)
      if (rdata.failed || rdata.left > 0) {
        value = undefined
        badOption(start)
      }
      rdata.open(after, end)
    }
    if (format && value !== undefined) options.push({ code, name: format.name, value })
    else options.push({ code, name: `OPT${code}`, value: hex(rdata.bytes, start, after) })
  }
  return { version: (ttl >>> 16) & 0xff, udpSize, dnssecOk: (ttl & DNSSEC_OK) !== 0, options }
}

/** Text of an OPT record: `Version=0 FLAGS=DO UDPSIZE=1232 COOKIE=0123456789ABCDEF`. */
export function ednsText({ version, udpSize, options }: Edns, ttl: number): string {
  const flags = ttl & 0xffff
  const names = [flags & DNSSEC_OK && 'DO', flags & COMPACT_OK && 'CO']
  for (let bit = 2; bit < 16; bit++) names.push(flags & (0x8000 >> bit) && `BIT${bit}`)
  const set = names.filter((flag) => flag !== 0).join(',')
  const fields = [`Version=${version}`, ...(set ? [`FLAGS=${set}`] : []), `UDPSIZE=${udpSize}`]
  return [...fields, ...options.map(({ name, value }) => (value === '' ? name : `${name}=${value}`))].join(' ')
}

function rest(r: RdataReader): string {
  const start = r.at
  r.at = r.end
  return hex(r.bytes, start, r.end)
}

function optional(field: Field): Field {
  return (r) => (r.left > 0 ? field(r) : '')
}

function numbers(field: Field, most = Number.POSITIVE_INFINITY): Field {
  return (r) => {
    const list: string[] = []
    while (r.left > 0 && list.length < most) list.push(field(r))
    return list.join(',')
  }
}

function longLivedQuery(r: RdataReader): string {
  const head = [r.u16(), r.u16(), r.u16()]
  const id = r.take(8)
  return id < 0 ? '' : `${head.join(',')},${hex(r.bytes, id, id + 8)},${r.u32()}`
}

/** Address, prefix lengths of the query and of the answer: `192.0.2.0/24/0`. */
function clientSubnet(r: RdataReader): string {
  const family = r.u16()
  const source = r.u8()
  const scope = r.u8()
  const length = r.left
  const start = r.take(length)
  const address = r.failed ? undefined : paddedAddress(r, family, source, start, length)
  if (address === undefined || length !== Math.ceil(source / 8)) {
    r.fail()
    return ''
  }
  return `${address}/${source}/${scope}`
}

function cookie(r: RdataReader): string {
  const client = r.take(COOKIE_CLIENT)
  const length = r.left
  if (client < 0 || (length > 0 && (length < COOKIE_SERVER_LEAST || length > COOKIE_SERVER_MOST))) {
    r.fail()
    return ''
  }
  const text = hex(r.bytes, client, client + COOKIE_CLIENT)
  return length > 0 ? `${text},${rest(r)}` : text
}

/** The number of bytes: what they are does not matter. */
function padding(r: RdataReader): string {
  const length = r.left
  r.at = r.end
  return String(length)
}

function extendedError(r: RdataReader): string {
  const code = r.u16()
  const start = r.at
  r.at = r.end
  return start < r.end ? `${code},${quoted(r.bytes, start, r.end)}` : String(code)
}

function zoneVersion(r: RdataReader): string {
  if (r.left === 0) return ''
  const labels = r.u8()
  const type = r.u8()
  return `${labels},${type},${rest(r)}`
}
