import { md5 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { ALPN, isGrease, SERVER_NAME, SSL_2, SSL_3, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 } from './constants'
import type { TlsClientHello, TlsServerHello } from './messages'
import type { Writable } from './writable'

/** Which fingerprints are made. */
export interface FingerprintOptions {
  /** JA3 and JA3S. */
  readonly ja3: boolean
  readonly ja4: boolean
}

/** How JA4 writes versions; others are `00`. */
const JA4_VERSIONS: ReadonlyMap<number, string> = new Map([
  [TLS_1_3, '13'],
  [TLS_1_2, '12'],
  [TLS_1_1, '11'],
  [TLS_1_0, '10'],
  [SSL_3, 's3'],
  [SSL_2, 's2'],
])

/** What JA4 has in the place of the hash of nothing. */
const JA4_NOTHING = '000000000000'

/** Adds the fingerprints to a hello. */
export function fingerprintClient(
  hello: Writable<TlsClientHello>,
  firstProtocol: Uint8Array | undefined,
  options: FingerprintOptions,
): void {
  if (options.ja3) {
    hello.ja3 = ja3Of(hello)
    hello.ja3Hash = md5Of(hello.ja3)
  }
  if (options.ja4) hello.ja4 = ja4Of(hello, firstProtocol)
}

/**
 * JA3S, github.com/salesforce/ja3: version, cipher suite, extensions. GREASE is left out, as in JA3.
 */
export function fingerprintServer(hello: Writable<TlsServerHello>, options: FingerprintOptions): void {
  if (!options.ja3) return
  hello.ja3s = `${hello.legacyVersion},${hello.cipherSuite},${decimals(hello.extensions)}`
  hello.ja3sHash = md5Of(hello.ja3s)
}

/**
 * JA3, github.com/salesforce/ja3: legacy version, cipher suites, extensions, groups and point formats in decimal, the
 * lists in the order of the wire without GREASE. A list whose extension is absent is empty.
 */
function ja3Of({ legacyVersion, cipherSuites, extensions, groups = [], pointFormats = [] }: TlsClientHello): string {
  return `${legacyVersion},${decimals(cipherSuites)},${decimals(extensions)},${decimals(groups)},${pointFormats.join('-')}`
}

/**
 * JA4, github.com/FoxIO-LLC/ja4 technical_details/JA4.md: `t` for TLS over TCP; highest version offered; `d` with and
 * `i` without server name; how many cipher suites and extensions; first and last character of the first protocol;
 * hash of the sorted cipher suites; hash of the sorted extensions but server name and ALPN, and of the signature
 * algorithms in the order of the wire. GREASE is left out everywhere.
 */
function ja4Of(hello: TlsClientHello, firstProtocol: Uint8Array | undefined): string {
  const suites = withoutGrease(hello.cipherSuites)
  const extensions = withoutGrease(hello.extensions)
  const versions = withoutGrease(hello.versions ?? [])
  const version = versions.length > 0 ? Math.max(...versions) : hello.legacyVersion
  const name = extensions.includes(SERVER_NAME) ? 'd' : 'i'
  const protocol = ja4Protocol(firstProtocol)
  const prefix = `t${JA4_VERSIONS.get(version) ?? '00'}${name}${twoDigits(suites)}${twoDigits(extensions)}${protocol}`
  const rest = extensions.filter((type) => type !== SERVER_NAME && type !== ALPN)
  const algorithms = withoutGrease(hello.signatureAlgorithms ?? [])
  const tail = algorithms.length > 0 ? `_${algorithms.map(hexadecimal).join(',')}` : ''
  const suitesHash = suites.length > 0 ? ja4Hash(sorted(suites)) : JA4_NOTHING
  const extensionsHash = rest.length > 0 ? ja4Hash(sorted(rest) + tail) : JA4_NOTHING
  return `${prefix}_${suitesHash}_${extensionsHash}`
}

/** First and last character; where one is neither letter nor digit, those of its bytes in hexadecimal. */
function ja4Protocol(protocol: Uint8Array | undefined): string {
  const first = protocol?.[0]
  const last = protocol?.at(-1)
  if (first === undefined || last === undefined) return '00'
  if (isAlphanumeric(first) && isAlphanumeric(last)) return String.fromCharCode(first, last)
  return `${(first >> 4).toString(16)}${(last & 0xf).toString(16)}`
}

function isAlphanumeric(byte: number): boolean {
  const letter = byte | 0x20
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x7a)
}

function decimals(values: readonly number[]): string {
  return withoutGrease(values).join('-')
}

function withoutGrease(values: readonly number[]): number[] {
  return values.filter((value) => !isGrease(value))
}

function sorted(values: readonly number[]): string {
  return values.map(hexadecimal).sort().join(',')
}

function twoDigits(values: readonly number[]): string {
  return String(Math.min(values.length, 99)).padStart(2, '0')
}

function hexadecimal(value: number): string {
  return value.toString(16).padStart(4, '0')
}

function md5Of(text: string): string {
  return bytesToHex(md5(utf8ToBytes(text)))
}

function ja4Hash(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)).subarray(0, 6))
}
