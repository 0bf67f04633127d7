import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atMost, captureOf } from '../capture'
import { hasProgram, projectFile, runNode } from '../child'
import { digits, heading, note, table } from '../report'
import { timingOf } from '../timing'
import { Traffic } from '../traffic'

const REPETITIONS = 3
const FLOWS = 10_000
const PACKETS = 200_000

/** Programs that do the like of it, each with what it is called with before and after the file's name. */
const PEERS: readonly (readonly [program: string, before: readonly string[], after: readonly string[]])[] = [
  ['capinfos', ['-c', '-a', '-e'], []],
  ['tshark', ['-q', '-n', '-z', 'conv,tcp', '-r'], []],
  ['ndpiReader', ['-q', '-i'], []],
  ['argus', ['-r'], ['-w', '/dev/null']],
]

/** Whole processes on the same file, start included. */
export function peers(trace: string | undefined): void {
  heading('Beside others, whole processes')
  const folder = mkdtempSync(join(tmpdir(), 'flowscope-bench-'))
  try {
    compare(trace ?? synthetic(folder))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function synthetic(folder: string): string {
  const traffic = new Traffic(FLOWS)
  const file = join(folder, 'synthetic.pcap')
  const open = (target: Buffer) => traffic.open(target)
  writeFileSync(
    file,
    captureOf(
      open,
      atMost(PACKETS, (target, most) => traffic.data(target, most)),
    ),
  )
  return file
}

function compare(file: string): void {
  note(`${file}, ${digits(statSync(file).size / 1e6)} MB\n`)
  const cli = projectFile('build/cli.js')
  const own = seconds(() => runNode([cli, 'flows', '--format', 'ndjson', file]).seconds)
  const summary = seconds(() => runNode([cli, 'summary', file]).seconds)
  const rows = [
    ['flowscope flows --format ndjson', digits(own), '1'],
    ['flowscope summary', digits(summary), digits(summary / own)],
  ]
  const absent: string[] = []
  for (const [program, before, after] of PEERS) {
    if (!hasProgram(program)) {
      absent.push(program)
      continue
    }
    const taken = seconds(() => run(program, [...before, file, ...after]))
    rows.push([[program, ...before].join(' '), digits(taken), digits(taken / own)])
  }
  table(['program', 's', 'times flowscope flows'], rows)
  if (absent.length > 0) note(`\nNot installed: ${absent.join(', ')}.`)
}

function seconds(run: () => number): number {
  return timingOf(Array.from({ length: REPETITIONS }, run)).least
}

function run(program: string, args: readonly string[]): number {
  const start = performance.now()
  const { status, stderr } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  if (status !== 0) throw new Error(`${program}: ${stderr}`)
  return (performance.now() - start) / 1000
}
