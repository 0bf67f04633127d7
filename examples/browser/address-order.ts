const GROUPS = 8

/** What endpoints are sorted by: addresses by their numbers, IPv4 before IPv6, then ports. */
export function addressOrder(endpoint: string): string {
  const [, bracketed, port = ''] = endpoint.match(/^\[(.*)\]:(\d+)$/) ?? []
  const address = bracketed ?? (endpoint.indexOf(':') === endpoint.lastIndexOf(':') ? undefined : endpoint)
  if (address === undefined) return endpoint.replaceAll(/\d+/g, (number) => number.padStart(5, '0'))
  const [head = '', tail] = address.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const zeros = tail === undefined ? [] : Array<string>(GROUPS - head.length - tail.length).fill('')
  const groups = [...head, ...zeros, ...(tail ?? [])].map((group) => group.padStart(4, '0'))
  return `~${groups.join('')}${port.padStart(5, '0')}`
}
