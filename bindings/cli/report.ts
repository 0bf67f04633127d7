import type { TrackerStats } from '../index'
import type { MessageCounts } from './messages/counts'
import type { Tally } from './tally'

/** What the summary says, in whatever format. */
export interface Report {
  /** As given, in order. */
  readonly captures: readonly string[]
  readonly stats: TrackerStats
  readonly messages: MessageCounts
  /** How often each kind was noticed; empty unless they were asked for. */
  readonly anomalies: ReadonlyMap<string, number>
  /** Of the captures that could not be read to their end, in order. */
  readonly damage: readonly Damage[]
  /** Undefined where the format does not show it. */
  readonly tally: Tally | undefined
}

/** What is wrong with a capture: it was read up to this point. */
export interface Damage {
  readonly capture: string
  /** Bytes from its start. */
  readonly offset: number
  /** What was found, and what was expected; names the offset. */
  readonly reason: string
}
