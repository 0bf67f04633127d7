import { join } from 'node:path'
import { ROOT } from '../../support/programs'
import { run } from './programs'

/** Builds index.html with Vite, as a user does who has configured nothing, and tells where the outcome lies. */
export async function buildWithVite(project: string): Promise<string> {
  const { NODE_ENV: _, ...env } = process.env
  await run(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build'], { cwd: project, env })
  return join(project, 'dist')
}
