/** One end of a flow between IP addresses. */
export interface IpEndpoint {
  /** Dotted decimal, or for IPv6 the text of RFC 5952. */
  readonly address: string
  /** Absent where the protocol has no ports, or the packet did not show them. */
  readonly port?: number
}

/** One end of a flow between stations of a LAN. */
export interface MacEndpoint {
  /** Six bytes in lower-case hexadecimal, separated by colons. */
  readonly mac: string
}

/** One end of a flow. */
export type Endpoint = IpEndpoint | MacEndpoint

/** Text of an endpoint: `10.0.0.1:443`, `[2001:db8::1]:443`, `10.0.0.1`, `00:00:5e:00:53:01`. */
export function formatEndpoint(endpoint: Endpoint): string {
  if ('mac' in endpoint) return endpoint.mac
  if (endpoint.port === undefined) return endpoint.address
  const address = endpoint.address.includes(':') ? `[${endpoint.address}]` : endpoint.address
  return `${address}:${endpoint.port}`
}
