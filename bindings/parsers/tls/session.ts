import { ParserAnomaly } from '../../session/parser-anomaly'
import type { GapAnswer, Messages, SessionParser, StreamGap } from '../../session/session-parser'
import type { FlowSide } from '../../tracker/vocabulary'
import type { TlsAnomalyKind, TlsMessage } from './messages'
import type { TlsOptions } from './options'
import { TlsParser } from './tls-parser'

/** What a driver is told of an anomaly; of holes and of ends it knows already. */
const TOLD: Readonly<Partial<Record<TlsAnomalyKind, ParserAnomaly['kind']>>> = {
  tls_malformed_record: 'protocol_violation',
  tls_malformed_handshake: 'protocol_violation',
  tls_handshake_too_long: 'parser_limit',
}

/** What the parser answers. */
export type TlsEvent = TlsMessage | ParserAnomaly

/** {@link TlsParser} as the parser of a flow. */
export class TlsSession implements SessionParser<TlsEvent> {
  readonly #parser: TlsParser
  #answer: TlsEvent[] | undefined

  constructor(options: TlsOptions) {
    const sink = {
      message: (_side: FlowSide, message: TlsMessage) => this.#put(message),
      anomaly: (_side: FlowSide, kind: TlsAnomalyKind) => {
        const told = TOLD[kind]
        if (told) this.#put(new ParserAnomaly(told, kind))
      },
    }
    this.#parser = new TlsParser(sink, options)
  }

  get isDone(): boolean {
    return this.#parser.isDone
  }

  feed(side: FlowSide, bytes: Uint8Array): Messages<TlsEvent> {
    this.#parser.feed(side, bytes)
    return this.#take()
  }

  gap(side: FlowSide, { length }: StreamGap): GapAnswer<TlsEvent> {
    this.#parser.gap(side, length)
    return 'continue'
  }

  fin(side: FlowSide): Messages<TlsEvent> {
    this.#parser.fin(side)
    return this.#take()
  }

  skipUntil(side: FlowSide): number {
    return this.#parser.isSideDone(side) ? Number.POSITIVE_INFINITY : 0
  }

  #put(answer: TlsEvent): void {
    this.#answer ??= []
    this.#answer.push(answer)
  }

  #take(): Messages<TlsEvent> {
    const answer = this.#answer
    this.#answer = undefined
    return answer
  }
}
