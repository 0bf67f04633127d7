import { Timestamp } from '../packet/timestamp'
import type { FlowSide } from '../tracker/vocabulary'

const NOTHING = new Uint8Array(0)
const FIRST_ROOM = 64

/** Numbers that say of a piece whose it is, how many bytes of its side come before, how many it has, and its time. */
const PIECE = 5

/** Bytes that one number takes. */
const NUMBER = 8

/** What a piece is. */
const OF_INITIATOR = 0
const OF_RESPONDER = 1
const END_OF_INITIATOR = 2
const END_OF_RESPONDER = 3

/** Takes pieces of streams. */
export interface PieceListener {
  bytes(side: FlowSide, bytes: Uint8Array, timestamp: Timestamp, offset: number): void
  /** A side is complete up to its FIN. */
  end(side: FlowSide, timestamp: Timestamp, end: number): void
}

/** The bytes of one side from some stream offset on. */
class SideBytes {
  #bytes = NOTHING
  #start = 0
  #length = 0

  get isEmpty(): boolean {
    return this.#length === 0
  }

  /** Stream offset behind the last byte. */
  get end(): number {
    return this.#start + this.#length
  }

  get room(): number {
    return this.#bytes.length
  }

  append(bytes: Uint8Array, offset: number): void {
    if (this.#length === 0) this.#start = offset
    const length = this.#length + bytes.length
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, this.#length === 0 ? FIRST_ROOM : 2 * length))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(bytes, this.#length)
    this.#length = length
  }

  /** Those between two stream offsets, as far as they are here. */
  between(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(Math.max(from - this.#start, 0), Math.min(Math.max(to - this.#start, 0), this.#length))
  }

  dropBefore(offset: number): void {
    if (offset <= this.#start) return
    if (offset >= this.end) {
      this.#length = 0
      this.#bytes = NOTHING
      return
    }
    this.#bytes.copyWithin(0, offset - this.#start, this.#length)
    this.#length = this.end - offset
    this.#start = offset
  }
}

/** Bytes of both sides of a stream, and in which order and when they came. */
export class HeldBytes {
  readonly #initiator = new SideBytes()
  readonly #responder = new SideBytes()
  #pieces: number[] = []

  /** Bytes of memory, about. */
  get cost(): number {
    return this.#initiator.room + this.#responder.room + this.#pieces.length * NUMBER
  }

  /** Whether there are none of a side. */
  isEmpty(side: FlowSide): boolean {
    return this.#of(side).isEmpty
  }

  /** Takes bytes of a side, which follow those that it has. */
  append(side: FlowSide, bytes: Uint8Array, offset: number): void {
    this.#of(side).append(bytes, offset)
  }

  /** Notes when bytes came that have been appended. */
  note(side: FlowSide, { seconds, nanoseconds }: Timestamp, offset: number, length: number): void {
    this.#pieces.push(side === 'initiator' ? OF_INITIATOR : OF_RESPONDER, offset, length, seconds, nanoseconds)
  }

  /** Notes when a side came to its end, which needs no bytes. */
  noteEnd(side: FlowSide, { seconds, nanoseconds }: Timestamp, end: number): void {
    this.#pieces.push(side === 'initiator' ? END_OF_INITIATOR : END_OF_RESPONDER, end, 0, seconds, nanoseconds)
  }

  /** Those of a side between two stream offsets, as a view that holds until bytes are added or dropped. */
  between(side: FlowSide, from: number, to: number): Uint8Array {
    return this.#of(side).between(from, to)
  }

  /** Drops what a side has before a stream offset. */
  dropBefore(side: FlowSide, offset: number): void {
    this.#of(side).dropBefore(offset)
    if (this.#initiator.isEmpty && this.#responder.isEmpty) this.#dropPieces()
  }

  /** Hands out all pieces that have been noted, in their order. */
  replay(listener: PieceListener): void {
    const pieces = this.#pieces
    for (let i = 0; i < pieces.length; i += PIECE) {
      const [code, offset = 0, length = 0, seconds = 0, nanoseconds] = pieces.slice(i, i + PIECE)
      const side = code === OF_INITIATOR || code === END_OF_INITIATOR ? 'initiator' : 'responder'
      const bytes = this.#of(side).between(offset, offset + length)
      const timestamp = new Timestamp(seconds, nanoseconds)
      if (code === END_OF_INITIATOR || code === END_OF_RESPONDER) listener.end(side, timestamp, offset)
      else if (bytes.length > 0) listener.bytes(side, bytes, timestamp, offset + length - bytes.length)
    }
  }

  /** Drops what is noted of bytes that are not here any more; ends stay. */
  #dropPieces(): void {
    const pieces = this.#pieces
    this.#pieces = []
    for (let i = 0; i < pieces.length; i += PIECE) {
      if ((pieces[i] ?? 0) >= END_OF_INITIATOR) this.#pieces.push(...pieces.slice(i, i + PIECE))
    }
  }

  #of(side: FlowSide): SideBytes {
    return side === 'initiator' ? this.#initiator : this.#responder
  }
}
