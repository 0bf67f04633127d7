import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** What a program that has ended well has printed. */
export interface Output {
  readonly stdout: string
  readonly stderr: string
}

/** Options of {@link run}. */
export interface RunOptions extends Pick<SpawnOptions, 'cwd' | 'env'> {
  /** Milliseconds after which it is killed; a minute unless given. */
  readonly limit?: number
}

/**
 * Runs a program to its end, standard input empty.
 *
 * @throws when it cannot be started, fails, or takes too long; the message says what it has printed
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Output> {
  const { limit = 60_000, ...rest } = options
  const child = spawn(command, args, {
    ...rest,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limit,
    killSignal: 'SIGKILL',
  })
  const closed = once(child, 'close')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  if (child.exitCode === 0) return { stdout, stderr }
  const end =
    child.signalCode === null ? `exit status ${child.exitCode}` : `ended by ${child.signalCode}, limit ${limit} ms`
  throw new Error(`${command} ${args.join(' ')}: ${end}\n${stdout}${stderr}`)
}

/** Runs npm. */
export function npm(args: readonly string[], options: RunOptions = {}): Promise<Output> {
  return run('npm', args, options)
}
