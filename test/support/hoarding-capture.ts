import { pcap } from './captures/pcap'
import { Conversation } from './conversation'

/** Payload of one segment. */
const SEGMENT = 1400

/** A TLS handshake record (RFC 8446, 5.1), and in it a message (4) that is 16,000 bytes long. */
const HANDSHAKE = [0x16, 3, 1, 0x3e, 0x84, 1, 0, 0x3e, 0x80]

/** The length before a message of DNS over TCP (RFC 1035, 4.2.2), and a header with one question. */
const QUERY = [0x1f, 0xff, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]

/**
 * Four connections that nobody ends, in each of which both sides are cut off shortly before something would be whole:
 * a head of HTTP, a handshake message of TLS, a message of DNS; in the last one a byte is missing at the beginning.
 */
export function hoardingCapture(): Uint8Array {
  const frames = [
    ...unfinished('10.0.0.1:40000', '10.0.0.2:80', filled('GET / HTTP/1.1\r\nx: ', 8000)),
    ...unfinished('10.0.0.1:40001', '10.0.0.2:443', filled(HANDSHAKE, 15_900)),
    ...unfinished('10.0.0.1:40002', '10.0.0.2:53', filled(QUERY, 8000)),
    ...unfinished('10.0.0.1:40003', '10.0.0.2:80', filled('', 16_000), 1),
  ]
  return pcap(frames.map((frame, i) => ({ time: 1_000_000_000_000n + BigInt(i) * 1000n, frame })))
}

/** A connection in which both sides send the same, without its first bytes. */
function unfinished(client: string, server: string, bytes: Uint8Array, missing = 0): Uint8Array[] {
  const conversation = new Conversation(client, server)
  const frames = conversation.open()
  for (const side of ['initiator', 'responder'] as const) {
    conversation.lose(side, missing)
    for (let at = 0; at < bytes.length; at += SEGMENT) {
      frames.push(conversation.send(side, bytes.subarray(at, at + SEGMENT), 'A'))
    }
  }
  return frames
}

/** A beginning, and as many letters as make it so long. */
function filled(beginning: string | readonly number[], length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(0x61)
  bytes.set(typeof beginning === 'string' ? new TextEncoder().encode(beginning) : beginning)
  return bytes
}
