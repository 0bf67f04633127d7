// Tracks as many flows as it is told, and prints by how many bytes a flow that made the process grow:
// flow-memory.ts core|library|packets FLOWS
import { readFile } from 'node:fs/promises'
import { FlowTracker, fiveTuple } from '../../bindings/index'
import { writtenSource } from '../capture'
import { loadShipped, StageCore } from '../stage-core'
import { Traffic } from '../traffic'

const [what, number] = process.argv.slice(2)
const flows = Number(number)
const traffic = new Traffic(flows)
const begin = (target: Buffer) => traffic.begin(target)

const module = await WebAssembly.compile(await readFile(new URL('../../build/core.wasm', import.meta.url)))
await loadShipped()
const before = resident()
const kept = what === 'core' ? trackInCore() : await trackInLibrary(what === 'packets')
console.log((resident() - before) / flows)
if (!kept) throw new Error('nothing was measured')

function resident(): number {
  globalThis.gc?.()
  return process.memoryUsage().rss
}

function trackInCore(): StageCore {
  const core = new StageCore(module, { maxFlows: flows })
  core.trackAll(begin)
  return core
}

async function trackInLibrary(packetEvents: boolean): Promise<FlowTracker> {
  const tracker = await FlowTracker.create(fiveTuple(), { maxFlows: flows, packetEvents })
  for (const _ of tracker.readSync(writtenSource(begin)));
  if (tracker.flowCount !== flows) throw new Error(`${tracker.flowCount} flows are live`)
  return tracker
}
