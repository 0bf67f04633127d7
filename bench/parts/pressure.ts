import { cell, heading, short, table } from '../report'
import { compileStages, StageCore } from '../stage-core'
import { repeat, type Timing } from '../timing'
import { START_SECONDS, Traffic } from '../traffic'

const FLOWS = 300_000
const REPETITIONS = 5
/** Long after all idle timeouts. */
const LATER = BigInt(START_SECONDS + 86_400) * 1_000_000_000n

/** What flows cost when they come and go: starts, evictions, expiry; nanoseconds a flow, with their events. */
export async function pressure(): Promise<void> {
  heading('Flows that come and go: ns a flow, least (median)')
  const wasm = await compileStages()
  const rows: [string, string][] = []
  for (const maxFlows of [10_000, 100_000]) {
    rows.push([`new flow into a full table of ${short(maxFlows)}, evicting`, cell(await eviction(wasm, maxFlows))])
  }
  rows.push(['new flow with room for it', cell(await eviction(wasm, FLOWS))])
  for (const flows of [10_000, 100_000, 1_000_000]) {
    rows.push([`expiry of ${short(flows)} idle flows in one sweep`, cell(await expiry(wasm, flows))])
  }
  table(['what', 'ns'], rows)
}

/** Each packet begins a flow; ns a packet once the table is full, or from the start where it never is. */
async function eviction(wasm: WebAssembly.Module, maxFlows: number): Promise<Timing> {
  return repeat(REPETITIONS, () => {
    const core = new StageCore(wasm, { maxFlows })
    if (maxFlows < FLOWS) {
      const first = new Traffic(maxFlows, 0x0b000000)
      core.trackAll((target) => first.begin(target))
    }
    const traffic = new Traffic(FLOWS)
    const { nanoseconds, packets } = core.trackAll((target) => traffic.begin(target))
    return nanoseconds / packets
  })
}

async function expiry(wasm: WebAssembly.Module, flows: number): Promise<Timing> {
  return repeat(REPETITIONS, () => {
    const core = new StageCore(wasm, { maxFlows: flows })
    const traffic = new Traffic(flows)
    core.trackAll((target) => traffic.begin(target))
    const nanoseconds = core.sweep(LATER)
    if (core.liveFlows !== 0) throw new Error(`${core.liveFlows} flows did not expire`)
    return nanoseconds / flows
  })
}
