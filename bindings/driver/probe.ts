import type { Timestamp } from '../packet/timestamp'
import type { SessionProtocol } from '../session/protocol'
import type { FlowSide } from '../tracker/vocabulary'

/** First bytes of a side that signatures are held against; a flow that is not known by then is not looked at any more. */
const PROBE_BYTES = 4096

/** Bytes of a stream that came while nobody knew whose they are. */
export interface HeldBytes {
  readonly side: FlowSide
  readonly bytes: Uint8Array
  readonly timestamp: Timestamp
  readonly offset: number
}

/** The end of a side that came meanwhile, at this stream offset. */
export interface HeldEnd {
  readonly side: FlowSide
  readonly timestamp: Timestamp
  readonly end: number
}

/** A protocol whose signature has not said no of both sides. */
interface Candidate {
  readonly protocol: SessionProtocol
  readonly refused: { initiator: boolean; responder: boolean }
}

/** Asks a signature about the first bytes of a side. */
export type AskSignature = (protocol: SessionProtocol, bytes: Uint8Array, side: FlowSide) => boolean | undefined

/**
 * Finds out by its first bytes what a TCP flow carries. It keeps them, of both sides and in their order, so that the
 * parser that is found gets them all.
 */
export class Probe {
  #candidates: Candidate[]
  readonly #ask: AskSignature
  readonly #held: (HeldBytes | HeldEnd)[] = []

  constructor(protocols: readonly SessionProtocol[], ask: AskSignature) {
    this.#candidates = protocols.map((protocol) => ({ protocol, refused: { initiator: false, responder: false } }))
    this.#ask = ask
  }

  /** What came before, and these bytes: what a parser that is found is to be told. */
  get held(): readonly (HeldBytes | HeldEnd)[] {
    return this.#held
  }

  /** Nothing can be found any more. */
  get isOver(): boolean {
    return this.#candidates.length === 0
  }

  /**
   * Takes the next bytes of one side.
   *
   * @returns the protocol that recognises them, the first in the list where there are several
   */
  take(next: HeldBytes): SessionProtocol | undefined {
    const { side } = next
    this.#held.push(next)
    const first = this.#firstBytes(side)
    for (const candidate of this.#candidates) {
      if (candidate.refused[side]) continue
      const answer = this.#ask(candidate.protocol, first, side)
      if (answer) {
        this.#candidates = []
        return candidate.protocol
      }
      candidate.refused[side] = answer === false
    }
    if (first.length >= PROBE_BYTES) this.#candidates = []
    this.#dropRefused()
    // The bytes are a view that will not hold.
    if (!this.isOver) this.#held[this.#held.length - 1] = { ...next, bytes: next.bytes.slice() }
    return undefined
  }

  /** Takes the end of a side: a signature that has not known its bytes by now will not. */
  takeEnd(end: HeldEnd): void {
    this.#held.push(end)
    for (const { refused } of this.#candidates) refused[end.side] = true
    this.#dropRefused()
  }

  #dropRefused(): void {
    this.#candidates = this.#candidates.filter(({ refused }) => !(refused.initiator && refused.responder))
  }

  #firstBytes(side: FlowSide): Uint8Array {
    const pieces = this.#held.flatMap((held) => (held.side === side && 'bytes' in held ? [held.bytes] : []))
    const [first = new Uint8Array(0)] = pieces
    if (pieces.length < 2) return first.subarray(0, PROBE_BYTES)
    const all = new Uint8Array(PROBE_BYTES)
    let length = 0
    for (const piece of pieces) {
      const part = piece.subarray(0, PROBE_BYTES - length)
      all.set(part, length)
      length += part.length
    }
    return all.subarray(0, length)
  }
}
