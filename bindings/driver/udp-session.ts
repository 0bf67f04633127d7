import type { Timestamp } from '../packet/timestamp'
import type { DatagramProtocol } from '../session/protocol'
import type { EndedEvent } from '../tracker/events'
import type { FlowSide } from '../tracker/vocabulary'
import type { Choice } from './choice'
import { type AskDatagram, FlowSession, NO_PROTOCOLS, type SessionHost } from './flow-session'
import { DatagramRun } from './parser-run'

/** Datagrams of a flow that signatures are held against. */
export const PROBED_DATAGRAMS = 8

/** The parsers of a UDP flow. */
export class UdpSession extends FlowSession<DatagramRun> {
  #bound: readonly DatagramProtocol[]
  #candidates: readonly DatagramProtocol[]
  #probed = 0

  constructor(index: number, flow: number, host: SessionHost, { bound, candidates }: Choice<DatagramProtocol>) {
    super(index, flow, host)
    this.#bound = bound
    this.#candidates = candidates
  }

  get isOver(): boolean {
    return this.runs.length === 0 && this.#candidates.length === 0 && this.#bound.length === 0
  }

  datagram(side: FlowSide, payload: Uint8Array, timestamp: Timestamp, wireLength: number): void {
    for (const protocol of this.#bound) this.#create(protocol, side, timestamp)
    this.#bound = NO_PROTOCOLS
    if (this.#candidates.length > 0) this.#look(side, payload, timestamp)
    for (const run of this.runs) run.feed(side, payload, timestamp, wireLength)
    this.settle()
  }

  /** The flow has ended. */
  end({ stats }: EndedEvent): void {
    for (const run of this.runs) run.end(stats.lastSeen)
  }

  #look(side: FlowSide, payload: Uint8Array, timestamp: Timestamp): void {
    this.#probed++
    const protocol = recognise(this.#candidates, payload, side, this.host.askDatagram)
    if (protocol) this.#create(protocol, side, timestamp)
    if (protocol || this.#probed === PROBED_DATAGRAMS) this.#candidates = NO_PROTOCOLS
  }

  #create(protocol: DatagramProtocol, side: FlowSide, timestamp: Timestamp): void {
    const { name } = protocol
    this.begin(name, side, timestamp, () => new DatagramRun(name, this, this.host, protocol.create(this.key)))
  }

  protected settle(): void {
    this.dropRuns()
    if (!this.isOver) return
    for (const side of ['initiator', 'responder'] as const) {
      this.host.control.stopListening(this.index, this.flow, side)
    }
  }
}

/** The first of these protocols whose datagram this is. */
export function recognise(
  candidates: readonly DatagramProtocol[],
  payload: Uint8Array,
  side: FlowSide,
  ask: AskDatagram,
): DatagramProtocol | undefined {
  for (const candidate of candidates) if (ask(candidate, payload, side)) return candidate
  return undefined
}
