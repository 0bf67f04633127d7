// Frames of Zstandard (RFC 8878) put together by hand: what the program would not write.

/** A block by its type: bytes as they are, or one byte repeated. */
export type ZstdBlock = Uint8Array | { readonly byte: number; readonly times: number }

export interface ZstdFrameOptions {
  /** Window_Descriptor; 0x58 is 2 MiB. */
  window?: number
  dictionary?: number
  /** A checksum that nothing is the checksum of. */
  checksum?: boolean
}

/** A frame of raw and RLE blocks. */
export function zstdFrame(blocks: readonly ZstdBlock[], options: ZstdFrameOptions = {}): Uint8Array<ArrayBuffer> {
  const { window = 0x58, dictionary, checksum = false } = options
  const bytes = [0x28, 0xb5, 0x2f, 0xfd, (checksum ? 4 : 0) | (dictionary === undefined ? 0 : 1), window]
  if (dictionary !== undefined) bytes.push(dictionary)
  blocks.forEach((block, i) => {
    const isLast = i === blocks.length - 1
    const [type, size, content] = 'times' in block ? [1, block.times, [block.byte]] : [0, block.length, [...block]]
    const header = (isLast ? 1 : 0) | (type << 1) | (size << 3)
    bytes.push(header & 0xff, (header >> 8) & 0xff, header >> 16, ...content)
  })
  if (checksum) bytes.push(1, 2, 3, 4)
  return Uint8Array.from(bytes)
}

/** A frame that decompression passes over. */
export function skippableFrame(length: number): Uint8Array {
  return Uint8Array.from([0x5a, 0x2a, 0x4d, 0x18, length & 0xff, length >> 8, 0, 0, ...new Uint8Array(length)])
}
