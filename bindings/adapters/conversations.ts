import { SourceError } from '../common/errors'
import { checkFunction, checkInteger } from '../common/options'
import { defaultExtractor } from '../driver/options'
import type { Extractor } from '../extract/extractor'
import type { FiveTupleKey, FlowKey } from '../extract/flow-key'
import type { CaptureInput } from '../sources/capture-input'
import type { FlowTrackerOptions } from '../tracker/config'
import type { EndedEvent, FlowEvent } from '../tracker/events'
import { FlowTracker } from '../tracker/flow-tracker'
import type { ReadOptions } from '../tracker/read-options'
import { Conversation, type ConversationHost, type Waiter } from './conversation'
import { linkedController } from './linked-controller'
import { type BytesEvent, LiveFlow } from './live-flow'

const MOST_BYTES = 2 ** 31

/** Options of {@link conversations}: those of a tracker, those of reading, and bounds. */
export interface ConversationsOptions<K extends FlowKey>
  extends Omit<FlowTrackerOptions<K, undefined>, 'userState' | 'packetEvents' | 'anomalies'>,
    ReadOptions {
  /** Default `autoDetectEncap(fiveTuple())`: the innermost connection. */
  readonly extractor?: Extractor<K>
  /** Which flows are wanted; nothing is kept of the others. Default all whose bytes `streams` asks for: those of TCP. */
  readonly only?: (key: K) => boolean
  /**
   * Bytes that one conversation may hold for its reader. Default 1 MiB. One that is read slowly holds the source back;
   * of one that nobody reads further bytes are left out.
   */
  readonly maxUnread?: number
  /** Bytes that all conversations that nobody reads may hold together; further ones are left out. Default 64 MiB. */
  readonly maxTotalUnread?: number
  /** Conversations that may wait to be taken; further ones are left out, as long as there are so many. Default 10,000. */
  readonly maxWaiting?: number
}

/**
 * The conversations of a capture, each handed out with its first bytes, and readable while it goes on:
 *
 * ```ts
 * for await (const conversation of conversations('trace.pcap')) {
 *   for await (const item of conversation) if (item.kind === 'data') console.log(item.side, item.bytes.length)
 * }
 * ```
 *
 * Nothing is read but what somebody waits for. Leaving the iteration closes the source, and ends all conversations.
 *
 * @throws what {@link FlowTracker.create} and {@link Tracker.events} throw, which conversations that go on do as well
 */
export function conversations<K extends FlowKey = FiveTupleKey>(
  input: CaptureInput,
  options: ConversationsOptions<K> = {},
): Conversations<K> {
  return new Conversations(input, options)
}

/** What {@link conversations} makes. It can be iterated once. */
export class Conversations<K extends FlowKey = FlowKey> implements AsyncIterable<Conversation<K>> {
  readonly #only: ((key: K) => boolean) | undefined
  readonly #maxTotalUnread: number
  readonly #maxWaiting: number
  readonly #host: ConversationHost
  readonly #events: AsyncGenerator<FlowEvent<K, undefined>, void, undefined>
  readonly #stop: AbortController
  /** By number. */
  readonly #live = new Map<number, LiveFlow<K>>()
  /** Not taken yet. */
  #waiting: Conversation<K>[] = []
  /** Who waits for something, and is not yet ready. */
  readonly #waiters = new Map<Waiter, () => void>()
  #unread = 0
  #held = 0
  #isRunning = false
  #isOver = false
  #isTaken = false
  #failure: { readonly error: unknown } | undefined
  #bytesDropped = 0
  #conversationsDropped = 0

