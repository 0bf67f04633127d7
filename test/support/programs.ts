import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** The root of this repository, where programs are run. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What a program that has ended has to show. */
export interface ProgramResult {
  readonly stdout: string
  readonly stderr: string
  readonly status: number | null
}

/** Starts a program with `node`, its standard streams piped, from the root of the repository. */
export function startNode(...args: string[]) {
  return spawn(process.execPath, args, { cwd: ROOT, stdio: 'pipe' })
}

/** Runs a program with `node` to its end, standard input empty. */
export async function runNode(...args: string[]): Promise<ProgramResult> {
  const program = startNode(...args)
  program.stdin.end()
  return result(program)
}

/** Runs shell commands with `bash` to their end, in which `flowscope` and `npx flowscope` are what was built. */
export async function runShell(commands: string): Promise<ProgramResult> {
  const prelude = `flowscope() { "${process.execPath}" build/cli.js "$@"; }\nnpx() { "$@"; }\n`
  const program = spawn('bash', ['-o', 'pipefail', '-c', prelude + commands], { cwd: ROOT, stdio: 'pipe' })
  program.stdin.end()
  return result(program)
}

async function result(program: ReturnType<typeof startNode>): Promise<ProgramResult> {
  const [stdout, stderr] = await Promise.all([text(program.stdout), text(program.stderr), once(program, 'close')])
  return { stdout, stderr, status: program.exitCode }
}
