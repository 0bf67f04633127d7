import { fieldsOf } from '../../common/fields'
import { inspectSymbol } from '../../common/inspect'
import type { Timestamp } from '../../packet/timestamp'
import type { FlowSide } from '../../tracker/vocabulary'
import type { HttpBody, HttpBodyReader } from './bodies'
import { anomalyNames, type HttpAnomalyKind, type HttpLeniency, leniencyNames } from './findings'
import { type HttpHeaders, NO_HEADERS } from './headers'
import type { StartLine } from './start-line'

/** What requests and responses have in common. Text is printable ASCII: other octets are U+FFFD. */
export interface HttpMessageBase {
  readonly protocol: 'http'
  /** Who sent it. A capture that begins inside a connection may take the server for its initiator. */
  readonly side: FlowSide
  /** As on the wire: `HTTP/1.1`. A message of HTTP/0.9 says nothing, and has `HTTP/0.9`. */
  readonly version: string | undefined
  /** Header fields. */
  readonly headers: HttpHeaders
  /** Trailer fields, where there are any. */
  readonly trailers: HttpHeaders | undefined
  /** Bytes of the body after de-chunking, also when they were skipped. Those that the capture has not do not count. */
  readonly bodyBytes: number
  /** Bytes of the body that the capture has not. */
  readonly missingBytes: number
  /** The body was chunked. */
  readonly isChunked: boolean
  /** What was made of the body, where something was asked for. */
  readonly body: HttpBody | undefined
  /** The message is whole, but for `missingBytes`. Else the connection, or what could be read of it, ended inside it. */
  readonly isComplete: boolean
  /** When its first byte came. */
  readonly startTime: Timestamp
  /** When it was complete, or known to stay incomplete. */
  readonly endTime: Timestamp
  /** What was odd about it, and read all the same. */
  readonly leniencies: readonly HttpLeniency[]
  /** What puts in doubt where it ends or what it says. */
  readonly anomalies: readonly HttpAnomalyKind[]
}

/** A request. It comes when its body is complete, or when it is known to stay incomplete. */
export interface HttpRequest extends HttpMessageBase {
  readonly kind: 'request'
  /** Method as on the wire, such as `GET`. */
  readonly method: string
  /** Request target as on the wire. Empty where a malformed request has none. */
  readonly target: string
  /** Value of the first Host field; undefined where it is empty. */
  readonly host: string | undefined
}

/**
 * A response, also one of status 100 to 199. It comes when its body is complete, or when it is known to stay
 * incomplete; one whose end is that of the connection comes then.
 */
export interface HttpResponse extends HttpMessageBase {
  readonly kind: 'response'
  /** Status code. A response of HTTP/0.9 has none: 0. */
  readonly status: number
  /** Reason phrase; absent where there is none. */
  readonly reason: string | undefined
  /** The request that it answers, where that is known. Its body may yet be under way. */
  readonly request: HttpRequest | undefined
  /**
   * The connection is no longer one of HTTP/1 after this response: `connect` for a tunnel, else what its Upgrade field
   * says, such as `websocket` or `h2c`, or `unknown` where that is missing.
   */
  readonly upgrade: string | undefined
}

/** What the parser makes: `message.kind` tells the two apart. */
export type HttpMessage = HttpRequest | HttpResponse

/** A message while it is being read. What users see of it is {@link HttpMessageBase}. */
abstract class MessageState implements HttpMessageBase {
  readonly protocol = 'http'
  bodyBytes = 0
  missingBytes = 0
  isChunked = false
  isComplete = false
  trailers: HttpHeaders | undefined = undefined
  body: HttpBody | undefined = undefined
  endTime: Timestamp
  leniencyMask = 0
  anomalyMask = 0
  /** Takes the body, where something is to be made of it. */
  reader: HttpBodyReader | undefined = undefined
  /** The reader wants no more. */
  isReaderDone = false

  /**
   * @param text what begins with the start line
   * @param line where its parts lie
   */
  constructor(
    readonly side: FlowSide,
    readonly text: string,
    protected readonly line: StartLine,
    readonly headers: HttpHeaders,
    readonly startTime: Timestamp,
  ) {
    this.endTime = startTime
  }

  abstract readonly version: string | undefined

  get leniencies(): readonly HttpLeniency[] {
    return leniencyNames(this.leniencyMask)
  }