  /** @internal */
  constructor(input: CaptureInput, options: ConversationsOptions<K>) {
    const { only, maxUnread = 1 << 20, maxTotalUnread = 64 << 20, maxWaiting = 10_000, ...rest } = options
    this.#only = checkFunction(only, 'only')
    this.#maxTotalUnread = checkInteger(maxTotalUnread, 0, MOST_BYTES, 'maxTotalUnread')
    this.#maxWaiting = checkInteger(maxWaiting, 1, MOST_BYTES, 'maxWaiting')
    this.#host = {
      maxUnread: checkInteger(maxUnread, 1, MOST_BYTES, 'maxUnread'),
      takeRoom: (cost, mustBe = false) => this.#takeRoom(cost, mustBe),
      giveRoom: (cost) => {
        this.#unread -= cost
      },
      countDropped: (bytes) => {
        this.#bytesDropped += bytes
      },
      waitFor: (conversation) => this.#waitFor(conversation),
      hold: () => {
        this.#held++
      },
      release: () => {
        this.#held--
        this.#run()
      },
    }
    this.#stop = linkedController(rest.signal)
    this.#events = trackStreams(input, rest, this.#stop.signal)
  }

  /** Bytes that were left out because nobody read their conversations. */
  get bytesDropped(): number {
    return this.#bytesDropped
  }

  /** Conversations that were left out because too many waited to be taken. */
  get conversationsDropped(): number {
    return this.#conversationsDropped
  }

  /** @throws SourceError when it is iterated a second time */
  [Symbol.asyncIterator](): AsyncGenerator<Conversation<K>, void, undefined> {
    if (this.#isTaken) throw new SourceError('conversations can be iterated once')
    this.#isTaken = true
    return this.#take()
  }

  /** Whether somebody who waits for the next conversation has something to do. @internal */
  get isReady(): boolean {
    return this.#waiting.length > 0 || this.#isOver
  }

  async *#take(): AsyncGenerator<Conversation<K>, void, undefined> {
    try {
      for (;;) {
        for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) yield next
        if (this.#failure) throw this.#failure.error
        if (this.#isOver) return
        await this.#waitFor(this)
      }
    } finally {
      await this.#close()
    }
  }

  /** Reads on as long as somebody waits, and nobody who reads is behind. */
  async #run(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      while (this.#waiters.size > 0 && this.#held === 0 && !this.#isOver) {
        const { done, value } = await this.#events.next()
        if (done) this.#end(undefined)
        else this.#dispatch(value)
      }
    } catch (error) {
      if (!this.#isOver) this.#failure = { error }
      this.#end(error)
    } finally {
      this.#isRunning = false
    }
  }

  #dispatch(event: FlowEvent<K, undefined>): void {
    switch (event.kind) {
      case 'started':
        if (this.#only?.(event.key) ?? true) this.#live.set(event.flow, new LiveFlow(event))
        return
      case 'stream_data':
      case 'stream_gap':
      case 'stream_stopped':
      case 'datagram':
        this.#add(event)
        return
      case 'ended':
        this.#endFlow(event)
    }
  }

  #add(event: BytesEvent<K>): void {
    const flow = this.#live.get(event.flow)
    const conversation = flow && this.#conversationOf(flow)
    if (!conversation?.isWanted) {
      if ('stopListening' in event) event.stopListening()
      return
    }
    flow?.add(conversation, event)
    if (conversation.isReady) this.#wake(conversation)
  }

  /** Made with the first bytes; undefined when there are too many that nobody takes. */
  #conversationOf(flow: LiveFlow<K>): Conversation<K> | undefined {
    if (flow.conversation) return flow.conversation
    if (this.#waiting.length >= this.#maxWaiting) {
      this.#live.delete(flow.started.flow)
      this.#conversationsDropped++
      return undefined
    }
    flow.conversation = new Conversation(flow.started, this.#host)
    this.#waiting.push(flow.conversation)
    this.#wake(this)
    return flow.conversation
  }

  #endFlow(event: EndedEvent<K, undefined>): void {
    const conversation = this.#live.get(event.flow)?.conversation
    this.#live.delete(event.flow)
    if (!conversation) return
    conversation.finish(event)
    this.#wake(conversation)
  }

  /** Nothing more comes: conversations that have not ended fail. */
  #end(error: unknown): void {
    this.#isOver = true
    for (const { conversation } of this.#live.values()) conversation?.fail(error)
    this.#live.clear()
    for (const waiter of [...this.#waiters.keys()]) this.#wake(waiter)
  }

  async #close(): Promise<void> {
    if (!this.#isOver) this.#end(new SourceError('the conversations of this capture are not read any more'))
    // What waits for input would end only after some came.
    this.#stop.abort()
    await this.#events.return()
  }

  #takeRoom(cost: number, mustBe: boolean): boolean {
    if (!mustBe && this.#unread + cost > this.#maxTotalUnread) return false
    this.#unread += cost
    return true
  }

  #waitFor(waiter: Waiter): Promise<void> {
    if (waiter.isReady) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiters.set(waiter, resolve)
      this.#run()
    })
  }

  #wake(waiter: Waiter): void {
    this.#waiters.get(waiter)?.()
    this.#waiters.delete(waiter)
  }
}

/** The events of a capture, by a tracker that lives as long as they are read. */
async function* trackStreams<K extends FlowKey>(
  input: CaptureInput,
  { extractor, signal: _signal, onProgress, decompress, streams, ...options }: ConversationsOptions<K>,
  signal: AbortSignal,
): AsyncGenerator<FlowEvent<K, undefined>, void, undefined> {
  const tracker = await FlowTracker.create<K>(extractor ?? defaultExtractor(), { ...options, streams: streams ?? {} })
  try {
    const reading = { signal, ...(onProgress && { onProgress }), ...(decompress && { decompress }) }
    for await (const event of tracker.events(input, reading)) yield event
  } finally {
    tracker.dispose()
  }
}
