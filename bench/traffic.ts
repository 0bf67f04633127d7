/**
 * Synthetic traffic, as the design's figures were taken with: frames of 640 bytes on average, 20 % UDP, 10 % IPv6, a
 * quarter with a VLAN tag, both directions, flows in random order, which is the worst locality there is. Connections
 * are sound: handshake first, then data in order, all of it acknowledged.
 */

const SMALLEST_FRAME = 78 // tag, IPv6 and TCP header
const LARGEST_FRAME = 1202
export const MEAN_FRAME = (SMALLEST_FRAME + LARGEST_FRAME) / 2
const RECORD_HEADER = 16
/** Bytes of the longest record. */
export const LARGEST_RECORD = RECORD_HEADER + LARGEST_FRAME

export const START_SECONDS = 1_700_000_000
/** 500,000 packets a second: with default timeouts, no flow of a million is ever idle. */
const MICROSECONDS_BETWEEN_PACKETS = 2

const ETHERNET = 1
const TAG = 0x8100
const IPV4 = 0x0800
const IPV6 = 0x86dd
const TCP = 6
const UDP = 17
const SYN = 0x02
const ACK = 0x10

/** The file header of a classic pcap: little-endian, microseconds, Ethernet. */
export function fileHeader(): Uint8Array {
  const header = new DataView(new ArrayBuffer(24))
  header.setUint32(0, 0xa1b2c3d4, true)
  header.setUint16(4, 2, true)
  header.setUint16(6, 4, true)
  header.setUint32(16, 65535, true)
  header.setUint32(20, ETHERNET, true)
  return new Uint8Array(header.buffer)
}

/** Records written by one call. */
export interface Written {
  readonly packets: number
  readonly bytes: number
}

/** An endless capture of a fixed set of flows. The same arguments give the same packets. */
export class Traffic {
  readonly flows: number
  /** Address of the first flow's client: captures with other bases have other flows. */
  readonly #base: number
  /** Next sequence number, client's and server's of each flow. */
  readonly #next: Uint32Array
  #packets = 0
  /** Packets of `open` that have been written. */
  #opened = 0
  #random = 0x9e3779b9

  constructor(flows: number, base = 0x0a000000) {
    this.flows = flows
    this.#base = base
    this.#next = new Uint32Array(2 * flows)
  }

  /**
   * Writes the first packets of each flow, flow after flow, as many as fit: a handshake, or one datagram each way. No
   * packets once all flows are open.
   */
  open(target: Buffer): Written {
    return this.#write(target, Infinity, () => {
      if (this.#opened === this.flows * 3) return false
      const flow = Math.floor(this.#opened / 3)
      const step = this.#opened++ % 3
      if (step === 0) this.#next.fill(this.#nextRandom(), 2 * flow, 2 * flow + 2)
      this.#flow = flow
      this.#side = step === 1 ? 1 : 0
      this.#flags = step === 0 ? SYN : step === 1 ? SYN | ACK : ACK
      this.#length = SMALLEST_FRAME
      return true
    })
  }

