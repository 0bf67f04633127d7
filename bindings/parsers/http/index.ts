/**
 * HTTP/1 for flowscope: what `flowscope/http` is.
 *
 * @module
 */

export {
  type HttpBodies,
  type HttpBody,
  type HttpBodyReader,
  MOST_GAPS,
  streamedBodies,
  wholeBodies,
} from './bodies'
export { HttpConnection } from './connection'
export {
  type BodyCoding,
  contentCodings,
  type DecodedBody,
  type DecodeOptions,
  decodeBody,
  decodeStream,
} from './decode-body'
export { type HttpAnomalyKind, HttpCounters, type HttpLeniency } from './findings'
export { type HttpHandler, httpHandler } from './handler'
export { hashedBodies, type IncrementalHash } from './hashed-bodies'
export { HttpHeaders } from './headers'
export type { HttpMessage, HttpMessageBase, HttpRequest, HttpResponse } from './message'
export { type HttpAnomaly, type HttpConfig, type HttpOptions, resolveOptions } from './options'
export { type HttpProtocol, http } from './protocol'
export { type HttpEvent, HttpSession } from './session'
export { detectHttp } from './signature'
