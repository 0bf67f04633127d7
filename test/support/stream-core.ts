// The core without bindings: frames in, events of streams out. For tests and benchmarks that need thousands of runs.

import {
  C_FLOW_BUFFER,
  C_HOLE_TIMEOUT,
  C_IDLE_OTHER,
  C_IDLE_TCP,
  C_IDLE_UDP,
  C_MAX_FLOWS,
  C_MAX_STREAMS,
  C_OVERLAP_POLICY,
  C_PLAN,
  C_SEED,
  C_SIDE_BUFFER,
  C_STREAM_FLAGS,
  C_SWEEP_INTERVAL,
  C_TOTAL_BUFFER,
  E_DETAIL,
  E_KIND,
  E_LENGTH,
  E_NANOSECONDS,
  E_SECONDS,
  E_SIDE,
  E_STREAMS,
  END_OF_CAPTURE,
  EVENT_ENDED,
  EVENT_STREAM_DATA,
  EVENT_STREAM_END,
  EVENT_STREAM_GAP,
  FEED_DAMAGED,
  FEED_NEEDS_INPUT,
  FORMAT_FRAMES,
  LISTEN_TCP,
  PLAN_CODE,
  PLAN_FIVE_TUPLE,
  R_CAPTURED,
  R_LINK_TYPE,
  R_SIZE,
  R_TIME,
  R_WIRE,
  RECONFIGURE_DONE,
  STREAM_SIZE,
  X_EVENT_GAP,
  X_EVENT_LENGTH,
  X_EVENT_OFFSET,
  X_EVENT_POINTER,
} from '../../assembly/layout'
import type { CoreExports } from '../../bindings/core/abi'

const INPUT = 1 << 20
const ETHERNET = 1
/** Ethernet, IPv4 and TCP headers. */
const HEADERS = 54
const SECOND = 1_000_000_000n

export interface StreamCoreOptions {
  /** OVERLAP_* */
  readonly policy?: number
  /** LISTEN_*, besides LISTEN_TCP; nothing is listened to where it is undefined. */
  readonly flags?: number | undefined
  readonly sideBuffer?: number
  readonly totalBuffer?: number
  /** Nanoseconds. */
  readonly holeTimeout?: bigint
}

/** What streams tell. */
export interface StreamListener {
  data(side: number, offset: number, bytes: Uint8Array): void
  gap(side: number, offset: number, length: number, reason: number): void
  /** A side is complete up to its FIN; time in nanoseconds. */
  fin?(side: number, offset: number, time: bigint): void
  /** The stream records of a flow that has ended, initiator's first: X_* fields. */
  end(records: DataView): void
}

/** A segment of the one connection that {@link writeFrame} knows. */
export interface Segment {
  /** 0: from the client, 1: from the server. */
  readonly from: number
  readonly sequence: number
  readonly acknowledgement: number
  readonly flags: number
  readonly payload: Uint8Array
  /** Bytes of the payload that were captured. Default all. */
  readonly captured?: number
}

/** Bytes that {@link writeFrame} takes for a segment. */
export function frameSize({ payload, captured = payload.length }: Segment): number {
  return R_SIZE + HEADERS + captured
}

/** Writes a segment as the host frames it, at this time in nanoseconds; answers with where the next one goes. */
export function writeFrame(target: DataView, at: number, time: bigint, segment: Segment): number {
  const { from, payload, captured = payload.length } = segment
  new Uint8Array(target.buffer, target.byteOffset + at, R_SIZE + HEADERS).fill(0)
  target.setBigUint64(at + R_TIME, time, true)
  target.setUint32(at + R_CAPTURED, HEADERS + captured, true)
  target.setUint32(at + R_WIRE, HEADERS + payload.length, true)
  target.setUint32(at + R_LINK_TYPE, ETHERNET, true)
  const ip = at + R_SIZE + 14
  target.setUint16(ip - 2, 0x0800)
  target.setUint32(ip, 0x4500_0000 + 40 + payload.length)
  target.setUint32(ip + 8, 0x4006_0000)
  target.setUint32(ip + 12, from === 0 ? 0x0a000001 : 0x0a000002)
  target.setUint32(ip + 16, from === 0 ? 0x0a000002 : 0x0a000001)
  const tcp = ip + 20
  target.setUint32(tcp, from === 0 ? 0x9c40_0050 : 0x0050_9c40)
  target.setUint32(tcp + 4, segment.sequence)
  target.setUint32(tcp + 8, segment.acknowledgement)
  target.setUint32(tcp + 12, 0x5000_ffff | (segment.flags << 16))
  new Uint8Array(target.buffer, target.byteOffset + tcp + 20).set(payload.subarray(0, captured))
  return at + R_SIZE + HEADERS + captured
}

/** One instance of the core. Its connections follow one another: {@link finish} ends what there is. */
export class StreamCore {
  readonly exports: CoreExports
  /** Milliseconds that the core itself has taken. */
  spent = 0
  readonly #listener: StreamListener | undefined
  readonly #options: StreamCoreOptions
  #data: DataView
  #bytes: Uint8Array