  get anomalies(): readonly HttpAnomalyKind[] {
    return anomalyNames(this.anomalyMask)
  }

  /** Where the parts of its start line lie; undefined where it has none. */
  abstract readonly lineData: StartLine | undefined

  abstract toJSON(): object

  /** @internal */
  [inspectSymbol](): object {
    return this.toJSON()
  }

  protected slice(from: number, to: number): string | undefined {
    return this.text.slice(from, to) || undefined
  }

  /** All but what only requests or only responses have. Bytes of bodies are left out. */
  protected sharedFields(): object {
    const { bytes, ...body } = this.body ?? {}
    return {
      ...fieldsOf<HttpMessageBase>(this, ['headers', 'bodyBytes', 'missingBytes', 'isChunked', 'trailers']),
      ...(Object.keys(body).length > 0 && { body }),
      ...fieldsOf<HttpMessageBase>(this, ['isComplete', 'startTime', 'endTime', 'leniencies', 'anomalies']),
    }
  }
}

/** A request while it is being read. */
export class RequestState extends MessageState implements HttpRequest {
  readonly kind = 'request'

  get lineData(): StartLine {
    return this.line
  }

  /** It is one of HTTP/0.9, where nothing follows the target (RFC 1945, 4.1). */
  get isSimple(): boolean {
    return this.line.versionEnd === 0 && this.headers.size === 0
  }

  /** Whether the method is this one; methods are case-sensitive (RFC 9110, 9.1). */
  isMethod(method: string): boolean {
    return this.line.firstEnd === method.length && this.text.startsWith(method)
  }

  get method(): string {
    return this.text.slice(0, this.line.firstEnd)
  }

  get target(): string {
    return this.text.slice(this.line.secondStart, this.line.secondEnd)
  }

  get version(): string | undefined {
    return this.isSimple ? HTTP_0_9 : this.slice(this.line.versionStart, this.line.versionEnd)
  }

  get host(): string | undefined {
    return this.headers.getAll('host')[0] || undefined
  }

  toJSON(): object {
    return {
      ...fieldsOf<HttpRequest>(this, ['protocol', 'kind', 'side', 'method', 'target', 'version', 'host']),
      ...this.sharedFields(),
    }
  }
}

/** A response while it is being read. */
export class ResponseState extends MessageState implements HttpResponse {
  readonly kind = 'response'
  upgrade: string | undefined = undefined

  /** @param request the one that it answers */
  constructor(
    side: FlowSide,
    text: string,
    line: StartLine,
    headers: HttpHeaders,
    startTime: Timestamp,
    readonly request: RequestState | undefined,
  ) {
    super(side, text, line, headers, startTime)
  }

  /** One of HTTP/0.9: a body and nothing else (RFC 1945, 6.1). */
  static simple(side: FlowSide, startTime: Timestamp, request: RequestState | undefined): ResponseState {
    return new ResponseState(side, '', NO_STATUS_LINE, NO_HEADERS, startTime, request)
  }

  get lineData(): StartLine | undefined {
    return this.line === NO_STATUS_LINE ? undefined : this.line
  }

  get status(): number {
    return this.line.status
  }

  get version(): string | undefined {
    return this.line === NO_STATUS_LINE ? HTTP_0_9 : this.slice(this.line.versionStart, this.line.versionEnd)
  }

  get reason(): string | undefined {
    return this.slice(this.line.secondStart, this.line.secondEnd)
  }

  toJSON(): object {
    const { request } = this
    return {
      ...fieldsOf<HttpResponse>(this, ['protocol', 'kind', 'side', 'status', 'reason', 'version']),
      ...this.sharedFields(),
      ...(request && { request: { method: request.method, target: request.target } }),
      ...fieldsOf<HttpResponse>(this, ['upgrade']),
    }
  }
}

/** Either of both. */
export type AnyMessageState = RequestState | ResponseState

const HTTP_0_9 = 'HTTP/0.9'

const NO_STATUS_LINE: StartLine = {
  kind: 'response',
  firstEnd: 0,
  secondStart: 0,
  secondEnd: 0,
  versionStart: 0,
  versionEnd: 0,
  status: 0,
  isHttp10: false,
  isSimple: false,
  leniencies: 0,
  anomalies: 0,
}
