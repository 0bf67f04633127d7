import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a whole process took. */
export interface Cost {
  readonly seconds: number
  /** Processor time in user mode, seconds. */
  readonly user: number
  /** Peak resident memory, bytes. */
  readonly peak: number
}

/** Address of a file of this project, by its path from the top. */
export function projectFile(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url))
}

/** Runs Node with these arguments, its output thrown away. */
export function runNode(args: readonly string[]): Cost {
  const folder = mkdtempSync(join(tmpdir(), 'flowscope-bench-'))
  try {
    const file = join(folder, 'peak')
    const peakReporter = new URL('./children/peak.js', import.meta.url).href
    const start = performance.now()
    const { status, stderr } = spawnSync(process.execPath, ['--import', peakReporter, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, FLOWSCOPE_BENCH_PEAK: file, NODE_OPTIONS: '' },
    })
    const seconds = (performance.now() - start) / 1000
    if (status !== 0) throw new Error(`node ${args.join(' ')}: ${stderr}`)
    const [peak = 0, user = 0] = readFileSync(file, 'utf8').split(' ').map(Number)
    return { seconds, user: user / 1e6, peak: peak * 1024 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The cheapest of several runs in time, with the least memory any of them took. */
export function cheapest(times: number, run: () => Cost): Cost {
  const costs = Array.from({ length: times }, run)
  return {
    seconds: Math.min(...costs.map(({ seconds }) => seconds)),
    user: Math.min(...costs.map(({ user }) => user)),
    peak: Math.min(...costs.map(({ peak }) => peak)),
  }
}

/** Whether a program can be run. */
export function hasProgram(name: string): boolean {
  return spawnSync('which', [name], { stdio: 'ignore' }).status === 0
}
