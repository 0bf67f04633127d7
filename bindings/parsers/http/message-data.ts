import type { Timestamp } from '../../packet/timestamp'
import type { FlowSide } from '../../tracker/vocabulary'
import type { HttpBody } from './bodies'
import { type FieldData, type FieldIndex, HttpHeaders } from './headers'
import { type AnyMessageState, RequestState, ResponseState } from './message'
import type { StartLine } from './start-line'

/** A message as plain data, which another thread can be sent. */
export interface HttpMessageData {
  readonly kind: 'request' | 'response'
  readonly side: FlowSide
  readonly text: string
  readonly line: StartLine | undefined
  /** Of the header fields, in `text`. */
  readonly index: FieldIndex
  readonly trailers: FieldData | undefined
  readonly bodyBytes: number
  readonly missingBytes: number
  readonly isChunked: boolean
  readonly body: HttpBody | undefined
  readonly isComplete: boolean
  readonly startTime: Timestamp
  readonly endTime: Timestamp
  readonly leniencyMask: number
  readonly anomalyMask: number
  readonly upgrade: string | undefined
  /** The request that a response answers, as it is now. */
  readonly request: HttpMessageData | undefined
}

/** The data of a message; undefined when it is none of this parser's. */
export function httpMessageData(message: unknown): HttpMessageData | undefined {
  if (!(message instanceof RequestState || message instanceof ResponseState)) return undefined
  const { kind, side, bodyBytes, missingBytes, isChunked, body, isComplete } = message
  const { startTime, endTime, leniencyMask, anomalyMask } = message
  return {
    ...{ kind, side, bodyBytes, missingBytes, isChunked, body, isComplete },
    ...{ startTime, endTime, leniencyMask, anomalyMask },
    text: message.text,
    line: message.lineData,
    index: message.headers.toData().index,
    trailers: message.trailers?.toData(),
    upgrade: message.kind === 'response' ? message.upgrade : undefined,
    request: message.kind === 'response' ? httpMessageData(message.request) : undefined,
  }
}

/** The message that data were made of. */
export function httpMessageOf(data: HttpMessageData): AnyMessageState {
  const message = begin(data)
  const { bodyBytes, missingBytes, isChunked, body, isComplete, endTime, leniencyMask, anomalyMask, trailers } = data
  Object.assign(message, { bodyBytes, missingBytes, isChunked, body, isComplete, endTime, leniencyMask, anomalyMask })
  message.trailers = trailers && new HttpHeaders(trailers.text, trailers.index)
  if (message.kind === 'response') message.upgrade = data.upgrade
  return message
}

function begin({ kind, side, text, line, index, startTime, request }: HttpMessageData): AnyMessageState {
  const answered = request && httpMessageOf(request)
  const asked = answered?.kind === 'request' ? answered : undefined
  if (!line) return ResponseState.simple(side, startTime, asked)
  const headers = new HttpHeaders(text, index)
  if (kind === 'request') return new RequestState(side, text, line, headers, startTime)
  return new ResponseState(side, text, line, headers, startTime, asked)
}
