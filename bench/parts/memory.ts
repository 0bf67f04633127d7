import { spawnSync } from 'node:child_process'
import { COLD_SIZE, HOT_SIZE } from '../../assembly/layout'
import { projectFile } from '../child'
import { digits, heading, note, short, table, target } from '../report'

/** Two u32 that hang a flow into the timing wheel: assembly/flow/wheel.ts. */
const LINK_SIZE = 8
/** A hash slot: assembly/flow/slots.ts, as is how many there are. */
const SLOT_SIZE = 8
const FEWEST_SLOTS = 64

/** Bytes that a tracked flow takes, by the layout and by what a process grows. */
export function memory(): void {
  heading('Memory of a tracked flow, bytes')
  const rows: string[][] = []
  let most = 0
  for (const flows of [100_000, 1_000_000]) {
    const computed = bytesOfFlow(flows)
    most = Math.max(most, computed)
    const grown = ['core', 'library', 'packets'].map((what) => digits(growth(what, flows)))
    rows.push([short(flows), digits(computed), ...grown])
  }
  table(['live flows', 'layout', 'core, resident', 'FlowTracker, resident', '... with packet events'], rows)
  note('\nResident growth includes input buffer, ring, and what the collector has not yet given back.')
  target('bytes of a tracked flow, by the layout', most, 256)
}

function bytesOfFlow(flows: number): number {
  let slots = FEWEST_SLOTS
  while (slots * 3 < flows * 4) slots *= 2
  return HOT_SIZE + COLD_SIZE + LINK_SIZE + (slots * SLOT_SIZE) / flows
}

/** In a process of its own: what an earlier measurement gave back would be taken first. */
function growth(what: string, flows: number): number {
  const child = projectFile('bench/children/flow-memory.ts')
  const args = [...process.execArgv, child, what, String(flows)]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return Number(stdout)
}
