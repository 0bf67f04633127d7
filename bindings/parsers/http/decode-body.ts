import { transferCodings } from './framing'
import type { HttpMessage } from './message'

/** A coding that bodies come in (RFC 9110, 8.4.1), in lower case. */
export type BodyCoding = string

/** Makes a stream that takes a coding off. */
export type CodingDecoder = () => ReadableWritablePair<Uint8Array, Uint8Array>

/** How bodies are decoded. */
export interface DecodeOptions {
  /** Most bytes that a body may decode to: a small one can be made to come to terabytes. Default 16 MiB. */
  readonly maxBytes?: number
  /**
   * What takes a coding off, by name, besides or in place of what the platform has. Few platforms have `br`; in Node:
   * `{ br: () => Duplex.toWeb(zlib.createBrotliDecompress()) }`.
   */
  readonly decoders?: Readonly<Record<BodyCoding, CodingDecoder>>
}

/** A body as far as it could be decoded. */
export interface DecodedBody {
  /** What the body is without its codings, or as much of it as could be decoded. */
  readonly bytes: Uint8Array
  /**
   * Why there may be more than `bytes`: it passes `maxBytes`; something does not decode, as with a body that is not
   * whole; or a coding is not known, and `bytes` are none.
   */
  readonly problem?: 'bound' | 'corrupt' | 'unsupported'
}

const USUAL_MOST = 16 << 20

/** Codings taken off one body at most. */
const MOST_CODINGS = 4

/** RFC 9110, 8.4.1: names that mean the same. */
const FORMATS: Readonly<Record<string, string>> = { gzip: 'gzip', 'x-gzip': 'gzip', deflate: 'deflate', br: 'brotli' }

/**
 * Codings of a message's body in the order in which they were applied: those of Content-Encoding, then those of
 * Transfer-Encoding but for chunked, which has been taken off.
 */
export function contentCodings({ headers }: HttpMessage): BodyCoding[] {
  const codings = [...headers.getAll('content-encoding'), ...headers.getAll('transfer-encoding')]
  return transferCodings(codings).filter((coding) => coding !== 'identity' && coding !== 'chunked')
}

/**
 * Takes the codings off a body that was kept whole. Asks the platform's `DecompressionStream`; never rejects.
 *
 * @param bytes without it the message's `body.bytes`
 */
export async function decodeBody(
  message: HttpMessage,
  options: DecodeOptions = {},
  bytes = message.body?.bytes ?? new Uint8Array(0),
): Promise<DecodedBody> {
  const { maxBytes = USUAL_MOST } = options
  const codings = contentCodings(message)
  if (codings.length === 0 || bytes.length === 0) return bounded(bytes, maxBytes)
  const chunks: Uint8Array[] = []
  let length = 0
  let problem: DecodedBody['problem']
  try {
    const reader = decodeStream(streamOf(bytes), codings, { ...options, firstOctets: bytes }).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      const kept = value.subarray(0, maxBytes - length)
      chunks.push(kept)
      length += kept.length
      if (kept.length < value.length) {
        problem = 'bound'
        reader.cancel().catch(() => {})
        break
      }
    }
  } catch (error) {
    problem = error instanceof RangeError ? 'unsupported' : 'corrupt'
  }
  return { bytes: concatenated(chunks, length), ...(problem && { problem }) }
}

/**
 * Takes codings off a stream of bytes, such as one that {@link streamedBodies} fills.
 *
 * @param codings in the order in which they were applied
 * @throws RangeError when a coding is not known here, or there are more than four
 */
export function decodeStream(
  stream: ReadableStream<Uint8Array>,
  codings: readonly BodyCoding[],
  options: DecodeOptions & { readonly firstOctets?: Uint8Array } = {},
): ReadableStream<Uint8Array> {
  if (codings.length > MOST_CODINGS) throw new RangeError(`more than ${MOST_CODINGS} codings: ${codings.length}`)
  let decoded = stream
  let { firstOctets } = options
  for (const coding of [...codings].reverse()) {
    decoded = decoded.pipeThrough(decoderOf(coding, firstOctets, options.decoders))
    firstOctets = undefined
  }
  return decoded
}

function decoderOf(
  coding: BodyCoding,
  firstOctets: Uint8Array | undefined,
  decoders: DecodeOptions['decoders'],
): ReadableWritablePair<Uint8Array, Uint8Array> {
  if (decoders && Object.hasOwn(decoders, coding)) return (decoders[coding] as CodingDecoder)()
  const format = Object.hasOwn(FORMATS, coding) ? FORMATS[coding] : undefined
  if (format === undefined) throw new RangeError(`no decoder for the coding ${coding}`)
  const isRaw = format === 'deflate' && firstOctets !== undefined && !isZlib(firstOctets)
  try {
    // Which formats there are is the platform's affair: `brotli` is younger than the types.
    return new DecompressionStream((isRaw ? 'deflate-raw' : format) as CompressionFormat) as ReadableWritablePair<
      Uint8Array,
      Uint8Array
    >
  } catch {
    throw new RangeError(`no decoder for the coding ${coding} on this platform`)
  }
}

/** RFC 9110, 8.4.1.2: `deflate` is zlib's format (RFC 1950, 2.2), but some send what is inside it. */
function isZlib(bytes: Uint8Array): boolean {
  const [method = 0, flags = 0] = bytes
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0
}

function bounded(bytes: Uint8Array, maxBytes: number): DecodedBody {
  return bytes.length <= maxBytes ? { bytes } : { bytes: bytes.subarray(0, maxBytes), problem: 'bound' }
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes)
      controller.close()
    },
  })
}

function concatenated(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
