import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { ROOT } from '../../support/programs'
import { run } from './programs'
import { RUN_LIMIT, type Runtime } from './runtime'
import { readAnswers, suiteProject } from './suite'
import { toolVersion } from './tools'

/**
 * What bundlers for edge functions do with `core.wasm?module`: the platform compiles the file, and hands the module in
 * as a global.
 */
const wasmAsGlobal: Plugin = {
  name: 'wasm-as-global',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: 'wasm' }))
    onLoad({ filter: /.*/, namespace: 'wasm' }, () => ({ contents: 'export default wasm_core' }))
  },
}

/** What Next.js and others run edge functions in while they are developed. */
export const edge: Runtime = {
  name: '@edge-runtime/vm',
  loading: '`core.wasm?module`, handed in by the platform',
  platform: 'edge-light',
  conditions: ['edge-light', 'worker', 'browser'],
  hasWorkers: false,
  missing: () => undefined,
  async run(packed) {
    const project = await suiteProject(packed, 'edge')
    const stdout = await runInEdgeVm(project, 'edge-function.mjs')
    return { version: toolVersion('@edge-runtime/vm'), ...readAnswers(stdout) }
  },
}

/** Bundles a script of a project that has installed the package, and prints as JSON what its `answers` resolves to. */
export async function runInEdgeVm(project: string, entry: string): Promise<string> {
  const script = join(project, 'bundled.js')
  await build({
    entryPoints: [join(project, entry)],
    bundle: true,
    format: 'iife',
    outfile: script,
    conditions: [...edge.conditions],
    plugins: [wasmAsGlobal],
  })
  const program = join(ROOT, 'test/runtimes/support/edge-vm.mjs')
  const wasm = join(project, 'node_modules/flowscope/build/core.wasm')
  const { stdout } = await run(process.execPath, [program, script, wasm], { limit: RUN_LIMIT })
  return stdout
}
