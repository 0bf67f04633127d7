/** Puts TLS messages together for tests. */

export function u8(...values: number[]): number[] {
  return values
}

export function u16(...values: number[]): number[] {
  return values.flatMap((value) => [value >> 8, value & 0xff])
}

export function u24(value: number): number[] {
  return [value >> 16, (value >> 8) & 0xff, value & 0xff]
}

export function text(value: string): number[] {
  return [...Buffer.from(value, 'latin1')]
}

/** A vector with its length in so many bytes before it. */
export function vector(lengthBytes: 1 | 2 | 3, content: readonly number[]): number[] {
  return [...u24(content.length).slice(3 - lengthBytes), ...content]
}

export type Extension = readonly [type: number, data: readonly number[]]

export const extension = {
  sni: (name: string): Extension => [0, vector(2, [0, ...vector(2, text(name))])],
  groups: (...groups: number[]): Extension => [10, vector(2, u16(...groups))],
  formats: (...formats: number[]): Extension => [11, vector(1, formats)],
  signatures: (...schemes: number[]): Extension => [13, vector(2, u16(...schemes))],
  alpn: (...names: string[]): Extension => [
    16,
    vector(
      2,
      names.flatMap((name) => vector(1, text(name))),
    ),
  ],
  versions: (...versions: number[]): Extension => [43, vector(1, u16(...versions))],
  selected: (version: number): Extension => [43, u16(version)],
  empty: (type: number): Extension => [type, []],
}

export const RANDOM = Array.from({ length: 32 }, (_, i) => i)

function extensionBlock(extensions: readonly Extension[]): number[] {
  if (extensions.length === 0) return []
  return vector(
    2,
    extensions.flatMap(([type, data]) => [...u16(type), ...vector(2, data)]),
  )
}

export interface Hello {
  version?: number
  suites?: number[]
  extensions?: Extension[]
}

export function handshake(type: number, body: readonly number[]): number[] {
  return [type, ...vector(3, body)]
}

export function clientHello({ version = 0x0303, suites = [0x1301], extensions = [] }: Hello = {}): number[] {
  const body = [...u16(version), ...RANDOM, ...vector(1, []), ...vector(2, u16(...suites)), ...vector(1, [0])]
  return handshake(1, [...body, ...extensionBlock(extensions)])
}

export function serverHello({ version = 0x0303, suites = [0x002f], extensions = [] }: Hello = {}, random = RANDOM) {
  const body = [...u16(version), ...random, ...vector(1, []), ...u16(suites[0] ?? 0), 0]
  return handshake(2, [...body, ...extensionBlock(extensions)])
}

export function certificate(...chain: number[][]): number[] {
  return handshake(
    11,
    vector(
      3,
      chain.flatMap((der) => vector(3, der)),
    ),
  )
}

/** A record of a content type. */
export function record(type: number, content: readonly number[], version = 0x0303): number[] {
  return [type, ...u16(version), ...vector(2, content)]
}

/** Handshake records of at most so many bytes. */
export function records(content: readonly number[], size = 16_384): number[] {
  const all: number[] = []
  for (let at = 0; at < content.length; at += size) all.push(...record(22, content.slice(at, at + size)))
  return all
}

export const CHANGE_CIPHER_SPEC = record(20, [1])
export const APPLICATION_DATA = record(23, [1, 2, 3, 4, 5, 6, 7, 8])
