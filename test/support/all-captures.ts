import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ROOT } from './programs'

const CAPTURE = /\.(pcap|pcapng|cap|snoop|ntar|pcap-ng)$/

/** Captures of this repository, by path from its root. */
export const FIXTURES: readonly string[] = capturesIn(join(ROOT, 'test/fixtures'))

/** Captures that lie beside the repository where somebody has put them there; they are no part of it. */
export const SHARED_CAPTURES: readonly string[] = capturesIn(join(ROOT, '../shared/captures'))

/** Why tests with {@link SHARED_CAPTURES} are skipped where there are none. */
export const NO_SHARED_CAPTURES = 'there is no ../shared/captures'

function capturesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => CAPTURE.test(file))
    .map((file) => relative(ROOT, join(folder, file)))
    .sort()
}
