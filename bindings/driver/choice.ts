import type { FlowKey } from '../extract/flow-key'
import type { DatagramProtocol, SessionProtocol } from '../session/protocol'

/** Who is for a flow. Flows share them: there are few. */
export class Choice<P> {
  /** Who has the flow from its first byte on. */
  readonly bound: readonly P[]
  /** Whose signature is to be asked. */
  readonly candidates: readonly P[]

  constructor(bound: readonly P[], candidates: readonly P[]) {
    this.bound = bound
    this.candidates = candidates
  }

  get isNobody(): boolean {
    return this.bound.length + this.candidates.length === 0
  }
}

/** Choices that are remembered. */
const MOST_KNOWN = 1024

/** Asks a protocol whether it is for flows with this key. */
export type AskMatches<P> = (protocol: P, key: FlowKey) => boolean

/** Tells who is for a flow, among the protocols of one transport. */
export class Choices<P extends SessionProtocol | DatagramProtocol> {
  readonly #protocols: readonly P[]
  readonly #matches: AskMatches<P>
  /** By who is bound: `1` for each protocol that is, `0` for the others. */
  readonly #known = new Map<string, Choice<P>>()

  constructor(protocols: readonly P[], matches: AskMatches<P>) {
    this.#protocols = protocols
    this.#matches = matches
  }

  /** There are no protocols at all. */
  get isEmpty(): boolean {
    return this.#protocols.length === 0
  }

  of(key: FlowKey): Choice<P> {
    let name = ''
    for (const protocol of this.#protocols) name += this.#isBound(protocol, key) ? '1' : '0'
    const known = this.#known.get(name)
    if (known) return known
    const isBound = (_: P, i: number) => name[i] === '1'
    const candidates = this.#protocols.filter((protocol, i) => !isBound(protocol, i) && protocol.signature)
    const choice = new Choice(this.#protocols.filter(isBound), candidates)
    if (this.#known.size === MOST_KNOWN) this.#known.clear()
    this.#known.set(name, choice)
    return choice
  }

  #isBound(protocol: P, key: FlowKey): boolean {
    const { ports, signature } = protocol
    if (!ports && !protocol.matches && !signature) return true
    if (key.kind === 'five-tuple' && ports) for (const port of ports) if (key.eitherPort(port)) return true
    return protocol.matches !== undefined && this.#matches(protocol, key)
  }
}
