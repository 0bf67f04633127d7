import type { Timestamp } from '../../packet/timestamp'
import type { HandOver } from '../../session/session-parser'
import type { FlowSide } from '../../tracker/vocabulary'
import { anomaly, anomalyNames, type HttpCounters, leniency } from './findings'
import { type BodyFraming, framingOf, NO_BODY, noFraming } from './framing'
import { type AnyMessageState, type HttpMessage, RequestState, ResponseState } from './message'
import type { HttpAnomaly, HttpConfig } from './options'
import type { Head, MessageKind } from './side-owner'
import { SideParser } from './side-parser'

const MISSING_HOST = leniency('missing_host')
const PIPELINE_BOUND = anomaly('pipeline_bound')

/** As many times `maxPipelined` are counted, though not kept, before the order of requests is given up. */
const COUNTED = 8

/**
 * Reads the HTTP/1 of one connection: both its sides, and which response answers which request. It knows nothing of
 * where the bytes come from.
 */
export class HttpConnection {
  /** What was decided when it was made. */
  readonly config: HttpConfig
  readonly counters: HttpCounters
  /**
   * What the connection turned into, after which nothing more is read: `connect`, what an Upgrade field said, or `h2`
   * where a client began with the preface of HTTP/2.
   */
  upgrade: string | undefined
  readonly #initiator: SideParser
  readonly #responder: SideParser
  /** The side that sends requests, once that is known. */
  #client: FlowSide | undefined
  /** Requests that wait for their response; undefined for those that were lost, or are too many to be kept. */
  #waiting: (RequestState | undefined)[] = []
  /** Messages may be missing, so that the oldest request need not be the one that is answered next. */
  #isUncertain = false
  /** A response has come while several requests waited. */
  #isPipelined = false
  #messages: HttpMessage[] | undefined

  readonly #onAnomaly: ((anomaly: HttpAnomaly) => void) | undefined

  /**
   * @param counters where what happens is counted; may be shared between connections
   * @param onAnomaly told of each anomaly; those of a message just before it is handed out
   */
  constructor(
    config: HttpConfig,
    counters: HttpCounters,
    now: Timestamp,
    onAnomaly: ((anomaly: HttpAnomaly) => void) | undefined = config.onAnomaly,
  ) {
    this.config = config
    this.counters = counters
    this.#onAnomaly = onAnomaly
    this.#initiator = new SideParser('initiator', this, now)
    this.#responder = new SideParser('responder', this, now)
  }

  /** Neither side is read any more. */
  get isEnded(): boolean {
    return this.#initiator.isEnded && this.#responder.isEnded
  }

  /**
   * After CONNECT or an Upgrade that was answered with success: of each side the last of the bytes that were fed, as many
   * as belong to what the connection turned into. Undefined where that cannot be said, for some are missing.
   */
  get handOver(): HandOver | undefined {
    const { rest: initiator } = this.#initiator
    const { rest: responder } = this.#responder
    return initiator && responder && { initiator, responder }
  }

  /** Whether this side is not read any more. */
  isSideEnded(side: FlowSide): boolean {
    return this.#sideOf(side).isEnded
  }

  /** Bytes of this side from here on that need not be handed out. */
  skippable(side: FlowSide): number {
    return this.#sideOf(side).skippable
  }

  /** The next bytes of a side, as a view that is not kept. */
  feed(side: FlowSide, bytes: Uint8Array, now: Timestamp): HttpMessage[] | undefined {
    if (this.#client !== undefined && side !== this.#client && this.#waiting.length === 0) {
      this.#sideOf(this.#client).settleSimple(now)
    }
    this.#sideOf(side).feed(bytes, now)
    return this.#take()
  }

  /**
   * Bytes of a side that were not handed out, as {@link HttpConnection.skippable} allows. What they complete comes with
   * the next call.
   */
  skipped(side: FlowSide, length: number, now: Timestamp): void {
    this.#sideOf(side).skipped(length, now)
  }

  /** Bytes of a side that the capture has not. */
  gap(side: FlowSide, length: number, now: Timestamp): HttpMessage[] | undefined {
    this.#sideOf(side).gap(length, now)
    return this.#take()
  }

  /**
   * A side is over.
   *
   * @param isClean it has not been cut off
   */
  end(side: FlowSide, now: Timestamp, isClean: boolean): HttpMessage[] | undefined {
    this.#sideOf(side).end(now, isClean)
    return this.#take()
  }

