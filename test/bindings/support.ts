import { type FlowEvent, PacketView, Timestamp } from '../../bindings'
import { everyNanoseconds, pcap } from '../support/captures'
import { ipv4Tcp, ipv4Udp } from '../support/frames'

export const CLIENT = '10.0.0.1:40000'
export const SERVER = '10.0.0.2:80'
const SECOND = 1_000_000_000

/** A frame seen this many seconds after the epoch. */
export function at(seconds: number, frame: Uint8Array): PacketView {
  const nanoseconds = BigInt(Math.round(seconds * SECOND))
  return new PacketView(frame, Timestamp.fromNanoseconds(nanoseconds))
}

/** Frames of a TCP connection from handshake to close, with three bytes of payload each way. */
export function connection(client = CLIENT, server = SERVER): Uint8Array[] {
  const send = (sequence: number, acknowledgement: number, flags: string, payload = '') =>
    ipv4Tcp(client, server, { sequence, acknowledgement, flags }, payload)
  const answer = (sequence: number, acknowledgement: number, flags: string, payload = '') =>
    ipv4Tcp(server, client, { sequence, acknowledgement, flags }, payload)
  return [
    send(100, 0, 'S'),
    answer(500, 101, 'SA'),
    send(101, 501, 'A'),
    send(101, 501, 'PA', 'get'),
    answer(501, 104, 'PA', 'yes'),
    send(104, 504, 'FA'),
    answer(504, 105, 'FA'),
    send(105, 505, 'A'),
  ]
}

/** A capture of these frames, a second apart. */
export function captureOf(frames: readonly Uint8Array[]): Uint8Array {
  return pcap(everyNanoseconds(BigInt(SECOND), frames, BigInt(SECOND)))
}

/** `count` UDP packets, each of a flow of its own. */
export function udpFlows(count: number, payload = 'ping'): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => ipv4Udp(`10.1.${i >> 8}.${i & 0xff}:1000`, '10.0.0.2:53', payload))
}

/** Everything that an iterable brings. */
export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of iterable) items.push(item)
  return items
}

/** The kinds of some events, in order. */
export function kinds(events: readonly FlowEvent[]): string[] {
  return events.map((event) => event.kind)
}

/** What can be compared of events: their JSON text. */
export function texts(events: readonly FlowEvent[]): string[] {
  return events.map((event) => JSON.stringify(event))
}
