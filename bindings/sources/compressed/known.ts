import { type Decompression, MAGIC_LENGTH } from './decompression'

/** A kind of compression that is loaded when a capture of it is met. */
interface Known {
  readonly name: string
  /** First bytes. The last half byte of Zstandard's skippable frames is free. */
  readonly magic: readonly RegExp[]
  /** What the documentation calls it. */
  readonly exportName: string
  load(): Promise<Decompression>
}

const KNOWN: readonly Known[] = [
  { name: 'gzip', magic: [/^1f8b/], exportName: 'gunzip', load: async () => (await import('./gunzip')).gunzip },
  {
    name: 'zstd',
    magic: [/^28b52ffd/, /^5.2a4d18/],
    exportName: 'unzstd',
    load: async () => (await import('./unzstd')).unzstd,
  },
]

/** The kind of compression that a file begins like, undefined for none. */
export function knownCompression(head: Uint8Array): Known | undefined {
  let text = ''
  for (const byte of head.subarray(0, MAGIC_LENGTH)) text += byte.toString(16).padStart(2, '0')
  return KNOWN.find(({ magic }) => magic.some((pattern) => pattern.test(text)))
}
