import { SourceError } from '../common/errors'
import type { EndpointOf, FlowKey } from '../extract/flow-key'
import type { Protocol } from '../packet/protocol'
import type { Timestamp } from '../packet/timestamp'
import type { EndedEvent, StartedEvent } from '../tracker/events'
import type { GapReason } from '../tracker/stream-events'
import type { FlowSide } from '../tracker/vocabulary'

/** The next bytes of one side. They are a copy, and can be kept. */
export interface ConversationData {
  readonly kind: 'data'
  /** Who has sent them. */
  readonly side: FlowSide
  /** Of the packet by which they became ready. */
  readonly timestamp: Timestamp
  /** Bytes of this side before them; of UDP, bytes of the datagrams before. */
  readonly offset: number
  /** A piece of a stream; of UDP, one datagram. */
  readonly bytes: Uint8Array
}

/** Bytes of one side are missing. */
export interface ConversationGap {
  readonly kind: 'gap'
  /** Whose bytes are missing. */
  readonly side: FlowSide
  /** Time of the packet that showed it. */
  readonly timestamp: Timestamp
  /** Where in the stream they are missing. */
  readonly offset: number
  /** How many bytes; `Infinity` where the side was given up, see `overflow` of {@link StreamOptions}. */
  readonly length: number
  /** What the tracker says, or `unread`: nobody read the conversation, and it held as much as it may. */
  readonly reason: GapReason | 'stopped' | 'unread'
}

/** What a {@link Conversation} consists of, in capture order. */
export type ConversationItem = ConversationData | ConversationGap

/** What an item takes besides its bytes, about. */
const ITEM_COST = 128

/** Somebody who waits for something that is to be read. */
export interface Waiter {
  readonly isReady: boolean
}

/** What conversations have in common. */
export interface ConversationHost {
  /** Bytes that one conversation may hold unread. */
  readonly maxUnread: number
  /** Whether conversations that nobody reads may hold so many bytes more, all together; they do if they must. */
  takeRoom(cost: number, mustBe?: boolean): boolean
  giveRoom(cost: number): void
  /** Bytes were left out. */
  countDropped(bytes: number): void
  /** Reads on until there is something for this conversation. */
  waitFor(waiter: Waiter): Promise<void>
  /** A conversation that is read holds more than it may, or no longer: the source waits for it. */
  hold(): void
  release(): void
}

/**
 * Both directions of one flow as one ordered stream of chunks: `for await (const item of conversation)`. It can be
 * iterated once.
 */
export class Conversation<K extends FlowKey = FlowKey> implements AsyncIterable<ConversationItem> {
  /** Number of the flow, counted from 1 in order of creation. */
  readonly flow: number
  /** Identity of the flow. */
  readonly key: K
  /** Transport protocol. */
  readonly protocol: Protocol | undefined
  /** Who opened the flow. */
  readonly initiator: EndpointOf<K>
  /** The other end. */
  readonly responder: EndpointOf<K>
  /** Time of its first packet. */
  readonly start: Timestamp

  readonly #host: ConversationHost
  #items: ConversationItem[] = []
  /** Items that have been taken. */
  #taken = 0
  /** What the items cost that have not. */
  #cost = 0
  #reader: 'none' | 'reading' | 'left' = 'none'
  #isHolding = false
  #end: EndedEvent<K, undefined> | undefined
  #failure: { readonly error: unknown } | undefined
  #bytesDropped = 0

  /** @internal */
  constructor(started: StartedEvent<K, undefined>, host: ConversationHost) {
    this.flow = started.flow
    this.key = started.key
    this.protocol = started.protocol
    this.initiator = started.initiator
    this.responder = started.responder
    this.start = started.timestamp
    this.#host = host
  }

  /** How the flow ended; undefined while it goes on as far as the capture has been read. */
  get end(): EndedEvent<K, undefined> | undefined {
    return this.#end
  }

  /** Bytes that were left out because nobody read them; a gap stands in their place. */
  get bytesDropped(): number {
    return this.#bytesDropped
  }

