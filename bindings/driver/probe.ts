import type { Timestamp } from '../packet/timestamp'
import type { SessionProtocol } from '../session/protocol'
import type { FlowSide } from '../tracker/vocabulary'
import { HeldBytes, type PieceListener } from './held-bytes'

/** First bytes of a side that signatures are held against; a flow that is not known by then is not looked at any more. */
const PROBE_BYTES = 4096

/** Where a flow begins. */
const START: Readonly<Record<FlowSide, number>> = { initiator: 0, responder: 0 }

/** A protocol whose signature has not said no of both sides. */
class Candidate {
  readonly protocol: SessionProtocol
  /** Where it may begin in each side. */
  initiator = 0
  responder = 0
  isRefusedByInitiator = false
  isRefusedByResponder = false

  constructor(protocol: SessionProtocol) {
    this.protocol = protocol
  }

  isRefusedBy(side: FlowSide): boolean {
    return side === 'initiator' ? this.isRefusedByInitiator : this.isRefusedByResponder
  }

  /** @returns whether it is refused by both sides now */
  refuse(side: FlowSide): boolean {
    if (side === 'initiator') this.isRefusedByInitiator = true
    else this.isRefusedByResponder = true
    return this.isRefusedByInitiator && this.isRefusedByResponder
  }
}

/** Asks a signature about bytes of a side, the first of which have this stream offset. */
export type AskSignature = (
  protocol: SessionProtocol,
  bytes: Uint8Array,
  side: FlowSide,
  offset: number,
) => boolean | number | undefined

/**
 * Finds out by its first bytes what a TCP flow carries. It keeps those that are still in question, of both sides and in
 * their order, so that the parser that is found gets them all.
 */
export class Probe {
  #candidates: Candidate[]
  /** Stream offsets of the first bytes. All others here count from them. */
  readonly #starts: Readonly<Record<FlowSide, number>>
  #held: HeldBytes | undefined

  /** @param starts stream offset of each side's first byte in question */
  constructor(protocols: readonly SessionProtocol[], starts = START) {
    this.#candidates = protocols.map((protocol) => new Candidate(protocol))
    this.#starts = starts
  }

  /** Nothing can be found any more. */
  get isOver(): boolean {
    return this.#candidates.length === 0
  }

  /** Bytes of memory that are held, about. */
  get cost(): number {
    return this.#held?.cost ?? 0
  }

  /**
   * Takes the next bytes of one side, as a view that need not hold.
   *
   * @returns the protocol that recognises them, the first in the list where there are several
   */
  take(
    side: FlowSide,
    bytes: Uint8Array,
    timestamp: Timestamp,
    streamOffset: number,
    ask: AskSignature,
  ): SessionProtocol | undefined {
    const offset = streamOffset - this.#starts[side]
    const end = Math.min(offset + bytes.length, PROBE_BYTES)
    const held = this.#held?.isEmpty(side) === false ? this.#held : undefined
    const shown = end - offset < bytes.length ? bytes.subarray(0, end - offset) : bytes
    held?.append(side, shown, offset)
    let isOneRefused = false
    for (const candidate of this.#candidates) {
      if (candidate.isRefusedBy(side)) continue
      const from = candidate[side]
      const view = held ? held.between(side, from, end) : shown.subarray(Math.max(from - offset, 0))
      const answer = ask(candidate.protocol, view, side, from)
      if (answer === true) return this.#find(candidate)
      if (answer === false) isOneRefused = candidate.refuse(side) || isOneRefused
      else if (answer && answer > 0) candidate[side] = from + Math.min(answer, view.length)
    }
    if (isOneRefused) this.#dropRefused()
    if (end === PROBE_BYTES) this.#candidates = []
    if (this.isOver) this.#held = undefined
    else this.#hold(side, shown, timestamp, offset)
    return undefined
  }

  /** After a protocol was found: what came before and is to be fed to its parser. */
  replay(listener: PieceListener): void {
    this.#held?.replay({
      bytes: (side, bytes, timestamp, offset) => {
        listener.bytes(side, bytes, timestamp, offset + this.#starts[side])
      },
      end: (side, timestamp, end) => listener.end(side, timestamp, end + this.#starts[side]),
    })
  }

  /** Takes the end of a side: a signature that has not known its bytes by now will not. */
  takeEnd(side: FlowSide, timestamp: Timestamp, end: number): void {
    this.#held ??= new HeldBytes()
    this.#held.noteEnd(side, timestamp, end - this.#starts[side])
    for (const candidate of this.#candidates) candidate.refuse(side)
    this.#dropRefused()
  }

  #dropRefused(): void {
    this.#candidates = this.#candidates.filter((c) => !(c.isRefusedByInitiator && c.isRefusedByResponder))
  }

  #find(found: Candidate): SessionProtocol {
    this.#candidates = []
    this.#held?.dropBefore('initiator', found.initiator)
    this.#held?.dropBefore('responder', found.responder)
    return found.protocol
  }

  /** Keeps what somebody may yet want, of these bytes and of those before. */
  #hold(side: FlowSide, bytes: Uint8Array, timestamp: Timestamp, offset: number): void {
    const end = offset + bytes.length
    let from = end
    for (const candidate of this.#candidates) from = Math.min(from, candidate[side])
    if (this.#held?.isEmpty(side) === false) {
      this.#held.dropBefore(side, from)
    } else if (from < end) {
      from = Math.max(from, offset)
      this.#held ??= new HeldBytes()
      this.#held.append(side, bytes.subarray(from - offset), from)
    }
    if (from < end) this.#held?.note(side, timestamp, Math.max(from, offset), end - Math.max(from, offset))
  }
}
