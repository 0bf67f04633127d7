import { SourceError } from '../common/errors'
import { bytesSource } from './bytes-source'
import type { CaptureSource } from './capture-source'
import { streamSource } from './stream-source'

/**
 * The capture that the body of an HTTP message is: of the answer to `fetch`, or of a request to a server. One without
 * a body is an empty capture.
 *
 * @throws SourceError when the response tells of an error, or somebody has read the body before
 */
export function bodySource(message: Response | Request): CaptureSource {
  if ('ok' in message && !message.ok) throw new SourceError(`the response is no capture: HTTP status ${message.status}`)
  if (message.bodyUsed) throw new SourceError('the body has been read before')
  if (!message.body) return bytesSource(new Uint8Array(0))
  const source = streamSource(message.body)
  return {
    size: lengthOf(message.headers),
    readInto: (target) => source.readInto(target),
    close: () => source.close?.(),
  }
}

/** RFC 9110, 8.6: Content-Length; it counts the coded body, and what arrives here is decoded. */
function lengthOf(headers: Headers): number | undefined {
  const length = headers.get('content-length')
  return length !== null && /^\d+$/.test(length) && !headers.has('content-encoding') ? Number(length) : undefined
}
