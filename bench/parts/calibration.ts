import { cpus, loadavg } from 'node:os'
import { cell, digits, heading, note, table } from '../report'
import { repeat, stopwatch, type Timing } from '../timing'

const LINE = 64
const STEPS = 200_000
const REPETITIONS = 9

/** Receives results, so that nothing is optimised away. */
let sink = 0

/** What this machine can do, whatever runs on it: to compare figures between machines. */
export async function calibration(): Promise<void> {
  heading('This machine')
  const cores = cpus()
  note(`${cores.length} x ${cores[0]?.model.trim()}, Node ${process.version}, V8 ${process.versions.v8}`)
  note(`Load average ${loadavg().map(digits).join(' ')}: figures are sound while it is well below ${cores.length}.\n`)
  const rows: [string, string][] = []
  for (const kib of [16, 256, 4096, 262_144]) {
    rows.push([`dependent load out of ${kib} KiB, ns`, cell(await dependentLoad(kib * 1024))])
  }
  for (const kib of [128, 65_536]) rows.push([`copy of ${kib} KiB, GB/s`, digits(await copySpeed(kib * 1024))])
  rows.push(['dependent 32-bit multiply and rotate, ns', cell(await arithmetic())])
  table(['what', 'least (median)'], rows)
}

/** Nanoseconds a load when each names the next: all cache lines of so many bytes, in random order. */
async function dependentLoad(bytes: number): Promise<Timing> {
  const lines = bytes / LINE
  const order = Uint32Array.from({ length: lines }, (_, i) => i)
  let random = 1
  for (let i = lines - 1; i > 0; i--) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
    const j = Math.floor((random / 2 ** 32) * (i + 1))
    const swapped = order[i] as number
    order[i] = order[j] as number
    order[j] = swapped
  }
  const memory = new Int32Array(bytes / 4)
  for (let i = 0; i < lines; i++) {
    memory[((order[i] as number) * LINE) / 4] = ((order[(i + 1) % lines] as number) * LINE) / 4
  }
  return repeat(REPETITIONS, () => stopwatch(() => chase(memory)) / STEPS)
}

function chase(memory: Int32Array): void {
  let at = sink & 0
  for (let i = 0; i < STEPS; i++) at = memory[at] as number
  sink = at
}

/** Bytes a nanosecond, which is GB/s. */
async function copySpeed(bytes: number): Promise<number> {
  const from = new Uint8Array(bytes).fill(1)
  const to = new Uint8Array(bytes)
  const rounds = Math.ceil(2 ** 27 / bytes)
  const { least } = await repeat(REPETITIONS, () =>
    stopwatch(() => {
      for (let i = 0; i < rounds; i++) to.set(from)
    }),
  )
  return (bytes * rounds) / least
}

async function arithmetic(): Promise<Timing> {
  return repeat(REPETITIONS, () => stopwatch(mix) / STEPS)
}

function mix(): void {
  let state = sink | 1
  for (let i = 0; i < STEPS; i++) {
    state = Math.imul(state, 0x9e3779b1)
    state = (state << 7) | (state >>> 25)
  }
  sink = state
}
