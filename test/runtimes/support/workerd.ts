import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { run } from './programs'
import { NOT_FOR_THIS_PLATFORM, RUN_LIMIT, type Runtime } from './runtime'
import { suiteProject } from './suite'
import { importTool, toolFile, toolVersion } from './tools'

/** What is used of miniflare. */
export interface Miniflare {
  readonly ready: Promise<URL>
  dispatchFetch(url: string, init?: RequestInit): Promise<Response>
  dispose(): Promise<void>
}

interface MiniflareModule {
  readonly Miniflare: new (options: object) => Miniflare
}

const COMPATIBILITY_DATE = '2026-04-01'

/** Bundles a Worker as `wrangler deploy` does, and tells where the outcome lies. Nothing leaves this machine. */
export async function bundleWorker(project: string, main: string): Promise<string> {
  const config = { name: 'test', main, compatibility_date: COMPATIBILITY_DATE, send_metrics: false }
  await writeFile(join(project, 'wrangler.json'), JSON.stringify(config))
  return bundleConfigured(project, main)
}

/** The same for a Worker that brings a configuration of wrangler with it. */
export async function bundleConfigured(project: string, main: string): Promise<string> {
  const wrangler = toolFile('wrangler/bin/wrangler.js') ?? ''
  const { PATH } = process.env
  const env = { PATH, HOME: project, WRANGLER_SEND_METRICS: 'false', CI: '1', NO_COLOR: '1' }
  await run(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', 'bundled'], { cwd: project, env })
  return join(project, 'bundled', basename(main).replace(/\.[a-z]+$/, '.js'))
}

/** Runs a bundled Worker in workerd, on loopback. */
export async function startWorker(script: string): Promise<Miniflare> {
  const { Miniflare } = await importTool<MiniflareModule>('miniflare')
  const worker = new Miniflare({
    modules: true,
    scriptPath: script,
    modulesRoot: join(script, '..'),
    modulesRules: [{ type: 'CompiledWasm', include: ['**/*.wasm'] }],
    compatibilityDate: COMPATIBILITY_DATE,
    cf: false,
  })
  await worker.ready
  return worker
}

/** Cloudflare's runtime. */
export const workerd: Runtime = {
  name: 'workerd',
  loading: '`core.wasm`, imported as a module; bundled by wrangler',
  platform: 'workerd',
  conditions: ['workerd', 'worker', 'browser'],
  hasWorkers: false,
  missing: missingWorkerd,
  async run(packed) {
    const project = await suiteProject(packed, 'workerd')
    const script = await bundleWorker(project, 'cloudflare-worker.mjs')
    const begun = performance.now()
    const worker = await startWorker(script)
    try {
      await (await worker.dispatchFetch('http://localhost/start')).text()
      const startUp = performance.now() - begun
      const response = await worker.dispatchFetch('http://localhost/', { signal: AbortSignal.timeout(RUN_LIMIT) })
      return { ...(await response.json()), startUp, version: toolVersion('workerd') }
    } finally {
      await worker.dispose()
    }
  },
}

/** Why there is no workerd, undefined where there is one. */
export function missingWorkerd(): string | undefined {
  return workerdBinary() === undefined ? NOT_FOR_THIS_PLATFORM : undefined
}

/** The program itself, undefined where it does not come for this platform. */
export function workerdBinary(): string | undefined {
  const platforms = ['linux-64', 'linux-arm64', 'darwin-arm64', 'darwin-64', 'windows-64']
  return platforms.map((platform) => toolFile(`@cloudflare/workerd-${platform}/bin/workerd`)).find(Boolean)
}
