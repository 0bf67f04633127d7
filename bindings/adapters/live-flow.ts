import type { FlowKey } from '../extract/flow-key'
import type { FlowEvent, StartedEvent } from '../tracker/events'
import type { Conversation } from './conversation'

/** What a conversation is made of. */
export type BytesEvent<K extends FlowKey> = Extract<
  FlowEvent<K, undefined>,
  { kind: 'stream_data' | 'stream_gap' | 'stream_stopped' | 'datagram' }
>

/** A flow that is wanted, and its conversation from its first bytes on. */
export class LiveFlow<K extends FlowKey> {
  readonly started: StartedEvent<K, undefined>
  conversation: Conversation<K> | undefined
  /** Bytes of the datagrams of each side. */
  readonly #sent = { initiator: 0, responder: 0 }

  constructor(started: StartedEvent<K, undefined>) {
    this.started = started
  }

  /** Adds what an event tells to the conversation. */
  add(conversation: Conversation<K>, event: BytesEvent<K>): void {
    const { side, timestamp } = event
    if (event.kind === 'stream_data' || event.kind === 'datagram') {
      const offset = event.kind === 'datagram' ? this.#sent[side] : event.offset
      this.#sent[side] += event.length
      conversation.add({ side, timestamp, offset }, event.length, () => event.bytes.slice())
    } else {
      const [length, reason] =
        event.kind === 'stream_gap' ? [event.length, event.reason] : [Number.POSITIVE_INFINITY, 'stopped' as const]
      conversation.addGap({ kind: 'gap', side, timestamp, offset: event.offset, length, reason })
    }
  }
}
