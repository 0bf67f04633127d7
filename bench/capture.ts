import type { CaptureSource } from '../bindings/sources/capture-source'
import { fileHeader, LARGEST_RECORD, type Written } from './traffic'

/** A capture that is written while it is read, with the records of `write`, which ends when it writes none. */
export function writtenSource(write: (target: Buffer) => Written): CaptureSource {
  let begun = false
  return {
    readInto: (target) => {
      const buffer = Buffer.from(target.buffer, target.byteOffset, target.byteLength)
      if (begun) return write(buffer).bytes
      begun = true
      buffer.set(fileHeader())
      return fileHeader().length
    },
  }
}

/** A capture in memory: the records of all these writers, one after the other. */
export function captureOf(...writers: ((target: Buffer) => Written)[]): Uint8Array {
  const parts: Uint8Array[] = [fileHeader()]
  for (const write of writers) {
    for (;;) {
      const part = Buffer.alloc(64 * LARGEST_RECORD)
      const { bytes } = write(part)
      if (bytes === 0) break
      parts.push(part.subarray(0, bytes))
    }
  }
  return Buffer.concat(parts)
}

/** A writer that stops after so many packets. */
export function atMost(packets: number, write: (target: Buffer, most: number) => Written): (target: Buffer) => Written {
  let left = packets
  return (target) => {
    const written = write(target, left)
    left -= written.packets
    return written
  }
}
