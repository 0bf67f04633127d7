import type { DnsService } from './message'

const DNS = 53
const MULTICAST_DNS = 5353
const LLMNR = 5355

/** Ports of DNS (RFC 1035 section 4.2), multicast DNS (RFC 6762 section 3) and LLMNR (RFC 4795 section 2). */
export const DNS_PORTS: readonly number[] = Object.freeze([DNS, MULTICAST_DNS, LLMNR])

/** Which protocol two ports speak; DNS where both or neither say another. */
export function dnsServiceOf(portA: number | undefined, portB: number | undefined): DnsService {
  return serviceBetween((port) => portA === port || portB === port)
}

/** The same, where the ports are not at hand. */
export function serviceBetween(hasPort: (port: number) => boolean): DnsService {
  if (hasPort(DNS)) return 'dns'
  if (hasPort(MULTICAST_DNS)) return 'mdns'
  return hasPort(LLMNR) ? 'llmnr' : 'dns'
}
