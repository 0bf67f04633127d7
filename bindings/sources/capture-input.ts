import { SourceError } from '../common/errors'
import { bytesSource } from './bytes-source'
import type { CaptureSource } from './capture-source'
import { fileSource } from './file-source'
import { type ByteStream, streamSource } from './stream-source'

/** What can be read as a capture: a source, bytes, a stream, or a file by path or URL. */
export type CaptureInput = CaptureSource | Uint8Array | ArrayBuffer | ByteStream | string | URL

/**
 * The source that an input stands for.
 *
 * @throws SourceError when it is nothing of the kind
 */
export function toSource(input: CaptureInput): CaptureSource {
  if (typeof input === 'string' || input instanceof URL) return fileSource(input)
  if (input instanceof Uint8Array || input instanceof ArrayBuffer) return bytesSource(input)
  if (typeof input === 'object' && input !== null) {
    if ('readInto' in input) return input
    if ('getReader' in input || Symbol.asyncIterator in input) return streamSource(input)
  }
  throw new SourceError('a capture is read from a source, bytes, a stream, or a path')
}
