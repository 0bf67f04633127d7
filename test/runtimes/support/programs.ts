import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { RunOptions } from '../../support/run'

export { npm, type Output, type RunOptions, run } from '../../support/run'

/** Starts a program with all that it starts in turn; disposing the outcome ends them all. */
export function startGroup(command: string, args: readonly string[], options: RunOptions = {}): AsyncDisposable {
  const child = spawn(command, args, { ...options, stdio: 'ignore', detached: true })
  const ended = once(child, 'exit')
  return {
    async [Symbol.asyncDispose]() {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, 'SIGKILL')
      await ended
    },
  }
}
