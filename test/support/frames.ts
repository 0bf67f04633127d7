// Builders of frames, one function a header, nested from the outside in:
//
//   ethernet({}, vlan({ id: 10 }, ipv4({ source, destination }, tcp({ source: 1, destination: 2, flags: 'S' })))).bytes
//
// Lengths, protocol numbers and checksums come out right unless a field says otherwise.

import { ipv4Bytes, ipv6Bytes, type Payload } from './frames/layer'
import { ethernet } from './frames/link'
import { ipv4, ipv6 } from './frames/network'
import { type IcmpFields, icmp, type TcpFields, tcp, udp } from './frames/transport'

export * from './frames/layer'
export * from './frames/link'
export * from './frames/network'
export * from './frames/transport'
export * from './frames/tunnels'

/** `address:port`; an IPv6 address stands in brackets. */
export type Endpoint = string

/** An Ethernet frame with TCP over IPv4. */
export function ipv4Tcp(from: Endpoint, to: Endpoint, fields: Partial<TcpFields>, payload: Payload = ''): Uint8Array {
  const { macs, addresses, ports } = between(from, to)
  return ethernet(macs, ipv4(addresses, tcp({ ...ports, ...fields }, payload))).bytes
}

/** An Ethernet frame with UDP over IPv4. */
export function ipv4Udp(from: Endpoint, to: Endpoint, payload: Payload = ''): Uint8Array {
  const { macs, addresses, ports } = between(from, to)
  return ethernet(macs, ipv4(addresses, udp(ports, payload))).bytes
}

/** An Ethernet frame with ICMP over IPv4. */
export function ipv4Icmp(from: string, to: string, fields: IcmpFields, payload: Payload = ''): Uint8Array {
  const { macs, addresses } = between(`${from}:0`, `${to}:0`)
  return ethernet(macs, ipv4(addresses, icmp(fields, payload))).bytes
}

/** An Ethernet frame with TCP over IPv6. */
export function ipv6Tcp(from: Endpoint, to: Endpoint, fields: Partial<TcpFields>, payload: Payload = ''): Uint8Array {
  const { macs, addresses, ports } = between(from, to)
  return ethernet(macs, ipv6(addresses, tcp({ ...ports, ...fields }, payload))).bytes
}

/** An Ethernet frame with UDP over IPv6. */
export function ipv6Udp(from: Endpoint, to: Endpoint, payload: Payload = ''): Uint8Array {
  const { macs, addresses, ports } = between(from, to)
  return ethernet(macs, ipv6(addresses, udp(ports, payload))).bytes
}

/** What the headers of a packet from one endpoint to another have in common. */
function between(from: Endpoint, to: Endpoint) {
  const [source, destination] = [parseEndpoint(from), parseEndpoint(to)]
  return {
    macs: { source: macOf(source.address), destination: macOf(destination.address) },
    addresses: { source: source.address, destination: destination.address },
    ports: { source: source.port, destination: destination.port },
  }
}

function parseEndpoint(endpoint: Endpoint) {
  const colon = endpoint.lastIndexOf(':')
  return { address: endpoint.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(endpoint.slice(colon + 1)) }
}

/** A locally administered MAC address that ends like the IP address, so that each host has its own. */
function macOf(address: string): string {
  const bytes = address.includes(':') ? ipv6Bytes(address) : ipv4Bytes(address)
  return [2, 0, ...bytes.slice(-4)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}
