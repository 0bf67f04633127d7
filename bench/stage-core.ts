import { readFile } from 'node:fs/promises'
import { main as compile } from 'assemblyscript/asc'
import {
  C_FLAGS,
  C_IDLE_OTHER,
  C_IDLE_TCP,
  C_IDLE_UDP,
  C_MAX_FLOWS,
  C_PLAN,
  C_SEED,
  C_SWEEP_INTERVAL,
  CONFIG_PACKET_EVENTS,
  END_OF_CAPTURE,
  FEED_DAMAGED,
  FEED_NEEDS_INPUT,
  FORMAT_PCAP,
  T_FLOWS_LIVE,
} from '../assembly/layout'
import type { CoreExports } from '../bindings/core/abi'
import { load } from '../bindings/core/module'
import { autoDetectEncap, fiveTuple } from '../bindings/extract/extractor'
import { compilePlan } from '../bindings/extract/plan'
import { READ_SIZE } from '../bindings/tracker/capture-reader'
import { inlineCalls } from '../scripts/inline-core.js'
import { fileHeader, type Written } from './traffic'

/** What assembly/stages.ts adds to the core: each stage reads all records between two addresses. */
interface StageExports extends CoreExports {
  walkRecords(from: number, end: number): number
  parsePackets(from: number, end: number): number
  lookUpFlows(from: number, end: number): number
}

export type Stage = 'walkRecords' | 'parsePackets' | 'lookUpFlows' | 'track'

export interface StageOptions {
  readonly maxFlows?: number
  readonly packetEvents?: boolean
}

/** Any secret will do; the same one makes runs comparable. */
const SEED = 0x5eed_0000_0000_0001n
const SECOND = 1_000_000_000n
/** The defaults of a FlowTracker: seconds. */
const IDLE_TCP = 300n
const IDLE_UDP = 60n
const IDLE_OTHER = 30n

/** The core with its stages, compiled as the shipped one is, but to no file. */
export async function compileStages(): Promise<WebAssembly.Module> {
  let wasm: Uint8Array<ArrayBuffer> | undefined
  const { error, stderr } = await compile(['assembly/stages.ts', '--target', 'release', '--outFile', 'stages.wasm'], {
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') wasm = new Uint8Array(contents)
    },
  })
  if (error || !wasm) throw new Error(`cannot compile assembly/stages.ts\n${stderr}`)
  return WebAssembly.compile(inlineCalls(wasm))
}

/** Lets trackers be made of the core that is shipped, found where the bundles find it. */
export async function loadShipped(): Promise<void> {
  await load(await readFile(new URL('../build/core.wasm', import.meta.url)))
}

/** An instance of the core that is fed chunk by chunk from a buffer of the host's, under a stopwatch. */
export class StageCore {
  readonly #exports: StageExports
  readonly #input: number
  /** Chunks as long as the bindings read them. */
  readonly chunk = Buffer.alloc(READ_SIZE)

  constructor(stages: WebAssembly.Module, { maxFlows = 100_000, packetEvents = false }: StageOptions) {
    const imports: Record<string, Record<string, () => number>> = {}
    // The only answer that a benchmark has for the core: no opinion.
    for (const { module, name } of WebAssembly.Module.imports(stages)) imports[module] = { [name]: () => -1 }
    this.#exports = new WebAssembly.Instance(stages, imports).exports as unknown as StageExports
    this.#configure(maxFlows, packetEvents)
    if (this.#exports.init(2 * READ_SIZE) === 0) throw new Error(`no memory for ${maxFlows} flows`)
    this.#input = this.#exports.inputPointer() >>> 0
    this.#exports.openCapture(FORMAT_PCAP)
    this.chunk.set(fileHeader())
    this.run('track', fileHeader().length)
  }

  get liveFlows(): number {
    return new DataView(this.#exports.memory.buffer).getUint32(
      (this.#exports.statsPointer() >>> 0) + T_FLOWS_LIVE,
      true,
    )
  }

  /** Takes the first `bytes` of the chunk through a stage; answers with the nanoseconds that this took. */
  run(stage: Stage, bytes: number): number {
    const start = this.#input
    const end = start + bytes
    new Uint8Array(this.#exports.memory.buffer).set(this.chunk.subarray(0, bytes), start)
    const begun = performance.now()
    if (stage === 'track') this.#track(start, end)
    else this.#exports[stage](start, end)
    return (performance.now() - begun) * 1e6
  }

  /** Tracks all that `write` has to give. */
  trackAll(write: (target: Buffer) => Written): { readonly nanoseconds: number; readonly packets: number } {
    let nanoseconds = 0
    let packets = 0
    for (let written = write(this.chunk); written.packets > 0; written = write(this.chunk)) {
      nanoseconds += this.run('track', written.bytes)
      packets += written.packets
    }
    return { nanoseconds, packets }
  }

  /** Tracks a classic pcap that lies in memory as the bindings do, copying included; nanoseconds. */
  trackCapture(capture: Uint8Array): number {
    const bytes = new Uint8Array(this.#exports.memory.buffer)
    const begun = performance.now()
    let rest = 0
    for (let at = fileHeader().length; at < capture.length; at += READ_SIZE) {
      const piece = capture.subarray(at, at + READ_SIZE)
      const end = this.#input + rest + piece.length
      bytes.set(piece, this.#input + rest)
      const next = this.#track(this.#input, end)
      bytes.copyWithin(this.#input, next, end)
      rest = end - next
    }
    if (rest > 0) throw new Error('the synthetic capture ends in half a record')
    return (performance.now() - begun) * 1e6
  }

  /** Ends all flows that are idle at this time, and throws their events away; nanoseconds. */
  sweep(time: bigint): number {
    return this.#complete(() => this.#exports.sweep(Number(time & 0xffff_ffffn), Number(time >> 32n)))
  }

  /** Ends all flows, and throws their events away; nanoseconds. */
  finish(): number {
    return this.#complete(() => this.#exports.finish(END_OF_CAPTURE))
  }

  #configure(maxFlows: number, packetEvents: boolean): void {
    const at = this.#exports.configPointer() >>> 0
    const data = new DataView(this.#exports.memory.buffer)
    const { flags, operations } = compilePlan(autoDetectEncap(fiveTuple()))
    data.setUint32(at + C_MAX_FLOWS, maxFlows, true)
    data.setUint32(at + C_FLAGS, flags | (packetEvents ? CONFIG_PACKET_EVENTS : 0), true)
    data.setBigUint64(at + C_IDLE_TCP, IDLE_TCP * SECOND, true)
    data.setBigUint64(at + C_IDLE_UDP, IDLE_UDP * SECOND, true)
    data.setBigUint64(at + C_IDLE_OTHER, IDLE_OTHER * SECOND, true)
    data.setBigUint64(at + C_SWEEP_INTERVAL, SECOND, true)
    data.setBigUint64(at + C_SEED, SEED, true)
    new Uint8Array(data.buffer).set(operations, at + C_PLAN)
  }

  #complete(step: () => number): number {
    const start = performance.now()
    while (step() === 0) this.#exports.clearEvents()
    this.#exports.clearEvents()
    return (performance.now() - start) * 1e6
  }

  /** Address of what is left over. */
  #track(start: number, end: number): number {
    let next = start
    let status: number
    do {
      next = this.#exports.feed(next, end) >>> 0
      status = this.#exports.feedStatus()
      if (status === FEED_DAMAGED) throw new Error('the synthetic capture is damaged')
      this.#exports.clearEvents()
    } while (status !== FEED_NEEDS_INPUT)
    return next
  }
}
