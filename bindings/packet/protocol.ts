import { PROTOCOL_ICMP, PROTOCOL_ICMP6, PROTOCOL_SCTP, PROTOCOL_TCP, PROTOCOL_UDP } from '../../assembly/layout'

/** A transport protocol: by name where it has one here, else its IP protocol number as decimal text. */
export type Protocol = 'tcp' | 'udp' | 'icmp' | 'icmp6' | 'sctp' | `${number}`

type NamedProtocol = Exclude<Protocol, `${number}`>

const NUMBERS: Readonly<Record<NamedProtocol, number>> = {
  tcp: PROTOCOL_TCP,
  udp: PROTOCOL_UDP,
  icmp: PROTOCOL_ICMP,
  icmp6: PROTOCOL_ICMP6,
  sctp: PROTOCOL_SCTP,
}

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name]))

/**
 * Name of an IP protocol number.
 *
 * @param number of iana.org/assignments/protocol-numbers, 0 to 255
 */
export function protocolName(number: number): Protocol {
  return (NAMES.get(number) as NamedProtocol | undefined) ?? `${number}`
}

/**
 * IP protocol number of a name.
 *
 * @throws RangeError when it is no protocol
 */
export function protocolNumber(protocol: Protocol): number {
  if (Object.hasOwn(NUMBERS, protocol)) return NUMBERS[protocol as NamedProtocol]
  if (/^\d{1,3}$/.test(protocol) && Number(protocol) <= 255) return Number(protocol)
  throw new RangeError(`not an IP protocol: ${protocol}`)
}
