import type { FlowAnomaly } from '../tracker/anomalies'

/**
 * Something odd that a parser has seen. Put among its messages it becomes an `anomaly` event where the driver tells
 * anomalies, and nothing where it does not; it is never a message. Such a parser is a `SessionParser<M | ParserAnomaly>`.
 */
export class ParserAnomaly {
  /** `parser_limit`: a bound of the parser was hit. `protocol_violation`: bytes that the protocol forbids. */
  readonly kind: 'parser_limit' | 'protocol_violation'
  /** What exactly, in a few words without bytes of the capture. */
  readonly detail: string

  constructor(kind: ParserAnomaly['kind'], detail: string) {
    this.kind = kind
    this.detail = detail
  }

  /** What the event of the parser with this name tells. */
  toAnomaly(parser: string): FlowAnomaly {
    return { kind: this.kind, parser, detail: this.detail }
  }
}
