import { instantiate } from '@assemblyscript/loader'
import {
  C_DEDUP_CAPACITY,
  C_DEDUP_WINDOW,
  C_FLAGS,
  C_FLOW_BUFFER,
  C_FRAGMENT_BUFFER,
  C_FRAGMENT_TIMEOUT,
  C_HOLE_TIMEOUT,
  C_IDLE_OTHER,
  C_IDLE_TCP,
  C_IDLE_UDP,
  C_MAX_DATAGRAMS,
  C_MAX_FLOWS,
  C_MAX_FRAGMENTS,
  C_MAX_STREAMS,
  C_OVERLAP_POLICY,
  C_PLAN,
  C_SEED,
  C_SHARD,
  C_SHARDS,
  C_SIDE_BUFFER,
  C_STREAM_FLAGS,
  C_SWEEP_INTERVAL,
  C_TOTAL_BUFFER,
  CONFIG_SIZE,
  PORT_SET_SIZE,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from '../../assembly/layout'
import { ModuleError, OutOfMemoryError } from '../common/errors'
import type { CoreExports, CoreImports } from './abi'
import { coreModule } from './module'

/** All of the core's memory. Growth detaches both, so they are asked for anew in each call from outside. */
export interface MemoryViews {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly data: DataView<ArrayBuffer>
}

/** The configuration in the core's units. */
export interface CoreConfig {
  readonly maxFlows: number
  /** CONFIG_* */
  readonly flags: number
  /** Nanoseconds, like those below. */
  readonly idleTcp: bigint
  readonly idleUdp: bigint
  readonly idleOther: bigint
  readonly sweepInterval: bigint
  readonly seed: bigint
  /** PLAN_MAX operations. */
  readonly plan: Uint8Array
  /** Undefined where nobody listens: then no memory is laid out for streams. */
  readonly streams: CoreStreamConfig | undefined
  /** Undefined where IP fragments are never put together: then no memory is laid out for them. */
  readonly fragments: CoreFragmentConfig | undefined
  /** Undefined where copies of frames are not looked for. */
  readonly dedup: CoreDedupConfig | undefined
  /** Undefined where all flows are tracked here. */
  readonly shard: Shard | undefined
}

/** A part of all flows, chosen by the hash of their keys: all that share must have one seed, and see all packets. */
export interface Shard {
  /** From 0. */
  readonly index: number
  readonly count: number
}

/** What the reassembly of IP datagrams may take. The first two are fixed once memory is laid out. */
export interface CoreFragmentConfig {
  readonly maxDatagrams: number
  /** Bytes. */
  readonly buffer: number
  /** Of one datagram. */
  readonly maxFragments: number
  readonly timeout: bigint
}

/** When a frame is a copy of one before. The capacity is fixed once memory is laid out. */
export interface CoreDedupConfig {
  readonly window: bigint
  readonly capacity: number
}

/** Whose bytes are wanted, and what their reassembly may take. Fixed once memory is laid out. */
export interface CoreStreamConfig {
  /** LISTEN_* */
  readonly flags: number
  /** OVERLAP_* */
  readonly overlapPolicy: number
  /** Bytes, like `totalBuffer`. */
  readonly sideBuffer: number
  readonly flowBuffer: number
  readonly totalBuffer: number
  readonly holeTimeout: bigint
  readonly maxStreams: number
  /** Ports whose flows are listened to besides those that `flags` names. */
  readonly tcpPorts: readonly number[]
  readonly udpPorts: readonly number[]
}

/** One instance of the WebAssembly module, with a memory of its own: what a tracker is inside. */
export class Core {
  /** Taken from the instance itself: the loader wraps each export in a function of rest arguments. */
  readonly exports: CoreExports

  /** Address of the input buffer. It and those below stay where they are once memory is laid out. */
  readonly input: number

  /** Bytes of the input buffer. */
  readonly inputCapacity: number

  /** Address of the first event. */
  readonly eventsStart: number

  /** Address of the counters. */
  readonly stats: number

  #views: MemoryViews

  private constructor(exports: CoreExports) {
    this.exports = exports
    this.#views = viewsOf(exports.memory)
    this.input = exports.inputPointer() >>> 0
    this.inputCapacity = exports.inputCapacity() >>> 0
    this.eventsStart = exports.eventsPointer() >>> 0
    this.stats = exports.statsPointer() >>> 0
  }

  /**
   * Makes an instance and lays out its memory.
   *
   * @param inputCapacity bytes of the input buffer
   * @param imports what the core calls; must neither throw nor call the core
   * @throws ModuleError when the module cannot be had, OutOfMemoryError when memory cannot
   */
  static async create(config: CoreConfig, inputCapacity: number, imports: CoreImports): Promise<Core> {
    const exports = await instantiateExports(await coreModule(), imports)
    const views = viewsOf(exports.memory)
    writeConfig(views, exports.configPointer() >>> 0, config)
    writePorts(views, exports.portsPointer(PROTOCOL_TCP) >>> 0, config.streams?.tcpPorts ?? [])
    writePorts(views, exports.portsPointer(PROTOCOL_UDP) >>> 0, config.streams?.udpPorts ?? [])
    if (exports.init(inputCapacity) === 0) throw new OutOfMemoryError(config.maxFlows)
    return new Core(exports)
  }

  /** The one place that hands out views of memory: new ones, if the old have been detached since. */
  memory(): MemoryViews {
    if (this.#views.bytes.length === 0) this.#views = viewsOf(this.exports.memory)
    return this.#views
  }

  /** Writes the configuration where `reconfigure` reads it. */
  writeConfig(config: CoreConfig): void {
    writeConfig(this.memory(), this.exports.configPointer() >>> 0, config)
  }

  /** A copy of some bytes of memory. */
  copy(address: number, length: number): Uint8Array<ArrayBuffer> {
    return this.memory().bytes.slice(address, address + length)
  }
}

function viewsOf(memory: WebAssembly.Memory): MemoryViews {
  // Memory of the core is never shared, so its buffer is an ArrayBuffer.
  const buffer = memory.buffer as ArrayBuffer
  return { bytes: new Uint8Array(buffer), data: new DataView(buffer) }
}

function writeConfig({ bytes, data }: MemoryViews, at: number, config: CoreConfig): void {
  bytes.fill(0, at, at + CONFIG_SIZE)
  data.setUint32(at + C_MAX_FLOWS, config.maxFlows, true)
  data.setUint32(at + C_FLAGS, config.flags, true)
  data.setBigUint64(at + C_IDLE_TCP, config.idleTcp, true)
  data.setBigUint64(at + C_IDLE_UDP, config.idleUdp, true)
  data.setBigUint64(at + C_IDLE_OTHER, config.idleOther, true)
  data.setBigUint64(at + C_SWEEP_INTERVAL, config.sweepInterval, true)
  data.setBigUint64(at + C_SEED, config.seed, true)
  bytes.set(config.plan, at + C_PLAN)
  const { streams, fragments, dedup, shard } = config
  data.setUint32(at + C_SHARD, shard?.index ?? 0, true)
  data.setUint32(at + C_SHARDS, shard?.count ?? 1, true)
  if (fragments) {
    data.setUint32(at + C_MAX_DATAGRAMS, fragments.maxDatagrams, true)
    data.setUint32(at + C_FRAGMENT_BUFFER, fragments.buffer, true)
    data.setUint32(at + C_MAX_FRAGMENTS, fragments.maxFragments, true)
    data.setBigUint64(at + C_FRAGMENT_TIMEOUT, fragments.timeout, true)
  }
  if (dedup) {
    data.setBigUint64(at + C_DEDUP_WINDOW, dedup.window, true)
    data.setUint32(at + C_DEDUP_CAPACITY, dedup.capacity, true)
  }
  if (!streams) return
  data.setUint32(at + C_STREAM_FLAGS, streams.flags, true)
  data.setUint32(at + C_OVERLAP_POLICY, streams.overlapPolicy, true)
  data.setUint32(at + C_SIDE_BUFFER, streams.sideBuffer, true)
  data.setUint32(at + C_FLOW_BUFFER, streams.flowBuffer, true)
  data.setUint32(at + C_TOTAL_BUFFER, streams.totalBuffer, true)
  data.setBigUint64(at + C_HOLE_TIMEOUT, streams.holeTimeout, true)
  data.setUint32(at + C_MAX_STREAMS, streams.maxStreams, true)
}

/** Writes a set of ports: bit `port % 8` of byte `port / 8`. */
function writePorts({ bytes }: MemoryViews, at: number, ports: readonly number[]): void {
  const set = bytes.subarray(at, at + PORT_SET_SIZE)
  for (const port of ports) set[port >> 3] = (set[port >> 3] ?? 0) | (1 << (port & 7))
}

async function instantiateExports(module: WebAssembly.Module, imports: CoreImports): Promise<CoreExports> {
  const environment: Record<string, unknown> = { ...imports }
  try {
    const { instance } = await instantiate(module, { env: environment })
    const exports = instance.exports as Partial<CoreExports>
    if (!(exports.memory instanceof WebAssembly.Memory && exports.init && exports.feed)) {
      throw new Error('the module is another one')
    }
    return exports as CoreExports
  } catch (cause) {
    throw new ModuleError('cannot instantiate the core', { cause })
  }
}
