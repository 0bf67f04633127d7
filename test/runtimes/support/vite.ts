import { join } from 'node:path'
import { ROOT } from '../../support/programs'
import { run, startGroup } from './programs'

const VITE = join(ROOT, 'node_modules/vite/bin/vite.js')

/** The environment of a user's terminal: test runners say there what they are, and Vite listens to it. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _, VITEST: __, ...env } = process.env
  return env
}

/** Runs Vite in a project that has configured nothing. */
export async function runVite(project: string, args: readonly string[]): Promise<void> {
  await run(process.execPath, [VITE, ...args], { cwd: project, env: environment() })
}

/** Starts Vite's development server; disposing the outcome ends it. */
export function startVite(project: string, port: number): AsyncDisposable {
  const args = [VITE, '--host', '127.0.0.1', '--port', String(port), '--strictPort']
  return startGroup(process.execPath, args, { cwd: project, env: environment() })
}
