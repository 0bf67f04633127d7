import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { cheapest, projectFile, runNode } from '../child'
import { digits, heading, mebibytes, note, table, target } from '../report'
import { stopwatch } from '../timing'
import { bigTrace, NO_TRACE } from '../trace'

const REPETITIONS = 3
const MOST_MEBIBYTES = 96

/** A big capture through whole processes: how fast, and how much memory above bare Node. */
export function stream(given: string | undefined): void {
  heading('A big capture, end to end')
  const trace = bigTrace(given, '1GB')
  if (trace === undefined) note(NO_TRACE)
  else measure(trace)
}

function measure(trace: string): void {
  const bytes = statSync(trace).size
  // Into the page cache: what is measured is not the disk.
  const reading = stopwatch(() => readThrough(trace))
  const cli = projectFile('build/cli.js')
  const bare = cheapest(REPETITIONS, () => runNode(['--eval', '']))
  const runs: [string, string[]][] = [
    ['flowscope summary', [cli, 'summary', trace]],
    ['flowscope flows --format ndjson', [cli, 'flows', '--format', 'ndjson', trace]],
    ['for await (… of flows(file))', [projectFile('bench/children/library.js'), trace]],
  ]
  note(`${trace}, ${digits(bytes / 1e9)} GB; bare Node: ${mebibytes(bare.peak)} MiB, ${digits(bare.seconds)} s.`)
  note(`Copying it out of the page cache alone takes ${digits(reading / 1e9)} s here.\n`)
  let most = 0
  const rows: string[][] = []
  for (const [label, args] of runs) {
    const { seconds, peak } = cheapest(REPETITIONS, () => runNode(args))
    most = Math.max(most, peak - bare.peak)
    rows.push([label, digits(seconds), digits(bytes / 1e9 / seconds), mebibytes(peak - bare.peak)])
  }
  table(['program', 's', 'GB/s', 'MiB above bare Node'], rows)
  target('peak resident memory above bare Node', most / 2 ** 20, MOST_MEBIBYTES, ' MiB')
}

function readThrough(file: string): void {
  const buffer = new Uint8Array(2 ** 20)
  const descriptor = openSync(file, 'r')
  while (readSync(descriptor, buffer) > 0);
  closeSync(descriptor)
}
