import { accessSync, constants, statSync } from 'node:fs'
import { type Host, UsageError } from './command'

/** What stands for standard input among captures. */
export const STDIN = '-'

/** A capture as it is spoken of. */
export function nameOf(capture: string): string {
  return capture === STDIN ? 'standard input' : capture
}

/**
 * Looks at all captures before the first is read, so that a typing error costs no half-finished output.
 *
 * @throws UsageError when one is not there, may not be read or is a directory
 */
export function checkCaptures(captures: readonly string[], host: Pick<Host, 'stdin'>): void {
  for (const capture of captures) if (capture !== STDIN) checkFile(capture)
  const [first, second] = captures.filter((capture) => capture === STDIN)
  if (second) throw new UsageError('standard input (-) can be read only once')
  if (first && host.stdin.isTTY) throw new UsageError('standard input is a terminal: pipe a capture into it')
}

function checkFile(path: string): void {
  try {
    const isDirectory = statSync(path).isDirectory()
    accessSync(path, constants.R_OK)
    if (!isDirectory) return
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${fileErrorReason(error)}`)
  }
  throw new UsageError(`cannot read ${path}: is a directory`)
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EIO: 'input/output error',
  EISDIR: 'is a directory',
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
}

/** Why a file cannot be read, in a few words. */
export function fileErrorReason(error: unknown): string {
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException
  return REASONS[code] ?? message
}
