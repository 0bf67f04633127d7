import { concat, ipv4Bytes, u16, u32 } from './frames/layer'

const TYPE_A = 1
const CLASS_IN = 1

/** A query for the IPv4 address of a name, RFC 1035 section 4.1. */
export function dnsQuery(id: number, name: string): Uint8Array {
  return concat(header(id, 0x0100, 0), question(name))
}

/** The answer with one address. */
export function dnsAnswer(id: number, name: string, address: string, timeToLive = 300): Uint8Array {
  const owner = u16(0xc000 | 12) // a pointer to the question's name
  const record = [owner, u16(TYPE_A), u16(CLASS_IN), u32(timeToLive), u16(4), ipv4Bytes(address)].flat()
  return concat(header(id, 0x8180, 1), question(name), record)
}

/** The answer that there is no such name. */
export function dnsNameError(id: number, name: string): Uint8Array {
  return concat(header(id, 0x8183, 0), question(name))
}

const header = (id: number, flags: number, answers: number) => [id, flags, 1, answers, 0, 0].flatMap(u16)

function question(name: string): Uint8Array {
  const labels = name.split('.').map((label) => concat([label.length], new TextEncoder().encode(label)))
  return concat(...labels, [0], u16(TYPE_A), u16(CLASS_IN))
}
