import type { TrackerStats, UnsupportedLinkType } from '../tracker/tracker-stats'
import { counts, integer, jsonText, time } from './json'

/** What the last line says. */
export interface Summary {
  /** How many captures were read, damaged ones included. */
  readonly captures: number
  /** The tracker's counters at the end. */
  readonly stats: TrackerStats
  /** Messages by protocol. */
  readonly messages: ReadonlyMap<string, number>
  /** Names that messages asked for, by what they are called. */
  readonly names?: readonly NamesSeen[]
  /** Anomalies by kind. */
  readonly anomalies: ReadonlyMap<string, number>
  /** What was wrong with the first damaged capture. */
  readonly damage?: Damage | undefined
}

/** The names that the messages of a protocol asked for most. */
export interface NamesSeen {
  /** What they are called. */
  readonly field: string
  /** The most frequent first. */
  readonly top: readonly { readonly name: string; readonly messages: number }[]
}

/** What is wrong with a capture: it was read up to this point. */
export interface Damage {
  /** Name of the capture, where it has one. */
  readonly capture?: string
  /** Bytes from its start. */
  readonly offset: number
  /** What was found, and what was expected. */
  readonly reason: string
}

/** The line that is always the last. */
export function summaryLine({ captures, stats, messages, names = [], anomalies, damage }: Summary): string {
  const { first, last, unsupportedLinkTypes } = stats
  return (
    `{"type":"summary","captures":${captures}` +
    `,"packets":${integer(stats.packets)},"bytes":${integer(stats.bytes)}` +
    (first && last ? `,"first":${time(first)},"last":${time(last)}` : '') +
    `,"flows":${integer(stats.flowsCreated)},"unmatched_packets":${integer(stats.packetsUnmatched)}` +
    `,"duplicate_packets":${integer(stats.packetsDuplicate)},"messages":${counts(messages)}` +
    (names.length === 0 ? '' : `,"names":{${names.map(namesSeen).join(',')}}`) +
    `,"anomalies":${counts(anomalies)}` +
    `,"truncated_packets":${integer(stats.packetsTruncated)}` +
    (unsupportedLinkTypes.length === 0
      ? ''
      : `,"unsupported_link_types":[${unsupportedLinkTypes.map(linkType).join(',')}]`) +
    (damage ? `,"damage":${damageObject(damage)}` : '') +
    '}\n'
  )
}

function namesSeen({ field, top }: NamesSeen): string {
  return `"${field}":${jsonText(top)}`
}

function linkType({ linkType, name, packets }: UnsupportedLinkType): string {
  return `{"link_type":${linkType}${name === undefined ? '' : `,"name":"${name}"`},"packets":${packets}}`
}

function damageObject({ capture, offset, reason }: Damage): string {
  return `{"offset":${offset},"reason":${jsonText(reason)}${capture === undefined ? '' : `,"capture":${jsonText(capture)}`}}`
}
