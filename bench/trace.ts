import { spawnSync } from 'node:child_process'
import { existsSync, renameSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { note } from './report'

const BYTES = 1_000_000_000
const FLOWS = 100_000

/**
 * A capture of 1 GB with 100,000 flows: the file given, or one made by the program that FLOWSCOPE_MAKE_TRACE names,
 * and kept for the next time. Undefined when there is neither.
 */
export function bigTrace(given: string | undefined): string | undefined {
  if (given !== undefined) {
    statSync(given)
    return given
  }
  const kept = join(tmpdir(), `flowscope-bench-${BYTES}-${FLOWS}.pcap`)
  if (existsSync(kept)) return kept
  const { FLOWSCOPE_MAKE_TRACE: maker } = process.env
  if (maker === undefined) return undefined
  note(`Making ${kept}, which takes a minute.`)
  const args = [maker, `${kept}.part`, '--bytes', String(BYTES), '--flows', String(FLOWS)]
  const { status, error } = spawnSync('python3', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw error ?? new Error(`${maker} failed`)
  renameSync(`${kept}.part`, kept)
  return kept
}

export const NO_TRACE =
  'Skipped: give a capture with --trace FILE, or name make-big-trace.py in FLOWSCOPE_MAKE_TRACE to have one made.'