  /** Without a listener events are thrown away. */
  constructor(module: WebAssembly.Module, listener: StreamListener | undefined, options: StreamCoreOptions) {
    const imports: Record<string, Record<string, () => number>> = {}
    for (const { module: room, name } of WebAssembly.Module.imports(module)) imports[room] = { [name]: () => -1 }
    this.exports = new WebAssembly.Instance(module, imports).exports as unknown as CoreExports
    this.#listener = listener
    this.#options = options
    this.#data = new DataView(this.exports.memory.buffer)
    this.#configure(options)
    if (this.exports.init(INPUT) === 0) throw new Error('no memory')
    this.#data = new DataView(this.exports.memory.buffer)
    this.#bytes = new Uint8Array(this.exports.memory.buffer)
  }

  /** Takes over a policy, flags, the bound of a side and a timeout; the total stays. */
  reconfigure(options: StreamCoreOptions): void {
    this.#configure({ ...this.#options, ...options })
    if (this.exports.reconfigure() !== RECONFIGURE_DONE) throw new Error('the core has flows')
  }

  /** Begins a capture and tracks it, in chunks of so many bytes. */
  feed(capture: Uint8Array, chunk: number): void {
    this.exports.openCapture(FORMAT_FRAMES)
    this.track(capture, chunk)
  }

  /** Tracks whole records as the host frames them. */
  track(capture: Uint8Array, chunk = INPUT): void {
    const input = this.exports.inputPointer() >>> 0
    let kept = 0
    for (let at = 0; at < capture.length; ) {
      const part = capture.subarray(at, at + Math.min(chunk, INPUT - kept))
      this.#bytes.set(part, input + kept)
      at += part.length
      const end = input + kept + part.length
      const next = this.#track(input, end)
      this.#bytes.copyWithin(input, next, end)
      kept = end - next
    }
    if (kept !== 0) throw new Error('half a record is left over')
  }

  finish(): void {
    while (this.exports.finish(END_OF_CAPTURE) === 0) this.#drain()
    this.#drain()
  }

  #track(start: number, end: number): number {
    let next = start
    for (;;) {
      const begun = performance.now()
      next = this.exports.feed(next, end) >>> 0
      this.spent += performance.now() - begun
      const status = this.exports.feedStatus()
      this.#drain()
      if (status === FEED_NEEDS_INPUT) return next
      if (status === FEED_DAMAGED) throw new Error('the frames are damaged')
    }
  }

  #drain(): void {
    if (this.#listener) this.#read(this.#listener)
    this.exports.clearEvents()
  }

  #read(listener: StreamListener): void {
    const data = this.#data
    const end = this.exports.eventsEnd() >>> 0
    for (let event = this.exports.eventsPointer() >>> 0; event < end; event += data.getUint16(event + E_LENGTH, true)) {
      const kind = data.getUint8(event + E_KIND)
      const side = data.getUint8(event + E_SIDE)
      const offset = data.getFloat64(event + X_EVENT_OFFSET, true)
      if (kind === EVENT_STREAM_DATA) {
        const from = data.getUint32(event + X_EVENT_POINTER, true)
        const length = data.getUint32(event + X_EVENT_LENGTH, true)
        listener.data(side, offset, this.#bytes.subarray(from, from + length))
      } else if (kind === EVENT_STREAM_GAP) {
        const length = data.getFloat64(event + X_EVENT_GAP, true)
        listener.gap(side, offset, length, data.getUint32(event + E_DETAIL, true))
      } else if (kind === EVENT_STREAM_END) {
        const seconds = BigInt(data.getFloat64(event + E_SECONDS, true))
        listener.fin?.(side, offset, seconds * SECOND + BigInt(data.getUint32(event + E_NANOSECONDS, true)))
      } else if (kind === EVENT_ENDED && this.#options.flags !== undefined) {
        listener.end(new DataView(data.buffer, event + E_STREAMS, 2 * STREAM_SIZE))
      }
    }
  }

  #configure(options: StreamCoreOptions): void {
    const { policy = 0, flags, sideBuffer = 1 << 20, totalBuffer = 64 << 20, holeTimeout = 2n ** 64n - 1n } = options
    const at = this.exports.configPointer() >>> 0
    const data = this.#data
    data.setUint32(at + C_MAX_FLOWS, 16, true)
    for (const idle of [C_IDLE_TCP, C_IDLE_UDP, C_IDLE_OTHER]) data.setBigUint64(at + idle, 3600n * SECOND, true)
    data.setBigUint64(at + C_SWEEP_INTERVAL, SECOND, true)
    data.setBigUint64(at + C_SEED, 0x5eedn, true)
    data.setUint8(at + C_PLAN + PLAN_CODE, PLAN_FIVE_TUPLE)
    data.setUint32(at + C_MAX_STREAMS, flags === undefined ? 0 : 16, true)
    data.setUint32(at + C_STREAM_FLAGS, flags === undefined ? 0 : LISTEN_TCP | flags, true)
    data.setUint32(at + C_OVERLAP_POLICY, policy, true)
    data.setUint32(at + C_SIDE_BUFFER, sideBuffer, true)
    data.setUint32(at + C_FLOW_BUFFER, 2 * sideBuffer, true)
    data.setUint32(at + C_TOTAL_BUFFER, totalBuffer, true)
    data.setBigUint64(at + C_HOLE_TIMEOUT, holeTimeout, true)
  }
}
