import { ipv4Tcp, type Payload } from './frames'

const ENDS = { initiator: 'responder', responder: 'initiator' } as const

export type Side = keyof typeof ENDS

/** Frames of one TCP connection over IPv4, with sequence numbers that come right of themselves. */
export class Conversation {
  readonly #ends: Readonly<Record<Side, string>>
  readonly #first: Readonly<Record<Side, number>>
  /** Stream offset of the next byte of each side. */
  readonly #next = { initiator: 0, responder: 0 }

  /** @param first initial sequence numbers */
  constructor(client = '10.0.0.1:40000', server = '10.0.0.2:80', first = { initiator: 100, responder: 500 }) {
    this.#ends = { initiator: client, responder: server }
    this.#first = first
  }

  /** The three frames of the handshake. */
  open(): Uint8Array[] {
    return [this.#frame('initiator', -1, 'S'), this.#frame('responder', -1, 'SA'), this.#frame('initiator', 0, 'A')]
  }

  /** The next bytes of a side. */
  send(side: Side, payload: Payload, flags = 'PA'): Uint8Array {
    const frame = this.#frame(side, this.#next[side], flags, payload)
    this.#next[side] += lengthOf(payload)
    return frame
  }

  /** Bytes at this stream offset, whatever came before. They acknowledge nothing new. */
  at(side: Side, offset: number, payload: Payload, flags = 'PA'): Uint8Array {
    return this.#frame(side, offset, flags, payload)
  }

  /** The side goes on behind bytes that nobody captured. */
  lose(side: Side, bytes: number): void {
    this.#next[side] += bytes
  }

  /** A bare acknowledgement of all that the other side has sent. */
  acknowledge(side: Side): Uint8Array {
    return this.#frame(side, this.#next[side], 'A')
  }

  /** Both sides close. */
  close(): Uint8Array[] {
    const frames = [this.send('initiator', '', 'FA')]
    this.#next.initiator++
    frames.push(this.send('responder', '', 'FA'))
    this.#next.responder++
    return [...frames, this.acknowledge('initiator')]
  }

  reset(side: Side): Uint8Array {
    return this.#frame(side, this.#next[side], 'RA')
  }

  #frame(side: Side, offset: number, flags: string, payload: Payload = ''): Uint8Array {
    const peer = ENDS[side]
    const sequence = (this.#first[side] + 1 + offset) >>> 0
    const acknowledgement = flags.includes('A') ? (this.#first[peer] + 1 + this.#next[peer]) >>> 0 : 0
    return ipv4Tcp(this.#ends[side], this.#ends[peer], { sequence, acknowledgement, flags }, payload)
  }
}

function lengthOf(payload: Payload): number {
  return typeof payload === 'string' ? new TextEncoder().encode(payload).length : (payload as Uint8Array).length
}
