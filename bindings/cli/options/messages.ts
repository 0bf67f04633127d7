// The options that say which protocols are read, and on which ports.

import { InvalidArgumentError, Option } from 'commander'
import { type OptionGroup, UsageError } from '../command'
import { PROTOCOL_NAMES, type ProtocolName, type ProtocolPorts } from '../messages'

const LAST_PORT = 65_535

export interface MessageOptions {
  readonly protocols: readonly ProtocolName[]
  readonly port: ProtocolPorts
}

export const messageOptions: OptionGroup = {
  heading: 'Whose messages are read:',
  options: () => [
    new Option('--protocols <LIST>', `some of ${PROTOCOL_NAMES.join(',')}`)
      .argParser(protocols)
      .default(PROTOCOL_NAMES, 'all'),
    new Option('--port <PROTOCOL=PORT>', 'a port whose flows carry the protocol, such as http=8081; may be repeated')
      .argParser(addPort)
      .default({}, 'the usual ones, and flows that begin like it'),
  ],
}

/** @throws UsageError when a port is of a protocol that is not read */
export function checkPorts({ protocols, port }: MessageOptions): void {
  const unread = Object.keys(port).find((name) => !protocols.some((protocol) => protocol === name))
  if (unread !== undefined) throw new UsageError(`--port ${unread}=...: ${unread} is not among --protocols`)
}

function protocols(text: string): ProtocolName[] {
  const names = text.split(',')
  if (!names.every(isProtocol)) {
    throw new InvalidArgumentError(`It must be a list of ${PROTOCOL_NAMES.join(', ')}, separated by commas.`)
  }
  return [...new Set(names)]
}

function addPort(text: string, ports: ProtocolPorts): ProtocolPorts {
  const [, name = '', digits] = /^([a-z]+)=(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (!isProtocol(name) || port < 1 || port > LAST_PORT) {
    throw new InvalidArgumentError(
      `It must be one of ${PROTOCOL_NAMES.join(', ')} and a port from 1 to ${LAST_PORT}, such as http=8081.`,
    )
  }
  return { ...ports, [name]: [...(ports[name] ?? []), port] }
}

function isProtocol(name: string): name is ProtocolName {
  return PROTOCOL_NAMES.some((protocol) => protocol === name)
}
