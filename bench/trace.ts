import { spawnSync } from 'node:child_process'
import { existsSync, renameSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { note } from './report'

/** Sizes of captures, with the flows that they have. */
export const TRACES = {
  '200MB': { bytes: 200_000_000, flows: 20_000 },
  '1GB': { bytes: 1_000_000_000, flows: 100_000 },
} as const

/**
 * A capture of this size: the file given, or one made by the program that FLOWSCOPE_MAKE_TRACE names, and kept for the
 * next time. Undefined when there is neither.
 */
export function bigTrace(given: string | undefined, size: keyof typeof TRACES): string | undefined {
  if (given !== undefined) {
    statSync(given)
    return given
  }
  const { bytes, flows } = TRACES[size]
  const kept = join(tmpdir(), `flowscope-bench-${bytes}-${flows}.pcap`)
  if (existsSync(kept)) return kept
  const { FLOWSCOPE_MAKE_TRACE: maker } = process.env
  if (maker === undefined) return undefined
  note(`Making ${kept}, which may take a minute.`)
  const args = [maker, `${kept}.part`, '--bytes', String(bytes), '--flows', String(flows)]
  const { status, error } = spawnSync('python3', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw error ?? new Error(`${maker} failed`)
  renameSync(`${kept}.part`, kept)
  return kept
}

export const NO_TRACE =
  'Skipped: give a capture with --trace FILE, or name make-big-trace.py in FLOWSCOPE_MAKE_TRACE to have one made.'
