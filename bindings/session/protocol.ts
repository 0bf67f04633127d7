import { ConfigError } from '../common/errors'
import { checkFunction, checkInteger } from '../common/options'
import type { FlowKey } from '../extract/flow-key'
import type { FlowSide } from '../tracker/vocabulary'
import type { DatagramParser } from './datagram-parser'
import type { SessionParser } from './session-parser'

const LAST_PORT = 65_535

/**
 * What the first bytes of a side say: they are of this protocol, they are not, or undefined while there are too few to
 * tell. Called with all bytes of the side so far, up to 4 KiB; for UDP with one whole datagram.
 *
 * A number is for protocols that may begin in the middle of a stream: not in so many bytes, but perhaps behind them.
 * These bytes are let go: the signature is asked about what follows them, and so begins what the parser is fed.
 *
 * Flows that no signature has said yes or no to cost memory. A `false` as early as it is sure is worth more than a
 * late `true`.
 *
 * @param offset stream offset of the first byte: how many bytes have been let go; 0 for UDP
 */
export type Signature = (bytes: Uint8Array, side: FlowSide, offset: number) => boolean | number | undefined

/**
 * Which flows a parser is for. They are alternatives: a flow with one of the ports, or a key that matches, has the
 * parser from its first byte; any other flow is held against the signature. Without any of the three the parser is for
 * all flows.
 */
export interface Binding {
  /** At either end. */
  readonly ports?: readonly number[]
  /** Whether the parser is for flows with this key. Must not use the driver. */
  matches?(key: FlowKey): boolean
  /** What flows on other ports begin with. */
  readonly signature?: Signature
}

/** What {@link sessionParser} makes a {@link SessionProtocol} of. */
export interface SessionDefinition<N extends string, M> extends Binding {
  /** Tells the messages of one parser from those of the others. */
  readonly name: N
  /** Makes the parser of a flow, when its first bytes come. Must not use the driver. */
  create(key: FlowKey): SessionParser<M>
}

/** What {@link datagramParser} makes a {@link DatagramProtocol} of. */
export interface DatagramDefinition<N extends string, M> extends Binding {
  /** Tells the messages of one parser from those of the others. */
  readonly name: N
  /** Makes the parser of a flow, when its first datagram comes. Must not use the driver. */
  create(key: FlowKey): DatagramParser<M>
}

/** A parser for TCP that a driver can carry. */
export interface SessionProtocol<N extends string = string, M = unknown> extends SessionDefinition<N, M> {
  readonly transport: 'tcp'
}

/** A parser for UDP that a driver can carry. */
export interface DatagramProtocol<N extends string = string, M = unknown> extends DatagramDefinition<N, M> {
  readonly transport: 'udp'
}

/** What a driver can carry: a parser, or several that belong together, such as one protocol's over TCP and UDP. */
export type ParserEntry = SessionProtocol | DatagramProtocol | readonly (SessionProtocol | DatagramProtocol)[]

/**
 * A parser for TCP connections, for a list of parsers:
 *
 * ```ts
 * const myProtocol = () => sessionParser({ name: 'psmsg', ports: [5678], create: () => new PsmsgParser() })
 * ```
 *
 * @throws ConfigError when something of it cannot be used
 */
export function sessionParser<const N extends string, M>(definition: SessionDefinition<N, M>): SessionProtocol<N, M> {
  checkDefinition(definition)
  return Object.freeze({ ...definition, transport: 'tcp' })
}

/**
 * A parser for UDP flows, see {@link sessionParser}.
 *
 * @throws ConfigError when something of it cannot be used
 */
export function datagramParser<const N extends string, M>(
  definition: DatagramDefinition<N, M>,
): DatagramProtocol<N, M> {
  checkDefinition(definition)
  return Object.freeze({ ...definition, transport: 'udp' })
}

function checkDefinition({
  name,
  ports = [],
  matches,
  signature,
  create,
}: SessionDefinition<string, unknown> | DatagramDefinition<string, unknown>): void {
  if (typeof name !== 'string' || name === '') throw new ConfigError('name', 'must be a text')
  if (!Array.isArray(ports)) throw new ConfigError(`${name}.ports`, 'must be an array')
  for (const port of ports) checkInteger(port, 0, LAST_PORT, `${name}.ports`)
  checkFunction(matches, `${name}.matches`)
  checkFunction(signature, `${name}.signature`)
  if (typeof create !== 'function') throw new ConfigError(`${name}.create`, 'must be a function')
}
