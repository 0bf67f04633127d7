import type { FlowKey } from '../extract/flow-key'
import type { DatagramProtocol, SessionProtocol } from '../session/protocol'
import type { StartedEvent } from '../tracker/events'
import type { FlowSide } from '../tracker/vocabulary'
import { Choice, Choices } from './choice'
import type { SessionHost } from './flow-session'
import { TcpSession } from './tcp-session'
import { PROBED_DATAGRAMS, recognise, UdpSession } from './udp-session'

/** What is known of a flow: who is for it, and from its first bytes on what they do. */
type FlowPlan = Choice<SessionProtocol> | Choice<DatagramProtocol> | TcpSession | UdpSession

/** What else flows need of the driver. */
export interface PlanHost extends SessionHost {
  /** Asks a protocol whether it is for flows with this key. */
  askMatches(protocol: SessionProtocol | DatagramProtocol, key: FlowKey): boolean
}

/** Who is for each live flow. A flow has no session of its own before it has bytes that somebody looks at. */
export class FlowPlans {
  readonly #host: PlanHost
  readonly #tcp: Choices<SessionProtocol>
  readonly #udp: Choices<DatagramProtocol>
  /** By index of the flow's record, like those below. */
  readonly #plans: (FlowPlan | undefined)[] = []
  /** Datagrams that signatures have been held against in vain. */
  readonly #probed: number[] = []

  constructor(protocols: readonly (SessionProtocol | DatagramProtocol)[], host: PlanHost) {
    this.#host = host
    const matches = (protocol: SessionProtocol | DatagramProtocol, key: FlowKey) => host.askMatches(protocol, key)
    this.#tcp = new Choices(protocols.filter(isSession), matches)
    this.#udp = new Choices(protocols.filter(isDatagram), matches)
  }

  /** A flow begins. */
  start(event: StartedEvent): void {
    const { protocol, index, flow } = event
    const choices = protocol === 'tcp' ? this.#tcp : protocol === 'udp' ? this.#udp : undefined
    if (!choices || choices.isEmpty) return
    const choice = choices.of(event.key)
    if (choice.isNobody) this.#stopListening(index, flow)
    else this.#plans[index] = choice
  }

  /** The session of a flow that has one. */
  session(index: number): TcpSession | UdpSession | undefined {
    const plan = this.#plans[index]
    return plan instanceof Choice ? undefined : plan
  }

  /** Who takes bytes of a TCP connection; undefined where nobody does. */
  tcpSession(flow: number, index: number): TcpSession | undefined {
    const plan = this.#plans[index]
    if (plan instanceof TcpSession || plan === undefined) return plan
    const session = new TcpSession(index, flow, this.#host, plan as Choice<SessionProtocol>)
    this.#plans[index] = session
    return session
  }

  /**
   * Who takes a datagram; undefined where nobody does. Flows that only signatures may claim have no session before one
   * does, which in most never happens.
   */
  udpSession(flow: number, index: number, side: FlowSide, payload: Uint8Array): UdpSession | undefined {
    const plan = this.#plans[index]
    if (plan instanceof UdpSession || plan === undefined) return plan
    let choice = plan as Choice<DatagramProtocol>
    if (choice.bound.length === 0) {
      const protocol = recognise(choice.candidates, payload, side, this.#host.askDatagram)
      if (!protocol) {
        this.#pass(flow, index)
        return undefined
      }
      choice = new Choice([protocol], [])
    }
    const session = new UdpSession(index, flow, this.#host, choice)
    this.#plans[index] = session
    return session
  }

  /** Forgets a flow. @returns the session that it had */
  end(index: number): TcpSession | UdpSession | undefined {
    const session = this.session(index)
    if (session instanceof TcpSession) session.drop()
    if (index < this.#plans.length) this.#plans[index] = undefined
    if (index < this.#probed.length) this.#probed[index] = 0
    return session
  }

  /** No signature knows this datagram. */
  #pass(flow: number, index: number): void {
    while (this.#probed.length <= index) this.#probed.push(0)
    const probed = (this.#probed[index] ?? 0) + 1
    this.#probed[index] = probed
    if (probed < PROBED_DATAGRAMS) return
    this.end(index)
    this.#stopListening(index, flow)
  }

  #stopListening(index: number, flow: number): void {
    this.#host.control.stopListening(index, flow, 'initiator')
    this.#host.control.stopListening(index, flow, 'responder')
  }
}

function isSession(protocol: SessionProtocol | DatagramProtocol): protocol is SessionProtocol {
  return protocol.transport === 'tcp'
}

function isDatagram(protocol: SessionProtocol | DatagramProtocol): protocol is DatagramProtocol {
  return protocol.transport === 'udp'
}
