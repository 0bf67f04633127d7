import { SourceError } from '../common/errors'
import { blobSource } from './blob-source'
import { bodySource } from './body-source'
import { bytesSource } from './bytes-source'
import type { CaptureSource } from './capture-source'
import { fileSource } from './file-source'
import { type ByteStream, streamSource } from './stream-source'

/**
 * What can be read as a capture: a source, bytes, a `Blob` or `File`, a stream, an HTTP message with a body, or a file
 * by path or URL. Captures that are compressed by gzip or Zstandard are recognized by their first bytes.
 */
export type CaptureInput =
  | CaptureSource
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ByteStream
  | Response
  | Request
  | string
  | URL

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
    // By what they can do, since other realms and polyfills have classes of their own.
    if ('bodyUsed' in input) return bodySource(input)
    if ('arrayBuffer' in input && 'slice' in input) return blobSource(input)
  }
  throw new SourceError('a capture is read from a source, bytes, a blob, a stream, an HTTP message, or a path')
}