  /** Writes only the first packet of each flow, a SYN or datagram: the next flows that fit. */
  begin(target: Buffer): Written {
    return this.#write(target, Infinity, () => {
      if (this.#opened === this.flows) return false
      this.#flow = this.#opened++
      this.#side = 0
      this.#flags = SYN
      this.#length = SMALLEST_FRAME
      return true
    })
  }

  /** Writes data of flows and directions in random order: up to `most` packets, as many as fit. */
  data(target: Buffer, most = Infinity): Written {
    return this.#write(target, most, () => {
      const random = this.#nextRandom()
      this.#flow = Math.floor((random / 0x1_0000_0000) * this.flows)
      const second = this.#nextRandom()
      this.#side = second & 1
      this.#flags = ACK
      this.#length = SMALLEST_FRAME + ((second >>> 8) % (LARGEST_FRAME - SMALLEST_FRAME + 1))
      return true
    })
  }

  // What the packet at work is like.
  #flow = 0
  #side = 0
  #flags = 0
  #length = 0

  #write(target: Buffer, most: number, choose: () => boolean): Written {
    let at = 0
    let packets = 0
    while (packets < most && target.length - at >= LARGEST_RECORD && choose()) {
      at = this.#writeRecord(target, at)
      packets++
    }
    return { packets, bytes: at }
  }

  #writeRecord(target: Buffer, at: number): number {
    const microseconds = this.#packets++ * MICROSECONDS_BETWEEN_PACKETS
    target.writeUInt32LE(START_SECONDS + Math.floor(microseconds / 1e6), at)
    target.writeUInt32LE(microseconds % 1e6, at + 4)
    target.writeUInt32LE(this.#length, at + 8)
    target.writeUInt32LE(this.#length, at + 12)
    this.#writeFrame(target, at + RECORD_HEADER)
    return at + RECORD_HEADER + this.#length
  }

  #writeFrame(target: Buffer, start: number): void {
    // Kinds are dealt out by number, so that any hundred flows have the same mixture. The first is TCP over IPv4.
    const kind = (this.#flow + 50) % 100
    const protocol = kind < 20 ? UDP : TCP
    let p = start + 12
    if (this.#flow % 4 === 3) {
      target.writeUInt16BE(TAG, p)
      target.writeUInt16BE(100, p + 2)
      p += 4
    }
    const end = start + this.#length
    p = kind % 10 === 3 ? this.#writeIpv6(target, p, end, protocol) : this.#writeIpv4(target, p, end, protocol)
    target.writeUInt16BE(this.#side === 0 ? this.#clientPort : 443, p)
    target.writeUInt16BE(this.#side === 0 ? 443 : this.#clientPort, p + 2)
    if (protocol === UDP) target.writeUInt16BE(end - p, p + 4)
    else this.#writeTcp(target, p, end)
  }

  get #clientPort(): number {
    return 1024 + (this.#flow % 60_000)
  }

  #writeIpv4(target: Buffer, at: number, end: number, protocol: number): number {
    const client = this.#base + this.#flow
    const server = 0xc0a80001 + (this.#flow % 251)
    target.writeUInt16BE(IPV4, at)
    const p = at + 2
    target[p] = 0x45
    target.writeUInt16BE(end - p, p + 2)
    target.writeUInt16BE(0, p + 6)
    target[p + 8] = 64
    target[p + 9] = protocol
    target.writeUInt32BE(this.#side === 0 ? client : server, p + 12)
    target.writeUInt32BE(this.#side === 0 ? server : client, p + 16)
    return p + 20
  }

  #writeIpv6(target: Buffer, at: number, end: number, protocol: number): number {
    target.writeUInt16BE(IPV6, at)
    const p = at + 2
    target.writeUInt32BE(0x60000000, p)
    target.writeUInt16BE(end - p - 40, p + 4)
    target[p + 6] = protocol
    target[p + 7] = 64
    const client = p + (this.#side === 0 ? 8 : 24)
    const server = p + (this.#side === 0 ? 24 : 8)
    for (const address of [client, server]) {
      target.writeUInt32BE(0x20010db8, address)
      target.writeUInt32BE(address === client ? this.#base : 0, address + 4)
      target.writeUInt32BE(0, address + 8)
      target.writeUInt32BE(address === client ? this.#flow : 0xffff0001, address + 12)
    }
    return p + 40
  }

  #writeTcp(target: Buffer, p: number, end: number): void {
    const mine = 2 * this.#flow + this.#side
    const peers = mine ^ 1
    target.writeUInt32BE(this.#next[mine] ?? 0, p + 4)
    target.writeUInt32BE((this.#flags & ACK) === 0 ? 0 : (this.#next[peers] ?? 0), p + 8)
    target[p + 12] = 0x50
    target[p + 13] = this.#flags
    target.writeUInt16BE(65535, p + 14)
    const isSyn = (this.#flags & SYN) !== 0
    this.#next[mine] = (this.#next[mine] ?? 0) + (isSyn ? 1 : end - p - 20)
  }

  /** 32 bits of xorshift. */
  #nextRandom(): number {
    let x = this.#random
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#random = x
    return x >>> 0
  }
}
