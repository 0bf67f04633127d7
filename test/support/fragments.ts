import { concat, fragment, ipv4, ipv6, type Layer } from './frames'

const ETHERNET_HEADER = 14
const IPV4_HEADER = 20
const IPV6_HEADER = 40

/** Cuts an Ethernet frame with IPv4 or IPv6, without options or extension headers, into fragments of so many bytes. */
export function fragments(frame: Uint8Array, bytes: number, identification = 1): Uint8Array[] {
  const ethernet = frame.subarray(0, ETHERNET_HEADER)
  const packet = frame.subarray(ETHERNET_HEADER)
  const isV4 = (packet[0] ?? 0) >> 4 === 4
  const payload = packet.subarray(isV4 ? IPV4_HEADER : IPV6_HEADER)
  const pieces: Uint8Array[] = []
  for (let offset = 0; offset < payload.length; offset += bytes) {
    const more = offset + bytes < payload.length
    const piece = payload.subarray(offset, offset + bytes)
    const layer = isV4
      ? fragment4(packet, identification, offset, more, piece)
      : fragment6(packet, identification, offset, more, piece)
    pieces.push(concat(ethernet, layer.bytes))
  }
  return pieces
}

function fragment4(
  packet: Uint8Array,
  identification: number,
  fragmentOffset: number,
  more: boolean,
  piece: Uint8Array,
) {
  const source = packet.subarray(12, 16).join('.')
  const destination = packet.subarray(16, 20).join('.')
  const protocol = packet[9] ?? 0
  return ipv4({ source, destination, protocol, identification, fragmentOffset, moreFragments: more }, piece)
}

function fragment6(
  packet: Uint8Array,
  identification: number,
  offset: number,
  more: boolean,
  piece: Uint8Array,
): Layer {
  const addressAt = (at: number) =>
    Array.from({ length: 8 }, (_, i) => (((packet[at + 2 * i] ?? 0) << 8) | (packet[at + 2 * i + 1] ?? 0)).toString(16))
  const source = addressAt(8).join(':')
  const destination = addressAt(24).join(':')
  return ipv6({ source, destination }, fragment({ identification, offset, more, nextHeader: packet[6] ?? 0 }, piece))
}
