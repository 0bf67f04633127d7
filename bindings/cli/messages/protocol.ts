import type { ParserEntry } from '../../index'

/** What messages of all these protocols have. */
export interface KindedMessage {
  readonly kind: string
}

/** A protocol whose messages the command line prints: a file here, and a line in the table. */
export interface MessageProtocol<M> {
  /** Makes its parser. */
  parser(): ParserEntry
  /** What a line tells a person of a message. */
  describe(message: M): string
  /** What its names are called, for programs and for people. */
  readonly names: { readonly field: string; readonly title: string }
  /** The name that a message asks for; undefined where it has none. */
  nameIn(message: M): string | undefined
}
