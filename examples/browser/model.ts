import type { EndedEvent, FiveTupleKey, MessageOf, TrackerStats } from 'flowscope'
import type { StandardParsers } from 'flowscope/worker'
import { nameIn } from './describe'
import { millisecondsOf } from './format'

/** A message of one of the protocols that the page reads. */
export type AnyMessage = MessageOf<StandardParsers[keyof StandardParsers], FiveTupleKey, undefined>

/** A flow as it is listed: from its first packet on, with its sums once it has ended. */
export interface FlowRow {
  readonly flow: number
  readonly key: FiveTupleKey
  readonly protocol: string
  /** Milliseconds since 1970. */
  readonly start: number
  initiator: string
  responder: string
  /** What its messages are of, and the first name in them. */
  application: string
  name: string
  readonly messages: MessageRow[]
  /** Undefined while it lives. */
  ended: EndedEvent<FiveTupleKey, undefined> | undefined
  packets: number
  bytes: number
  /** Milliseconds. */
  duration: number
}

/** A message as it is listed. */
export interface MessageRow {
  readonly event: AnyMessage
  /** Milliseconds since 1970. */
  readonly time: number
}

/** Rows that are kept of each kind: some hundreds of megabytes at the most. What is beyond is counted only. */
const MOST_ROWS = 300_000

/** Messages that are listed with one flow. */
const MOST_OF_A_FLOW = 2_000

/** Bytes, as `weightOf` counts them, of the messages that are kept: a few large ones may be as much as many small ones. */
const MOST_BYTES = 256 << 20

/** Characters of a flow's name that are kept: a header may be as long as its sender likes. */
const MOST_NAME = 256

/** Everything that the page knows of a capture. */
export class Model {
  /** By number of the flow, the first at 0. */
  readonly flows: FlowRow[] = []
  readonly messages: MessageRow[] = []
  flowCount = 0
  messageCount = 0
  anomalyCount = 0
  #bytes = 0
  stats: TrackerStats | undefined

  /** A flow has begun. */
  start(flow: number, key: FiveTupleKey, start: number, protocol: string, ends: readonly [string, string]): void {
    this.flowCount++
    if (this.flows.length >= MOST_ROWS) return
    const [initiator, responder] = ends
    this.flows.push({
      flow,
      key,
      protocol,
      start,
      initiator,
      responder,
      application: '',
      name: '',
      messages: [],
      ended: undefined,
      packets: 0,
      bytes: 0,
      duration: 0,
    })
  }

  /** A flow has ended: what it came to. */
  end(event: EndedEvent<FiveTupleKey, undefined>, initiator: string, responder: string): void {
    const row = this.flows[event.flow - 1]
    if (!row) return
    const { packets, bytes, started, lastSeen } = event.stats
    row.ended = event
    row.packets = packets
    row.bytes = bytes
    row.duration = millisecondsOf(lastSeen) - millisecondsOf(started)
    // A handshake that came out of order may have turned it round.
    row.initiator = initiator
    row.responder = responder
  }

  add(event: AnyMessage): void {
    this.messageCount++
    const flow = this.flows[event.flow - 1]
    if (flow) {
      flow.application ||= event.protocol
      flow.name ||= nameIn(event)?.slice(0, MOST_NAME) ?? ''
    }
    if (this.messages.length >= MOST_ROWS || this.#bytes > MOST_BYTES) return
    this.#bytes += weightOf(event.message)
    const row = { event, time: millisecondsOf(event.timestamp) }
    this.messages.push(row)
    if (flow && flow.messages.length < MOST_OF_A_FLOW) flow.messages.push(row)
  }

  /** How many flows or messages are not listed. */
  get unlisted(): { readonly flows: number; readonly messages: number } {
    return { flows: this.flowCount - this.flows.length, messages: this.messageCount - this.messages.length }
  }
}

/** Objects in objects that are looked into: messages are not deeper. */
const DEEPEST = 6

/** About how many bytes a message holds on to. */
function weightOf(value: unknown, depth = 0): number {
  if (typeof value === 'string') return 2 * value.length
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return 8
  if (ArrayBuffer.isView(value)) return value.byteLength
  let sum = 16
  for (const part of Object.values(value)) sum += weightOf(part, depth + 1)
  return sum
}