  /** Nobody wants this conversation: nothing of it is kept any more. Leaving its iteration early does the same. */
  cancel(): void {
    if (this.#reader === 'none') this.#host.giveRoom(this.#cost)
    this.#reader = 'left'
    this.#drop()
  }

  /** @throws SourceError when it is iterated a second time */
  [Symbol.asyncIterator](): AsyncGenerator<ConversationItem, void, undefined> {
    if (this.#reader !== 'none') throw new SourceError('a conversation can be iterated once')
    this.#reader = 'reading'
    this.#host.giveRoom(this.#cost)
    return this.#read()
  }

  /** @internal */
  get isWanted(): boolean {
    return this.#reader !== 'left'
  }

  /** Whether its reader has something to do. @internal */
  get isReady(): boolean {
    return this.#taken < this.#items.length || this.#end !== undefined || this.#failure !== undefined
  }

  /** Adds what comes next, unless there is no room. `bytes` makes the copy. @internal */
  add(item: Omit<ConversationData, 'bytes' | 'kind'>, length: number, bytes: () => Uint8Array): void {
    if (this.#reader === 'left') return
    if (this.#takeRoom(ITEM_COST + length)) this.#items.push({ kind: 'data', ...item, bytes: bytes() })
    else this.#skip({ kind: 'gap', ...item, length, reason: 'unread' }, length)
  }

  /** @internal */
  addGap(gap: ConversationGap): void {
    if (this.#reader === 'left') return
    if (this.#takeRoom(ITEM_COST)) this.#items.push(gap)
    else this.#skip({ ...gap, reason: 'unread' }, 0)
  }

  /** Nothing more comes. @internal */
  finish(end: EndedEvent<K, undefined>): void {
    this.#end = end
  }

  /** Nothing more comes, because the reading has failed or ended. @internal */
  fail(error: unknown): void {
    if (!this.#end) this.#failure = { error }
  }

  async *#read(): AsyncGenerator<ConversationItem, void, undefined> {
    try {
      for (;;) {
        for (let item = this.#take(); item; item = this.#take()) yield item
        if (this.#failure) throw this.#failure.error
        if (this.#end) return
        await this.#host.waitFor(this)
      }
    } finally {
      this.#reader = 'left'
      this.#drop()
    }
  }

  #take(): ConversationItem | undefined {
    const item = this.#items[this.#taken]
    if (!item) return undefined
    this.#taken++
    this.#cost -= costOf(item)
    if (this.#taken === this.#items.length) {
      this.#items = []
      this.#taken = 0
    }
    this.#releaseHost()
    return item
  }

  /** Whoever reads slowly holds the source back; what nobody reads has bounds. */
  #takeRoom(cost: number): boolean {
    const isOver = this.#cost + cost > this.#host.maxUnread
    if (this.#reader === 'none' && (isOver || !this.#host.takeRoom(cost))) return false
    this.#cost += cost
    if (isOver && !this.#isHolding) {
      this.#isHolding = true
      this.#host.hold()
    }
    return true
  }

  /** Puts a gap in the place of what there is no room for, one for all that one side has lost in a row. */
  #skip(gap: ConversationGap, bytes: number): void {
    this.#bytesDropped += bytes
    this.#host.countDropped(bytes)
    // The other side may have lost something since, so it is one of the last two.
    const count = this.#items.length
    const at = this.#items[count - 1]?.side === gap.side ? count - 1 : count - 2
    const last = at < this.#taken ? undefined : this.#items[at]
    if (last?.kind === 'gap' && last.reason === 'unread' && last.side === gap.side) {
      this.#items[at] = { ...last, length: last.length + gap.length }
      return
    }
    this.#cost += ITEM_COST
    this.#host.takeRoom(ITEM_COST, true)
    this.#items.push(gap)
  }

  #drop(): void {
    this.#items = []
    this.#taken = 0
    this.#cost = 0
    this.#releaseHost()
  }

  #releaseHost(): void {
    if (!this.#isHolding || this.#cost > this.#host.maxUnread) return
    this.#isHolding = false
    this.#host.release()
  }
}

function costOf(item: ConversationItem): number {
  return item.kind === 'data' ? ITEM_COST + item.bytes.length : ITEM_COST
}
