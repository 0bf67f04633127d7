/** Bytes of a classic capture's header, and of that before each packet: savefile(5). */
const FILE_HEADER = 24
const RECORD_HEADER = 16

const ETHERNET = 14

/** Microseconds between the first packets of two rounds: nothing becomes idle, so flows that have no end stay. */
const ROUND_MICROSECONDS = 1000

/** What `bytes` of a capture are for {@link repeatedCapture}: where each of its packets has what is written anew. */
interface Packet {
  /** Of the record's header. */
  readonly at: number
  /** Of the last three bytes of both addresses. */
  readonly addresses: readonly number[]
}

/** A capture that is made while it is read, and how often what it is made of has been in it. */
export interface RepeatedCapture {
  readonly stream: ReadableStream<Uint8Array>
  /** Rounds handed out so far. */
  readonly rounds: () => number
  /** Bytes handed out so far. */
  readonly bytes: () => number
}

/**
 * One capture again and again, each time between other hosts and a little later, so that all its flows are new ones.
 *
 * @param capture classic, little-endian, with time stamps of microseconds, of Ethernet and IP
 * @param least bytes that it has at least
 */
export function repeatedCapture(capture: Uint8Array, least: number): RepeatedCapture {
  const packets = packetsOf(capture)
  const { length } = capture
  let bytes = 0
  let rounds = 0
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (bytes >= least) return controller.close()
        const round = Uint8Array.from(capture.subarray(rounds === 0 ? 0 : FILE_HEADER))
        rewrite(round, packets, length - round.length, rounds++)
        bytes += round.length
        controller.enqueue(round)
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, rounds: () => rounds, bytes: () => bytes }
}

/** Puts a round's number into both addresses of each packet, and its time into all time stamps. */
function rewrite(bytes: Uint8Array, packets: readonly Packet[], skipped: number, round: number): void {
  const data = new DataView(bytes.buffer)
  const first = FILE_HEADER - skipped
  const begin = data.getUint32(first, true)
  for (const { at, addresses } of packets) {
    const time = round * ROUND_MICROSECONDS + data.getUint32(at - skipped + 4, true)
    const seconds = data.getUint32(at - skipped, true) - begin + Math.floor(time / 1_000_000)
    data.setUint32(at - skipped, begin + seconds, true)
    data.setUint32(at - skipped + 4, time % 1_000_000, true)
    for (const address of addresses) {
      bytes[address - skipped] = round >> 16
      bytes[address - skipped + 1] = round >> 8
      bytes[address - skipped + 2] = (bytes[address - skipped + 2] ?? 0) ^ round
    }
  }
}

function packetsOf(capture: Uint8Array): Packet[] {
  const data = new DataView(capture.buffer, capture.byteOffset, capture.byteLength)
  const packets: Packet[] = []
  for (let at = FILE_HEADER; at < capture.length; ) {
    const ip = at + RECORD_HEADER + ETHERNET
    const version = data.getUint8(ip) >> 4
    // The last three bytes of source and destination.
    packets.push({ at, addresses: version === 4 ? [ip + 13, ip + 17] : [ip + 21, ip + 37] })
    at += RECORD_HEADER + data.getUint32(at + 8, true)
  }
  return packets
}
