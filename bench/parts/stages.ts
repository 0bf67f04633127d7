import { FLOW_COUNTS, PROTOTYPE } from '../prototype'
import { cell, digits, heading, note, short, table, target } from '../report'
import { compileStages, type Stage, StageCore } from '../stage-core'
import { type Timing, timingOf } from '../timing'
import { Traffic } from '../traffic'

const PACKETS = 100_000
const REPETITIONS = 15

type Row = keyof typeof PROTOTYPE

const ROWS: Record<Row, { readonly label: string; readonly stage: Stage }> = {
  walk: { label: 'record walk', stage: 'walkRecords' },
  parse: { label: '+ parse, key', stage: 'parsePackets' },
  lookup: { label: '+ hash, lookup', stage: 'lookUpFlows' },
  track: { label: 'full tracking', stage: 'track' },
  events: { label: 'full, with packet events', stage: 'track' },
}
const NAMES = Object.keys(ROWS) as Row[]

type Column = Record<Row, Timing>

/** Nanoseconds a packet in the core, stage by stage. */
export async function stages(): Promise<void> {
  heading('The core, stage by stage: ns a packet, least (median)')
  const wasm = await compileStages()
  const columns: Column[] = []
  for (const flows of FLOW_COUNTS) columns.push(measure(wasm, flows))
  const head = ['live flows', ...FLOW_COUNTS.map(short)]
  table(
    head,
    NAMES.map((name) => [ROWS[name].label, ...columns.map((column) => cell(column[name]))]),
  )
  compare(head, columns)
}

/** All stages take turns, so that what else the machine does hits them alike. */
function measure(wasm: WebAssembly.Module, flows: number): Column {
  const runners = []
  for (const name of NAMES) runners.push({ name, times: [] as number[], run: prepare(wasm, name, flows) })
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    for (const { run, times } of runners) times.push(run())
  }
  return Object.fromEntries(runners.map(({ name, times }) => [name, timingOf(times)])) as Column
}

/** A core that has seen all flows; what comes back takes the next packets through a stage: ns a packet. */
function prepare(wasm: WebAssembly.Module, name: Row, flows: number): () => number {
  const core = new StageCore(wasm, { maxFlows: Math.max(flows, 100_000), packetEvents: name === 'events' })
  const traffic = new Traffic(flows)
  core.trackAll((target) => traffic.open(target))
  if (core.liveFlows !== flows) throw new Error(`${core.liveFlows} flows are live, not ${flows}`)
  return () => {
    let nanoseconds = 0
    for (let left = PACKETS; left > 0; ) {
      const { packets, bytes } = traffic.data(core.chunk, left)
      left -= packets
      nanoseconds += core.run(ROWS[name].stage, bytes)
    }
    return nanoseconds / PACKETS
  }
}

function compare(head: readonly string[], columns: readonly Column[]): void {
  note('\nRatio to the prototype: raw / with its figures multiplied by how much slower the record walk is here.\n')
  const factors = columns.map((column, i) => column.walk.least / at(PROTOTYPE.walk, i))
  table(
    head,
    NAMES.map((name) => [
      ROWS[name].label,
      ...columns.map((column, i) => {
        const raw = column[name].least / at(PROTOTYPE[name], i)
        return `${digits(raw)} / ${digits(raw / at(factors, i))}`
      }),
    ]),
  )
  const thousand = at(columns, 1).track.least
  target('full tracking at 1 k flows, times the prototype, raw', thousand / PROTOTYPE.track[1], 1.5)
  target('the same, normalised by the record walk', thousand / PROTOTYPE.track[1] / at(factors, 1), 1.5)
  target('full tracking at 1 M flows, times that at one', at(columns, 4).track.least / at(columns, 0).track.least, 4)
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index]
  if (value === undefined) throw new RangeError(`no column ${index}`)
  return value
}
