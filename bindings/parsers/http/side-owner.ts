import type { Timestamp } from '../../packet/timestamp'
import type { FlowSide } from '../../tracker/vocabulary'
import type { Fields } from './fields'
import type { HttpCounters } from './findings'
import type { BodyFraming } from './framing'
import type { AnyMessageState, RequestState } from './message'
import type { HttpConfig } from './options'
import type { StartLine } from './start-line'

/** What a side sends. */
export type MessageKind = 'request' | 'response'

/** A head as it has been read, whole or as far as it goes. */
export interface Head {
  readonly line: StartLine
  readonly fields: Fields
  readonly startTime: Timestamp
  /** Leniencies in what comes before the fields. */
  readonly leniencies: number
}

/** The connection, as its sides see it. */
export interface SideOwner {
  readonly config: HttpConfig
  readonly counters: HttpCounters
  /** What a side sends, as far as is known. */
  kindOf(side: FlowSide): MessageKind | undefined
  /** A start line has been read. False: it is the other side that sends such. */
  claim(side: FlowSide, kind: MessageKind): boolean
  /** The oldest unanswered request, where it is one of HTTP/0.9. */
  simpleRequest(): RequestState | undefined
  /** A head has been read, at least its start line. */
  open(side: FlowSide, head: Head): AnyMessageState
  /** A response of HTTP/0.9 begins. */
  openSimple(side: FlowSide, request: RequestState, startTime: Timestamp): AnyMessageState
  /** How the body of a message ends whose head is whole. */
  framing(message: AnyMessageState, head: Head): BodyFraming
  /** A message is over. */
  close(message: AnyMessageState): void
  /** Anomalies that belong to no message. */
  report(side: FlowSide, anomalies: number): void
  /** Messages of this side may have been lost. */
  lose(side: FlowSide): void
}
