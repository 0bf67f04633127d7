import type { DatagramProtocol, ParserEntry, SessionProtocol } from '../../index'
import type { CliMessage } from '../flow'
import { dns } from './dns'
import { http } from './http'
import type { MessageProtocol } from './protocol'
import { tls } from './tls'

/** What `--protocols` accepts, and what is read unless it says otherwise. */
export const PROTOCOLS = { http, tls, dns } as const satisfies Record<string, MessageProtocol<unknown>>

export type ProtocolName = keyof typeof PROTOCOLS

/** The names of all of them. */
export const PROTOCOL_NAMES = Object.keys(PROTOCOLS) as readonly ProtocolName[]

/** More ports of each protocol. */
export type ProtocolPorts = Partial<Readonly<Record<ProtocolName, readonly number[]>>>

/** The parsers of these protocols, bound to more ports than their own. */
export function parsersOf(names: readonly ProtocolName[] = PROTOCOL_NAMES, ports: ProtocolPorts = {}): ParserEntry[] {
  return names.flatMap((name) => {
    const parser: ParserEntry = PROTOCOLS[name].parser()
    const more = ports[name] ?? []
    const protocols: readonly (SessionProtocol | DatagramProtocol)[] = 'transport' in parser ? [parser] : parser
    return protocols.map((protocol) => ({ ...protocol, ports: [...(protocol.ports ?? []), ...more] }))
  })
}

/** How the messages of an event's protocol are told. */
export function protocolOf({ protocol }: CliMessage): MessageProtocol<unknown> {
  return PROTOCOLS[protocol as ProtocolName]
}