  /** @internal */
  kindOf(side: FlowSide): MessageKind | undefined {
    if (this.#client === undefined) return undefined
    return side === this.#client ? 'request' : 'response'
  }

  /** @internal */
  claim(side: FlowSide, kind: MessageKind): boolean {
    this.#client ??= kind === 'request' ? side : other(side)
    return this.kindOf(side) === kind
  }

  /** @internal */
  simpleRequest(): RequestState | undefined {
    const [oldest] = this.#waiting
    return oldest?.isSimple ? oldest : undefined
  }

  /** @internal */
  open(side: FlowSide, { line, fields, startTime }: Head): AnyMessageState {
    if (line.kind === 'response') {
      const request = this.#answered(line.status)
      return new ResponseState(side, fields.text, line, fields.headers, startTime, request)
    }
    const request = new RequestState(side, fields.text, line, fields.headers, startTime)
    this.#wait(request)
    return request
  }

  /** @internal */
  openSimple(side: FlowSide, request: RequestState, startTime: Timestamp): AnyMessageState {
    this.#waiting.shift()
    return ResponseState.simple(side, startTime, request)
  }

  /** @internal */
  framing(message: AnyMessageState, { line, fields }: Head): BodyFraming {
    if (message.kind === 'request') {
      // RFC 9112, 3.2.
      const lacksHost = !fields.hasHost && line.versionEnd > 0 && !line.isHttp10
      if (lacksHost) message.leniencyMask |= MISSING_HOST
      // RFC 9110, 9.3.6: a CONNECT has no content, whatever its fields say.
      return message.isMethod('CONNECT') ? noFraming(fields) : framingOf(fields, true, line.isHttp10)
    }
    const { status, request } = message
    // RFC 9112, 6.3, rules 1 and 2.
    const isBodyless = status < 200 || status === 204 || status === 304 || request?.isMethod('HEAD')
    const isTunnel = status < 300 && request?.isMethod('CONNECT')
    if (!isBodyless && !isTunnel) return framingOf(fields, false, line.isHttp10)
    if (status === 101) message.upgrade = message.headers.get('upgrade') || 'unknown'
    else if (isTunnel && status >= 200) message.upgrade = 'connect'
    // RFC 9110, 8.6: in answers to HEAD and in 304 they say what a GET would have brought.
    return status === 304 || request?.isMethod('HEAD') ? NO_BODY : noFraming(fields)
  }

  /** @internal */
  close(message: AnyMessageState): void {
    this.#count(message)
    this.#messages ??= []
    this.#messages.push(message)
    if (message.kind === 'request') this.#closeRequest(message)
    else this.#closeResponse(message)
  }

  /** @internal */
  report(side: FlowSide, anomalies: number): void {
    this.counters.countAnomalies(anomalies)
    this.#tell(side, anomalies, undefined)
  }

  /** @internal */
  lose(_side: FlowSide): void {
    this.#isUncertain = true
  }

  #closeRequest(request: RequestState): void {
    const client = this.#sideOf(request.side)
    if (request.isMethod('CONNECT') && request.isComplete) client.hold()
    // RFC 9113, 3.4: a client that knows that its server speaks HTTP/2 begins with `PRI * HTTP/2.0`.
    if (!request.isMethod('PRI') || request.version !== 'HTTP/2.0') return
    this.upgrade = 'h2'
    this.#initiator.stop()
    this.#responder.stop()
  }

  #closeResponse({ upgrade, status, request }: ResponseState): void {
    if (upgrade !== undefined) this.#switchTo(upgrade)
    else if (status >= 200 && request?.isMethod('CONNECT')) this.#sideOf(request.side).release(request.endTime)
  }

  /** RFC 9110, 7.8 and 9.3.6: what follows the response, and the request that it answers, is of another protocol. */
  #switchTo(upgrade: string): void {
    this.upgrade = upgrade
    this.#initiator.leave()
    this.#responder.leave()
  }

  #wait(request: RequestState): void {
    if (this.#waiting.length === 0) {
      // A list of one has no room for more, which few connections need.
      this.#waiting = [request]
      return
    }
    if (this.#waiting.length < this.config.maxPipelined) {
      this.#waiting.push(request)
      return
    }
    request.anomalyMask |= PIPELINE_BOUND
    if (this.#waiting.length < COUNTED * this.config.maxPipelined) {
      this.#waiting.push(undefined)
    } else {
      this.#waiting.length = 0
      this.#isUncertain = true
    }
  }

  /**
   * The request that a response answers: the oldest (RFC 9112, 9.3.2). Where messages are missing it is the latest, as
   * few clients send the next one before they have their answer; and nobody knows where one does.
   */
  #answered(status: number): RequestState | undefined {
    const isFinal = status >= 200 || status === 101
    if (this.#isUncertain && this.#isPipelined) {
      if (isFinal) this.#waiting.shift()
      return undefined
    }
    if (this.#isUncertain) this.#waiting.splice(0, this.#waiting.length - 1)
    else if (isFinal && this.#waiting.length > 1) this.#isPipelined = true
    if (!isFinal) return this.#waiting[0]
    this.#isUncertain = false
    return this.#waiting.shift()
  }

  #count(message: AnyMessageState): void {
    const { counters } = this
    if (message.kind === 'request') counters.requests++
    else counters.responses++
    if (!message.isComplete) counters.incomplete++
    counters.bodyBytes += message.bodyBytes
    counters.missingBytes += message.missingBytes
    if (message.leniencyMask !== 0) counters.countLeniencies(message.leniencyMask)
    if (message.anomalyMask === 0) return
    counters.countAnomalies(message.anomalyMask)
    this.#tell(message.side, message.anomalyMask, message)
  }

  #tell(side: FlowSide, anomalies: number, message: HttpMessage | undefined): void {
    if (!this.#onAnomaly) return
    for (const kind of anomalyNames(anomalies)) this.#onAnomaly({ kind, side, message })
  }

  #sideOf(side: FlowSide): SideParser {
    return side === 'initiator' ? this.#initiator : this.#responder
  }

  #take(): HttpMessage[] | undefined {
    const messages = this.#messages
    this.#messages = undefined
    return messages
  }
}

function other(side: FlowSide): FlowSide {
  return side === 'initiator' ? 'responder' : 'initiator'
}
