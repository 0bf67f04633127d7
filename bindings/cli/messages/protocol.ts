import type { FlowSide, ParserEntry } from '../../index'

/** Fields of a line, named as they are printed; those that are undefined are left out. */
export type Fields = Readonly<Record<string, unknown>>

/** A protocol whose messages the command line prints: a file here, and a line in the table. */
export interface MessageProtocol<M> {
  /** Makes its parser. */
  parser(): ParserEntry
  /** What a line tells of a message, its kind first. */
  fields(message: M): Fields & { readonly kind: string }
  /** The same for a person, in one short line. */
  describe(message: M): string
  /** Who sent it, where that is not the side whose bytes completed it. */
  sender?(message: M): FlowSide
  /** What its names are called, for programs and for people. */
  readonly names: { readonly field: string; readonly title: string }
  /** The name that a message asks for; undefined where it has none. */
  nameIn(message: M): string | undefined
}

/** Undefined for what is empty: a line leaves it out. */
export function filled<T extends { readonly length: number }>(value: T | undefined): T | undefined {
  return value === undefined || value.length === 0 ? undefined : value
}
